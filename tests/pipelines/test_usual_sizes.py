"""How many items a surface usually gives: a listing that broke without an error is seen, and nothing else is blamed."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from obstore.store import MemoryStore

from kairo_pipelines.capture.landing import Landing, Page, Receipt, capture_id
from kairo_pipelines.capture.reading import capture_run_rows, read_capture, read_landed
from kairo_pipelines.capture.replay import FRONT_PAGE
from kairo_pipelines.capture.usual_sizes import AT_LEAST, CAPTURES, SMALLEST_USUAL, UsualSizes, usual_sizes
from kairo_pipelines.connectors.connector import Answer, Target
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.evidence.rows import evidence_rows
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import CAPTURE_RUNS

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
DROP = Target("d", "drop", "folder", "/drop")


def receipt(due_at: datetime, target: Target = FRONT_PAGE, **known) -> Receipt:
    return Receipt(
        capture_id=capture_id(target, due_at),
        surface_id=target.surface_id,
        platform=target.platform,
        surface_type=target.surface_type,
        surface_key=target.surface_key,
        due_at=due_at,
        started_at=due_at,
        ended_at=due_at,
        **known,
    )


def stories(number: int) -> bytes:
    return json.dumps([{"item_id": n, "title": f"Story {n}", "author": "ada"} for n in range(1, number + 1)]).encode()


def far_smaller(*sizes: int, apart: timedelta = HOUR, target: Target = FRONT_PAGE) -> list[str | None]:
    """What is said of each of these listings, captured one after the other."""
    usual = UsualSizes()
    return [usual.far_smaller(receipt(NOON + number * apart, target), size) for number, size in enumerate(sizes)]


def flagged(*sizes: int, **known) -> list[int]:
    """The sizes that are said to be far smaller than usual."""
    return [size for size, said in zip(sizes, far_smaller(*sizes, **known), strict=True) if said]


def test_a_listing_of_a_tenth_of_the_usual_is_said_to_be_far_smaller():
    assert far_smaller(*[100] * 5, 10)[-1] == "the listing holds 10 items, where it usually holds 100"
    assert far_smaller(*[100, 101] * 3, 0)[-1] == "the listing holds 0 items, where it usually holds 100.5"


def test_a_fifth_of_the_usual_is_enough():
    assert flagged(*[100] * 5, 20) == []
    assert flagged(*[100] * 5, 19) == [19]


def test_a_larger_listing_is_never_blamed():
    assert flagged(*[100] * 5, 5000, 100) == []


def test_a_short_history_says_nothing():
    assert flagged(*[100] * (AT_LEAST - 1), 0) == []
    assert flagged(*[100] * AT_LEAST, 0) == [0]


def test_a_surface_that_usually_has_few_items_may_have_none():
    assert flagged(*[SMALLEST_USUAL - 1] * 20, 0, 1) == []
    assert flagged(*[SMALLEST_USUAL] * 20, 0, 1) == [0, 1]


def test_one_large_listing_makes_no_usual():
    assert flagged(*[12] * 10, 1000, 12, 12) == []


def test_a_change_that_lasts_becomes_what_is_usual():
    said = far_smaller(*[100] * CAPTURES, *[10] * CAPTURES)[CAPTURES:]
    assert all(said[: CAPTURES // 2])
    assert not any(said[CAPTURES // 2 + 1 :])


def test_what_was_usual_is_forgotten_after_two_weeks():
    assert flagged(*[100] * 20, 5, apart=timedelta(days=2)) == [5]
    assert flagged(*[100] * 20, 5, apart=timedelta(days=3)) == []


def test_surfaces_are_kept_apart():
    usual = UsualSizes()
    for number in range(6):
        usual.far_smaller(receipt(NOON + number * HOUR), 100)
    other = Target("other", "hackernews", "front_page", "other")
    assert usual.far_smaller(receipt(NOON + 7 * HOUR, other), 1) is None


def test_a_source_of_what_is_new_only_may_bring_as_little_as_it_has():
    assert flagged(*[100] * 20, 0, 1, target=DROP) == []


# --- in the rows of `capture_runs` ----------------------------------------------------------------


def reading(due_at: datetime, size: int, **known):
    body = stories(size)
    return read_capture(receipt(due_at, pages=(Page(bytes=len(body)),), **known), [Answer(body)])


def test_a_far_smaller_listing_is_a_failure_and_its_items_are_evidence():
    readings = [reading(NOON + number * HOUR, size) for number, size in enumerate([100] * 6 + [10])]
    *_, last = capture_run_rows(readings, UsualSizes())
    assert (last["status"], last["error_kind"], last["item_count"]) == ("failed", "far_smaller", 10)
    assert last["error"] == "the listing holds 10 items, where it usually holds 100"
    assert len(evidence_rows(readings[-1:], Erased(Authors(b"a key"))).sightings) == 10


def test_what_failed_for_another_reason_keeps_that_and_teaches_nothing():
    usual = UsualSizes()
    partial = {"failure": "timeout", "failure_sentence": "no whole answer within 20 s"}
    readings = [reading(NOON + number * HOUR, 100) for number in range(6)]
    readings += [reading(NOON + number * HOUR, 1, **partial) for number in range(6, 30)]
    rows = capture_run_rows([*readings, reading(NOON + 30 * HOUR, 1)], usual)
    assert {row["error_kind"] for row in rows[6:30]} == {"timeout"}
    assert rows[-1]["error_kind"] == "far_smaller"


@pytest.fixture
def landing() -> Landing:
    """Twenty days of captures of two surfaces, of all sizes, some failed, with days in which nothing landed."""
    landing, chance = Landing(MemoryStore()), random.Random(7)
    for number in range(0, 20 * 24, 2):
        due_at = NOON + number * HOUR
        if 100 < number < 160:
            continue
        for target in (FRONT_PAGE, Target("other", "hackernews", "front_page", "other")):
            size = chance.choice([0, 2, 11, 12, 13, 14]) if number < 300 else chance.choice([1, 2, 2])
            body = stories(size)
            known = {"failure": "timeout", "failure_sentence": "late"} if chance.random() < 0.1 else {}
            landing.land(receipt(due_at, target, pages=(Page(bytes=len(body)),), **known), [body])
    return landing


HOURS = HourRange(NOON, NOON + 20 * 24 * HOUR)


def make(lake: Lake, landing: Landing, hours: HourRange) -> None:
    rows = capture_run_rows(read_landed(landing, hours), usual_sizes(lake, hours))
    lake.replace(CAPTURE_RUNS, hours, CAPTURE_RUNS.rows(rows))


def made(lake: Lake) -> list[dict]:
    return lake.sql("SELECT * FROM rows ORDER BY due_at, capture_id", rows=lake.read(CAPTURE_RUNS)).to_pylist()


def test_how_many_hours_are_made_in_one_run_changes_no_row(landing, tmp_path):
    contents = []
    for hours_per_run in (len(HOURS), 100, 37):
        lake = Lake(str(tmp_path / str(hours_per_run)))
        for part in HOURS.split(hours_per_run):
            make(lake, landing, part)
        contents.append(made(lake))
    assert contents[0] == contents[1] == contents[2]
    kinds = Counter(row["error_kind"] for row in contents[0])
    assert kinds["far_smaller"] > 20
    assert kinds["timeout"] > 5


def test_hours_made_again_get_the_same_rows(landing, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    make(lake, landing, HOURS)
    before = made(lake)
    make(lake, landing, HourRange(NOON + 200 * HOUR, NOON + 230 * HOUR))
    assert made(lake) == before
