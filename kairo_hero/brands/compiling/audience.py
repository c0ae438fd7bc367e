"""Whom the brand speaks to: personas with what they want and what hurts."""

from dataclasses import dataclass
from pathlib import PurePosixPath

import regex

from kairo_hero.brands.brand_file import PersonaEntry
from kairo_hero.brands.compiling.entries import Entry, clean_name, entries_of
from kairo_hero.brands.compiling.findings import once, shortened
from kairo_hero.brands.compiling.guides import Guide, Section

MOST = 20
_PERSONAS = regex.compile(
    r"(?i)^(?:(?:our|the|target|key|core|primary|main|brand|buyer|user|customer|marketing|audience|\S+['’]s) )*"
    r"(?:personas?|audiences?|audience segments?|customer (?:segments|profiles?)|"
    r"ideal customers?(?: profiles?)?|icps?|readers|"
    r"target (?:groups?|customers|users|markets?)|buyers|segments|who (?:we|you)(?:'re| are)? "
    r"(?:serve|talk(?:ing)? to|speak(?:ing)? to|writ(?:e|ing) for|help|for))(?: (?:and|&) \w+)?:?$"
)
_ROLE = regex.compile(
    r"(?i)^(?:(?:example |job |typical )?(?:roles?|titles?|job|occupation|position)s?(?: examples)?|who)\b"
)
_PRIORITIES = regex.compile(
    r"(?i)^(?:(?:their|key|main|primary) )?(?:goals?|priorit(?:y|ies)|needs?|wants?|motivations?|"
    r"motivated by|cares? about|"
    r"objectives?|jobs[- ]to[- ]be[- ]done|values|what (?:they|she|he) (?:wants?|needs?|cares? about|"
    r"values?)|interests?|benefits?)\b"
)
_PAINS = regex.compile(
    r"(?i)^(?:(?:their|key|main|primary) )?(?:pains?(?: points)?|pain[- ]points?|challenges?|frustrations?|"
    r"problems?|fears?|"
    r"struggles?|worr(?:y|ies)|concerns?|obstacles?|barriers?|what (?:hurts|frustrates (?:them|her|him)|keeps .* up))\b"
)
_SUMMARY = regex.compile(
    r"(?i)^(?:summary|description|bio|background|about|profile|who they are|overview|snapshot|story|quote)\b"
)
_OTHER = regex.compile(
    r"(?i)^(?:channels?|tone|messag\w+|age|gender|location|demographics?|income|education|tools|content|"
    r"how to (?:reach|talk)|"
    r"where|key messages?|behaviou?rs?|media|company size|industry|note)\b"
)
_LABELS = regex.compile("|".join(f"(?:{one.pattern})" for one in (_ROLE, _PRIORITIES, _PAINS, _SUMMARY, _OTHER)))
_NO_PERSON = regex.compile(
    r"(?i)\b(?:personas?|audiences?|journeys?|segmentation)\b|^(?:to|for|our|the following)\b.*:"
)
_PLURAL_FOLDER = regex.compile(r"(?i)^(?:user |buyer )?personas?$")


@dataclass(frozen=True)
class FoundPersona:
    """A persona and where it stands."""

    entry: PersonaEntry
    place: str


def find_personas(guides: list[Guide]) -> list[FoundPersona]:
    """Every persona, each name once, in the order of the guides."""
    found: dict[str, FoundPersona] = {}
    for guide in guides:
        for entry in [
            *_of_folder(guide),
            *(entry for section in _about(guide) for entry in entries_of(section, _LABELS)),
        ]:
            if _NO_PERSON.search(entry.name):
                continue
            persona = _persona(entry)
            known = found.get(persona.name.casefold())
            if known is None or _fullness(persona) > _fullness(known.entry):
                found[persona.name.casefold()] = FoundPersona(persona, entry.place)
    return list(found.values())[:MOST]


def _about(guide: Guide) -> list[Section]:
    """The sections that tell of personas, but for those inside another one."""
    sections = [one for one in guide.sections if _PERSONAS.match(clean_name(one.heading))]
    inner = {id(below) for one in sections for below in one.within() if below is not one}
    return [one for one in sections if id(one) not in inner]


def _of_folder(guide: Guide) -> list[Entry]:
    """A file in a folder of personas is one of them."""
    path = PurePosixPath(guide.file)
    if not _PLURAL_FOLDER.match(path.parent.name) or path.stem.lower() in ("index", "readme"):
        return []
    top = [one for one in guide.sections if one.heading and one.level == guide.sections[0].level][:1]
    whole = Section(guide.file, ("personas",), 0, children=top)
    return entries_of(whole, _LABELS)


def _persona(entry: Entry) -> PersonaEntry:
    summary = " ".join([entry.text(), *entry.under(_SUMMARY)]).strip()
    return PersonaEntry(
        name=shortened(entry.name, 190),
        role=shortened(", ".join(regex.split(r"\.\s", role)[0].rstrip(".") for role in entry.under(_ROLE)), 300),
        summary=shortened(summary, 1_000),
        priorities=[shortened(text, 400) for text in once(_parts(entry.under(_PRIORITIES)))][:20],
        pains=[shortened(text, 400) for text in once(_parts(entry.under(_PAINS)))][:20],
    )


def _parts(texts: list[str]) -> list[str]:
    """One text that lists several things is that many."""
    if len(texts) == 1 and texts[0].count(",") >= 2 and not regex.search(r"[.!?]\s", texts[0]):
        return [part.strip(" .") for part in regex.split(r",\s*(?:and )?", texts[0])]
    return [text.rstrip(".") if text.count(".") == 1 else text for text in texts]


def _fullness(persona: PersonaEntry) -> int:
    return len(persona.priorities) + len(persona.pains) + bool(persona.role) + bool(persona.summary)
