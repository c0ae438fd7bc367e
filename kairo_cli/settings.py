"""What the command line itself reads from the environment."""

from typing import Literal

from pydantic import Field

from kairo_pipelines.settings import EnvironmentSettings


class CliSettings(EnvironmentSettings):
    """Where Dagster keeps what it knows of runs and assets: below the working directory, unless told otherwise."""

    dagster: Literal["sqlite", "postgres"] = Field("sqlite", alias="KAIRO_DAGSTER")
    dagster_postgres_url: str | None = Field(None, alias="DAGSTER_POSTGRES_URL")
    dagster_home: str = Field("var/dagster", alias="DAGSTER_HOME", min_length=1)
