"""`kairo api`: the HTTP server."""

from typing import Annotated, Any

import typer

from kairo_api.settings import ApiSettings
from kairo_cli.stores import open_database


def api(
    host: Annotated[
        str | None, typer.Option(help="The address to listen at.", show_default="KAIRO_API_HOST, or 127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The port to listen at.", show_default="KAIRO_API_PORT, or 8000"),
    ] = None,
) -> None:
    """Serve boards over HTTP until stopped; /docs describes what can be asked for."""
    from kairo_api.serving import serve

    chosen: dict[str, Any] = {"api_host": host, "api_port": port}
    given = {name: value for name, value in chosen.items() if value is not None}
    open_database()
    serve(ApiSettings.from_environment().model_copy(update=given))
