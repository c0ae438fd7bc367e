"""What trends came to, and what nobody noticed, on posts whose story is known."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from kairo_pipelines.backtest.outcomes import missed_bursts, trend_outcomes
from kairo_pipelines.embedding import embed
from kairo_pipelines.hours import HourRange, capture_day, hour_of
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTERS,
    NORMALIZED_ARTIFACTS,
    TREND_CANDIDATES,
)

START = datetime(2021, 1, 1, tzinfo=UTC)
NOTICED = datetime(2021, 2, 20, 12, tzinfo=UTC)
LATER = NOTICED + timedelta(days=30)
HOURS = HourRange(datetime(2021, 2, 10, tzinfo=UTC), datetime(2021, 3, 1, tzinfo=UTC))


class Posted:
    """A lake with posts of named clusters, given as (hours after the trend was noticed, author)."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.artifacts: list[dict] = []
        self.links: list[dict] = []

    def cluster(self, name: str, posts: Sequence[tuple[float, str]], shares_with: str | None = None) -> None:
        """Posts of a cluster; `shares_with` puts them into that one as well."""
        for number, (hours, author) in enumerate(posts):
            moment = NOTICED + timedelta(hours=hours)
            place = {"capture_hour": hour_of(moment), "capture_day": capture_day(moment)}
            artifact = f"a{name}{number}"
            self.artifacts.append(
                {
                    "artifact_id": artifact,
                    "evidence_id": artifact[1:],
                    "platform": "hackernews",
                    "normalized_text": f"{name} is in the news",
                    "author": author,
                    "happened_at": moment,
                    "engagement_score": 1.0,
                    **{key: [] for key in ("phrase_keys", "phrases", "hashtags", "mentions", "signature")},
                    **place,
                }
            )
            for cluster in filter(None, (name, shares_with)):
                link = {"artifact_id": artifact, "cluster_id": cluster, "role": "secondary", "key_type": "phrase"}
                self.links.append({**link, **place})

    def write(self) -> Lake:
        self.lake.replace_slice(Slice(NORMALIZED_ARTIFACTS), NORMALIZED_ARTIFACTS.rows(self.artifacts))
        self.lake.replace_slice(Slice(ARTIFACT_CLUSTER_LINKS), ARTIFACT_CLUSTER_LINKS.rows(self.links))
        names = sorted({link["cluster_id"] for link in self.links})
        place = {"platforms": ["hackernews"], "capture_hour": START, "capture_day": capture_day(START)}
        clusters = [
            {"cluster_id": name, "cluster_key_type": "phrase", "cluster_key": name, "display_name": name, **place}
            for name in names
        ]
        self.lake.append_new(CLUSTERS, CLUSTERS.rows(clusters))
        self.lake.replace_slice(Slice(CAPTURE_RUNS), CAPTURE_RUNS.rows([capture(START)]))
        return self.lake


def capture(moment: datetime) -> dict:
    texts = dict.fromkeys(("capture_id", "surface_id", "platform", "surface_type", "surface_key", "status"), "x")
    numbers = dict.fromkeys(("cadence_minutes", "item_count", "quarantined_count", "request_count", "body_bytes"), 1)
    times = dict.fromkeys(("due_at", "started_at", "ended_at", "capture_hour"), moment)
    return {**texts, **numbers, **times, "capture_day": capture_day(moment)}


def trend(cluster: str, noticed: datetime = NOTICED, expected: float = 0.1) -> dict:
    """The row of the hour in which a cluster was noticed, as the detector writes it."""
    scores = ("trend", "growth", "breadth", "engagement", "novelty", "confidence", "velocity")
    numbers = (*(f"{name}_score" for name in scores), *("surprise", "level", "acceleration", "coherence"))
    return {
        **dict.fromkeys((*numbers, "engagement_gained"), 1.0),
        **dict.fromkeys(("artifact_count", "author_count", "seen_before"), 2),
        "trend_id": f"t{cluster}",
        "cluster_id": cluster,
        "cluster_key_type": "phrase",
        "cluster_key": cluster,
        "display_name": cluster,
        "platforms": ["hackernews"],
        "status": "emerging",
        "why": "because",
        "detected_at": noticed,
        "expected_count": expected,
        "window_hours": 24,
        "capture_hour": noticed - timedelta(hours=1),
        "capture_day": capture_day(noticed),
    }


@pytest.fixture
def posted(tmp_path) -> Posted:
    return Posted(Lake(str(tmp_path)))


def outcome(posted: Posted, row: dict, known_until: datetime = LATER) -> pd.Series:
    return trend_outcomes(posted.write(), TREND_CANDIDATES.rows([row]), known_until).iloc[0]


