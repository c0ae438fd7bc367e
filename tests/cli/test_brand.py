"""`kairo brand`: all of the files or none, and a list."""

import json

import pytest

from kairo_cli.demo.demo import BRAND_FILES

SHOES = """
tenant: {name: Acme, slug: acme}
name: "[red]Shoes"
slug: shoes
channels: [x]
pillars:
  - {name: Running, priority_rank: 1}
"""
WRONG = SHOES.replace("priority_rank: 1", "priority_rank: high").replace("slug: shoes", "slug: wrong")


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: str):
        (tmp_path / name).write_text(content)
        return tmp_path / name

    return write


def test_brands_are_imported_and_listed(place):
    imported = place.kairo("brand", "import", *BRAND_FILES)
    assert imported.code == 0
    assert (
        imported.out
        == "Imported gsa.18f (0 pillars, 0 personas)\nImported sourcegraph.sourcegraph (7 pillars, 4 personas)\n"
    )
    brands = json.loads(place.kairo("brand", "list", "--json").out)
    assert [brand["key"] for brand in brands] == ["gsa.18f", "sourcegraph.sourcegraph"]
    assert "gsa.18f" in place.kairo("brand", "list").out


def test_importing_again_changes_nothing(place, write):
    file = write("shoes.yaml", SHOES)
    place.kairo("brand", "import", file)
    before = place.kairo("brand", "list", "--json").out
    assert place.kairo("brand", "import", file).code == 0
    assert place.kairo("brand", "list", "--json").out == before


def test_one_wrong_file_keeps_all_of_them_out(place, write):
    outcome = place.kairo(
        "brand", "import", write("right.yaml", SHOES), write("wrong.yaml", WRONG), write("empty.yaml", "[]")
    )
    assert outcome.code == 1
    assert 'brand file wrong.yaml, line 7: pillars[0].priority_rank is "high"' in outcome.words
    assert "brand file empty.yaml" in outcome.err
    assert place.kairo("brand", "list", "--json").out == "[]\n"


def test_two_files_of_one_brand_are_refused(place, write):
    outcome = place.kairo("brand", "import", write("one.yaml", SHOES), write("two.yaml", SHOES))
    assert outcome.code == 1
    assert "two.yaml is acme.shoes, which one.yaml is too" in outcome.err


def test_a_file_that_is_not_there_is_a_sentence(place):
    outcome = place.kairo("brand", "import", "nowhere.yaml")
    assert outcome.code == 1
    assert outcome.err == "Error: brand file nowhere.yaml can't be read: No such file or directory\n"


def test_names_are_shown_as_they_are(place, write):
    place.kairo("brand", "import", write("shoes.yaml", SHOES))
    assert "[red]Shoes" in place.kairo("brand", "list").out


def test_no_brand_yet_says_how_to_import_one(place):
    assert "kairo brand import FILE" in place.kairo("brand", "list").out
