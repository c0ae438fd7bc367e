"""What the brand speaks about, and how its pieces are built: content pillars and pattern templates."""

from dataclasses import dataclass

import regex

from kairo_hero.brands.brand_file import PatternTemplateEntry, PillarEntry
from kairo_hero.brands.compiling.entries import Entry, clean_name, entries_of
from kairo_hero.brands.compiling.findings import once, shortened
from kairo_hero.brands.compiling.guides import Guide, Section

MOST_PILLARS, MOST_TEMPLATES = 12, 20
_OWN = (
    r"(?i)^(?:(?:our|the|key|core|main|brand|content|messaging|message|editorial|strategic|communications?|"
    r"story|\S+['’]s) )*"
)

#: What people call pillars; what only comes near is taken where there are none.
_PILLARS = regex.compile(
    _OWN + r"(?:pillars?|content (?:themes?|topics|categories|buckets)|themes|topics|messaging (?:framework|themes)|"
    r"(?:what|topics) we (?:talk|write|post|speak) about|topics we cover|areas of expertise|focus areas|"
    r"storylines|editorial calendar themes):?$"
)
_NEAR_PILLARS = regex.compile(
    _OWN
    + r"(?:value (?:drivers?|props|propositions)|key messages|core messages|messages|proof points|differentiators):?$"
)
_CATEGORY = regex.compile(r"(?i)^(?:category|type|group|kind|area)\b")
_DESCRIPTION = regex.compile(
    r"(?i)^(?:description|summary|about|what|why|message|goal|objective|angle|examples?(?: topics)?|topics|"
    r"key messages?|proof|"
    r"keywords?|themes?|the benefits|benefits|who benefits|audience|content|posts?|formats?|channels?)\b"
)
_LABELS = regex.compile(f"(?:{_CATEGORY.pattern})|(?:{_DESCRIPTION.pattern})")
_PATTERN = regex.compile(
    r"(?i)\b(?:(?:\d+|three|four|five|six) steps?\b|template|structure|formula|framework|outline|anatomy|"
    r"recipe|pattern|"
    r"blueprint|format|story ?arc|beats)\b"
)
_PIECE = regex.compile(
    r"(?i)\b(blog ?posts?|posts?|threads?|newsletters?|captions?|videos?|articles?|case stud(?:y|ies)|"
    r"stories|story|intros?|"
    r"headlines?|announcements?|carousels?|tweets?|emails?|reels?|scripts?|press releases?|content|hooks?)\b"
)


@dataclass(frozen=True)
class FoundPillar:
    """A pillar, where it stands, and whether guides call it one."""

    entry: PillarEntry
    place: str
    inferred: bool


@dataclass(frozen=True)
class FoundTemplate:
    """A pattern template and where it stands."""

    entry: PatternTemplateEntry
    place: str


def find_pillars(guides: list[Guide]) -> list[FoundPillar]:
    """The pillars, the first one the most important; else the brand's messages or value drivers, as inferred ones."""
    sections = [section for guide in guides for section in guide.sections]
    for names, inferred in ((_PILLARS, False), (_NEAR_PILLARS, True)):
        found: dict[str, tuple[Entry, Section]] = {}
        matching = [section for section in sections if names.match(clean_name(section.heading))]
        for section in (one for one in matching if not any(below in matching for below in list(one.within())[1:])):
            for entry in entries_of(section, _LABELS):
                found.setdefault(entry.name.casefold(), (entry, section))
        if found:
            return [
                FoundPillar(_pillar(entry, section, rank), entry.place, inferred)
                for rank, (entry, section) in enumerate(list(found.values())[:MOST_PILLARS], start=1)
            ]
    return []


def _pillar(entry: Entry, section: Section, rank: int) -> PillarEntry:
    said = [
        entry.text(),
        *(text for label, texts in entry.labelled.items() if not _CATEGORY.match(label) for text in texts),
    ]
    return PillarEntry(
        name=shortened(entry.name, 190),
        category=shortened(", ".join(entry.under(_CATEGORY)), 200),
        description=shortened(". ".join(text.rstrip(" .") for text in once(said)), 1_500),
        priority_rank=rank,
    )


def find_templates(guides: list[Guide]) -> list[FoundTemplate]:
    """Every numbered list that a heading calls the structure of a piece of content."""
    found: dict[str, FoundTemplate] = {}
    for section in (section for guide in guides for section in guide.sections):
        beats = [item for item in section.items if item.ordered] or section.items
        piece = next((match[1] for heading in section.path[::-1] if (match := _PIECE.search(heading))), None)
        if piece is None or not _PATTERN.search(section.heading) or len(beats) < 2:
            continue
        entry = PatternTemplateEntry(
            name=shortened(
                regex.sub(r"(?i)^\d+ steps (?:for|to) (?:an? )?", "", clean_name(section.heading)), 190
            ).capitalize(),
            category=piece.capitalize(),
            beats=[shortened(_beat(item.text), 400) for item in beats],
        )
        found.setdefault(entry.name.casefold(), FoundTemplate(entry, section.place))
    return list(found.values())[:MOST_TEMPLATES]


def _beat(text: str) -> str:
    return str(regex.split(r"(?<=[.!?])\s+(?=\p{Lu})", text)[0]).rstrip(".")
