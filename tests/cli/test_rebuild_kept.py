"""`kairo rebuild` of hours whose raw bytes were deleted."""

from datetime import UTC, datetime

import obstore

from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.made_hours import record_made
from kairo_pipelines.lake.tables import CAPTURE_RUNS
from kairo_pipelines.upkeep.retention import KEPT_SINCE


def test_hours_without_raw_bytes_are_refused_and_nothing_is_dropped(place):
    hours = HourRange(datetime(2021, 9, 10, 22, tzinfo=UTC), datetime(2021, 9, 11, 1, tzinfo=UTC))
    record_made(place.lake, CAPTURE_RUNS, hours)
    obstore.put(place.lake.objects(), KEPT_SINCE, b"2021-09-11")
    before = place.rows()
    outcome = place.kairo("rebuild", "--from", "2021-09-10-00:00")
    assert outcome.code == 1
    assert outcome.err == (
        "Error: the raw bytes before 2021-09-11-00:00 were deleted (KAIRO_RETAIN_RAW_DAYS), so 2021-09-10-22:00 can't "
        "be made again from them; its rows stay as they are. Begin at 2021-09-11-00:00 or later\n"
    )
    assert place.rows() == before
    assert not (place.folder / "dagster").exists()
