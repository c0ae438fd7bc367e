"""A made-up month of posts as the lake holds it: 1,000,000 artifacts that share 100,000 keys, seen again and again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.table import Table
from kairo_pipelines.lake.tables import CAPTURE_RUNS, EVIDENCE_OBSERVATIONS, NORMALIZED_ARTIFACTS

Whole = NDArray[np.int64]

LAST = datetime(2026, 1, 30, 23, tzinfo=UTC)
DAYS = 30
ARTIFACTS, AUTHORS = 1_000_000, 50_000
#: How many keys of each kind there are, and how many artifacts have none of a kind, one, two and so on.
KEYS = {"url": 30_000, "hashtag": 20_000, "phrase": 50_000}
HOW_MANY = {"url": (0.4, 0.6), "hashtag": (0.45, 0.35, 0.15, 0.05), "phrase": (0.15, 0.3, 0.35, 0.2)}
PLATFORMS = np.asarray(["bluesky", "feeds", "hackernews", "mastodon"])
#: Clusters that take off in the last hours, and how many posts each has then.
BURSTS, BURST_POSTS, BURST_HOURS = 5, 300, 12
BANDS = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000


@dataclass(frozen=True)
class Posts:
    """The lake tables of some hours; the same for the same seed."""

    hours: HourRange
    runs: pa.Table
    artifacts: pa.Table
    observations: pa.Table

    def write(self, lake: Lake) -> None:
        """Put them into a lake."""
        lake.replace(CAPTURE_RUNS, self.hours, self.runs)
        lake.replace(NORMALIZED_ARTIFACTS, self.hours, self.artifacts)
        lake.replace(EVIDENCE_OBSERVATIONS, self.hours, self.observations)


def posts(
    artifacts: int = ARTIFACTS, hours: int = 24 * DAYS, last: datetime = LAST, seed: int = 0, first_id: int = 0
) -> Posts:
    """So many artifacts over so many hours; popularity of keys and authors falls as in Zipf's law."""
    random = np.random.default_rng(seed)
    span = HourRange(last - (hours - 1) * HOUR, last)
    since = (span.first - _EPOCH) // timedelta(microseconds=1)
    # more by day than by night
    by_hour = np.repeat(3600.0, hours) * (1 + 0.5 * np.sin(2 * np.pi * np.arange(hours) / 24))
    hour = np.sort(random.choice(hours, artifacts, p=by_hour / by_hour.sum()))
    seen = since + (hour * 3600 + random.integers(0, 3600, artifacts)) * _SECOND
    platform = random.integers(0, len(PLATFORMS), artifacts)
    ids = _texts("e", np.arange(first_id, first_id + artifacts))
    placed = _placed(since, hour)
    return Posts(
        span,
        _runs(span),
        NORMALIZED_ARTIFACTS.fitted(_artifacts(random, ids, seen, hour, platform, placed)),
        EVIDENCE_OBSERVATIONS.fitted(_observations(random, ids, since, hour, platform, hours)),
    )


def _artifacts(
    random: np.random.Generator, ids: pa.Array, seen: Whole, hour: Whole, platform: Whole, placed: dict[str, pa.Array]
) -> pa.Table:
    n = len(ids)
    # most are found soon, a few long after
    age = np.where(random.random(n) < 0.005, 40 * 24 * 3600.0, random.exponential(1200.0, n))
    author = _zipf(random, AUTHORS, n, 0.7)
    keys = {kind: _keys(random, kind, n) for kind in KEYS}
    _add_bursts(random, keys["phrase"], np.flatnonzero(hour > hour[-1] - BURST_HOURS))
    listed = {kind: _distinct(*owned) for kind, owned in keys.items()}
    url = np.full(n, -1)
    url[listed["url"][0]] = listed["url"][1]
    some_texts = pa.array([f"{'what everybody says about this one ' * 3}{number}" for number in range(10_000)])
    return pa.table(
        {
            "artifact_id": pc.binary_join_element_wise("a", ids, ""),
            "evidence_id": ids,
            "platform": _taken(PLATFORMS, platform),
            "normalized_text": some_texts.take(pa.array(random.integers(0, len(some_texts), n))),
            "language": pa.array(["en"]).take(pa.array(np.zeros(n, dtype=np.int64))),
            "phrase_keys": _lists(*listed["phrase"], _texts("phrase", np.arange(KEYS["phrase"])), n),
            "phrases": _lists(*listed["phrase"], _texts("A Phrase ", np.arange(KEYS["phrase"])), n),
            "canonical_url": pc.if_else(pa.array(url >= 0), _texts("https://example.org/a/page/", url), None),
            "hashtags": _lists(*listed["hashtag"], _texts("tag", np.arange(KEYS["hashtag"])), n),
            "mentions": _lists(np.zeros(0, np.int64), np.zeros(0, np.int64), pa.array([], pa.string()), n),
            "audio_id": pa.nulls(n, pa.string()),
            "author": pc.if_else(pa.array(random.random(n) < 0.98), _texts(f"~{'0' * 26}", author), None),
            "happened_at": _moments(np.maximum(seen - (age * _SECOND).astype(np.int64), 0)),
            "engagement_score": random.random(n),
            "signature": _signatures(random, n),
            **placed,
        }
    )


