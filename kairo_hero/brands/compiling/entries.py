"""Named things under a heading, however they are set: headings of their own, items with a label, rows of a table."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import regex

from kairo_hero.brands.compiling.guides import Line, Section

_NUMBERED = regex.compile(
    r"(?i)^(?:(?:content |messaging |brand |key )?(?:pillar|persona|theme|audience|segment|topic|message|"
    r"profile)s?\s*)?"
    r"(?:#?\d+|[a-z])\s*[:.)—–-]\s*|^(?:content |messaging |brand )?(?:pillar|persona|theme|audience|"
    r"segment|profile)\s*[:—–-]\s*"
)
_QUESTION = regex.compile(r"(?i)\?$|^(?:how|why|when|what|who|where)\b")
_BESIDE = regex.compile(
    r"(?i)^(?:further reading|(?:additional |other )?(?:resources|references)|see also|examples?|overview|introduction|"
    r"background|summary|notes?|faqs?\b.*|frequently asked.*|contents|table of contents|appendix|links?|"
    r"do(?:s|.?s)?|don.?ts?|do(?:.?s)? and don.?ts?|yes|no|definitions?|principles|history)$"
)


@dataclass
class Entry:
    """Something with a name: what is said of it as text, and what is said under labels, which are case folded."""

    name: str
    place: str
    said: list[str] = field(default_factory=list)
    labelled: dict[str, list[str]] = field(default_factory=dict)

    def under(self, labels: regex.Pattern[str]) -> list[str]:
        """What is said under any label that the pattern matches."""
        return [text for label, texts in self.labelled.items() if labels.search(label) for text in texts]

    def text(self) -> str:
        """All that is said without a label."""
        return " ".join(self.said).strip()


def entries_of(section: Section, labels: regex.Pattern[str]) -> list[Entry]:
    """The named things of a section: of its tables, else of the headings below it, else of its labelled items.

    `labels` are what is said of a thing, such as its goals: they name none.
    """
    from_tables = [entry for table in section.tables for entry in _rows(table, section.place)]
    if from_tables:
        return from_tables
    below = [child for child in section.children if not is_beside(child.heading) and not labels.search(child.heading)]
    from_headings = [entry for child in below for entry in _from_heading(child, labels)]
    return from_headings or _from_items(section, labels)


def is_beside(heading: str) -> bool:
    """Whether a heading leads away from the matter: to examples, questions or further reading."""
    return bool(_BESIDE.search(heading) or _QUESTION.search(heading)) or len(heading.split()) > 12


def clean_name(name: str) -> str:
    """A name without its number, and without the word that says what it is the name of."""
    return str(_NUMBERED.sub("", name)).strip(' :.—–-*"“”')


def _from_heading(section: Section, labels: regex.Pattern[str]) -> list[Entry]:
    """The thing that a heading names; or those below it, where it only gathers them."""
    names = [item for item in section.items if item.label and item.said and not labels.search(item.label)]
    if len(names) > len(section.items) / 2 and not any(labels.search(item.label) for item in section.items):
        return _from_items(section, labels)
    entry = Entry(clean_name(section.heading), section.place)
    for part in section.within():
        label = part.heading.casefold() if part is not section and labels.search(part.heading) else ""
        for line in [*part.paragraphs, *part.items]:
            _say(entry, line, labels, label)
        for table in part.tables:
            for row in table:
                if len(row) == 2 and labels.search(row[0]):
                    entry.labelled.setdefault(row[0].casefold(), []).extend(_split(row[1]))
    return [entry] if entry.name else []


def _say(entry: Entry, line: Line, labels: regex.Pattern[str], label: str) -> None:
    if line.label and labels.search(line.label):
        own = [line.said, *(child.text for child in line.children)]
        entry.labelled.setdefault(line.label.casefold(), []).extend(text for text in own if text)
    elif not label and line.children and labels.search(line.text):
        entry.labelled.setdefault(line.text.casefold().rstrip(":"), []).extend(child.text for child in line.children)
    elif label:
        entry.labelled.setdefault(label, []).append(line.text)
    else:
        # a sentence at the end of a paragraph may carry a label in bold
        said, found = _labels_within(line, labels)
        entry.said.append(said)
        for name, text in found:
            entry.labelled.setdefault(name, []).append(text)


def _labels_within(line: Line, labels: regex.Pattern[str]) -> tuple[str, list[tuple[str, str]]]:
    found: list[tuple[str, str]] = []
    said = line.text
    for marked in line.marked:
        name = marked.rstrip(" :")
        before, sign, after = said.partition(marked)
        if sign and labels.search(name) and (marked.endswith(":") or after.startswith(":")):
            found.append((name.casefold(), after.lstrip(" :")))
            said = before.strip()
    return said, found


def _from_items(section: Section, labels: regex.Pattern[str]) -> list[Entry]:
    entries: list[Entry] = []
    for item in section.items:
        name = item.label or (item.text if len(item.text.split()) <= 6 else "")
        if not name or labels.search(name) or is_beside(name):
            continue
        entry = Entry(clean_name(name), section.place)
        if item.label:
            _say(entry, Line(item.said, "", item.said, _beyond_label(item)), labels, "")
        for child in item.children:
            _say(entry, child, labels, "")
        if entry.name:
            entries.append(entry)
    return entries


def _beyond_label(item: Line) -> tuple[str, ...]:
    is_marked = bool(item.marked) and item.marked[0].startswith(item.label)
    return item.marked[1:] if is_marked else item.marked


def _rows(table: list[list[str]], place: str) -> Iterator[Entry]:
    head, *rows = table
    for row in rows:
        if row and clean_name(row[0]):
            entry = Entry(clean_name(row[0]), place)
            for name, cell in zip(head[1:], row[1:], strict=False):
                entry.labelled.setdefault(name.casefold(), []).extend(_split(cell))
            yield entry


def _split(cell: str) -> list[str]:
    return [part.strip(" •-") for part in regex.split(r"\n|;|•", cell) if part.strip(" •-")]
