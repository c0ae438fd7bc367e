"""Who the brand is: its name, the names it is mentioned by, and its time zone."""

from collections import Counter
from collections.abc import Iterator
from zoneinfo import available_timezones

import regex

from kairo_hero.brands.compiling.findings import LONGEST_NAME, Finding, missing, once, shortened, told
from kairo_hero.brands.compiling.guides import Guide, Section

_KINDS = (
    r"(?:brand|content|style|voice|tone|writing|messaging|editorial|marketing|company|product|platform|design|social"
    r"|media|communications?|and|&|of)"
)
#: Headings that hold the brand's name: "Acme brand guidelines", "What is Acme?", "Acme vs. Bolt".
_NAMING_HEADINGS = [
    regex.compile(pattern)
    for pattern in (
        r"(?:What is|Who is|Why|About|Welcome to|Writing for|How we talk about) (.{2,40}?)\??",
        rf"(?:The )?(.{{2,40}}?)(?:['’]s?)? (?i:{_KINDS} )*(?i:guide(?:s|lines?|book)?|handbook|messaging|"
        rf"positioning|strategy|"
        r"values?|value proposition|personas|voice(?: and tone| & tone)?|playbook|platform|book|brand|kit|"
        r"story|mission)",
        r"(?:If you (?:work|are) at|Working at) (.{2,40})",
        r".{2,60} vs\.? (.{2,40})",
    )
]
_NAMING_SENTENCE = regex.compile(
    r"\b(?:At|Here at) (\p{Lu}?[\p{L}\p{N}][\p{L}\p{N}.&’'-]*(?: \p{Lu}[\p{L}\p{N}]+){0,2}), we\b"
    r"|^(\p{Lu}[\p{L}\p{N}.&’'-]*(?: \p{Lu}[\p{L}\p{N}]+){0,2}) is (?:an?|the|on a mission)\b"
)
_NO_NAME = regex.compile(
    r"(?i)^(?:our|the|this|these|that|your|we|us|it|its|a|an|how|what|why|who|brand|content|style|voice|tone|product|company|"
    r"marketing|messaging|core|key|target|social|media|team|teams|mission|vision|value|values|personas?|design|if|for|of|to|"
    r"and|using|general|editorial|writing|visual|platform|quick|short|press|overview|introduction|there|here|everyone)\b"
)
_NAME_LABEL = regex.compile(r"(?i)^(?:(?:brand|company|organi[sz]ation|product)(?: name)?|name)$")
_OWN_NAMES = regex.compile(
    r"(?i)^(?:writing about (?:ourselves|us)|(?:our|brand|company|product|the) names?|names? (?:usage|"
    r"of the brand)|naming|"
    r"how to (?:write|spell|refer to|say) (?:us|our name|the name).*|what to call us|mentions?|also known as|handles?)$"
)
_ZONE_WORD = regex.compile(r"(?i)\btime ?zone\b")
_ZONE = regex.compile(r"\b[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_]+){1,2}\b")
#: What people call the time zone of a place, and the place that stands for it.
_ZONE_NAMES = {
    r"eastern(?: standard| daylight)? time|\bE[SD]?T\b": "America/New_York",
    r"central(?: standard| daylight)? time|\bCS?T\b": "America/Chicago",
    r"mountain(?: standard| daylight)? time|\bM[SD]T\b": "America/Denver",
    r"pacific(?: standard| daylight)? time|\bP[SD]?T\b": "America/Los_Angeles",
    r"(?:central european|berlin|german) time|\bCES?T\b": "Europe/Berlin",
    r"(?:london|british|uk) time|\b(?:GMT|BST)\b": "Europe/London",
    r"\bUTC\b": "UTC",
}


def find_name(guides: list[Guide], folder: str) -> Finding:
    """What the brand is called: as a guide says, else the name in headings that comes up most, else the folder."""
    for guide in guides:
        for key, value in guide.front.items():
            if (
                str(key).lower() in ("brand", "brand_name", "company", "organization")
                and isinstance(value, str)
                and value.strip()
            ):
                return told("name", shortened(value, LONGEST_NAME), [f"{guide.file} › front matter"])
    sections = [section for guide in guides for section in guide.sections]
    for section in sections:
        for line in [*section.items, *section.paragraphs]:
            if _NAME_LABEL.match(line.label) and 0 < len(line.said.split()) <= 5:
                return told("name", shortened(line.said.strip(" ."), LONGEST_NAME), [section])
    named: dict[str, Section] = {}
    for section in sections:
        for name in _candidates(section):
            named.setdefault(name, section)
    mentions = _mentions(named, sections)
    if mentions:
        name = max(mentions, key=lambda one: (mentions[one], len(one)))
        return told("name", name, [named[name]], inferred=True)
    spoken = regex.sub(r"(?i)^brand[-_ ]|[-_ ](?:brand|guides?|guidelines|handbook|docs)$", "", folder)
    return told(
        "name", spoken.replace("-", " ").replace("_", " ").title() or "Brand", ["the folder's name"], inferred=True
    )


def _candidates(section: Section) -> Iterator[str]:
    for pattern in _NAMING_HEADINGS:
        if (match := pattern.fullmatch(section.heading)) and _is_name(match[1]):
            yield match[1].strip()
    for line in section.paragraphs:
        for match in _NAMING_SENTENCE.finditer(line.text):
            if _is_name(found := match[1] or match[2]):
                yield found


def _is_name(text: str) -> bool:
    words = text.split()
    return bool(
        0 < len(words) <= 4
        and not _NO_NAME.match(text)
        and all(word[:1].isupper() or word[:1].isdigit() or word in ("&", "and", "of", "the") for word in words)
    )


def _mentions(names: dict[str, Section], sections: list[Section]) -> Counter[str]:
    texts = [section.heading for section in sections]
    texts += [line.text for section in sections for line in [*section.paragraphs, *section.items]]
    whole = "\n".join(texts)
    return Counter({name: len(regex.findall(rf"(?<!\w){regex.escape(name)}(?!\w)", whole)) for name in names})


def find_mention_names(guides: list[Guide], name: str) -> Finding:
    """The names by which others mention the brand: those that guides list, else its name alone."""
    found: list[str] = []
    places: list[Section] = []
    for section in (section for guide in guides for section in guide.sections):
        if not _OWN_NAMES.match(section.heading):
            continue
        own = [line.label or line.text for line in section.items]
        own = [part.strip('"“” ') for text in own for part in text.split(" / ")]
        own = [text for text in own if name.casefold() in text.casefold() and len(text.split()) <= 4]
        if own:
            found, places = [*found, *own], [*places, section]
    return told("mention_names", once([name, *found])[:20], places or ["the brand's name"], inferred=not places)


def find_time_zone(guides: list[Guide]) -> Finding:
    """The time zone that is named as such; inferred where people's name for it has to be understood."""
    for guide in guides:
        for key, value in guide.front.items():
            if _ZONE_WORD.search(str(key)) and str(value) in available_timezones():
                return told("timezone", str(value), [f"{guide.file} › front matter"])
    for section in (section for guide in guides for section in guide.sections):
        for line in [*section.paragraphs, *section.items]:
            if not (_ZONE_WORD.search(line.text) or _ZONE_WORD.search(section.heading)):
                continue
            for match in _ZONE.finditer(line.text):
                if match[0] in available_timezones():
                    return told("timezone", match[0], [section])
            for pattern, zone in _ZONE_NAMES.items():
                if regex.search(pattern, line.text) or regex.search(pattern, line.text.lower()):
                    return told("timezone", zone, [section], inferred=True)
    return missing("timezone")
