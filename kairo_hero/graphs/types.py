"""What an opportunity springs from."""

from collections.abc import Sequence

from kairo_hero.brands.names import name_pattern
from kairo_hero.signals.occasions import Occasion
from kairo_hero.vocabulary import OpportunityType


def type_of(occasion: Occasion, competitors: Sequence[str]) -> OpportunityType:
    """Competitive where most of its posts name a competitor; else what is happening."""
    if not competitors:
        return OpportunityType.TREND
    pattern = name_pattern(competitors)
    named = sum(bool(pattern.search(one.text)) for one in occasion.texts)
    return OpportunityType.COMPETITIVE if 2 * named > len(occasion.texts) else OpportunityType.TREND
