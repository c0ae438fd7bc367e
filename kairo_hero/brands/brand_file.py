"""A brand as people write it down: a YAML file, read into a `BrandFile` or refused with every mistake and its line."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from kairo_hero.brands.located_yaml import LocatedYaml, NotYaml, Place, Problem, Unreadable, dotted, read_located
from kairo_hero.vocabulary import Channel, PatternStatus

MAX_BYTES = 1_000_000
LONGEST_PROSE = 20_000


class BrandFileError(Exception):
    """A brand file that can't be used; each line of the message is one mistake in it."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


def _time_zone(name: str) -> str:
    # "localtime" is whatever the machine is set to, and "Factory" is no place
    if name not in available_timezones() - {"localtime", "Factory"}:
        raise ValueError("no time zone has this name")
    return name


Prose = Annotated[str, Field(max_length=LONGEST_PROSE)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Phrase = Annotated[str, Field(min_length=1, max_length=1_000)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
TimeZone = Annotated[str, AfterValidator(_time_zone)]


class Entry(BaseModel):
    """A mapping in a brand file: its own fields only, and nothing converted from one kind of value to another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)


class TenantEntry(Entry):
    """Whose brand it is."""

    name: Name
    slug: Slug


class PersonaEntry(Entry):
    """One kind of person the brand speaks to."""

    name: Name
    role: Prose = ""
    summary: Prose = ""
    priorities: list[Phrase] = []
    pains: list[Phrase] = []


class PillarEntry(Entry):
    """One theme the brand speaks about."""

    name: Name
    category: Prose = ""
    description: Prose = ""
    priority_rank: Annotated[int, Field(ge=1)]
    is_active: bool = True


class PatternTemplateEntry(Entry):
    """The shape of a piece of content: its beats, in order."""

    name: Name
    category: Prose = ""
    status: Annotated[PatternStatus, Field(strict=False)] = PatternStatus.ACTIVE
    beats: list[Phrase] = []


class ProvenanceEntry(Entry):
    """What is known of a field that was compiled from guides: whether they say it, and where."""

    field: Name
    state: Literal["found", "inferred", "missing"]
    places: list[Phrase] = []
    note: Prose = ""


class BrandFile(Entry):
    """A whole brand. Only its names and slugs are required: a brand may be partly described.

    Provenance and contradictions are for those who read the file: an import keeps neither.
    """

    tenant: TenantEntry
    name: Name
    slug: Slug
    positioning: Prose = ""
    positioning_summary: Prose = ""
    tone_tags: list[Phrase] = []
    taboos: list[Phrase] = []
    channels: list[Channel] = []
    timezone: TimeZone = "UTC"
    mention_names: list[Name] = []
    competitors: list[Name] = []
    personas: list[PersonaEntry] = []
    pillars: list[PillarEntry] = []
    pattern_templates: list[PatternTemplateEntry] = []
    provenance: list[ProvenanceEntry] = []
    contradictions: list[Prose] = []

    @property
    def full_positioning(self) -> str:
        """The positioning as a brand keeps it: the summary is its first paragraph."""
        return "\n\n".join(part for part in (self.positioning_summary, self.positioning) if part)


_KINDS: dict[str, tuple[str, type[Entry]]] = {
    "": ("a brand file", BrandFile),
    "tenant": ("a tenant", TenantEntry),
    "personas": ("a persona", PersonaEntry),
    "pillars": ("a pillar", PillarEntry),
    "pattern_templates": ("a pattern template", PatternTemplateEntry),
    "provenance": ("a provenance", ProvenanceEntry),
}

# What must stand there, to follow "it must be": by the field's name, or else by what is wrong with the value.
_EXPECTED_OF_FIELD = {
    "tenant": "a mapping with the tenant's name and slug",
    "slug": "at most 63 lower-case letters, digits and hyphens, no hyphen first",
    "priority_rank": "a whole number, 1 for the most important",
    "timezone": "the name of a time zone, such as America/New_York",
}
_EXPECTED_OF_VALUE = {
    "missing": "text",
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "string_too_long": "text of at most {max_length} characters",
    "list_type": "a list",
    "model_type": "a mapping of fields",
    "bool_type": "true or false",
    "literal_error": "one of {expected}",
    "enum": "one of {expected}",
}


def read_brand_file(path: Path) -> BrandFile:
    """The brand in a file; raise BrandFileError saying all that is wrong with it."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BrandFileError([f"brand file {path.name or path} can't be read: {error.strerror}"]) from error
    return parse_brand_file(content, path.name)


def parse_brand_file(content: bytes, file_name: str) -> BrandFile:
    """The brand in the content of a file; raise BrandFileError saying all that is wrong with it, line by line."""
    if len(content) > MAX_BYTES:
        raise BrandFileError([f"brand file {file_name} is larger than {MAX_BYTES:,} bytes"])
    brand, problems = _parse(content)
    if brand is None or problems:
        in_order = sorted(problems, key=lambda problem: problem.line)
        raise BrandFileError([f"brand file {file_name}, line {line}: {sentence}" for line, sentence in in_order])
    return brand


def _parse(content: bytes) -> tuple[BrandFile | None, list[Problem]]:
    try:
        located = read_located(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, [Problem(line, f"byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8")]
    except NotYaml as error:
        return None, [error.problem]
    problems = [*located.problems, *_repetitions(located)]
    try:
        return BrandFile.model_validate(located.value), problems
    except ValidationError as invalid:
        return None, problems + [_problem(error, located) for error in invalid.errors(include_url=False)]


def _problem(error: ErrorDetails, located: LocatedYaml) -> Problem:
    place, line = error["loc"], located.line(error["loc"])
    subject, written = dotted(place) or "the file", located.written.get(place, "empty")
    match error["type"]:
        case "extra_forbidden":
            return Problem(line, f"{subject} is not a field of {_did_you_mean(place)}")
        case "missing":
            return Problem(line, f"{subject} is missing; it must be {_expected(error)}")
        case _:
            return Problem(line, f"{subject} is {written}; it must be {_expected(error)}")


def _expected(error: ErrorDetails) -> str:
    field = error["loc"][-1] if error["loc"] else ""
    if isinstance(field, str) and field in _EXPECTED_OF_FIELD:
        return _EXPECTED_OF_FIELD[field]
    if error["type"] == "string_type" and isinstance(error["input"], bool | int | Unreadable):
        return "text, so put it in quotes"
    return _EXPECTED_OF_VALUE[error["type"]].format(**error.get("ctx", {}))


def _did_you_mean(place: Place) -> str:
    parents = [part for part in place[:-1] if isinstance(part, str)]
    kind, model = _KINDS[parents[-1] if parents else ""]
    close = difflib.get_close_matches(str(place[-1]), model.model_fields, n=1)
    return f"{kind}; did you mean {close[0]}?" if close else f"{kind}; its fields are {', '.join(model.model_fields)}"


def _repetitions(located: LocatedYaml) -> Iterator[Problem]:
    """Names and channels that are given twice; capitals make no other name."""
    for given in _given_once(located.value):
        seen: dict[str, Place] = {}
        for place, text in given:
            first = seen.setdefault(text.strip().casefold(), place)
            if first != place:
                sentence = f"{dotted(place)} is {located.written[place]}, which {dotted(first)} is too; give it once"
                yield Problem(located.line(place), sentence)


def _given_once(brand: object) -> Iterator[list[tuple[Place, str]]]:
    if not isinstance(brand, dict):
        return
    for section in ("personas", "pillars", "pattern_templates"):
        entries = brand.get(section)
        named = enumerate(entries) if isinstance(entries, list) else ()
        names = [((section, i, "name"), entry.get("name")) for i, entry in named if isinstance(entry, dict)]
        yield [(place, name) for place, name in names if isinstance(name, str)]
    channels = brand.get("channels")
    if isinstance(channels, list):
        yield [(("channels", i), channel) for i, channel in enumerate(channels) if isinstance(channel, str)]
