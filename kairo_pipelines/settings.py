"""What ingestion reads from the environment, and the one pattern every package's settings follow."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting has a value that can't be used; the message names the variable and says what it takes."""


#: What is secret is not repeated, however wrong it is.
_SECRET = re.compile("KEY|TOKEN|PASSWORD|SECRET|WEBHOOK|DATABASE_URL")


def _told(problem: ErrorDetails) -> str:
    variable = ".".join(str(part) for part in problem["loc"])
    value = "set to something else" if _SECRET.search(variable) else repr(problem["input"])
    return f"{variable} is {value}: {problem['msg']}"


class EnvironmentSettings(BaseSettings):
    """One field a variable; the variable's name is the field's alias, in capitals, as documented."""

    #: A variable that is set to nothing is as one that is not set.
    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment and `.env`; raise SettingsError naming every variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError("; ".join(_told(problem) for problem in error.errors())) from None


def parse_hour(text: object) -> object:
    """An hour as Dagster's partition keys write it (`2021-12-10-02:00`), or ISO 8601; UTC where no zone is named."""
    if not isinstance(text, str):
        return text
    for form in ("%Y-%m-%d-%H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an hour; write it as 2021-12-10-02:00 (UTC)") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


Hour = Annotated[datetime, BeforeValidator(parse_hour)]


#: Minutes a bucket may have: what an hour, or a day, is a whole number of.
BUCKET_MINUTES = (5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)


class PipelineSettings(EnvironmentSettings):
    """Where ingestion keeps its data, how it fetches, and how finely it counts."""

    database_url: str = Field("sqlite:///db.sqlite3", alias="DATABASE_URL")
    lake_uri: str = Field("var/lake", alias="KAIRO_LAKE_URI", min_length=1)
    first_hour: Hour = Field(datetime(2020, 1, 1, tzinfo=UTC), alias="KAIRO_FIRST_HOUR")
    executor: Literal["in_process", "multiprocess"] = Field("in_process", alias="KAIRO_EXECUTOR")
    http_timeout_seconds: float = Field(20.0, alias="KAIRO_HTTP_TIMEOUT_SECONDS", gt=0, le=300)
    http_max_bytes: int = Field(10_000_000, alias="KAIRO_HTTP_MAX_BYTES", gt=0)
    file_max_bytes: int = Field(200_000_000, alias="KAIRO_FILE_MAX_BYTES", gt=0)
    http_per_host: int = Field(8, alias="KAIRO_HTTP_PER_HOST", ge=1)
    http_concurrency: int = Field(50, alias="KAIRO_HTTP_CONCURRENCY", ge=1)
    http_attempts: int = Field(3, alias="KAIRO_HTTP_ATTEMPTS", ge=1, le=10)
    http_retry_seconds: float = Field(1.0, alias="KAIRO_HTTP_RETRY_SECONDS", ge=0, le=60)
    http_max_wait_seconds: float = Field(30.0, alias="KAIRO_HTTP_MAX_WAIT_SECONDS", ge=0, le=600)
    http_allow_private: bool = Field(False, alias="KAIRO_HTTP_ALLOW_PRIVATE")
    surface_daily_bytes: int = Field(1_000_000_000, alias="KAIRO_SURFACE_DAILY_BYTES", gt=0)
    retain_raw_days: int = Field(90, alias="KAIRO_RETAIN_RAW_DAYS", ge=7)
    retain_days: int = Field(400, alias="KAIRO_RETAIN_DAYS", ge=60)
    retain_run_days: int = Field(30, alias="KAIRO_RETAIN_RUN_DAYS", ge=1)
    failure_webhook: str | None = Field(None, alias="KAIRO_FAILURE_WEBHOOK", pattern="^https?://")
    bucket_minutes: int = Field(60, alias="KAIRO_BUCKET_MINUTES")
    keep_author_handles: bool = Field(False, alias="KAIRO_KEEP_AUTHOR_HANDLES")
    author_key: str | None = Field(None, alias="KAIRO_AUTHOR_KEY", min_length=16)

    @field_validator("bucket_minutes")
    @classmethod
    def _fills_hours_or_days(cls, minutes: int) -> int:
        if minutes not in BUCKET_MINUTES:
            raise ValueError(f"a bucket is one of {', '.join(map(str, BUCKET_MINUTES))} minutes wide")
        return minutes
