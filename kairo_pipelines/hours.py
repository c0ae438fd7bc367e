"""Hours of capture: the unit everything is partitioned by. All moments are UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
KEY_FORMAT = "%Y-%m-%d-%H:%M"


def hour_of(moment: datetime) -> datetime:
    """The hour that a moment falls in, as the moment that hour begins."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def hour_key(hour: datetime) -> str:
    """The hour as Dagster's hourly partition keys write it: `2021-12-10-02:00`."""
    return hour.astimezone(UTC).strftime(KEY_FORMAT)


def hour_from_key(key: str) -> datetime:
    """The hour that a partition key names."""
    return datetime.strptime(key, KEY_FORMAT).replace(tzinfo=UTC)


def capture_day(hour: datetime) -> str:
    """The UTC day that an hour belongs to, as the lake's partition column writes it: `2021-12-10`."""
    return hour.astimezone(UTC).strftime("%Y-%m-%d")


@dataclass(frozen=True)
class HourRange:
    """The hours from `first` to `last`, both included."""

    first: datetime
    last: datetime

    def __post_init__(self) -> None:
        if self.first != hour_of(self.first) or self.last != hour_of(self.last):
            raise ValueError(f"{self.first.isoformat()} and {self.last.isoformat()} must be whole hours in UTC")
        if self.last < self.first:
            raise ValueError(f"the range ends at {hour_key(self.last)}, before it begins at {hour_key(self.first)}")

    @classmethod
    def single(cls, hour: datetime) -> "HourRange":
        """One hour."""
        return cls(hour, hour)

    def __iter__(self) -> Iterator[datetime]:
        hour = self.first
        while hour <= self.last:
            yield hour
            hour += HOUR

    def __len__(self) -> int:
        return (self.last - self.first) // HOUR + 1

    def __contains__(self, moment: datetime) -> bool:
        return self.first <= moment < self.end

    @property
    def end(self) -> datetime:
        """The moment at which the last hour is over."""
        return self.last + HOUR

    def reaching_back(self, span: timedelta) -> "HourRange":
        """This range with `span` before it."""
        return HourRange(hour_of(self.first - span), self.last)

    def split(self, hours: int) -> Iterator["HourRange"]:
        """This range in consecutive pieces of at most `hours` hours."""
        first = self.first
        while first <= self.last:
            last = min(first + (hours - 1) * HOUR, self.last)
            yield HourRange(first, last)
            first = last + HOUR
