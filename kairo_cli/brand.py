"""`kairo brand`: brands in and out of the relational store."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from kairo_cli.brand_view import brand_view, compiled_view
from kairo_cli.stores import open_database
from kairo_cli.terminal import notes, plain, results, say
from kairo_hero.brands.brand_file import BrandFile, BrandFileError, read_brand_file
from kairo_hero.brands.brand_yaml import as_yaml, stored_brand_file
from kairo_hero.brands.compiling.compiler import compile_folder
from kairo_hero.brands.importing import find_brand, import_brand, list_brands
from kairo_hero.models import Brand
from kairo_pipelines.relational.database import Database

BrandName = Annotated[
    str, typer.Argument(metavar="BRAND", help="tenant.brand, or the brand alone where only one has it.")
]

app = typer.Typer(help="Brands: compile, import, list, show and export them.", no_args_is_help=True)


class Unwritable(Exception):
    """The file can't be written; the message names it."""


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Brand files (YAML).")],
) -> None:
    """Make the stored brands what these files say: all of them, or none where one file has a mistake."""
    for brand_file in import_brand_files(open_database(), files):
        pillars, personas = len(brand_file.pillars), len(brand_file.personas)
        say(f"Imported {key_of(brand_file)} ({pillars} pillars, {personas} personas)")


@app.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="Print the brands as JSON.")] = False,
) -> None:
    """List the brands by the names that other commands take."""
    with open_database().reading() as session:
        brands = [_described(brand) for brand in list_brands(session)]
    if as_json:
        print(json.dumps(brands, indent=2, ensure_ascii=False))
    elif brands:
        results.print(_as_table(brands))
    else:
        say("There is no brand yet; import one with: kairo brand import FILE")


@app.command("compile")
def compile_guides(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of Markdown guides.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.yaml", help="Write the brand file here; else it is printed.")
    ] = None,
) -> None:
    """Make a brand file of a folder of guides, and say of every field whether and where they tell it.

    Fields are found, inferred or missing; what contradicts is listed. Read the file, mend it, then import it.
    """
    compiled = compile_folder(folder)
    (results if out else notes).print(compiled_view(compiled))
    _write(as_yaml(compiled.file), out)


@app.command("export")
def export(
    brand: BrandName,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.yaml", help="Write the file here; else it is printed.")
    ] = None,
) -> None:
    """Write a stored brand as a file that imports to the same brand."""
    _write(as_yaml(_stored(brand)), out)


@app.command("show")
def show(
    brand: BrandName,
    as_json: Annotated[bool, typer.Option("--json", help="Print the brand as JSON.")] = False,
) -> None:
    """Show all that is stored of a brand."""
    file = _stored(brand)
    if as_json:
        print(file.model_dump_json(indent=2, exclude={"positioning_summary", "provenance", "contradictions"}))
    else:
        results.print(brand_view(file))


def _stored(brand: str) -> BrandFile:
    with open_database().reading() as session:
        return stored_brand_file(session, find_brand(session, brand))


def _write(text: str, out: Path | None) -> None:
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise Unwritable(f"{out} can't be written: {(error.strerror or str(error)).lower()}") from None
    say(f"Wrote {out}")


def import_brand_files(database: Database, files: Iterable[Path]) -> list[BrandFile]:
    """Read every file before anything is stored, then store them in one transaction; return what they say."""
    brand_files = _read(files)
    with database.writing() as session:
        for brand_file in brand_files:
            import_brand(session, brand_file)
    return brand_files


def key_of(brand_file: BrandFile) -> str:
    """The name that commands take for the brand of a file."""
    return f"{brand_file.tenant.slug}.{brand_file.slug}"


def _read(files: Iterable[Path]) -> list[BrandFile]:
    """The brands in the files; raise BrandFileError with the mistakes of all of them."""
    found: dict[str, tuple[Path, BrandFile]] = {}
    mistakes: list[str] = []
    for file in files:
        try:
            brand_file = read_brand_file(file)
        except BrandFileError as error:
            mistakes += error.mistakes
            continue
        key = key_of(brand_file)
        if key in found:
            mistakes.append(f"brand file {file.name} is {key}, which {found[key][0].name} is too; give one of them")
        found[key] = (file, brand_file)
    if mistakes:
        raise BrandFileError(mistakes)
    return [brand_file for _, brand_file in found.values()]


def _described(brand: Brand) -> dict[str, Any]:
    return {
        "key": brand.partition_key,
        "id": str(brand.id),
        "name": brand.name,
        "channels": brand.channels,
        "timezone": brand.timezone,
        "pillars": len(brand.pillars),
        "personas": len(brand.personas),
    }


def _as_table(brands: Iterable[dict[str, Any]]) -> Table:
    table = Table("brand", "name", "channels", "time zone", "pillars", "personas")
    for brand in brands:
        cells = (brand["key"], brand["name"], ", ".join(brand["channels"]), brand["timezone"])
        table.add_row(*map(plain, cells), str(brand["pillars"]), str(brand["personas"]))
    return table
