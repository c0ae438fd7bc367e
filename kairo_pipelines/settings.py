"""What ingestion reads from the environment, and the one pattern every package's settings follow."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting has a value that can't be used; the message names the variable and says what it takes."""


class EnvironmentSettings(BaseSettings):
    """One field a variable; the variable's name is the field's alias, in capitals, as documented."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment and `.env`; raise SettingsError naming every variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(str(part) for part in problem['loc'])} is {problem['input']!r}: {problem['msg']}"
                for problem in error.errors()
            )
            raise SettingsError(wrong) from error


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


class PipelineSettings(EnvironmentSettings):
    """Where ingestion keeps its data and how it fetches."""

    database_url: str = Field("sqlite:///db.sqlite3", alias="DATABASE_URL")
    lake_uri: str = Field("var/lake", alias="KAIRO_LAKE_URI", min_length=1)
    first_hour: Hour = Field(datetime(2020, 1, 1, tzinfo=UTC), alias="KAIRO_FIRST_HOUR")
    executor: Literal["in_process", "multiprocess"] = Field("in_process", alias="KAIRO_EXECUTOR")
    http_timeout_seconds: float = Field(20.0, alias="KAIRO_HTTP_TIMEOUT_SECONDS", gt=0, le=300)
    http_max_bytes: int = Field(10_000_000, alias="KAIRO_HTTP_MAX_BYTES", gt=0)
    http_per_host: int = Field(2, alias="KAIRO_HTTP_PER_HOST", ge=1)
    http_concurrency: int = Field(50, alias="KAIRO_HTTP_CONCURRENCY", ge=1)
    http_allow_private: bool = Field(False, alias="KAIRO_HTTP_ALLOW_PRIVATE")
