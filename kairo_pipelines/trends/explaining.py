"""What there is to say about trends as of an hour, and one trend's whole story down to the raw bytes. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from kairo_pipelines.hours import HOUR, hour_key
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    NORMALIZED_ARTIFACTS,
    TREND_CANDIDATES,
)
from kairo_pipelines.trends.queries import query
from kairo_pipelines.trends.reading import LOOK_BACK, SHOWN_HOURS, candidates_of, latest_verdict
from kairo_pipelines.trends.scoring import WEIGHTS

Row = dict[str, Any]

#: Ids that a refusal lists.
MOST_LISTED = 5
OVER_THRESHOLD = ("emerging", "active")
_ANSWERS = {
    "cold_start": "Cold start",
    "broken_coverage": "Coverage is broken",
    "too_little_volume": "Too little volume",
}


class NothingJudged(Exception):
    """The detector has looked at no hour yet; the message says how to make it."""


class UnknownTrend(Exception):
    """No trend has this id."""


class AmbiguousTrend(Exception):
    """Several trends' ids begin so."""


@dataclass(frozen=True)
class TrendsAsOf:
    """The trends as of the end of the last hour that was judged, and what the detector could say in it."""

    hour: datetime
    verdict: str
    answer: str
    #: A row each as in `trend_candidates`, the strongest first, or the latest where all are asked for; `sparkline` is
    #: the posts in each of the last 48 hours.
    trends: Sequence[Row]


@dataclass(frozen=True)
class Part:
    """A part of a score: what it measures from 0 to 1, how much it counts, and the points that it gives."""

    name: str
    value: float
    weight: float
    points: float


@dataclass(frozen=True)
class Bucket:
    """What a cluster gained in a stretch of time; velocity in posts an hour, acceleration as its change an hour."""

    bucket_start: datetime
    posts: int
    authors: int
    engagement_gained: float
    velocity: float
    acceleration: float


@dataclass(frozen=True)
class Evidence:
    """A post of a trend, with the capture that first saw it and where that one's raw bytes lie."""

    artifact_id: str
    evidence_id: str
    role: str
    platform: str
    title: str
    author: str | None
    url: str | None
    permalink: str | None
    happened_at: datetime
    first_seen_at: datetime
    counts_at_first_sight: Mapping[str, int]
    counts_now: Mapping[str, int]
    capture_id: str
    surface: str
    captured_at: datetime
    raw_path: str | None


@dataclass(frozen=True)
class TrendStory:
    """All that is known of one trend as of an hour."""

    as_of: datetime
    #: Its status, with the numbers of its last hour over the threshold, as in `trend_candidates`.
    trend: Row
    parts: Sequence[Part]
    #: Its row of each hour, the first first.
    life: Sequence[Row]
    buckets: Sequence[Bucket]
    evidence: Sequence[Evidence]


def trends_as_of(lake: Lake, as_of: datetime | None = None, *, over_too: bool = False) -> TrendsAsOf:
    """The trends of the last hour that was judged, or of the last until `as_of`; with those that are over, if asked.

    Raises NothingJudged where there is no such hour.
    """
    judged = _judged(lake, as_of)
    hour = judged["capture_hour"]
    alive = candidates_of(lake, hour)
    shown = _so_far(lake, hour) if over_too else alive
    lines = _sparklines(lake, shown)
    return TrendsAsOf(
        hour,
        judged["verdict"],
        _answer(judged, len(alive)),
        [{**row, "sparkline": lines[row["trend_id"]]} for row in shown],
    )


def trend_story(
    lake: Lake, trend_id: str, as_of: datetime | None = None, *, bucket_width: timedelta = HOUR
) -> TrendStory:
    """One trend's story, by its id or the beginning of it, with what had been captured by the end of `as_of`.

    Raises UnknownTrend, AmbiguousTrend, or NothingJudged.
    """
    hour = _judged(lake, as_of)["capture_hour"]
    life = _life(lake, _whole_id(lake, trend_id, hour), hour)
    began, last = life[0]["detected_at"] - life[0]["window_hours"] * HOUR, life[-1]["capture_hour"]
    strong = [row for row in life if row["status"] in OVER_THRESHOLD]
    trend = {**strong[-1], "status": life[-1]["status"]}
    return TrendStory(
        as_of=hour,
        trend=trend,
        parts=score_parts_of(trend),
        life=life,
        buckets=_buckets(lake, trend["cluster_id"], began, last, bucket_width),
        evidence=_evidence(lake, trend["cluster_id"], began, last, hour),
    )


def score_parts_of(trend: Row) -> list[Part]:
    """The parts of a candidate's score; their points add up to it, but for rounding."""
    return [
        Part(name, trend[f"{name}_score"], weight, round(100 * weight * trend[f"{name}_score"], 2))
        for name, weight in WEIGHTS.items()
    ]


