"""The SQL of this folder, by name."""

from importlib.resources import files


def query(name: str) -> str:
    """The text of `name`.sql."""
    return files("kairo_pipelines.trends").joinpath(f"{name}.sql").read_text("utf-8")
