"""What the HTTP server reads from the environment."""

from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr

from kairo_hero.settings import HeroSettings


def _unset_when_empty(value: object) -> object:
    # a deployment passes on a variable that it has no value for as an empty one, and that must not be a token
    return None if value == "" else value


class ApiSettings(HeroSettings):
    """Where the server listens, the token that opens the internal pages, and which Dagster home is told of boards."""

    api_host: str = Field("127.0.0.1", alias="KAIRO_API_HOST")
    api_port: int = Field(8000, alias="KAIRO_API_PORT", ge=1, le=65535)
    dagster_home: str = Field("var/dagster", alias="DAGSTER_HOME")
    dagster_postgres_url: str | None = Field(None, alias="DAGSTER_POSTGRES_URL")
    internal_admin_token: Annotated[SecretStr | None, BeforeValidator(_unset_when_empty)] = Field(
        None, alias="KAIRO_INTERNAL_ADMIN_TOKEN"
    )