def _judged(lake: Lake, as_of: datetime | None) -> Row:
    judged = latest_verdict(lake, as_of)
    if judged is None:
        until = f" until {hour_key(as_of)}" if as_of else ""
        raise NothingJudged(f"no hour{until} has been judged; make hours with: kairo ingest pipeline")
    return judged


def _answer(judged: Row, alive: int) -> str:
    if said := _ANSWERS.get(judged["verdict"]):
        return f"{said}: {judged['reason']}"
    trends = {0: "Nothing is taking off", 1: "1 trend"}.get(alive, f"{alive} trends")
    return f"{trends}: {judged['reason']}"


def _so_far(lake: Lake, hour: datetime) -> list[Row]:
    return lake.sql(query("trends_so_far"), candidates=Slice(TREND_CANDIDATES, until=hour)).to_pylist()


def _sparklines(lake: Lake, trends: Sequence[Row]) -> dict[str, list[int]]:
    """Posts in each of the hours up to each row's own, as known then."""
    lines = {row["trend_id"]: [0] * SHOWN_HOURS for row in trends}
    if not trends:
        return lines
    first, last = (each(row["capture_hour"] for row in trends) for each in (min, max))
    found = lake.sql(
        query("sparklines"),
        {"shown": SHOWN_HOURS},
        buckets=Slice(CLUSTER_BUCKETS, first - SHOWN_HOURS * HOUR, last),
        trends=pa.Table.from_pylist(
            [{name: row[name] for name in ("trend_id", "cluster_id", "capture_hour")} for row in trends]
        ),
    )
    for row in found.to_pylist():
        lines[row["trend_id"]][-1 - row["hours_ago"]] = row["posts"]
    return lines


def _whole_id(lake: Lake, beginning: str, hour: datetime) -> str:
    found = lake.sql(
        "SELECT DISTINCT trend_id FROM candidates WHERE starts_with(trend_id, $beginning) ORDER BY trend_id",
        {"beginning": beginning},
        candidates=Slice(TREND_CANDIDATES, until=hour),
    )
    ids = [str(row["trend_id"]) for row in found.to_pylist()]
    if not ids:
        raise UnknownTrend(
            f"there is no trend {beginning!r} as of {hour_key(hour)}; kairo trends --all lists those there are"
        )
    if len(ids) > 1:
        listed = ", ".join(ids[:MOST_LISTED]) + (", …" if len(ids) > MOST_LISTED else "")
        raise AmbiguousTrend(f"the ids of {len(ids)} trends begin with {beginning!r}: {listed}; write more of it")
    return ids[0]


def _life(lake: Lake, trend_id: str, hour: datetime) -> list[Row]:
    return lake.sql(
        "SELECT * FROM candidates WHERE trend_id = $trend_id ORDER BY capture_hour",
        {"trend_id": trend_id},
        candidates=Slice(TREND_CANDIDATES, until=hour),
    ).to_pylist()


def _buckets(lake: Lake, cluster_id: str, first: datetime, last: datetime, width: timedelta) -> list[Bucket]:
    rows = lake.sql(
        query("trend_buckets"),
        {"cluster_id": cluster_id, "first": first, "last": last, "width": width},
        buckets=Slice(CLUSTER_BUCKETS, first - width, last),
        authors=Slice(CLUSTER_AUTHORS, first - width, last),
    )
    return [Bucket(**row) for row in rows.to_pylist()]


def _evidence(lake: Lake, cluster_id: str, began: datetime, last: datetime, as_of: datetime) -> list[Evidence]:
    first = began - LOOK_BACK
    rows = lake.sql(
        query("trend_evidence"),
        {"cluster_id": cluster_id, "began": began},
        links=Slice(ARTIFACT_CLUSTER_LINKS, first, last, {"cluster_id": cluster_id}),
        artifacts=Slice(NORMALIZED_ARTIFACTS, first, last),
        items=Slice(EVIDENCE_ITEMS, first, last),
        observations=Slice(EVIDENCE_OBSERVATIONS, first, as_of),
        runs=Slice(CAPTURE_RUNS, first, last),
    )
    return [_told(lake, row) for row in rows.to_pylist()]


def _told(lake: Lake, row: Row) -> Evidence:
    body_path = row.pop("body_path")
    for counts in ("counts_at_first_sight", "counts_now"):
        row[counts] = {name: count for name, count in row[counts].items() if count is not None}
    return Evidence(**row, raw_path=f"{lake.uri}/{body_path}" if body_path else None)


def as_plain(said: TrendsAsOf | TrendStory) -> Row:
    """The same as dictionaries and lists, for JSON."""
    return asdict(said)
