"""Which decisions can't be recorded, and why."""

from collections.abc import Mapping
from datetime import datetime

from kairo_hero.dto import DecisionRequestDTO
from kairo_hero.vocabulary import DecidedObject, DecisionType

#: What can be decided on each kind of object: only a card has a place on a board, to be pinned or to be away from.
POSSIBLE: Mapping[DecidedObject, tuple[DecisionType, ...]] = {
    "opportunity": ("pin", "unpin", "snooze", "unsnooze", "approve", "reject"),
    "package": ("approve", "reject"),
    "variant": ("approve", "reject"),
}
NO_MOMENT = "snooze needs a moment to end, with a time zone; to keep a card away for good, reject it"


class DecisionRefused(Exception):
    """A decision that can't be taken; `field` of the request says where it is wrong, the message what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class DecisionIdTaken(Exception):
    """The decision id was used for a decision on another object; the message says what to do."""

    def __init__(self, decision_id: str) -> None:
        super().__init__(
            f"the decision id {decision_id!r} was used for a decision on something else; use a new one each time"
        )


def require_printable(decision_id: str) -> None:
    """Raise DecisionRefused for an id that not every database can look up."""
    if not decision_id.isprintable():
        raise DecisionRefused("decision_id", "a decision id has printable characters only")


def require_possible(object_type: DecidedObject, request: DecisionRequestDTO, at: datetime) -> None:
    """Raise DecisionRefused unless the request can be carried out on such an object at that moment."""
    possible, decision = POSSIBLE[object_type], request.decision_type
    if decision not in possible:
        raise DecisionRefused(
            "decision_type", f"{decision} is no decision on a {object_type}; there are {', '.join(possible)}"
        )
    if decision != "snooze":
        if request.snooze_until is not None:
            raise DecisionRefused("snooze_until", f"only snooze takes a moment, and this is {decision}; leave it out")
        return
    if request.snooze_until is None:
        raise DecisionRefused("snooze_until", NO_MOMENT)
    if request.snooze_until <= at:
        raise DecisionRefused(
            "snooze_until",
            f"{request.snooze_until:%Y-%m-%d %H:%M:%S} UTC is past (it is {at:%Y-%m-%d %H:%M:%S}); give a later moment",
        )
