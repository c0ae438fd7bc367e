"""Words that the brand avoids, and those that it says instead."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import regex

from kairo_hero.brands.compiling.findings import Finding, once, told
from kairo_hero.brands.compiling.guides import Guide, Line, Section
from kairo_hero.brands.taboos import taboo_patterns, taboos_in

_AVOIDED = (
    r"(?:avoid(?:ed)?|(?:we )?(?:don.?t|do not|never) (?:say|use|write)|not to (?:say|use)|we never say|"
    r"banned|forbidden|"
    r"prohibited|off[- ]limits|blacklist(?:ed)?|taboos?|no-?gos?|retired|not (?:this|that)|unapproved|"
    r"dis(?:couraged|allowed))"
)
_WORDS = (
    r"(?:words?|terms?|terminology|phrases?|language|jargon|vocabulary|expressions?|clich[eé]s?|buzzwords?|"
    r"topics?|names?)"
)

_AVOID_HEADING = regex.compile(
    rf"(?i)^(?:(?:our|the) )?{_AVOIDED}(?: {_WORDS})?s?$|\b{_WORDS}(?:(?: and|,| or| &) {_WORDS})*(?: that|"
    rf" to| which)?(?: we)? {_AVOIDED}$"
    rf"|^(?:{_AVOIDED}|avoid(?:ing)?)(?: (?:these|the following|certain|using))? {_WORDS}\b|^what (?:not to|"
    rf"we don.?t) say$|^taboos?\b"
)
_NO_HEADING = regex.compile(r"(?i)^(?:no|not this|don.?t|don.?ts|don.?t say|avoid|wrong|bad|never|less of this)$")
_YES_HEADING = regex.compile(r"(?i)^(?:yes|this|do|do.?s|say|use|use this|right|good|instead|more of this)$")
#: Where a list of noes is of words: elsewhere it is of examples.
_OF_WORDS = regex.compile(
    r"(?i)\b(?:word|term|terminology|vocabulary|jargon|abbreviations?|acronyms?|idioms?|slang|people|disabilit\w*|gender|race|"
    r"ethnicity|age|inclusive|names?|ourselves|hearing|vision|spelling|phrases?|metaphors?)\w*"
)
#: Where a sentence about a word is about saying it: elsewhere it is about setting, linking or numbering it.
_ON_WORDS = regex.compile(
    r"(?i)\b(?:word|term|terminology|vocabulary|jargon|idioms?|slang|people|disabilit\w*|gender|race|ethnicity|nationality|age|"
    r"inclusive|plain language|phrases?|clich\w+)\w*"
)
_EXAMPLE = regex.compile(r"(?i)\b(?:for example|for instance|such as|e\.g\.)")
_NO_COLUMN = regex.compile(
    r"(?i)^(?:not(?: this| that)?|avoid(?:ed)?|don.?t(?: say| use)?|do not (?:say|use)|never(?: say| use)?|"
    r"instead of|no|"
    r"(?:words?|terms?|phrases?) to avoid|we don.?t say|forbidden|less|wrong)\b"
)
#: A column of noes that may hold rules as well as words.
_BARE = regex.compile(r"(?i)^(?:don.?ts?|do not|no|not|less|wrong|never|avoid)$")
_YES_COLUMN = regex.compile(
    r"(?i)^(?:use|say|do|yes|this|preferred|recommended|try|we say|right|replace with|better)\b"
)
_ONLY_SOMETIMES = regex.compile(
    r"(?i)\b(?:unless|except|only (?:use|when|if)|as a verb|as a noun|when (?:you|used|referring)|if you|ok in)\b"
)
_RULE = regex.compile(
    r"(?i)^(?:please )?(?:avoid|never(?: say| use| write)?|do(?: not|n.?t) (?:use|say|write|describe|call)|"
    r"steer clear of|stay away from)\b"
)
_ALLOWING = regex.compile(r"(?i)\b(?:use|prefer|say|choose|write|try|(?:is|are) fine|instead,)\b")
_INSTEAD = regex.compile(r"(?i)\b(?:instead of|rather than|not|over|in place of)\s*$")
_PREFER = regex.compile(r"(?i)\bprefer\b.*\bto\s*$")
_SENTENCE = regex.compile(r"(?<=[.!?])\s+(?=\p{Lu})")
_QUOTED = regex.compile(r"[“\"‘]([^”\"“’]{1,60})[”\"’]")
_APART = regex.compile(r"\s*(?:,|;|\n| / |/(?=\s)|\bor\b|\band/or\b)\s*")
LONGEST_WORDS = 6


@dataclass
class Wording:
    """Words with the sections that say so: avoided, avoided in some senses only, and recommended."""

    avoided: dict[str, Section] = field(default_factory=dict)
    sometimes: dict[str, Section] = field(default_factory=dict)
    recommended: dict[str, Section] = field(default_factory=dict)
    accepted: dict[str, set[str]] = field(default_factory=dict)

    def avoid(self, word: str, section: Section, *, sometimes: bool = False, instead: tuple[str, ...] = ()) -> None:
        """Note a word or phrase that is not to be said, and what is said instead."""
        (self.sometimes if sometimes else self.avoided).setdefault(word, section)
        self.accepted.setdefault(word, set()).update(instead)
        for one in instead:
            self.recommended.setdefault(one, section)


def read_wording(guides: list[Guide]) -> Wording:
    """What every guide says of single words."""
    wording = Wording()
    for section in (section for guide in guides for section in guide.sections):
        for table in section.tables:
            _read_table(table, section, wording)
        under = section.path[::-1][:2]
        if _NO_HEADING.match(section.heading):
            if any(_OF_WORDS.search(heading) for heading in section.path[1:-1] or section.path[:-1]):
                _read_examples(section, wording)
        elif any(_AVOID_HEADING.search(heading) for heading in under) and not _YES_HEADING.match(section.heading):
            _read_list(section, wording)
        elif any(_ON_WORDS.search(heading) for heading in section.path):
            for line in _lines(section.paragraphs + section.items):
                _read_rule(line, section, wording)
    return wording


def find_taboos(wording: Wording, name: str) -> Finding:
    """The words that are always avoided; not those that would forbid their accepted spelling or the brand's name."""
    taken: list[str] = []
    left_out = [word for word in wording.sometimes if word not in wording.avoided]
    for word in wording.avoided:
        alike = any(_forbids(word, one) for one in (*wording.accepted.get(word, ()), name))
        (left_out if alike else taken).append(word)
    note = f"left out, being avoided in some senses or spellings only: {', '.join(once(left_out))}" if left_out else ""
    taboos = once(taken)
    return told("taboos", taboos, [wording.avoided[word] for word in taken], note=note)


