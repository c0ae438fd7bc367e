"""The kinds of column that hero models share; no model stands here.

A list or a dict is kept as JSON and assigned whole: a change inside it is not noticed and not written.
"""

import uuid
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, Enum, ForeignKey, Text
from sqlalchemy.orm import mapped_column

Prose = Annotated[str, mapped_column(Text, default="")]
Strings = Annotated[list[str], mapped_column(JSON(none_as_null=True), default=list)]
Numbers = Annotated[list[float], mapped_column(JSON(none_as_null=True), default=list)]
Objects = Annotated[list[dict[str, Any]], mapped_column(JSON(none_as_null=True), default=list)]
Properties = Annotated[dict[str, Any], mapped_column(JSON(none_as_null=True), default=dict)]

BrandId = Annotated[uuid.UUID, mapped_column(ForeignKey("brand.id", ondelete="RESTRICT"))]
PersonaId = Annotated[uuid.UUID | None, mapped_column(ForeignKey("persona.id", ondelete="SET NULL"))]
PillarId = Annotated[uuid.UUID | None, mapped_column(ForeignKey("content_pillar.id", ondelete="SET NULL"))]
PatternId = Annotated[uuid.UUID | None, mapped_column(ForeignKey("pattern_template.id", ondelete="SET NULL"))]


def one_of(choices: type[StrEnum], column: str) -> Enum:
    """The type of a string column that takes these values only; its constraint is named after the column."""
    return Enum(
        choices,
        name=column,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )
