"""`kairo learning`: what a brand's decisions taught, and how to begin anew."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from kairo_cli.stores import open_database
from kairo_cli.terminal import plain, results, say
from kairo_hero.brands.importing import find_brand
from kairo_hero.dto import LearningFactorDTO, LearningSummaryDTO
from kairo_hero.learning.reset import forget_learning
from kairo_hero.learning.summary import learning_summary, value_names


def learning(
    slug: Annotated[
        str, typer.Argument(metavar="BRAND", help="tenant.brand, or the brand alone where only one has it.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON, and nothing else.")] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Let no decision so far change a score; none of them is deleted.")
    ] = False,
) -> None:
    """Show what decisions on earlier cards do to the scores of the next ones, by what the cards are about."""
    database = open_database()
    with database.reading() as session:
        brand = find_brand(session, slug)
    if reset:
        at = forget_learning(database, brand.id)
        say(
            f"{brand.partition_key} learns anew from {at:%Y-%m-%d %H:%M} UTC: scores are as if nothing was decided. "
            "Pinned, snoozed and rejected cards stay so"
        )
        return
    with database.reading() as session:
        summary = learning_summary(session, brand.id, datetime.now(UTC))
        names = value_names(session, brand.id)
    if as_json:
        print(summary.model_dump_json(indent=2))
    else:
        show_summary(summary, names)


def show_summary(summary: LearningSummaryDTO, names: Mapping[str, str]) -> None:
    """Print the factors, the strongest first, and the notes."""
    if summary.factors:
        table = Table("dimension", "value", "score", "decisions")
        for factor in summary.factors:
            cells = (factor.dimension.replace("_", " "), names.get(factor.value, factor.value), _change(factor))
            table.add_row(*map(plain, cells), str(factor.decisions))
        results.print(table)
    for note in summary.notes:
        say(note[:1].upper() + note[1:])


def _change(factor: LearningFactorDTO) -> str:
    return f"{(factor.factor - 1) * 100:+.0f} %".replace("-", "\N{MINUS SIGN}")
