"""What people edit and decide about brands, and what is made for them: the relational models of the hero loop."""

from kairo_hero.models.board import SignalBundle, TodayBoard
from kairo_hero.models.brand import Brand, BrandIR, BrandSnapshot, ContentPillar, PatternTemplate, Persona
from kairo_hero.models.content import ContentPackage, ExecutionEvent, Variant
from kairo_hero.models.generation import BoardGeneration
from kairo_hero.models.learning import LearningEvent
from kairo_hero.models.model_calls import ModelAnswer, ModelCall
from kairo_hero.models.opportunity import Opportunity
from kairo_hero.models.tenancy import Tenant

__all__ = [
    "BoardGeneration",
    "Brand",
    "BrandIR",
    "BrandSnapshot",
    "ContentPackage",
    "ContentPillar",
    "ExecutionEvent",
    "LearningEvent",
    "ModelAnswer",
    "ModelCall",
    "Opportunity",
    "PatternTemplate",
    "Persona",
    "SignalBundle",
    "Tenant",
    "TodayBoard",
    "Variant",
]
