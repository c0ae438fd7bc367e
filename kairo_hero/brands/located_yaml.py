"""Reads a YAML text into plain values and remembers the line of each; knows nothing of what they mean.

Only text, whole numbers, true and false, lists and mappings are read. Nothing is constructed from a tag, and aliases
are refused: a short text of aliases can stand for more than memory holds.
"""

import json
import re
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml
from yaml.reader import ReaderError

Place = tuple[str | int, ...]

_WHOLE_NUMBER = re.compile(r"[-+]?[0-9]{1,9}")
# Escapes can write what neither JSON nor Postgres can hold.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_SHOWN_CHARACTERS = 60


class Problem(NamedTuple):
    """One thing that is wrong, and the line where it stands."""

    line: int
    sentence: str


class NotYaml(Exception):
    """The text can't be read as YAML at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


class Unreadable:
    """Stands for a value of a kind that isn't read, such as a date or a fraction."""


@dataclass
class LocatedYaml:
    """The values, and for each place among them its line and what is written there."""

    value: object = None
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Place, int] = field(default_factory=dict)
    written: dict[Place, str] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of what would hold it if it isn't there."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def dotted(place: Place) -> str:
    """A place as people write it: `pillars[2].priority_rank`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def read_located(text: str) -> LocatedYaml:
    """The values of a YAML text with their lines, a key given twice among the problems; raise NotYaml if it is none."""
    located = LocatedYaml()
    try:
        root = yaml.compose(text, Loader=_PlainLoader)
        if root is not None:
            located.value = _read(root, (), located)
    except yaml.MarkedYAMLError as error:
        raise NotYaml(_syntax_problem(error)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotYaml(_misplaced(text[error.position], line)) from error
    except RecursionError:
        raise NotYaml(Problem(1, "lists and mappings are nested too deeply")) from None
    return located


def _syntax_problem(error: yaml.MarkedYAMLError) -> Problem:
    mark, context = error.problem_mark or error.context_mark, ""
    if error.context:
        begun = f" (begun in line {error.context_mark.line + 1})" if error.context_mark else ""
        context = f"{error.context}{begun}, "
    return Problem(mark.line + 1 if mark else 1, f"this is not YAML: {context}{error.problem}")


def _misplaced(character: str, line: int) -> Problem:
    return Problem(line, f"the character U+{ord(character):04X} has no place in a text")


class _PlainLoader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]  # the stubs lack it
            raise NotYaml(Problem(line, "an alias (*) is not read; write its value out"))
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and (found := _UNSTORABLE.search(node.value)):
            raise NotYaml(_misplaced(found[0], node.start_mark.line + 1))
        return node


def _read(node: yaml.Node, place: Place, located: LocatedYaml) -> object:
    located.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        located.written[place] = "a mapping"
        return _read_mapping(node, place, located)
    if isinstance(node, yaml.SequenceNode):
        located.written[place] = "a list"
        return [_read(item, (*place, index), located) for index, item in enumerate(node.value)]
    value = _scalar(node)
    located.written[place] = _as_shown(node.value, quoted=isinstance(value, str)) or "empty"
    return value


def _read_mapping(node: yaml.MappingNode, place: Place, located: LocatedYaml) -> dict[str, object]:
    """The mapping without the keys that have no value: `taboos:` alone says the same as leaving it out."""
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            located.problems.append(Problem(line, "a field name must be text"))
            continue
        key_place = (*place, key_node.value)
        if first := located.lines.get(key_place):
            located.problems.append(Problem(line, f"{dotted(key_place)} is given twice; the first is in line {first}"))
            continue
        located.lines[key_place] = line
        value = _read(value_node, key_place, located)
        if value is not None:
            values[key_node.value] = value
    return values


def _scalar(node: yaml.Node) -> str | int | bool | Unreadable | None:
    kind, written = node.tag.removeprefix("tag:yaml.org,2002:"), node.value
    if kind == "str":
        return str(written)
    if kind == "null":
        return None
    if kind == "bool" and written.lower() in yaml.SafeLoader.bool_values:
        return yaml.SafeLoader.bool_values[written.lower()]
    if kind == "int" and _WHOLE_NUMBER.fullmatch(written):
        return int(written)
    return Unreadable()


def _as_shown(text: str, *, quoted: bool) -> str:
    short = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return json.dumps(short, ensure_ascii=False) if quoted else short