def _forbids(taboo: str, text: str) -> bool:
    return bool(taboos_in(text, taboo_patterns([taboo])))


def _lines(lines: list[Line]) -> Iterator[Line]:
    for line in lines:
        yield line
        yield from _lines(list(line.children))


def _read_list(section: Section, wording: Wording) -> None:
    for line in _lines(section.items):
        written = regex.sub(r"^not\s+", "", line.label or line.text)
        plain, _, aside = written.partition("(")
        aside += line.said if line.label else ""
        sometimes = bool(_ONLY_SOMETIMES.search(aside))
        instead = tuple(word for word in _set_apart(line, aside)) if _ALLOWING.search(aside) else ()
        parts = regex.split(r"\s[–—-]\s|:\s|→|->|\bunless\b", plain)
        sometimes = sometimes or (len(parts) > 1 and bool(_ONLY_SOMETIMES.search(plain)))
        for word in _words(parts[0]):
            wording.avoid(word, section, sometimes=sometimes, instead=instead)
    for line in section.paragraphs:
        for word in _short_enumeration(line):
            wording.avoid(word, section)
        _read_rule(line, section, wording)


def _short_enumeration(line: Line) -> list[str]:
    """A paragraph that is nothing but words with commas between them, or words in quotes or set apart."""
    if _RULE.match(line.text):
        return []
    parts = [part.strip(" .") for part in line.text.split(",")]
    return _words(line.text.rstrip(".")) if len(parts) > 2 and all(len(part.split()) <= 3 for part in parts) else []


