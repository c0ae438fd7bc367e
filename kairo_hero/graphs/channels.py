"""Which of the brand's channels a card is for: each in turn, those that people liked cards for more often."""

from collections import Counter
from collections.abc import Sequence

from kairo_hero.dto import LearningSummaryDTO
from kairo_hero.vocabulary import Channel

#: Where a brand names no channel of its own.
USUAL_CHANNELS: tuple[Channel, ...] = ("linkedin", "x")
#: What a channel is worth beside one that has a card less.
WORTH_AGAIN = 0.8


class Channels:
    """The channels of one board, handed out card by card."""

    def __init__(self, channels: Sequence[Channel], learning: LearningSummaryDTO) -> None:
        self._channels = list(channels or USUAL_CHANNELS)
        self._factors = {one.value: one.factor for one in learning.factors if one.dimension == "channel"}
        self._given: Counter[str] = Counter()

    def next(self) -> list[Channel]:
        """The channel for the next card first, then the others in the brand's order."""
        # of two that are worth the same the one that the brand names first
        chosen = max(self._channels, key=lambda one: self._factors.get(one, 1.0) * WORTH_AGAIN ** self._given[one])
        self._given[chosen] += 1
        return [chosen, *(one for one in self._channels if one != chosen)]
