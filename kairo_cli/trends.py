"""`kairo trends`: what is taking off, and one trend's whole story."""

import json
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.text import Text

from kairo_cli.hour_options import hour
from kairo_cli.stores import open_lake
from kairo_cli.terminal import results
from kairo_pipelines.settings import PipelineSettings
from kairo_pipelines.trends.explaining import TrendsAsOf, TrendStory, as_plain, trend_story, trends_as_of


def trends(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            parser=hour,
            metavar="HOUR",
            help="As of the end of this hour, as 2021-12-10-02:00 (UTC).",
            show_default="the last that was judged",
        ),
    ] = None,
    over_too: Annotated[bool, typer.Option("--all", help="Every trend so far, those too that are over.")] = False,
    explain: Annotated[
        str | None,
        typer.Option(metavar="TREND_ID", help="The whole story of one, by its id or the beginning of it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, and nothing else.")] = False,
) -> None:
    """Show what is taking off and why; or why nothing can be said; or one trend's story down to its raw posts."""
    lake = open_lake()
    said: TrendsAsOf | TrendStory
    if explain is None:
        said = trends_as_of(lake, as_of, over_too=over_too)
    else:
        width = timedelta(minutes=PipelineSettings.from_environment().bucket_minutes)
        said = trend_story(lake, explain, as_of, bucket_width=width)
    if as_json:
        print(json.dumps(as_plain(said), indent=2, ensure_ascii=False, default=datetime.isoformat))
    else:
        show(said)


def show(said: TrendsAsOf | TrendStory) -> None:
    """Print it for people to read."""
    from kairo_cli.trends_view import story_view, trends_view

    for part in story_view(said) if isinstance(said, TrendStory) else trends_view(said):
        # a path or a link is to be copied whole
        results.print(part, soft_wrap=isinstance(part, Text))
