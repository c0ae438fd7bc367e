"""Reads a folder of Markdown guides into sections: what stands under each heading, with the place it came from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import regex
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

ENDINGS = (".md", ".markdown", ".mdx")
MOST_BYTES = 2_000_000
#: Files of this name are about the files, not about the brand.
ABOUT_FILES = {"license", "licence", "source", "contributing", "code_of_conduct", "changelog", "security", "authors"}
#: The level of a line in bold that stands where a heading could.
BOLD_LEVEL = 7
#: Headings of so few letters, such as "No", say little alone.
LITTLE_ALONE = 6
#: Words of a labelled line that ends with its line, and of a line in bold that is still a heading.
SHORT_LABELLED, LONGEST_BOLD = 6, 8

_FRONT_MATTER = regex.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", regex.DOTALL)
_UNWRITABLE = regex.compile(r"[\p{Cc}\p{Cs}--[\t\n]]", regex.V1)
_TAG = regex.compile(r"<[^<>]{1,300}>")
_LABELLED = regex.compile(r"([^:.!?]{2,50}):\s+(\S.*)", regex.DOTALL)
_AFTER_LABEL = regex.compile(r"^[\s:—–.-]+")


class NoSuchFolder(Exception):
    """There is no folder of this name."""


class NoGuides(Exception):
    """The folder holds no Markdown."""


class UnreadableGuide(Exception):
    """A guide can't be read as text; the message names it."""


@dataclass(frozen=True)
class Line:
    """A paragraph or list item: its text, the label it begins with, and the words that it sets apart."""

    text: str
    label: str = ""
    said: str = ""
    marked: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    children: tuple["Line", ...] = ()
    ordered: bool = False


