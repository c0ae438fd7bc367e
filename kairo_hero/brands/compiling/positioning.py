"""What the brand is and what it promises."""

from dataclasses import dataclass

import regex

from kairo_hero.brands.compiling.findings import Finding, missing, shortened, told
from kairo_hero.brands.compiling.guides import Guide, Line, Section

LONGEST, LONGEST_SUMMARY = 2_000, 400
#: A positioning shorter than this is told with what comes next to it.
FEW_CHARACTERS = 300
#: What people call it, the plainest statement first.
_HEADINGS = [
    regex.compile(rf"(?i)^(?:(?:our|the|\S+(?: \S+)?['’]?s?) )?(?:{names})(?: \(.*\))?$")
    for names in (
        r"(?:brand |platform )?positioning(?: statement)?|positioning and messaging",
        r"(?:core |unique |brand |customer )?value proposition|uvp|usp|brand promise|"
        r"(?:company )?boilerplate|elevator pitch",
        r"mission(?: statement)?|purpose|mission and vision",
        r"what is [^?]{1,40}\??|who we are|about(?: us| (?!this|the guide)[^?]{1,40})?|what we do|"
        r"company (?:overview|description)|brand story|"
        r"core story|our what, how,? and why|what, how,? and why|overview of .{1,40}|in short|tl;?dr",
        r"vision(?: statement)?|brand (?:essence|idea|overview)|tagline|one[- ]liner",
    )
]
_LABELS = [
    regex.compile(
        r"(?i)^(?:positioning(?: statement)?|boilerplate|value proposition|elevator pitch|mission(?: statement)?)$"
    ),
    regex.compile(r"(?i)^(?:purpose|vision|about|what we do|promise|brand promise)$"),
]
_SHORT = regex.compile(
    r"(?i)^(?:(?:1|one)[- ]line(?:r)?(?: description)?|tagline|in short|short description|strapline|slogan|summary)$"
)
_ABOUT_THE_GUIDE = regex.compile(
    r"(?i)\b(?:this|these) (?:guide|page|document|section|file|handbook|repository|repo|guidelines?)"
)
_POINTER = regex.compile(r"(?i)^(?:for more|see |read more|note:|here are|how does|but what|learn more|example)|:$|\?$")
_SENTENCE = regex.compile(r"(?<=[.!?])\s+(?=[\p{Lu}\p{N}“\"])")


@dataclass(frozen=True)
class Statement:
    """A text that says what the brand is; the lower its rank, the plainer it says so."""

    rank: int
    text: str
    section: Section


def statements(guides: list[Guide]) -> list[Statement]:
    """Every statement, the plainest first, then in the order of the guides."""
    found: list[Statement] = []
    for section in (section for guide in guides for section in guide.sections):
        for line in [*section.paragraphs, *section.items]:
            for rank, labels in enumerate(_LABELS):
                if labels.match(line.label) and line.said:
                    found.append(Statement(rank, line.said, section))
        named = next((rank for rank, names in enumerate(_HEADINGS) if names.match(section.heading)), None)
        if named is not None and (text := _prose(section)):
            found.append(Statement(named, text, section))
    return sorted(found, key=lambda one: one.rank)


def _prose(section: Section) -> str:
    lines = [line for line in section.paragraphs if _says_something(line)]
    if not lines:
        lines = [line for line in section.items if len(line.text.split()) >= 6 and not line.label]
    return " ".join(line.text for line in lines).strip()


def _says_something(line: Line) -> bool:
    beside = _SHORT.match(line.label) or _POINTER.search(line.text) or _ABOUT_THE_GUIDE.search(line.text)
    return not beside and len(line.text.split()) >= 4


def find_positioning(guides: list[Guide]) -> tuple[Finding, Finding]:
    """The positioning and its summary in a sentence."""
    found = statements(guides)
    if not found:
        return _from_the_opening(guides)
    # a positioning and a value proposition say more together
    best = [one for one in found if one.rank <= max(found[0].rank, 1)]
    if sum(len(one.text) for one in best) < FEW_CHARACTERS:
        best = found[:3]
    texts: list[str] = []
    for one in best:
        if not any(one.text in other or other in one.text for other in texts):
            texts.append(one.text)
    positioning = shortened(" ".join(texts), LONGEST)
    short = _short_statement(guides)
    if short:
        summary = told("positioning_summary", shortened(short[0], LONGEST_SUMMARY), [short[1]])
    else:
        sentence = _SENTENCE.split(best[0].text)[0]
        summary = told("positioning_summary", shortened(sentence, LONGEST_SUMMARY), [best[0].section], inferred=True)
    return told("positioning", positioning, [one.section for one in best]), summary


def _short_statement(guides: list[Guide]) -> tuple[str, Section] | None:
    for section in (section for guide in guides for section in guide.sections):
        for line in [*section.paragraphs, *section.items]:
            if _SHORT.match(line.label) and 3 <= len(line.said.split()) <= 60:
                return line.said, section
        if _SHORT.match(section.heading) and section.paragraphs:
            return section.paragraphs[0].text, section
    return None


def _from_the_opening(guides: list[Guide]) -> tuple[Finding, Finding]:
    """Concluded from how the guides begin, where they say what "we" do rather than what the page is for."""
    first = sorted(guides, key=lambda guide: (guide.file.count("/"), not guide.file.lower().startswith("index")))
    for guide in first:
        for section in guide.sections[:2]:
            for line in section.paragraphs:
                speaks = regex.search(r"(?i)\b(?:we|our|us|is an?)\b", line.text)
                if speaks and len(line.text.split()) >= 12 and _says_something(line):
                    sentence = _SENTENCE.split(line.text)[0]
                    return (
                        told("positioning", shortened(line.text, LONGEST), [section], inferred=True),
                        told("positioning_summary", shortened(sentence, LONGEST_SUMMARY), [section], inferred=True),
                    )
    return missing("positioning"), missing("positioning_summary")
