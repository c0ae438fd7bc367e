"""A brand on the terminal: what is stored of it, and what guides were found to say of it."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kairo_cli.terminal import plain
from kairo_hero.brands.brand_file import BrandFile
from kairo_hero.brands.compiling.compiler import CompiledBrand
from kairo_hero.brands.compiling.findings import Finding, State, shortened

STYLES = {State.FOUND: "green", State.INFERRED: "yellow", State.MISSING: "red"}
SHOWN_CHARACTERS = 160


def compiled_view(compiled: CompiledBrand) -> RenderableType:
    """Every field with its state, its value and its place; then what contradicts."""
    table = Table("field", "state", "value", "from file › heading", title=plain(compiled.file.name))
    for finding in compiled.findings:
        table.add_row(
            plain(finding.field),
            Text(finding.state, STYLES[finding.state]),
            plain(_value(finding)),
            plain(_places(finding)),
        )
    if not compiled.contradictions:
        return Group(table, Text("No contradictions."))
    listed = Table(f"contradictions ({len(compiled.contradictions)})")
    for sentence in compiled.contradictions:
        listed.add_row(plain(sentence))
    return Group(table, listed)


def _value(finding: Finding) -> str:
    said = [shortened(_in_words(finding.value), SHOWN_CHARACTERS), shortened(finding.note, SHOWN_CHARACTERS)]
    return "\n".join(part for part in said if part)


def _in_words(value: Any) -> str:
    if isinstance(value, BaseModel):
        return ", ".join(map(str, value.model_dump().values()))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else ""


def _places(finding: Finding) -> str:
    first, more = finding.places[:2], len(finding.places) - 2
    return "\n".join([*first, *([f"and {more} more"] if more > 0 else [])])


def brand_view(brand: BrandFile) -> RenderableType:
    """All that a brand file says, in tables."""
    facts = Table("field", "value", title=plain(f"{brand.name} ({brand.tenant.slug}.{brand.slug})"))
    for field in ("positioning", "tone_tags", "taboos", "channels", "timezone", "mention_names", "competitors"):
        facts.add_row(field, plain(_in_words(getattr(brand, field))))
    parts = (
        _table("pillar", brand.pillars, ("name", "category", "priority_rank", "is_active", "description")),
        _table("persona", brand.personas, ("name", "role", "summary", "priorities", "pains")),
        _table("pattern template", brand.pattern_templates, ("name", "category", "status", "beats")),
    )
    return Group(facts, *(part for part in parts if part))


def _table(kind: str, entries: Iterable[BaseModel], fields: tuple[str, ...]) -> Table | None:
    table = Table(kind, *fields[1:])
    for entry in entries:
        values = (getattr(entry, field) for field in fields)
        table.add_row(*(plain(_in_words(value) if isinstance(value, str | list) else str(value)) for value in values))
    return table if table.row_count else None
