"""What a card can be made of: something that is happening, with all that a card says of it. Stored with each board."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from kairo_hero.contract import Contract, Hours, Moment, Score
from kairo_hero.dto import EvidenceDTO
from kairo_hero.vocabulary import TrendStatus

#: As many posts as a person looks at.
MOST_EVIDENCE = 8
#: Characters of a title that a card shows.
LONGEST_TITLE = 300
#: Characters of all texts of an occasion that say what it is about.
LONGEST_TEXTS = 4_000


class Occasion(Contract):
    """A trend, or a single post that many react to.

    `id` is that of its signal. `strength`, 0 to 100, ranks occasions whatever they are. `reason` says in numbers what
    is unusual about it. `post_ids` are all its posts, `evidence` those to show, the strongest first; `texts` are what
    its posts say, each once.
    """

    id: str
    kind: Literal["trend", "moment"]
    topic: str
    reason: str
    platforms: list[str]
    status: TrendStatus | None
    noticed_at: Moment | None
    strength: Score
    velocity: float
    #: What its posts have in common: a phrase, a link, a hashtag; of a single post, that it is one.
    cluster_kind: str
    post_ids: list[str]
    evidence: Annotated[list[EvidenceDTO], Field(min_length=1)]
    texts: list[str]
    sparkline: list[float]
    hours_since_last_post: Hours

    @property
    def trend_id(self) -> str | None:
        """The trend that it is, for whoever wants to follow it down to the raw bytes."""
        return self.id if self.kind == "trend" else None

    @property
    def text(self) -> str:
        """All that its posts say, as one text."""
        return ". ".join(self.texts)


def shortened(text: str) -> str:
    """What a card shows of a title, or of the text of a post that has none."""
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


def told(texts: Iterable[str]) -> list[str]:
    """Each text once, up to as many characters as say what an occasion is about."""
    kept: list[str] = []
    left = LONGEST_TEXTS
    for text in dict.fromkeys(texts):
        if left <= 0:
            break
        kept.append(text[:left])
        left -= len(text)
    return kept
