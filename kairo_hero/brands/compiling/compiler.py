"""Puts what guides say together into a brand, with the state and the place of every field."""

from dataclasses import dataclass
from pathlib import Path

import regex

from kairo_hero.brands.brand_file import BrandFile, ProvenanceEntry, TenantEntry
from kairo_hero.brands.compiling.audience import FoundPersona, find_personas
from kairo_hero.brands.compiling.contradictions import contradictions
from kairo_hero.brands.compiling.findings import Finding, missing, shortened, told
from kairo_hero.brands.compiling.guides import Guide, read_guides
from kairo_hero.brands.compiling.identity import find_mention_names, find_name, find_time_zone
from kairo_hero.brands.compiling.positioning import find_positioning, statements
from kairo_hero.brands.compiling.presence import find_channels, find_competitors
from kairo_hero.brands.compiling.themes import FoundPillar, FoundTemplate, find_pillars, find_templates
from kairo_hero.brands.compiling.voice import find_tone_tags
from kairo_hero.brands.compiling.wording import find_taboos, read_wording


@dataclass(frozen=True)
class CompiledBrand:
    """A brand as its guides have it; its file carries the findings and the contradictions as its provenance."""

    file: BrandFile
    findings: tuple[Finding, ...]
    contradictions: tuple[str, ...]


def compile_folder(folder: Path) -> CompiledBrand:
    """The brand that a folder of Markdown guides describes; raise NoSuchFolder, NoGuides or UnreadableGuide."""
    return compile_guides(read_guides(folder), folder.resolve().name)


def compile_guides(guides: list[Guide], folder: str) -> CompiledBrand:
    """The brand that guides describe; the same guides give the same brand."""
    name = find_name(guides, folder)
    slug = slug_of(str(name.value))
    wording = read_wording(guides)
    positioning, summary = find_positioning(guides)
    simple = [
        name,
        told("slug", slug, name.places, inferred=True),
        told("tenant", TenantEntry(name=name.value, slug=slug), name.places, inferred=True),
        summary,
        positioning,
        find_tone_tags(guides),
        find_taboos(wording, str(name.value)),
        find_channels(guides, str(name.value)),
        find_time_zone(guides),
        find_mention_names(guides, str(name.value)),
        find_competitors(guides, str(name.value)),
    ]
    personas, pillars, templates = find_personas(guides), find_pillars(guides), find_templates(guides)
    file = BrandFile(
        **{finding.field: finding.value for finding in simple if finding.value},
        personas=[one.entry for one in personas],
        pillars=[one.entry for one in pillars],
        pattern_templates=[one.entry for one in templates],
    )
    tone = next(finding for finding in simple if finding.field == "tone_tags")
    opposed = contradictions(guides, file, tone, wording, statements(guides))
    findings = (*simple, *_of_personas(personas), *_of_pillars(pillars), *_of_templates(templates))
    entries = [
        ProvenanceEntry(
            field=one.field, state=one.state.value, places=list(one.places), note=shortened(one.note, 4_000)
        )
        for one in findings
    ]
    file = file.model_copy(update={"provenance": entries, "contradictions": opposed})
    return CompiledBrand(file, findings, tuple(opposed))


def slug_of(name: str) -> str:
    """A name as a slug: lower-case letters, digits and hyphens, at most 63."""
    plain = regex.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    return plain[:63].rstrip("-") or "brand"


def _of_personas(personas: list[FoundPersona]) -> list[Finding]:
    parts = ("name", "role", "summary", "priorities", "pains")
    return [
        told(f"personas[{number}].{part}", getattr(one.entry, part), [one.place])
        for number, one in enumerate(personas)
        for part in parts
    ] or [missing("personas")]


def _of_pillars(pillars: list[FoundPillar]) -> list[Finding]:
    found = [
        told(f"pillars[{number}].{part}", getattr(one.entry, part), [one.place], inferred=one.inferred)
        for number, one in enumerate(pillars)
        for part in ("name", "category", "description")
    ]
    if found:
        ranks = told("pillars[].priority_rank", True, [pillars[0].place], inferred=True, note="by their order")
        found.append(ranks)
    return found or [missing("pillars")]


def _of_templates(templates: list[FoundTemplate]) -> list[Finding]:
    return [
        told(f"pattern_templates[{number}].{part}", getattr(one.entry, part), [one.place])
        for number, one in enumerate(templates)
        for part in ("name", "category", "beats")
    ] or [missing("pattern_templates")]
