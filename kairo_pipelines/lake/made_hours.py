"""Which hours of which table have been made, and the refusal to build on an hour that has not."""

from collections.abc import Iterable
from datetime import UTC, datetime

from kairo_pipelines.hours import HOUR, HourRange, capture_day, hour_key
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.table import Table
from kairo_pipelines.lake.tables import CAPTURE_RUNS, MADE_HOURS


class HourNotMade(Exception):
    """An hour builds on one that has not been made; the message says which and what to do."""


def record_made(lake: Lake, table: Table, hours: HourRange) -> None:
    """Put on record that these hours are made."""
    rows = MADE_HOURS.rows(
        {"table_name": table.name, "capture_day": capture_day(hour), "capture_hour": hour} for hour in hours
    )
    lake.replace_slice(Slice(MADE_HOURS, hours.first, hours.last, {"table_name": table.name}), rows)


def take_back(lake: Lake, table: Table, first: datetime) -> None:
    """Put on record that no hour from `first` on is made. Before its rows are dropped: a crash leaves no hole."""
    lake.replace_slice(Slice(MADE_HOURS, since=first, only={"table_name": table.name}), MADE_HOURS.rows([]))


def comes_out_of_order(lake: Lake, table: Table, hours: HourRange) -> str | None:
    """A warning where hours are made for the first time although later ones stand; None where they are in order."""
    later = _made(lake, table, since=hours.last + HOUR)
    if not later or set(hours) <= _made(lake, table, since=hours.first, until=hours.last):
        return None
    return (
        f"{table.name} was made for {hour_key(min(later))} before {hour_key(hours.first)}: what both saw stays "
        f"with the later hour; to set it right run: kairo rebuild --from {hour_key(hours.first)}"
    )


def require_made(lake: Lake, table: Table, hours: HourRange) -> None:
    """Raise HourNotMade unless the table, which these hours read, has been made for each of them."""
    missing = set(hours) - _made(lake, table, since=hours.first, until=hours.last)
    _refuse(table, missing, f"{hour_key(hours.first)} reads it")


def require_past(lake: Lake, table: Table, hours: HourRange) -> None:
    """Raise HourNotMade unless the table has been made for every captured hour before these.

    What is first sight, or growth, depends on all that came before: an hour left out would be an empty start.
    """
    before = hours.first - HOUR
    missing = _made(lake, CAPTURE_RUNS, until=before) - _made(lake, table, until=before)
    _refuse(table, missing, f"{hour_key(hours.first)} builds on it")


def _made(lake: Lake, table: Table, *, since: datetime | None = None, until: datetime | None = None) -> set[datetime]:
    rows = lake.sql(
        "SELECT epoch(capture_hour)::BIGINT AS hour FROM rows",
        rows=Slice(MADE_HOURS, since, until, {"table_name": table.name}),
    )
    return {_hour(row["hour"]) for row in rows.to_pylist()}


def _hour(second: int) -> datetime:
    return datetime.fromtimestamp(second, tz=UTC)


def _refuse(table: Table, missing: Iterable[datetime], because: str) -> None:
    ordered = sorted(missing)
    if not ordered:
        return
    first = hour_key(ordered[0])
    others = f" and {len(ordered) - 1} more" if len(ordered) > 1 else ""
    # A rebuild goes over the hours that were captured: one that was not must be captured first.
    command = f"kairo ingest capture --hour {first}" if table is CAPTURE_RUNS else f"kairo rebuild --from {first}"
    raise HourNotMade(
        f"{table.name} has not been made for {first}{others}, and {because}; "
        f"materialize those hours first, or run: {command}"
    )
