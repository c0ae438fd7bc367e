"""What the opportunities graphs are given."""

from dataclasses import dataclass
from datetime import datetime

from kairo_hero.dto import BrandIRDTO, BrandSnapshotDTO, LearningSummaryDTO
from kairo_hero.signals.relevance import Fit
from kairo_hero.signals.trends import Trend


@dataclass(frozen=True)
class OpportunityInputs:
    """A brand as it stands, the trends that matter to it, and what its decisions taught."""

    snapshot: BrandSnapshotDTO
    ir: BrandIRDTO
    trends: tuple[tuple[Trend, Fit], ...]
    learning: LearningSummaryDTO
    trend_hour: datetime
    #: Names of the other brands that are worked for; none of them belongs into this brand's words.
    other_brands: tuple[str, ...] = ()
