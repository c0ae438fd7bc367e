"""Where Dagster finds its own storage: the two variables that it reads, as it wants them written."""

import os
from pathlib import Path

from sqlalchemy import make_url


def point_dagster_to(home: Path, postgres_url: str | None) -> None:
    """Let Dagster, in this process, open the instance at this home, which may keep its storage on Postgres."""
    os.environ["DAGSTER_HOME"] = str(home)
    if postgres_url:
        # Dagster speaks to Postgres through psycopg 2 only; a URL that names no driver would get psycopg 3
        url = make_url(postgres_url).set(drivername="postgresql+psycopg2")
        os.environ["DAGSTER_POSTGRES_URL"] = url.render_as_string(hide_password=False)
