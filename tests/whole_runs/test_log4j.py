"""What six days of front pages say on the morning of 10 December 2021."""

from datetime import UTC, datetime, timedelta

import pytest

from kairo_pipelines.lake.lake import Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    DETECTOR_HOURS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    TREND_CANDIDATES,
)

pytestmark = pytest.mark.xdist_group("replayed")
SECOND_STORY = datetime(2021, 12, 10, 2, 25, 46, tzinfo=UTC)
BOTH_STORIES = {"hackernews:29504755", "hackernews:29505477"}


def test_log4j_is_a_candidate_within_three_hours_of_its_second_story(replayed):
    found = replayed.lake.sql(
        "SELECT min(detected_at) AS detected_at FROM rows WHERE cluster_key = 'log4j'", rows=Slice(TREND_CANDIDATES)
    ).to_pylist()
    assert SECOND_STORY < found[0]["detected_at"] <= SECOND_STORY + timedelta(hours=3)


def test_the_developer_tools_board_has_a_card_that_cites_both_stories(boards):
    cited = [{one.evidence_id for one in card.evidence} for card in boards["sourcegraph.sourcegraph"].opportunities]
    assert any(cited_ids >= BOTH_STORIES for cited_ids in cited)


def test_no_card_cites_what_was_not_on_the_front_page_by_then(replayed, boards):
    first_seen = replayed.lake.sql(
        "SELECT evidence_id, first_seen_at FROM rows", rows=Slice(EVIDENCE_ITEMS)
    ).to_pylist()
    seen_at = {row["evidence_id"]: row["first_seen_at"] for row in first_seen}
    for board in boards.values():
        end = board.meta.trend_hour + timedelta(hours=1)
        assert all(seen_at[one.evidence_id] < end for card in board.opportunities for one in card.evidence)


def test_the_numbers_in_the_why_now_are_those_of_the_evidence(replayed, boards):
    card = next(card for card in boards["sourcegraph.sourcegraph"].opportunities if "Log4j" in card.title)
    points = replayed.lake.sql(
        "SELECT arg_max(like_count, observed_at) AS points FROM rows WHERE evidence_id = 'hackernews:29504755'",
        rows=Slice(EVIDENCE_OBSERVATIONS),
    ).to_pylist()[0]["points"]
    assert f"{points} points" in card.why_now
    assert "2 posts by 2 authors in 24 h" in card.why_now


def test_the_two_brands_get_different_boards(boards):
    titles = [{card.title for card in board.opportunities} for board in boards.values()]
    assert all(titles)
    assert not titles[0] & titles[1]


def test_a_brand_without_pillars_and_personas_gets_cards_and_is_told_what_is_missing(boards):
    board = boards["gsa.18f"]
    assert board.meta.missing == ["pillars", "personas"]
    assert board.opportunities
    assert all("18F" in card.title or "18F" in card.angle for card in board.opportunities)
    assert not board.meta.degraded


def test_a_card_is_composed_from_the_brands_own_pillar_and_persona(boards):
    board = boards["sourcegraph.sourcegraph"]
    card = next(card for card in board.opportunities if "Log4j" in card.title)
    pillar = next(pillar for pillar in board.snapshot.pillars if pillar.id == card.pillar_id)
    persona = next(persona for persona in board.snapshot.personas if persona.id == card.persona_id)
    assert pillar.name == "Find and fix security vulnerabilities faster"
    assert persona.name == "Security Engineering Leader"


def test_the_parts_of_a_score_add_up_to_it(boards):
    for board in boards.values():
        for card in board.opportunities:
            parts = card.score_breakdown
            assert card.score == pytest.approx(parts.trend + parts.fit + parts.freshness + parts.learning, abs=1e-6)


def test_no_trend_is_called_before_there_is_a_past_to_compare_with(replayed):
    verdicts = replayed.lake.sql("SELECT * FROM rows ORDER BY capture_hour", rows=Slice(DETECTOR_HOURS)).to_pylist()
    first_three_days = verdicts[:72]
    assert {row["verdict"] for row in first_three_days} <= {"cold_start", "broken_coverage"}
    assert not any(row["candidates"] for row in first_three_days)
    assert verdicts[-1]["verdict"] == "scored"


def test_an_hour_without_a_capture_is_broken_coverage_not_silence(replayed):
    # the recording has nothing between 10:00 and 11:00 on 5 December
    rows = replayed.lake.sql(
        "SELECT verdict, reason FROM rows WHERE verdict = 'broken_coverage' AND capture_hour >= '2021-12-05T00:00:00Z'",
        rows=Slice(DETECTOR_HOURS),
    ).to_pylist()
    assert {"verdict": "broken_coverage", "reason": "no surface answered in this hour"} in rows


def test_every_candidate_can_be_followed_to_its_raw_bytes(replayed):
    paths = replayed.lake.sql(
        """
        SELECT DISTINCT candidates.cluster_id, runs.body_path
        FROM candidates
        LEFT JOIN links USING (cluster_id)
        LEFT JOIN items ON links.artifact_id = 'a' || items.evidence_id
        LEFT JOIN runs USING (capture_id)
        """,
        candidates=Slice(TREND_CANDIDATES),
        links=Slice(ARTIFACT_CLUSTER_LINKS),
        items=Slice(EVIDENCE_ITEMS),
        runs=Slice(CAPTURE_RUNS),
    ).to_pylist()
    assert paths
    assert all(row["body_path"] for row in paths)
    for row in paths:
        assert replayed.lake.objects().get(row["body_path"]).bytes()
