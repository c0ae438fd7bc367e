"""The board engine on real stores: what it keeps, what it joins, and how it degrades."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from kairo_cli.demo.demo import BRAND_FILES
from kairo_hero.boards.reading import kept_board
from kairo_hero.brands.brand_file import read_brand_file
from kairo_hero.brands.importing import find_brand, import_brand
from kairo_hero.dto import TodayBoardDTO
from kairo_hero.engines.opportunities_engine import BoardStores, generate_today_board
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.models import Brand, LearningEvent, Opportunity, SignalBundle, TodayBoard
from kairo_hero.settings import HeroSettings
from kairo_pipelines.hours import HOUR, HourRange, capture_day
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    DETECTOR_HOURS,
    EVIDENCE_ITEMS,
    NORMALIZED_ARTIFACTS,
    TREND_CANDIDATES,
)

TREND_HOUR = datetime(2021, 12, 10, 2, tzinfo=UTC)
STORIES = {
    "log4j": ["Log4j RCE Found", "RCE 0-day exploit found in log4j, a popular Java logging package"],
    "tailwind": ["Tailwind CSS v3.0", "Tailwind CSS v3"],
}
AT = datetime(2021, 12, 10, 3, tzinfo=UTC)


@pytest.fixture
def board_stores(tmp_path: Path, database) -> BoardStores:
    """A lake in which two trends stand, and a store that knows both demo brands."""
    with database.writing() as session:
        for file in BRAND_FILES:
            import_brand(session, read_brand_file(file))
    lake = Lake(str(tmp_path / "lake"))
    write_trends(lake, STORIES)
    return BoardStores(database, lake, HeroSettings.from_environment())


def write_trends(lake: Lake, stories: dict[str, list[str]], verdict: str = "scored") -> None:
    hour = {"capture_day": capture_day(TREND_HOUR), "capture_hour": TREND_HOUR}
    hours = HourRange.single(TREND_HOUR)
    posts = [(topic, number, title) for topic, titles in stories.items() for number, title in enumerate(titles)]
    lake.replace(EVIDENCE_ITEMS, hours, EVIDENCE_ITEMS.rows(item(*post) | hour for post in posts))
    lake.replace(NORMALIZED_ARTIFACTS, hours, NORMALIZED_ARTIFACTS.rows(artifact(*post) | hour for post in posts))
    links = (
        {"artifact_id": f"ahackernews:{topic}{n}", "cluster_id": topic, "role": "secondary", "key_type": "phrase"}
        | hour
        for topic, n, _ in posts
    )
    lake.replace(ARTIFACT_CLUSTER_LINKS, hours, ARTIFACT_CLUSTER_LINKS.rows(links))
    lake.replace(TREND_CANDIDATES, hours, TREND_CANDIDATES.rows(candidate(topic) | hour for topic in stories))
    said = {
        "verdict": verdict,
        "reason": "as the test says",
        "covered_hours": 200,
        "window_artifacts": 50,
        "window_authors": 40,
        "minimum_authors": 2,
        "clusters_tested": 5,
        "candidates": len(stories),
    }
    lake.replace(DETECTOR_HOURS, hours, DETECTOR_HOURS.rows([said | hour]))


def item(topic: str, number: int, title: str) -> dict:
    return {
        "evidence_id": f"hackernews:{topic}{number}",
        "platform": "hackernews",
        "platform_item_id": f"{topic}{number}",
        "capture_id": "c",
        "surface_id": "s",
        "title": title,
        "text_content": title,
        "text_hash": hash(title),
        "author": f"author{number}",
        "hashtags": [],
        "url": f"https://example.com/{topic}/{number}",
        "first_seen_at": TREND_HOUR,
        "like_count": 100 + number,
        "raw_json": "{}",
    }


def artifact(topic: str, number: int, title: str) -> dict:
    return {
        "artifact_id": f"ahackernews:{topic}{number}",
        "evidence_id": f"hackernews:{topic}{number}",
        "platform": "hackernews",
        "normalized_text": title,
        "phrase_keys": [],
        "phrases": [],
        "hashtags": [],
        "mentions": [],
        "signature": [],
        "author": f"author{number}",
        "happened_at": TREND_HOUR,
        "engagement_score": 10.0,
    }


def candidate(topic: str) -> dict:
    return {
        "trend_id": f"trend-{topic}",
        "cluster_id": topic,
        "cluster_key_type": "phrase",
        "cluster_key": topic,
        "display_name": topic.title(),
        "platforms": ["hackernews"],
        "status": "emerging",
        "detected_at": TREND_HOUR + HOUR,
        "trend_score": 44.0,
        "growth_score": 0.5,
        "breadth_score": 0.2,
        "engagement_score": 0.4,
        "novelty_score": 1.0,
        "confidence_score": 0.6,
        "surprise": 3.7,
        "level": 3.7,
        "velocity_score": 1.8,
        "acceleration": 0.1,
        "coherence": 0.7,
        "artifact_count": 2,
        "author_count": 2,
        "expected_count": 0.04,
        "seen_before": 0,
        "window_hours": 24,
        "engagement_gained": 50.0,
        "why": "2 posts by 2 authors in 24 h; not once in the 11 days before",
    }


def brand_id(board_stores: BoardStores, slug: str = "sourcegraph"):
    with board_stores.database.reading() as session:
        return find_brand(session, slug).id


def make(board_stores: BoardStores, *, slug: str = "sourcegraph", at: datetime = AT) -> TodayBoardDTO:
    return generate_today_board(board_stores, brand_id(board_stores, slug), run_id=str(uuid4()), at=at)


def test_a_board_is_kept_as_it_was_returned(board_stores):
    board = make(board_stores)
    with board_stores.database.reading() as session:
        assert kept_board(session, board.brand_id) == board
    assert [card.trend_id for card in board.opportunities] == ["trend-log4j"]
    assert board.meta.dropped == {"not_relevant": 1}
    assert board.meta.signals_considered == 2


def test_a_run_that_is_repeated_answers_with_its_board_and_keeps_nothing_twice(board_stores):
    first = generate_today_board(board_stores, brand_id(board_stores), run_id="one", at=AT)
    again = generate_today_board(board_stores, brand_id(board_stores), run_id="one", at=AT + HOUR)
    assert again == first
    with board_stores.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TodayBoard)) == 1


def test_a_trend_keeps_its_card_from_board_to_board(board_stores):
    first, second = make(board_stores), make(board_stores, at=AT + HOUR)
    assert [card.id for card in second.opportunities] == [card.id for card in first.opportunities]
    with board_stores.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Opportunity)) == 1


def test_an_earlier_board_can_be_read_as_it_stood(board_stores):
    first = make(board_stores)
    write_trends(board_stores.lake, {})
    second = make(board_stores, at=AT + 2 * HOUR)
    assert second.opportunities == []
    with board_stores.database.reading() as session:
        then = kept_board(session, first.brand_id, as_of=AT + HOUR)
        assert then is not None
        assert then.opportunities == first.opportunities
        assert then.meta.as_of == AT + HOUR
        assert kept_board(session, first.brand_id, as_of=AT - HOUR) is None


def test_a_pinned_card_stays_on_top_after_its_trend_is_gone(board_stores):
    card = make(board_stores).opportunities[0]
    with board_stores.database.writing() as session:
        session.get_one(Opportunity, card.id).is_pinned = True
    write_trends(board_stores.lake, {})
    assert [one.id for one in make(board_stores, at=AT + HOUR).opportunities] == [card.id]


def test_a_pinned_card_stays_as_it_was_pinned_and_is_made_no_second_time(board_stores):
    card = make(board_stores).opportunities[0]
    with board_stores.database.writing() as session:
        session.get_one(Opportunity, card.id).is_pinned = True
    later = make(board_stores, at=AT + HOUR)
    assert [(one.id, one.title, one.why_now) for one in later.opportunities] == [(card.id, card.title, card.why_now)]


def test_a_board_has_so_many_cards_at_most_pinned_ones_among_them(board_stores, monkeypatch):
    write_trends(
        board_stores.lake, {"log4j": STORIES["log4j"], "search": ["Improving GitHub Code Search", "Code search"]}
    )
    first = make(board_stores)
    assert len(first.opportunities) == 2
    with board_stores.database.writing() as session:
        session.get_one(Opportunity, first.opportunities[1].id).is_pinned = True
    monkeypatch.setenv("KAIRO_BOARD_CARDS", "1")
    short = BoardStores(board_stores.database, board_stores.lake, HeroSettings.from_environment())
    assert [one.id for one in make(short, at=AT + HOUR).opportunities] == [first.opportunities[1].id]


def test_a_snoozed_card_is_away_until_its_date(board_stores):
    card = make(board_stores).opportunities[0]
    with board_stores.database.writing() as session:
        row = session.get_one(Opportunity, card.id)
        row.is_snoozed, row.snoozed_until = True, AT + timedelta(days=1)
    away = make(board_stores, at=AT + HOUR)
    assert away.opportunities == []
    assert away.meta.dropped["snoozed_or_rejected"] == 1
    assert [one.id for one in make(board_stores, at=AT + timedelta(days=2)).opportunities] == [card.id]


def test_a_detector_that_could_say_nothing_makes_a_degraded_board_that_says_why(board_stores):
    write_trends(board_stores.lake, {}, verdict="cold_start")
    board = make(board_stores)
    assert board.meta.degraded
    assert board.meta.degraded_reason == "cold start: as the test says"
    assert board.opportunities == []


def test_a_lake_without_a_scored_hour_makes_a_degraded_board(board_stores, tmp_path):
    empty = BoardStores(board_stores.database, Lake(str(tmp_path / "empty")), board_stores.settings)
    board = make(empty)
    assert board.meta.degraded_reason == "no hour has been scored yet"
    assert board.meta.trend_hour is None


def test_when_signals_fail_the_earlier_cards_stand_and_the_board_says_so(board_stores, tmp_path):
    card = make(board_stores).opportunities[0]
    broken = tmp_path / "broken"
    (broken / "tables" / "detector_hours" / "_delta_log").mkdir(parents=True)
    (broken / "tables" / "detector_hours" / "_delta_log" / "00000000000000000000.json").write_text("no commit at all")
    board = make(BoardStores(board_stores.database, Lake(str(broken)), board_stores.settings), at=AT + HOUR)
    assert board.meta.degraded_reason == "the signals could not be read"
    assert board.meta.source == "existing"
    assert [one.id for one in board.opportunities] == [card.id]


def test_a_topic_that_is_taboo_gets_no_card(board_stores):
    write_trends(
        board_stores.lake,
        {"golang": ["Golang exploit found in code search", "0-day exploit in a Golang security library"]},
    )
    board = make(board_stores)
    assert board.opportunities == []
    assert board.meta.dropped == {"taboo": 1}


def test_an_unknown_brand_is_named(board_stores):
    unknown = uuid4()
    with pytest.raises(ObjectNotFoundError, match=str(unknown)):
        generate_today_board(board_stores, unknown, run_id="r")


def test_what_a_run_did_is_written_down_when_asked_for(board_stores, tmp_path, monkeypatch):
    monkeypatch.setenv("KAIRO_OBS_ENABLED", "true")
    monkeypatch.setenv("KAIRO_OBS_DIR", str(tmp_path / "obs"))
    observed = BoardStores(board_stores.database, board_stores.lake, HeroSettings.from_environment())
    board = generate_today_board(observed, brand_id(board_stores), run_id="seen", at=AT)
    written = {path.stem for path in (tmp_path / "obs" / "seen").iterdir()}
    assert written == {"run_start", "opportunity", "run_complete"}
    assert str(board.opportunities[0].id) in (tmp_path / "obs" / "seen" / "opportunity.jsonl").read_text()


def test_one_degraded_board_after_another_still_shows_the_earlier_cards(board_stores, tmp_path):
    card = make(board_stores).opportunities[0]
    empty = BoardStores(board_stores.database, Lake(str(tmp_path / "empty")), board_stores.settings)
    for hours in (1, 2, 3):
        board = make(empty, at=AT + hours * HOUR)
        assert board.meta.source == "existing"
        assert [one.id for one in board.opportunities] == [card.id]


def test_a_degraded_board_does_not_bring_back_a_rejected_card(board_stores, tmp_path):
    card = make(board_stores).opportunities[0]
    with board_stores.database.writing() as session:
        rejected = LearningEvent(
            brand_id=card.brand_id, signal_type="reject", effective_at=AT, opportunity_id=card.id, decision_id="d"
        )
        session.add(rejected)
    empty = BoardStores(board_stores.database, Lake(str(tmp_path / "empty")), board_stores.settings)
    assert make(empty, at=AT + HOUR).opportunities == []


def test_a_pinned_card_goes_when_its_words_become_a_taboo(board_stores):
    card = make(board_stores).opportunities[0]
    with board_stores.database.writing() as session:
        session.get_one(Opportunity, card.id).is_pinned = True
        brand = session.get_one(Brand, card.brand_id)
        brand.taboos = [*brand.taboos, "log4j"]
    assert make(board_stores, at=AT + HOUR).opportunities == []


def test_whatever_fails_while_composing_leaves_a_degraded_board(board_stores):
    card = make(board_stores).opportunities[0]
    with board_stores.database.writing() as session:
        session.get_one(Brand, card.brand_id).competitors = {"edited": "by hand"}
    board = generate_today_board(board_stores, card.brand_id, run_id="broken", gather=False, at=AT + HOUR)
    assert board.meta.degraded_reason.startswith("no new cards could be composed")
    assert board.meta.source == "existing"
    assert [one.id for one in board.opportunities] == [card.id]


def test_a_kept_signal_that_nobody_can_read_is_gathered_anew(board_stores):
    card = make(board_stores).opportunities[0]
    with board_stores.database.writing() as session:
        kept = session.scalars(select(SignalBundle).where(SignalBundle.brand_id == card.brand_id)).one()
        kept.occasions = [{"id": "of an older version"}]
    board = generate_today_board(board_stores, card.brand_id, run_id="again", gather=False, at=AT + HOUR)
    assert [one.id for one in board.opportunities] == [card.id]