@dataclass(frozen=True)
class Section:
    """What stands between a heading and the next, and the headings it stands under, outermost first."""

    file: str
    path: tuple[str, ...]
    level: int
    paragraphs: list[Line] = field(default_factory=list)
    items: list[Line] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    children: list["Section"] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """Its own heading; empty for what stands before the first one of a file."""
        return self.path[-1] if self.path else ""

    @property
    def place(self) -> str:
        """Where it stands, for people: the file and the heading, with the one above where it says little alone."""
        named = self.path[-2:] if len(self.heading) <= LITTLE_ALONE else self.path[-1:]
        return " › ".join((self.file, *named))

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands between it and the next heading."""
        return not (self.paragraphs or self.items or self.tables)

    def within(self) -> Iterator["Section"]:
        """It and every section below it."""
        yield self
        for child in self.children:
            yield from child.within()


@dataclass(frozen=True)
class Guide:
    """One file: its front matter and its sections in order."""

    file: str
    front: dict[str, Any]
    sections: list[Section]


def read_guides(folder: Path) -> list[Guide]:
    """Every Markdown file of a folder, in the order of their names; raise NoSuchFolder, NoGuides or UnreadableGuide."""
    if not folder.is_dir():
        raise NoSuchFolder(f"{folder} is no folder; give the one that holds the brand's guides")
    found = sorted(path for path in folder.rglob("*") if _is_guide(path, folder))
    if not found:
        raise NoGuides(f"{folder} holds no Markdown ({', '.join(ENDINGS)}) that says something of a brand")
    return [read_guide(_text(path), path.relative_to(folder).as_posix()) for path in found]


def _is_guide(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith((".", "node_modules")) for part in path.relative_to(folder).parts)
    return path.suffix.lower() in ENDINGS and not hidden and path.stem.lower() not in ABOUT_FILES and path.is_file()


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableGuide(f"guide {path} can't be read: {(error.strerror or str(error)).lower()}") from None
    if len(content) > MOST_BYTES:
        raise UnreadableGuide(f"guide {path} is larger than {MOST_BYTES:,} bytes; split it or leave it out")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableGuide(
            f"guide {path}, line {line}: byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8"
        ) from None


def read_guide(text: str, file: str) -> Guide:
    """The sections of one Markdown text."""
    text = _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    front, text = _front_matter(text)
    title = front.get("title") if isinstance(front.get("title"), str) else None
    sections = [Section(file, (title,) if title else (), 1 if title else 0)]
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    for node in tree.children:
        _add(node, sections, file)
    return Guide(file, front, [one for one in sections if one.path or not one.is_empty])


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text
    try:
        front = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError):
        return {}, text[match.end() :]
    return (front if isinstance(front, dict) else {}), text[match.end() :]


def _add(node: SyntaxTreeNode, sections: list[Section], file: str) -> None:
    here = sections[-1]
    if node.type == "heading":
        _open(sections, file, plain(node), int(node.tag[1]))
    elif node.type == "paragraph":
        for piece in _pieces(node):
            if bold := _bold_heading(piece):
                _open(sections, file, bold, BOLD_LEVEL)
            elif (line := _line(piece)).text:
                sections[-1].paragraphs.append(line)
    elif node.type in ("bullet_list", "ordered_list"):
        here.items.extend(_items(node))
    elif node.type == "table":
        rows = [[plain(cell) for cell in row.children] for part in node.children for row in part.children]
        here.tables.append(rows)
    elif node.type == "blockquote":
        for child in node.children:
            _add(child, sections, file)


def _open(sections: list[Section], file: str, heading: str, level: int) -> None:
    above = next((one for one in reversed(sections) if one.path and one.level < level), None)
    section = Section(file, (*(above.path if above else ()), heading), level)
    if above:
        above.children.append(section)
    sections.append(section)


def _pieces(paragraph: SyntaxTreeNode) -> list[list[SyntaxTreeNode]]:
    """The lines of a paragraph that stand for themselves: a label begins a new one, and ends a short one before it."""
    pieces: list[list[SyntaxTreeNode]] = [[]]
    lines: list[list[SyntaxTreeNode]] = [[]]
    for node in paragraph.children[0].children if paragraph.children else []:
        if node.type in ("softbreak", "hardbreak"):
            lines.append([])
        else:
            lines[-1].append(node)
    for line in lines:
        before = _line(pieces[-1])
        is_short = bool(before.label) and not _is_bold(pieces[-1]) and len(before.said.split()) <= SHORT_LABELLED
        if pieces[-1] and (_is_bold(line) or is_short):
            pieces.append([])
        pieces[-1] += [*([_SPACE] if pieces[-1] else []), *line]
    return pieces


def _is_bold(line: Sequence[SyntaxTreeNode]) -> bool:
    first = next((node for node in line if plain(node)), None)
    return first is not None and first.type == "strong" and plain(*line)[len(plain(first)) :][:1] in ("", ":", " ")


def _bold_heading(piece: Sequence[SyntaxTreeNode]) -> str:
    """The text of a line that is one phrase in bold and nothing else, with or without a colon."""
    inline = [node for node in piece if plain(node)]
    if not inline or inline[0].type != "strong" or any(plain(node) != ":" for node in inline[1:]):
        return ""
    text = plain(inline[0]).rstrip(" :")
    return text if len(text.split()) <= LONGEST_BOLD and not text.endswith((".", "!")) else ""


def _items(node: SyntaxTreeNode) -> Iterable[Line]:
    for item in node.children:
        below = [one for child in item.children if child.type.endswith("_list") for one in _items(child)]
        paragraphs = [child for child in item.children if child.type == "paragraph"]
        lines = [_line(paragraph.children[0].children) for paragraph in paragraphs if paragraph.children]
        first = lines[0] if lines else Line("")
        said = "\n\n".join(line.text for line in lines[1:])
        yield Line(
            first.text,
            first.label,
            "\n\n".join(part for part in (first.said, said) if part),
            tuple(word for line in lines for word in line.marked),
            tuple(link for line in lines for link in line.links),
            tuple(below),
            node.type == "ordered_list",
        )


def _line(nodes: Sequence[SyntaxTreeNode]) -> Line:
    text, inside = plain(*nodes), [one for node in nodes for one in node.walk()]
    marked = tuple(plain(one) for one in inside if one.type in ("em", "strong", "code_inline") and plain(one))
    links = tuple((plain(one), str(one.attrs.get("href", ""))) for one in inside if one.type == "link")
    first = next((node for node in nodes if plain(node)), None)
    if first is not None and first.type in ("strong", "em") and text.startswith(plain(first)):
        bold = plain(first)
        rest = _AFTER_LABEL.sub("", text[len(bold) :])
        continues = text[len(bold) : len(bold) + 2].strip(" ")[:1].isalnum() and not bold.endswith((":", "."))
        if not continues:
            return Line(text, bold.rstrip(" :.—–-"), rest, marked, links)
    if match := _LABELLED.fullmatch(text):
        return Line(text, match[1].strip(), match[2].strip(), marked, links)
    return Line(text, "", text, marked, links)


def plain(*nodes: SyntaxTreeNode) -> str:
    """The words of nodes, without markup; lines only where a tag breaks them."""
    parts: list[str] = []
    for one in (inner for node in nodes for inner in node.walk()):
        if one.type in ("text", "code_inline"):
            parts.append(one.content)
        elif one.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif one.type == "html_inline" and "br" in one.content[:6]:
            parts.append("\n")
    return "\n".join(" ".join(line.split()) for line in _TAG.sub("", "".join(parts)).split("\n")).strip()


#: What joins the lines of a paragraph.
_SPACE = SyntaxTreeNode([Token("softbreak", "br", 0)])
