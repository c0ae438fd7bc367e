"""How the brand sounds: the few words that its guides describe the voice with."""

import regex

from kairo_hero.brands.compiling.entries import clean_name, is_beside
from kairo_hero.brands.compiling.findings import Finding, once, told
from kairo_hero.brands.compiling.guides import Guide, Line, Section

MOST = 15
_VOICE = regex.compile(
    r"(?i)^(?:(?:our|the|brand|writing|\S+['’]s) )*(?:voice|tone|tone of voice|personality|"
    r"brand (?:personality|character)|"
    r"how we (?:sound|speak|talk|write))(?:(?:,| and| &|/) (?:voice|tone|style|personality))*"
    r"(?: (?:guidelines|attributes|principles|characteristics|traits|words|pillars|keywords|qualities|"
    r"in a nutshell))?:?$"
)
_TAGS_LABEL = regex.compile(
    r"(?i)^(?:(?:our |brand )?(?:voice|tone|tone of voice|personality)(?: (?:tags|words|attributes))?|"
    r"we (?:are|sound))$"
)
_SENTENCE = regex.compile(
    r"(?i)\b(?:our|the|brand|\p{L}+['’]s) (?:voice|tone|personality)(?: and tone)? (?:is|are|should be|"
    r"must be|stays)(?: always)?:? "
    r"([^.;:()!?]{3,120})|\bwe (?:always )?(?:sound|want to sound|aim to be|strive to be) ([^.;:()!?]{3,120})"
)
_RULE = regex.compile(
    r"(?i)^(?:be|use|avoid|write|keep|do|don.?t|never|always|choose|say|make|speak|show|express|help|start|stay|think|lean|"
    r"go|tell|let|try|consider|address|establish(?:ing)?|adapt(?:ing)?|choosing|using|match|anticipate|remember|we|when|how)\b"
)
_BE = regex.compile(r"(?i)^be ([\p{L}-]+)[.!]?$")
_LESS = regex.compile(r"(?i)\s*(?:,|–|—|-|\()?\s*\b(?:not|but|without|minus|never|yet|rather than|over)\b.*$|\s*\(.*$")
_ABOUT_VOICE = regex.compile(
    r"(?i)\b(?:voice|tone|personality|style|situations?|context|audience|examples?|guid\w+|checklist)\b|\bvs\b"
)


def find_tone_tags(guides: list[Guide]) -> Finding:
    """The words of every place that describes the voice, in the order of the guides."""
    tags: list[str] = []
    places: list[Section | str] = []
    for guide in guides:
        front = next((guide.front[key] for key in ("tone", "tone_tags", "voice") if key in guide.front), None)
        if isinstance(front, list | str):
            said = front if isinstance(front, list) else regex.split(r",\s*", front)
            tags, places = [*tags, *map(str, said)], [*places, f"{guide.file} › front matter"]
        for section in guide.sections:
            if found := _tags(section):
                tags, places = [*tags, *found], [*places, section]
    return told("tone_tags", once(_uncapitalized(tag) for tag in tags)[:MOST], places)


def _uncapitalized(tag: str) -> str:
    return tag[0].lower() + tag[1:] if tag[1:].islower() else tag


def _tags(section: Section) -> list[str]:
    found = [tag for line in section.items if _TAGS_LABEL.match(line.label) for tag in _listed(line.said)]
    found += [
        tag
        for line in section.paragraphs
        for match in _SENTENCE.finditer(line.text)
        for tag in _listed(match[1] or match[2])
    ]
    if not _VOICE.match(section.heading):
        return found if any(regex.search(r"(?i)voice|tone|personality", one) for one in section.path) else []
    rows = [row[0] for table in section.tables for row in table[1:] if row and row[0]]
    lists = [tag for line in section.items for tag in _of_item(line)]
    listed = [tag for tag in (_tag(text) for text in rows) if tag] + lists
    return found + listed or _of_headings(section)


def _of_item(line: Line) -> list[str]:
    if not line.label and (match := _BE.match(line.text)):
        return [match[1].lower()]
    tag = _tag(line.label or line.text)
    return [tag] if tag else []


def _of_headings(section: Section) -> list[str]:
    """The headings below, where they are words for a voice and not rules about it."""
    below = [child for child in section.children if not is_beside(child.heading)]
    tags = [tag for child in below if (tag := _tag(child.heading))]
    return tags if len(tags) >= 2 and len(tags) > len(below) / 2 else []


def _listed(text: str) -> list[str]:
    parts = regex.split(r",\s*(?:and |but |& )?|\s+(?:and|but|&)\s+", text)
    tags = [_tag(part) for part in parts]
    # a sentence whose parts are no words for a voice is about something else
    return [tag for tag in tags if tag] if all(tags) else []


def _tag(text: str) -> str:
    """The word for a voice: `Conversational, minus the jokes` is `conversational`; empty where it is none."""
    tag = str(_LESS.sub("", clean_name(text))).strip(" .,:;")
    if not tag or len(tag.split()) > 4 or _RULE.match(tag) or _ABOUT_VOICE.search(text) or is_beside(tag):
        return ""
    return tag