def _observations(
    random: np.random.Generator, ids: pa.Array, since: int, hour: Whole, platform: Whole, hours: int
) -> pa.Table:
    """Each at first sight, and up to three times in the four days after; counts grow, and fall at times."""
    later = random.choice(4, len(ids), p=(0.4, 0.25, 0.2, 0.15))
    item, sight = np.repeat(np.arange(len(ids)), later + 1), _counted_up(later + 1)
    after = np.asarray([0, 1, 7, 25])[sight] + random.integers(0, 6, len(item)) * (sight > 0)
    inside = hour[item] + after < hours
    item, sight, at = item[inside], sight[inside], (hour[item] + after)[inside]
    n = len(item)
    likes = random.integers(0, 100, len(ids))[item] + (sight + 1) * random.integers(-3, 40, n)
    return pa.table(
        {
            "evidence_id": ids.take(pa.array(item)),
            "capture_id": _capture_ids(since, at, platform[item]),
            "surface_id": _taken(PLATFORMS, platform[item]),
            "observed_at": _moments(since + at * 3600 * _SECOND + 300 * _SECOND),
            "view_count": pa.array(likes * 50),
            "like_count": pc.if_else(pa.array(random.random(n) < 0.95), pa.array(likes), None),
            "comment_count": pa.array(likes // 5),
            "share_count": pa.nulls(n, pa.int64()),
            "rank": pa.nulls(n, pa.int64()),
            "changed_title": pa.nulls(n, pa.string()),
            "changed_text": pa.nulls(n, pa.string()),
            **_placed(since, at),
        }
    )


def _runs(hours: HourRange) -> pa.Table:
    since = (hours.first - _EPOCH) // timedelta(microseconds=1)
    at, platform = (axis.ravel() for axis in np.indices((len(hours), len(PLATFORMS))))
    moment, name = _moments(since + at * 3600 * _SECOND), _taken(PLATFORMS, platform)
    one = pa.array(np.ones(len(at), dtype=np.int64))
    known: dict[str, Any] = {
        "capture_id": _capture_ids(since, at, platform),
        **dict.fromkeys(("surface_id", "platform", "surface_type", "surface_key"), name),
        "cadence_minutes": pa.array(np.full(len(at), 60)),
        # now and then one fails
        "status": pc.if_else(pa.array((at * 7 + platform) % 50 > 0), "succeeded", "failed"),
        **dict.fromkeys(("item_count", "quarantined_count", "request_count", "body_bytes"), one),
        **dict.fromkeys(("due_at", "started_at", "ended_at"), moment),
        **_placed(since, at),
    }
    return _with_nulls(CAPTURE_RUNS, known, len(at))


def _with_nulls(table: Table, known: dict[str, Any], rows: int) -> pa.Table:
    unknown = {field.name: pa.nulls(rows, field.type) for field in table.schema if field.name not in known}
    return table.fitted(pa.table({**known, **unknown}))


def _keys(random: np.random.Generator, kind: str, artifacts: int) -> tuple[Whole, Whole]:
    """Pairs of artifact and key; of many artifacts some have each key."""
    how_many = random.choice(len(HOW_MANY[kind]), artifacts, p=HOW_MANY[kind])
    owner = np.repeat(np.arange(artifacts), how_many)
    key = _zipf(random, KEYS[kind], len(owner), 1.0)
    if len(owner) > 2 * KEYS[kind]:
        key[random.permutation(len(owner))[: KEYS[kind]]] = np.arange(KEYS[kind])
    return owner, key


def _add_bursts(random: np.random.Generator, keys: tuple[Whole, Whole], latest: Whole) -> None:
    """Give random artifacts of the last hours, in place of a phrase, one that is rare otherwise."""
    owner, key = keys
    places = np.flatnonzero(np.isin(owner, latest))
    for burst in range(BURSTS):
        key[random.choice(places, min(BURST_POSTS, len(places)), replace=False)] = KEYS["phrase"] // 2 + burst


def _zipf(random: np.random.Generator, among: int, draws: int, exponent: float) -> Whole:
    weights = np.arange(1, among + 1) ** -exponent
    return np.searchsorted(np.cumsum(weights / weights.sum()), random.random(draws)).clip(max=among - 1)


def _distinct(owner: Whole, key: Whole) -> tuple[Whole, Whole]:
    most = int(key.max(initial=0)) + 1
    return tuple(np.divmod(np.unique(owner * most + key), most))


def _signatures(random: np.random.Generator, n: int) -> pa.Array:
    """Of three in a hundred texts the bands of another posted just before; very short ones have none."""
    bands = random.integers(-(2**63), 2**63 - 1, (n, BANDS), dtype=np.int64)
    copies = np.flatnonzero(random.random(n) < 0.03)
    bands[copies] = bands[np.maximum(copies - random.integers(1, 2000, len(copies)), 0)]
    sizes = np.where(random.random(n) < 0.05, 0, BANDS)
    kept = bands[sizes > 0].ravel()
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], sizes.cumsum()]), pa.int32()), pa.array(kept))


def _lists(owner: Whole, key: Whole, names: pa.Array, n: int) -> pa.Array:
    ends = np.bincount(owner, minlength=n).cumsum()
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], ends]), pa.int32()), names.take(pa.array(key)))


def _texts(prefix: str, numbers: Whole) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _taken(names: NDArray[Any], which: Whole) -> pa.Array:
    return pa.array(names.tolist()).take(pa.array(which))


def _moments(microseconds: Whole) -> pa.Array:
    return pa.array(microseconds).cast(pa.timestamp("us", tz="UTC"))


def _placed(since: int, hour: Whole) -> dict[str, pa.Array]:
    moment = _moments(since + hour * 3600 * _SECOND)
    return {"capture_day": pc.strftime(moment, "%Y-%m-%d"), "capture_hour": moment}


def _capture_ids(since: int, hour: Whole, platform: Whole) -> pa.Array:
    return pc.binary_join_element_wise(_texts("", since + hour), _taken(PLATFORMS, platform), "-")


def _counted_up(sizes: Whole) -> Whole:
    return np.arange(sizes.sum()) - np.repeat(sizes.cumsum() - sizes, sizes)
