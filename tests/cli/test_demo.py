"""`kairo demo`: from nothing to two boards, and nothing new the second time."""

import duckdb

from kairo_cli.demo import demo
from kairo_pipelines.capture.replay import FrontPageRecording
from kairo_pipelines.hours import hour_key


def test_the_recording_is_what_its_attribution_says():
    hours = FrontPageRecording(demo.RECORDING).hours()
    assert (hour_key(hours.first), hour_key(hours.last)) == ("2021-11-28-06:00", "2021-12-10-05:00")
    (in_order,) = duckdb.execute(
        "SELECT bool_and((snapshot_ts, rank) >= before) FROM ("
        " FROM read_parquet(?) SELECT snapshot_ts, rank, lag((snapshot_ts, rank)) OVER () AS before)",
        [str(demo.RECORDING)],
    ).fetchone()
    assert in_order
    attribution = demo.RECORDING.with_name("ATTRIBUTION.md").read_text()
    assert "christian-fei/hn-history" in attribution
    assert "ISC" in attribution


def test_the_demo_makes_boards_and_a_second_time_changes_nothing(empty_place, four_hours, monkeypatch):
    monkeypatch.setattr(demo, "RECORDING", four_hours)
    first = empty_place.kairo("demo")
    assert first.code == 0, first.err
    for part in ("Sourcegraph: today’s board", "make dev", "kairo board 18f", "kairo api", "/today"):
        assert part in " ".join(first.out.split())
    before = empty_place.rows(), empty_place.kairo("board", "18f", "--json").out

    second = empty_place.kairo("demo")
    assert second.code == 0, second.err
    assert (empty_place.rows(), empty_place.kairo("board", "18f", "--json").out) == before
    assert "nothing was changed" in second.out
