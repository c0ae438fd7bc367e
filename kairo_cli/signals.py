"""`kairo signals`: what of the day matters to a brand, as it was last gathered or gathered now."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from kairo_cli.stores import open_database, open_lake
from kairo_cli.terminal import plain, results
from kairo_hero.brands.importing import find_brand
from kairo_hero.settings import HeroSettings
from kairo_hero.signals.bundle import Signals
from kairo_hero.signals.gathering import gather_signals, kept_signals
from kairo_pipelines.hours import hour_key


class NoSignals(Exception):
    """None were gathered for the brand; the message says how to."""


def signals(
    slug: Annotated[
        str, typer.Argument(metavar="BRAND", help="tenant.brand, or the brand alone where only one has it.")
    ],
    gather: Annotated[bool, typer.Option("--gather", help="Gather them now, then show them.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print them as JSON, and nothing else: a fixture can be made of it.")
    ] = False,
) -> None:
    """Show what a brand's next board is made from: its trends, hot posts, mentions and posts on competitors."""
    database = open_database()
    with database.reading() as session:
        brand = find_brand(session, slug)
    if gather:
        [shown] = gather_signals(database, open_lake(), HeroSettings.from_environment(), [brand], datetime.now(UTC))
    else:
        with database.reading() as session:
            kept = kept_signals(session, brand)
        if kept is None:
            key = brand.partition_key
            raise NoSignals(f"no signals were gathered for {key} yet; gather them with: kairo signals {key} --gather")
        shown = kept
    if as_json:
        print(shown.model_dump_json(indent=2))
    else:
        for part in _view(shown):
            results.print(part)


def _view(shown: Signals) -> Iterator[Table | Text]:
    of_hour = f"as of {hour_key(shown.trend_hour)}" if shown.trend_hour else "of no hour"
    aside = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in shown.set_aside.items())
    yield plain(f"{shown.considered} signals {of_hour}" + (f"; set aside: {aside}" if aside else ""), "bold")
    if shown.silence:
        yield plain(shown.silence, "yellow")
    bundle = shown.bundle
    table = Table("relevance", "signal", "why", "lane")
    for trend in bundle.trends:
        table.add_row(f"{trend.relevance:.2f}", plain(trend.topic), plain(f"{trend.why} ({trend.status})"), trend.lane)
    for moment in bundle.social_moments:
        table.add_row(f"{moment.relevance:.2f}", plain("a hot post"), plain(moment.description), moment.lane)
    for mention in bundle.web_mentions:
        table.add_row(f"{mention.relevance:.2f}", plain("a mention"), plain(f"{mention.title} ({mention.source})"), "")
    for post in bundle.competitor_posts:
        table.add_row("", plain(f"on {post.competitor_name}"), plain(f"{post.snippet} ({post.channel})"), "")
    yield table
