"""A question to a model, and its answer; all that a graph needs to know of this package."""

import uuid
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

from kairo_hero.llm.quoted import QuotedItems
from kairo_hero.llm.wire import WireModel, wire_schema

Form = TypeVar("Form", bound=WireModel)
ModelTier = Literal["fast", "heavy"]


@dataclass(frozen=True)
class Task(Generic[Form]):
    """What to ask, in the order in which a provider's prompt cache can reuse it.

    `instructions` are the same for all brands; `context` is one brand's, the same for all its tasks of a step; the
    items are of today. None of them holds the time. `prompt_version` changes when the wording does. The model samples
    as its endpoint does by default: models differ in which settings they refuse.
    """

    step: str
    tier: ModelTier
    form: type[Form]
    prompt_version: str
    instructions: str
    context: str
    items: QuotedItems = field(default_factory=QuotedItems)
    max_output_tokens: int = 4000

    def __post_init__(self) -> None:
        """Raise TypeError if the form is not one that a model can be held to."""
        wire_schema(self.form)


@dataclass(frozen=True)
class Answer(Generic[Form]):
    """The filled-in form, and what it took. `cost_usd` is None where any part of the cost is unknown."""

    content: Form
    call_id: uuid.UUID
    request_hash: str
    cost_usd: float | None
    input_tokens: int
    output_tokens: int
    is_from_cache: bool


class AnswersTasks(Protocol):
    """Whoever can put a task to a model. A graph is handed one, and never sees the store behind it."""

    def ask(self, task: Task[Form]) -> Answer[Form]:
        """The answer; raises ModelError where there is none."""
        ...
