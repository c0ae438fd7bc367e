"""`kairo brand compile`, `export` and `show`: from guides to a file, to the store and back."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kairo_cli.demo.demo import BRAND_FILES
from kairo_cli.terminal import notes, results
from kairo_hero.brands.brand_file import BrandFile, parse_brand_file, read_brand_file
from kairo_hero.brands.brand_yaml import as_yaml, stored_brand_file
from kairo_hero.brands.importing import import_brand

GUIDES = Path(__file__).parents[1] / "data" / "brands"


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    for console in (results, notes):
        monkeypatch.setattr(console, "_width", 220)


@pytest.mark.parametrize("guides", ["18f", "sourcegraph"])
def test_the_file_of_a_folder_is_imported_as_it_is(place, guides):
    written = place.kairo("brand", "compile", GUIDES / guides, "--out", "brand.yaml")
    assert (written.code, written.err) == (0, "")
    assert written.out.endswith("Wrote brand.yaml\n")
    imported = place.kairo("brand", "import", "brand.yaml")
    assert imported.out.startswith(f"Imported {guides}.{guides} (")


def test_every_field_is_shown_with_its_state_and_its_place(empty_place):
    shown = empty_place.kairo("brand", "compile", GUIDES / "18f", "--out", "brand.yaml").words
    assert "tone_tags found authoritative, conversational, friendly" in shown
    assert "voice-and-tone.md › Our voice" in shown
    assert "channels inferred x" in shown
    assert "personas missing" in shown
    assert "words: “collaborate” is to be avoided" in shown


def test_without_a_file_the_brand_goes_to_standard_output_alone(empty_place):
    outcome = empty_place.kairo("brand", "compile", GUIDES / "18f")
    brand = yaml.safe_load(outcome.out)
    by_field = {entry["field"]: entry for entry in brand["provenance"]}
    assert by_field["tone_tags"]["state"] == "found"
    assert by_field["personas"] == {"field": "personas", "state": "missing"}
    assert len(brand["contradictions"]) == 1
    assert "inferred" in outcome.err


@pytest.mark.parametrize("given", ["nowhere", "brand.yaml"])
def test_a_folder_that_is_none_is_a_sentence(empty_place, given):
    (empty_place.folder / "brand.yaml").touch()
    outcome = empty_place.kairo("brand", "compile", given)
    assert (outcome.code, outcome.err) == (
        1,
        f"Error: {given} is no folder; give the one that holds the brand's guides\n",
    )


def test_a_file_that_can_not_be_written_is_a_sentence(empty_place):
    outcome = empty_place.kairo("brand", "compile", GUIDES / "18f", "--out", "nowhere/brand.yaml")
    assert (outcome.code, outcome.err) == (1, "Error: nowhere/brand.yaml can't be written: no such file or directory\n")


def test_an_exported_brand_imports_to_the_same_brand(place):
    place.kairo("brand", "import", *BRAND_FILES)
    place.kairo("brand", "export", "sourcegraph", "--out", "again.yaml")
    again, first = read_brand_file(place.folder / "again.yaml"), place.kairo("brand", "export", "sourcegraph").out
    assert len(again.pillars) == 7
    assert again.pattern_templates[0].name == "Great intro"
    assert place.kairo("brand", "import", "again.yaml").code == 0
    assert place.kairo("brand", "export", "sourcegraph").out == first


def test_a_stored_brand_is_shown_whole(place):
    place.kairo("brand", "import", *BRAND_FILES)
    shown = place.kairo("brand", "show", "sourcegraph").words
    assert "Sourcegraph (sourcegraph.sourcegraph)" in shown
    assert "Incident response" in shown
    assert "Security Engineering Leader" in shown
    as_json = json.loads(place.kairo("brand", "show", "18f", "--json").out)
    assert (as_json["slug"], as_json["timezone"]) == ("18f", "America/New_York")


def test_a_brand_that_is_not_there_is_a_sentence(place):
    for command in ("show", "export"):
        outcome = place.kairo("brand", command, "nobody")
        assert (outcome.code, outcome.err) == (1, "Error: there is no brand 'nobody'; none has been imported yet\n")


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
TEXT = st.text(LETTERS | st.sampled_from(" \n'\":#-"), max_size=30).map(str.strip)
NAME = TEXT.filter(bool)
NAMES = st.lists(NAME, max_size=3, unique_by=str.casefold)


def entries(**fields: st.SearchStrategy) -> st.SearchStrategy:
    one = st.fixed_dictionaries({"name": NAME, **fields})
    return st.lists(one, max_size=2, unique_by=lambda entry: entry["name"].casefold())


BRANDS = st.fixed_dictionaries(
    {
        "tenant": st.just({"name": "Acme", "slug": "acme"}),
        "name": NAME,
        "slug": st.just("shoes"),
        "positioning": TEXT,
        "positioning_summary": TEXT,
        "tone_tags": st.lists(NAME, max_size=3),
        "taboos": st.lists(NAME, max_size=3),
        "channels": st.lists(st.sampled_from(["x", "linkedin", "newsletter"]), unique=True),
        "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
        "mention_names": NAMES,
        "competitors": NAMES,
        "personas": entries(role=TEXT, summary=TEXT, priorities=NAMES, pains=NAMES),
        "pillars": entries(category=TEXT, description=TEXT, priority_rank=st.integers(1, 9), is_active=st.booleans()),
        "pattern_templates": entries(category=TEXT, status=st.sampled_from(["active", "archived"]), beats=NAMES),
    }
).map(BrandFile.model_validate)


@given(file=BRANDS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_brand_comes_back_from_the_store_as_it_went_in(place, file):
    with place.database.writing() as session:
        exported = stored_brand_file(session, import_brand(session, file))
        again = parse_brand_file(as_yaml(exported).encode(), "brand.yaml")
        assert again == exported == stored_brand_file(session, import_brand(session, again))
    assert exported.positioning == file.full_positioning
    same = ("name", "tone_tags", "taboos", "channels", "timezone", "mention_names", "competitors")
    assert all(getattr(exported, field) == getattr(file, field) for field in same)
    for part in ("personas", "pillars", "pattern_templates"):
        assert sorted(getattr(exported, part), key=repr) == sorted(getattr(file, part), key=repr)


def test_the_longest_positioning_there_can_be_comes_back(place):
    file = BrandFile.model_validate(
        {
            "tenant": {"name": "Acme", "slug": "acme"},
            "name": "Acme",
            "slug": "acme",
            "positioning_summary": "a" * 20_000,
        }
        | {"positioning": "b" * 20_000}
    )
    with place.database.writing() as session:
        exported = stored_brand_file(session, import_brand(session, file))
    assert (exported.positioning_summary, exported.positioning) == (file.positioning_summary, file.positioning)