def _read_examples(section: Section, wording: Wording) -> None:
    """A list of noes: those that are words, not sentences."""
    for line in section.items:
        plain = line.text.partition("(")[0].strip()
        is_sentence = plain.endswith((".", "!", "?", ":")) and not regex.fullmatch(r"(?:\p{L}\.){1,4}", plain)
        if len(plain.split()) <= 3 and not is_sentence:
            for word in _words(plain):
                wording.avoid(word, section)


def _read_table(table: list[list[str]], section: Section, wording: Wording) -> None:
    head, *rows = table
    no = next((place for place, cell in enumerate(head) if _NO_COLUMN.match(cell.strip())), None)
    is_bare = no is not None and bool(_BARE.match(head[no].strip()))
    if no is None or (is_bare and not any(_OF_WORDS.search(heading) for heading in section.path)):
        return
    yes = next((place for place, cell in enumerate(head) if place != no and _YES_COLUMN.match(cell.strip())), None)
    for row in rows:
        instead = tuple(_words(row[yes])) if yes is not None and yes < len(row) else ()
        others = " ".join(cell for place, cell in enumerate(row) if place not in (no, yes))
        for word in _words(row[no]) if no < len(row) else []:
            wording.avoid(word, section, sometimes=bool(_ONLY_SOMETIMES.search(others)), instead=instead)


def _read_rule(line: Line, section: Section, wording: Wording) -> None:
    """Sentences such as "Avoid _guys_", "use _different sex_ instead of _opposite sex_" and "**email**, not e-mail"."""
    if line.label and (match := regex.match(r"not (\p{L}[\p{L}.-]*)$", line.said.rstrip("."))):
        wording.avoid(match[1], section, instead=(line.label,))
        return
    for sentence in _SENTENCE.split(line.text):
        position = 0
        avoiding = bool(_RULE.match(sentence))
        sometimes = bool(_ONLY_SOMETIMES.search(sentence))
        for word in _set_apart(line, sentence):
            before = sentence[position : sentence.find(word, position)]
            position += len(before) + len(word)
            if _INSTEAD.search(before) or _PREFER.search(sentence[: position - len(word)]):
                wording.avoid(word, section, sometimes=sometimes or bool(_EXAMPLE.search(sentence[:position])))
            elif avoiding and _ALLOWING.search(before):
                avoiding = False
                wording.recommended.setdefault(word, section)
            elif avoiding and len(word.split()) <= LONGEST_WORDS:
                wording.avoid(word, section, sometimes=sometimes or bool(_EXAMPLE.search(sentence[:position])))
            elif regex.search(r"(?i)\buse\s*$", before):
                wording.recommended.setdefault(word, section)


def _set_apart(line: Line, text: str) -> list[str]:
    """The words of a text that are in italics, bold, code or quotes, in order."""
    marked = [word for word in line.marked if word in text]
    found = [*marked, *(match[1] for match in _QUOTED.finditer(text))]
    return sorted(dict.fromkeys(word.strip(" .,") for word in found if word.strip(" .,")), key=text.find)


def _words(text: str) -> list[str]:
    """The words and phrases that a cell or an item lists."""
    parts = [part.strip(" \t\"“”'‘’*_").rstrip(",;") for part in _APART.split(text)]
    parts = [
        part.rstrip(".") if part.count(".") == 1 and part.endswith(".") and len(part) > 3 else part for part in parts
    ]
    return [part for part in parts if part and len(part) > 1 and len(part.split()) <= LONGEST_WORDS and len(part) <= 80]
