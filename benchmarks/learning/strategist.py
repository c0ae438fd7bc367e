"""A simulated strategist with hidden tastes, and the candidates that the world offers a brand each day."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

#: How many values each dimension has.
VALUES = {"pillar": 6, "persona": 4, "channel": 3, "type": 3, "cluster_kind": 4}
#: Spread of the hidden tastes in log odds: about one value in six is liked at twice the odds of an average one.
TASTE = 0.7
#: Log odds of liking a card of average taste and fit: somewhat strict.
STRICTNESS = -0.4
#: What fit does to the log odds, from 0.5 to 1.
FIT = 2.0
CANDIDATES = 40


@dataclass(frozen=True)
class Candidate:
    """What could become a card: what it is about (the place of each value), its numbers, and what would be decided."""

    name: str
    features: dict[str, int]
    trend_score: float
    relevance: float
    hours_since_last_post: float
    probability: float
    is_liked: bool
    decision: str | None


class Strategist:
    """Likes some values of each dimension more than others, and does not say which."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._taste = {name: [self._random.gauss(0, TASTE) for _ in range(count)] for name, count in VALUES.items()}

    def day(self, number: int) -> list[Candidate]:
        """A day's candidates. What is thought of each is settled here, so that every ranking meets the same."""
        return list(self._candidates(number))

    def _candidates(self, day: int) -> Iterator[Candidate]:
        draw = self._random
        for place in range(CANDIDATES):
            features = {name: draw.randrange(count) for name, count in VALUES.items()}
            relevance = draw.uniform(0.5, 1)
            log_odds = STRICTNESS + FIT * (relevance - 0.75)
            log_odds += sum(self._taste[name][value] for name, value in features.items())
            probability = 1 / (1 + math.exp(-log_odds))
            is_liked = draw.random() < probability
            yield Candidate(
                name=f"{day}-{place}",
                features=features,
                trend_score=draw.uniform(30, 90),
                relevance=relevance,
                hours_since_last_post=draw.expovariate(1 / 8),
                probability=probability,
                is_liked=is_liked,
                decision=_decision(is_liked, draw.random()),
            )


def _decision(is_liked: bool, mood: float) -> str | None:
    """What is done about a card on the board: one in five is left alone, and not every no is a rejection."""
    if mood < 0.2:
        return None
    if is_liked:
        return "pin" if mood < 0.35 else "approve"
    return "snooze" if mood < 0.35 else "reject"