FIRST_TWO = [(-3, "ann"), (-1, "bob")]


def test_three_further_authors_within_three_days_have_followed(posted):
    posted.cluster("log4j", [*FIRST_TWO, (1, "cy"), (30, "di"), (71, "ed")])
    assert outcome(posted, trend("log4j"))[["followers", "followed"]].tolist() == [3, True]


@pytest.mark.parametrize(
    "after",
    [
        [(1, "cy"), (30, "di")],
        [(1, "cy"), (30, "di"), (73, "ed")],
        [(1, "cy"), (30, "di"), (40, "cy")],
        [(1, "cy"), (30, "di"), (40, "ann")],
    ],
    ids=["two", "too late", "one of them twice", "one who was there before"],
)
def test_less_than_that_has_not(posted, after):
    posted.cluster("log4j", [*FIRST_TWO, *after])
    assert outcome(posted, trend("log4j"))[["followers", "followed"]].tolist() == [2, False]


def test_where_as_many_are_usual_nobody_has_followed(posted):
    posted.cluster("linux", [*FIRST_TWO, (1, "cy"), (30, "di"), (60, "ed")])
    row = outcome(posted, trend("linux", expected=0.5))
    assert (row["usual"], row["followed"]) == (1.5, False)


def test_while_three_days_are_not_over_it_is_too_early_to_say_unless_they_came(posted):
    posted.cluster("log4j", [*FIRST_TWO, (1, "cy")])
    assert pd.isna(outcome(posted, trend("log4j"), NOTICED + timedelta(days=2))["followed"])
    posted.cluster("omicron", [*FIRST_TWO, (1, "cy"), (2, "di"), (3, "ed")])
    assert outcome(posted, trend("omicron"), NOTICED + timedelta(days=2))["followed"]


def test_the_lead_is_the_time_from_being_noticed_to_the_middle_of_the_densest_day(posted):
    posted.cluster("gamestop", [*FIRST_TWO, (40, "cy"), (44, "di"), (48, "ed"), (52, "flo")])
    assert outcome(posted, trend("gamestop"))["lead_hours"] == pytest.approx(40)


def test_without_trends_there_is_nothing_to_tell(posted):
    posted.cluster("log4j", FIRST_TWO)
    frame = trend_outcomes(posted.write(), TREND_CANDIDATES.rows([]), LATER)
    assert frame.empty
    assert {"followed", "lead_hours", *TREND_CANDIDATES.columns} <= set(frame.columns)


SIX = [(hours, author) for hours, author in enumerate(["cy", "di", "ed", "flo", "gil", "hal"])]


def missed(posted: Posted, *trends: dict, hours: HourRange = HOURS) -> tuple[int, list[str]]:
    lake = posted.write()
    number, frame = missed_bursts(lake, hours, trend_outcomes(lake, TREND_CANDIDATES.rows(trends), LATER), embed)
    return number, frame["display_name"].tolist()


def test_six_authors_in_three_days_that_no_trend_tells_of_are_missed(posted):
    posted.cluster("kabul", SIX)
    assert missed(posted) == (1, ["kabul"])
    assert missed(posted, trend("kabul")) == (1, [])


def test_a_trend_long_before_does_not_tell_of_it(posted):
    posted.cluster("kabul", [(-200, "ann"), (-199, "bob"), *SIX])
    assert missed(posted, trend("kabul", NOTICED - timedelta(hours=198))) == (1, ["kabul"])


@pytest.mark.parametrize(
    "posts",
    [SIX[:5], [(hours, "cy") for hours in range(9)], [(15 * hours, author) for hours, author in SIX]],
    ids=["five authors", "one author", "over four days"],
)
def test_less_than_that_is_no_burst(posted, posts):
    posted.cluster("kabul", posts)
    assert missed(posted) == (0, [])


def test_what_brings_as_many_all_the_time_is_no_burst(posted):
    posted.cluster("linux", [*((-24 * day, f"author {day}") for day in range(4, 40)), *SIX])
    assert missed(posted) == (0, [])


def test_one_story_in_several_clusters_is_one_burst_and_one_trend_tells_of_it(posted):
    posted.cluster("kabul", SIX, shares_with="afghanistan")
    assert missed(posted)[0] == 1
    assert missed(posted, trend("afghanistan")) == (1, [])


def test_a_cluster_may_burst_twice(posted):
    posted.cluster("facebook", [*((hours - 160, author) for hours, author in SIX), *SIX])
    assert missed(posted, trend("facebook", NOTICED - timedelta(hours=158))) == (2, ["facebook"])
