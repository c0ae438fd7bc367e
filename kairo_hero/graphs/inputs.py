"""What the opportunities graphs are given. It is kept with the board: the same inputs make the same drafts again."""

from kairo_hero.contract import Contract, Moment
from kairo_hero.dto import BrandSnapshotDTO, LearningSummaryDTO, PatternTemplateDTO
from kairo_hero.signals.occasions import Occasion
from kairo_hero.signals.relevance import BrandMatcher, Fit


class OpportunityInputs(Contract):
    """A brand as it stands, the occasions that matter to it, and what its decisions taught.

    `other_brands` are names of others that are worked for; none belongs into this brand's words. `said` are texts that
    stand on the board already, none of whose sentences is to be said again.
    """

    snapshot: BrandSnapshotDTO
    taboo_patterns: list[str]
    patterns: list[PatternTemplateDTO]
    competitors: list[str]
    occasions: list[Occasion]
    learning: LearningSummaryDTO
    trend_hour: Moment
    other_brands: list[str]
    said: list[str]

    def fitted(self) -> list[tuple[Occasion, Fit]]:
        """Each occasion with how much it matters to the brand, and why."""
        fits = BrandMatcher(self.snapshot).fits([occasion.text for occasion in self.occasions])
        return list(zip(self.occasions, fits, strict=True))
