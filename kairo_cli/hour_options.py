"""The options that say which hours a command is for."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from kairo_pipelines.hours import HourRange, hour_key, hour_of
from kairo_pipelines.settings import PipelineSettings, parse_hour


def moment(text: str) -> datetime:
    """A moment as people write it, in UTC."""
    try:
        parsed = parse_hour(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    assert isinstance(parsed, datetime)
    return parsed


def hour(text: str) -> datetime:
    """The hour that a moment falls in."""
    return hour_of(moment(text))


HourOption = Annotated[
    datetime | None,
    typer.Option(
        "--hour", parser=hour, metavar="HOUR", help="One hour, as 2021-12-10-02:00 (UTC).", show_default="this hour"
    ),
]
FromOption = Annotated[
    datetime | None, typer.Option("--from", parser=hour, metavar="HOUR", help="The first of several hours.")
]
ToOption = Annotated[
    datetime | None,
    typer.Option("--to", parser=hour, metavar="HOUR", help="The last of them.", show_default="this hour"),
]
HoursPerRunOption = Annotated[int, typer.Option(min=1, help="How many hours at most are made in one run.")]


def this_hour() -> HourRange:
    """The hour in progress."""
    return HourRange.single(hour_of(datetime.now(UTC)))


def chosen_hours(
    one: datetime | None, first: datetime | None, last: datetime | None, otherwise: HourRange
) -> HourRange:
    """The hours that the options name; `otherwise` where they name none, and its end where they name none."""
    if one and (first or last):
        raise typer.BadParameter("give --hour, or --from and --to, not both")
    if last and not first:
        raise typer.BadParameter("--to needs a --from")
    hours = hour_range(one or first or otherwise.first, one or last or otherwise.last)
    earliest = hour_of(PipelineSettings.from_environment().first_hour)
    if hours.first < earliest:
        raise typer.BadParameter(
            f"{hour_key(hours.first)} is before {hour_key(earliest)}, the first hour there is; KAIRO_FIRST_HOUR sets it"
        )
    if hours.last > this_hour().last:
        raise typer.BadParameter(f"{hour_key(hours.last)} has not begun yet")
    return hours


def hour_range(first: datetime, last: datetime) -> HourRange:
    """These hours; a usage error where they are the wrong way round."""
    try:
        return HourRange(first, last)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
