"""Some recorded days of front pages in a lake, with their trends, made by the steps that the assets make."""

from datetime import UTC, datetime
from pathlib import Path

from kairo_cli.demo.demo import RECORDING
from kairo_pipelines.backtest.playing import play
from kairo_pipelines.capture.replay import FrontPageRecording
from kairo_pipelines.embedding import embed
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import DETECTOR_HOURS, TREND_CANDIDATES
from kairo_pipelines.trends.candidates import trends_by_hour
from kairo_pipelines.trends.history import read_history

#: The ten days before log4j; nothing can be said of the first three of them.
HOURS = HourRange(datetime(2021, 11, 30, tzinfo=UTC), datetime(2021, 12, 10, 5, tzinfo=UTC))
#: The hour that log4j is noticed in.
LOG4J_HOUR = datetime(2021, 12, 10, 2, tzinfo=UTC)


def play_days(folder: Path, hours: HourRange = HOURS) -> Lake:
    """A lake with these hours, up to what each added to each cluster."""
    lake = Lake(str(folder))
    for _ in play(lake, FrontPageRecording(RECORDING), hours, Erased(Authors(b"a key of the tests"))):
        pass
    return lake


def judge_days(lake: Lake, hours: HourRange = HOURS) -> None:
    """Find the trends of these hours as the asset does, two days at a time."""
    for piece in hours.split(48):
        found = list(trends_by_hour(read_history(lake, piece), embed))
        lake.replace(TREND_CANDIDATES, piece, TREND_CANDIDATES.rows(row for hour in found for row in hour.candidates))
        lake.replace(DETECTOR_HOURS, piece, DETECTOR_HOURS.rows(hour.verdict for hour in found))
