"""`kairo decide`: a decision on a card, as a strategist takes it."""

import uuid
from datetime import datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from kairo_cli.hour_options import moment
from kairo_cli.stores import open_database
from kairo_cli.terminal import say
from kairo_hero.boards.finding import find_card
from kairo_hero.brands.importing import find_brand
from kairo_hero.decisions.recording import record_decision
from kairo_hero.dto import DecisionRequestDTO
from kairo_hero.vocabulary import DecisionType

_DONE = {
    "pin": "Pinned",
    "unpin": "Unpinned",
    "snooze": "Snoozed",
    "unsnooze": "No longer snoozed",
    "approve": "Approved",
    "reject": "Rejected",
}


def decide(
    slug: Annotated[
        str, typer.Argument(metavar="BRAND", help="tenant.brand, or the brand alone where only one has it.")
    ],
    opportunity_id: Annotated[
        str, typer.Argument(metavar="CARD", help="The card's id, or its beginning, as `kairo board BRAND` shows it.")
    ],
    decision: Annotated[DecisionType, typer.Argument(metavar="DECISION", help="One of " + ", ".join(_DONE) + ".")],
    reason: Annotated[str | None, typer.Option(help="Why, in a few words.")] = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="When a snooze ends, as 2021-12-10T08:30 (UTC)."),
    ] = None,
    comment: Annotated[str | None, typer.Option(help="Anything to add.")] = None,
    decision_id: Annotated[
        str | None, typer.Option(help="Your own id of this decision: however often it is sent, it counts once.")
    ] = None,
) -> None:
    """Decide on a card: the decision takes effect at once, and changes the scores of later cards."""
    database = open_database()
    with database.reading() as session:
        brand = find_brand(session, slug)
        card = find_card(session, brand.id, opportunity_id)
    try:
        request = DecisionRequestDTO(
            decision_id=decision_id or str(uuid.uuid4()),
            decision_type=decision,
            reason=reason,
            comment=comment,
            snooze_until=until,
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        raise typer.BadParameter(f"--{str(wrong['loc'][0]).replace('_', '-')}: {wrong['msg']}") from error
    recorded = record_decision(database, "opportunity", card.id, request, brand_id=brand.id)
    done = f"{_DONE[recorded.decision_type]}: {card.title}"
    if recorded.status == "duplicate":
        done += f" (recorded before, at {recorded.recorded_at:%Y-%m-%d %H:%M} UTC; nothing has changed)"
    say(done)
