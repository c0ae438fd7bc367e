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
#: Characters of a title that a sentence quotes.
LONGEST_HEADLINE = 110
#: Characters of all texts of an occasion that say what it is about.
LONGEST_TEXTS = 4_000


class PostText(Contract):
    """What one post says."""

    evidence_id: str
    text: str


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
    texts: list[PostText]
    sparkline: list[float]
    hours_since_last_post: Hours

    @property
    def trend_id(self) -> str | None:
        """The trend that it is, for whoever wants to follow it down to the raw bytes."""
        return self.id if self.kind == "trend" else None

    @property
    def text(self) -> str:
        """All that its posts say, as one text."""
        return ". ".join(one.text for one in self.texts)


def shortened(text: str) -> str:
    """What a card shows of a title, or of the text of a post that has none."""
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


def quoted(title: str) -> str:
    """A title between quotation marks, on one line, cut at a word where it is long, its own marks made single."""
    return f"“{headline(title)}”"


def headline(title: str) -> str:
    """What stands between the marks of a quoted title."""
    text = " ".join(title.split())
    if len(text) > LONGEST_HEADLINE:
        text = text[:LONGEST_HEADLINE].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
    inner = text[1:-1]
    if text.startswith("“") and text.endswith("”") and not set(inner) & {"“", "”"}:
        text = inner
    return text.replace("“", "‘").replace("”", "’")


def told(texts: Iterable[tuple[str, str]]) -> list[PostText]:
    """What posts say by their evidence ids, each text once, up to as many characters as say what it is about."""
    kept: dict[str, PostText] = {}
    left = LONGEST_TEXTS
    for evidence_id, text in texts:
        if left <= 0:
            break
        if text not in kept:
            kept[text] = PostText(evidence_id=evidence_id, text=text[:left])
            left -= len(text)
    return list(kept.values())
