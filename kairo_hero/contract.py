"""What every contract is made of: its base classes, and the kinds of value that many of them use."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from kairo_hero.dto_examples import EXAMPLES
from kairo_hero.vocabulary import QualityBand


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this moment is out of range") from None


def _show_example(schema: dict[str, Any], model: type[BaseModel]) -> None:
    if example := EXAMPLES.get(model.__name__):
        schema["examples"] = [example]


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Score = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Hours = Annotated[float, Field(ge=0)]


class Contract(BaseModel):
    """What every DTO is: immutable, with exactly its own keys, and readable from a row that has them."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, from_attributes=True, allow_inf_nan=False, json_schema_extra=_show_example
    )


class Stored(Contract):
    """What the store adds to the content of an opportunity, a package or a variant."""

    id: UUID
    brand_id: UUID
    created_at: Moment
    updated_at: Moment


class Draft(Contract):
    """The verdict on a draft: an invalid one is dropped, for the reasons given. The quality band is for evaluation."""

    is_valid: bool = True
    rejection_reasons: list[str] = Field(default_factory=list)
    quality_band: QualityBand | None = None
