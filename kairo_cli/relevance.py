"""`kairo relevance`: how much any texts matter to a brand."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from kairo_cli.stores import open_database
from kairo_hero.brands.brand_file import read_brand_file
from kairo_hero.brands.importing import find_brand
from kairo_hero.brands.snapshot import stored_brand, written_brand
from kairo_hero.dto import BrandSnapshotDTO
from kairo_hero.signals.relevance import BrandMatcher

BRAND_FILE_ENDINGS = (".yaml", ".yml")
#: Texts that are matched at once, which bounds the memory that matching takes.
AT_ONCE = 10_000
SHOWN_CHARACTERS = 60


class UnreadableTexts(Exception):
    """The texts can't be read; the message names the line that is wrong."""


class GivenText(BaseModel):
    """One line of the input; other fields than these are left aside."""

    model_config = ConfigDict(strict=True)

    id: str | int
    text: str


def relevance(
    brand: Annotated[
        str,
        typer.Argument(
            metavar="BRAND",
            help="tenant.brand, the brand alone where only one has it, or a brand file (.yaml), which needs no store.",
        ),
    ],
    texts: Annotated[
        str,
        typer.Argument(metavar="TEXTS.jsonl", help="A JSON object with id and text a line; - reads standard input."),
    ],
) -> None:
    """Say of each text how much it matters to a brand.

    Prints a JSON object with id and relevance a line, in the order of the texts: 0 is none of the brand's business, 1
    surely is, and from 0.5 a trend makes a card.
    """
    matcher = BrandMatcher(described(brand))
    given = list(read_texts(lines_of(texts), "standard input" if texts == "-" else texts))
    for start in range(0, len(given), AT_ONCE):
        batch = given[start : start + AT_ONCE]
        for one, fit in zip(batch, matcher.fits([one.text for one in batch]), strict=True):
            print(json.dumps({"id": one.id, "relevance": fit.relevance}, ensure_ascii=False))


def described(brand: str) -> BrandSnapshotDTO:
    """The brand of a file, or of the store by its name."""
    now = datetime.now(UTC)
    if brand.lower().endswith(BRAND_FILE_ENDINGS):
        return written_brand(read_brand_file(Path(brand)), now)
    with open_database().reading() as session:
        return stored_brand(find_brand(session, brand), now)


def lines_of(path: str) -> list[bytes]:
    """The lines of a file, or of standard input for `-`; UnreadableTexts where there is none."""
    if path == "-":
        return sys.stdin.buffer.read().splitlines()
    try:
        return Path(path).read_bytes().splitlines()
    except OSError as error:
        raise UnreadableTexts(f"{path} can't be read: {(error.strerror or str(error)).lower()}") from None


def read_texts(lines: Iterable[bytes], name: str) -> Iterator[GivenText]:
    """The text of each line that is not empty; UnreadableTexts names the first that holds none."""
    for number, line in enumerate(lines, start=1):
        written = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not written.strip():
            continue
        try:
            yield GivenText.model_validate_json(written)
        except ValidationError as error:
            raise UnreadableTexts(f"{name}, line {number}: {_mistake(error, written)}") from None


def _mistake(error: ValidationError, line: bytes) -> str:
    first = error.errors(include_url=False)[0]
    match first["type"], first["loc"]:
        case "json_invalid", _:
            shown = line.strip()[:SHOWN_CHARACTERS].decode("utf-8", "replace")
            return f"{shown} is not JSON; each line is one object with id and text"
        case "missing", (field, *_):
            return f"{field} is missing; each line is one object with id and text"
        case _, (field, *_):
            return f"{field} must be {'text' if field == 'text' else 'text or a whole number'}"
        case _:
            return "this is no JSON object; each line is one object with id and text"
