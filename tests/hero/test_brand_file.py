"""Brand files: the real ones load, and every mistake is named with its file, line and field."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kairo_hero.brands.brand_file import MAX_BYTES, BrandFileError, parse_brand_file, read_brand_file

DEMO = Path(__file__).parents[2] / "kairo_cli" / "demo" / "brands"

ACME = """\
tenant:
  name: Acme Inc.
  slug: acme
name: Acme Shoes
slug: shoes
timezone: Europe/Berlin
taboos:
  - cheap
channels: [x, linkedin]
personas:
  - name: Runner
pillars:
  - name: Leather
    priority_rank: 1
  - name: Repair
    priority_rank: 2
pattern_templates:
  - name: Before and after
    status: active
"""


def mistakes(content: str | bytes) -> list[str]:
    """What is wrong with a file, without the file's name."""
    with pytest.raises(BrandFileError) as refused:
        parse_brand_file(content.encode() if isinstance(content, str) else content, "acme.yaml")
    assert str(refused.value).splitlines() == list(refused.value.mistakes)
    return [mistake.removeprefix("brand file acme.yaml, ") for mistake in refused.value.mistakes]


def test_a_brand_file_is_read():
    brand = parse_brand_file(ACME.encode(), "acme.yaml")
    assert (brand.tenant.slug, brand.slug, brand.timezone) == ("acme", "shoes", "Europe/Berlin")
    assert [(pillar.name, pillar.priority_rank, pillar.is_active) for pillar in brand.pillars] == [
        ("Leather", 1, True),
        ("Repair", 2, True),
    ]
    assert brand.pattern_templates[0].status == "active"


def test_only_names_and_slugs_are_required():
    brand = parse_brand_file(b"{tenant: {name: Acme, slug: acme}, name: Bare, slug: bare}", "bare.yaml")
    assert (brand.positioning, brand.timezone) == ("", "UTC")
    assert [brand.personas, brand.pillars, brand.channels, brand.taboos] == [[], [], [], []]


def test_a_field_without_a_value_is_as_if_left_out():
    brand = parse_brand_file(ACME.replace("timezone: Europe/Berlin", "timezone:\npositioning:").encode(), "acme.yaml")
    assert (brand.timezone, brand.positioning) == ("UTC", "")


def test_a_byte_order_mark_and_windows_line_ends_are_read():
    brand = parse_brand_file(b"\xef\xbb\xbf" + ACME.replace("\n", "\r\n").encode(), "acme.yaml")
    assert brand.name == "Acme Shoes"


def test_a_brand_file_does_not_change():
    brand = parse_brand_file(ACME.encode(), "acme.yaml")
    with pytest.raises(ValidationError, match="frozen"):
        brand.name = "Acme Boots"


def test_sourcegraph_is_fully_described():
    brand = read_brand_file(DEMO / "sourcegraph.yaml")
    assert (brand.tenant.slug, brand.slug, brand.timezone) == ("sourcegraph", "sourcegraph", "America/Los_Angeles")
    assert [persona.name for persona in brand.personas] == [
        "Developer",
        "Head of Engineering",
        "Security Engineering Leader",
        "Platform/Infrastructure Leader",
    ]
    assert [pillar.priority_rank for pillar in brand.pillars] == [1, 2, 3, 4, 5, 6, 7]
    assert all(len(pillar.description) > 100 for pillar in brand.pillars)
    assert {"GitHub", "GitLab", "OpenGrok"} <= set(brand.competitors)


def test_18f_has_neither_personas_nor_pillars():
    brand = read_brand_file(DEMO / "18f.yaml")
    assert (brand.tenant.slug, brand.slug, brand.timezone) == ("gsa", "18f", "America/New_York")
    assert (brand.personas, brand.pillars) == ([], [])
    assert {"utilize", "one-stop shop"} <= set(brand.taboos)


@pytest.mark.parametrize("name", ["sourcegraph.yaml", "18f.yaml"])
def test_no_demo_brand_breaks_its_own_taboos(name):
    brand = read_brand_file(DEMO / name)
    said = brand.model_dump_json(exclude={"taboos"})
    assert [
        taboo for taboo in brand.taboos if re.search(rf"(?<!\w){re.escape(taboo)}(?!\w)", said, re.IGNORECASE)
    ] == []


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.yaml")), ids=lambda path: path.name)
def test_each_demo_brand_says_where_it_comes_from(path):
    assert f"`{path.name}`" in (DEMO / "ATTRIBUTION.md").read_text("utf-8")
    assert re.search(
        r"^# Source: https://github\.com/\S+ at commit [0-9a-f]{40}", path.read_text("utf-8"), re.MULTILINE
    )


def test_the_sentence_names_file_line_and_field():
    with pytest.raises(BrandFileError) as refused:
        parse_brand_file(ACME.replace("priority_rank: 2", "priority_rank: high").encode(), "acme.yaml")
    assert str(refused.value) == (
        'brand file acme.yaml, line 16: pillars[1].priority_rank is "high"; '
        "it must be a whole number, 1 for the most important"
    )


SLUG = "at most 63 lower-case letters, digits and hyphens, no hyphen first"
RANK = "a whole number, 1 for the most important"
ZONE = "the name of a time zone, such as America/New_York"
CHANNELS = (
    "one of 'x', 'linkedin', 'instagram', 'tiktok', 'youtube', 'threads', 'bluesky', 'mastodon', 'facebook' "
    "or 'newsletter'"
)


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("name: Acme Shoes\n", "", "line 1: name is missing; it must be text"),
        ("name: Acme Shoes", "name:", "line 4: name is missing; it must be text"),
        ("name: Acme Shoes", "name: ' '", 'line 4: name is " "; it must be text that is not empty'),
        ("name: Acme Shoes", "name: 2021", "line 4: name is 2021; it must be text, so put it in quotes"),
        ("name: Acme Shoes", "name: 2021-12-10", "line 4: name is 2021-12-10; it must be text, so put it in quotes"),
        ("name: Acme Shoes", "name: [Acme]", "line 4: name is a list; it must be text"),
        (
            "name: Acme Shoes",
            f"name: {'a' * 201}",
            f'line 4: name is "{"a" * 60}…"; it must be text of at most 200 characters',
        ),
        ("slug: shoes", "slug: Shoes!", f'line 5: slug is "Shoes!"; it must be {SLUG}'),
        ("slug: shoes", "slug: acme.shoes", f'line 5: slug is "acme.shoes"; it must be {SLUG}'),
        ("slug: shoes", "slug: -shoes", f'line 5: slug is "-shoes"; it must be {SLUG}'),
        ("slug: shoes", f"slug: {'a' * 64}", f'line 5: slug is "{"a" * 60}…"; it must be {SLUG}'),
        ("  slug: acme\n", "", f"line 1: tenant.slug is missing; it must be {SLUG}"),
        (
            "tenant:\n  name: Acme Inc.\n  slug: acme\n",
            "",
            "line 1: tenant is missing; it must be a mapping with the tenant's name and slug",
        ),
        ("Europe/Berlin", "Berlin", f'line 6: timezone is "Berlin"; it must be {ZONE}'),
        ("Europe/Berlin", "localtime", f'line 6: timezone is "localtime"; it must be {ZONE}'),
        ("Europe/Berlin", "+1", f"line 6: timezone is +1; it must be {ZONE}"),
        ("- cheap", "- no", "line 8: taboos[0] is no; it must be text, so put it in quotes"),
        ("- cheap", "-", "line 8: taboos[0] is empty; it must be text"),
        ("taboos:\n  - cheap", "taboos: cheap", 'line 7: taboos is "cheap"; it must be a list'),
        ("[x, linkedin]", "[x, myspace]", f'line 9: channels[1] is "myspace"; it must be {CHANNELS}'),
        ("[x, linkedin]", "[x, x]", 'line 9: channels[1] is "x", which channels[0] is too; give it once'),
        ("- name: Runner", "- Runner", 'line 11: personas[0] is "Runner"; it must be a mapping of fields'),
        (
            "- name: Runner",
            "- name: Runner\n  - name: runner",
            'line 12: personas[1].name is "runner", which personas[0].name is too; give it once',
        ),
        (
            "name: Repair",
            "name: Leather",
            'line 15: pillars[1].name is "Leather", which pillars[0].name is too; give it once',
        ),
        ("    priority_rank: 2\n", "", f"line 15: pillars[1].priority_rank is missing; it must be {RANK}"),
        ("priority_rank: 2", "priority_rank: 0", f"line 16: pillars[1].priority_rank is 0; it must be {RANK}"),
        ("priority_rank: 2", "priority_rank: 1.5", f"line 16: pillars[1].priority_rank is 1.5; it must be {RANK}"),
        ("priority_rank: 2", "priority_rank: yes", f"line 16: pillars[1].priority_rank is yes; it must be {RANK}"),
        (
            "priority_rank: 2",
            "priority_rank: 2\n    is_active: 'yes'",
            'line 17: pillars[1].is_active is "yes"; it must be true or false',
        ),
        (
            "status: active",
            "status: retired",
            "line 19: pattern_templates[0].status is \"retired\"; it must be one of 'active' or 'archived'",
        ),
        (
            "name: Repair",
            "name: Repair\n    priority: 1",
            "line 16: pillars[1].priority is not a field of a pillar; did you mean priority_rank?",
        ),
        ("timezone:", "time_zone:", "line 6: time_zone is not a field of a brand file; did you mean timezone?"),
        (
            "  slug: acme",
            "  slug: acme\n  plan: free",
            "line 4: tenant.plan is not a field of a tenant; its fields are name, slug",
        ),
        ("slug: shoes", "slug: shoes\nslug: boots", "line 6: slug is given twice; the first is in line 5"),
        (
            "name: Repair",
            "name: Repair\n    name: Care",
            "line 16: pillars[1].name is given twice; the first is in line 15",
        ),
        ("slug: shoes", "slug: shoes\n? [a, b]\n: c", "line 6: a field name must be text"),
        ("slug: shoes", "slug: shoes: boots", "line 5: this is not YAML: mapping values are not allowed here"),
        (
            "slug: shoes",
            "slug: 'shoes",
            "line 20: this is not YAML: while scanning a quoted scalar (begun in line 5), "
            "found unexpected end of stream",
        ),
        (
            "slug: shoes",
            "slug: &slug shoes\npositioning: *slug",
            "line 6: an alias (*) is not read; write its value out",
        ),
        (
            "slug: shoes",
            "slug: shoes\n---\nslug: boots",
            "line 6: this is not YAML: "
            "expected a single document in the stream (begun in line 1), but found another document",
        ),
        ("Acme Shoes", '"Acme\\0Shoes"', "line 4: the character U+0000 has no place in a text"),
        ("Acme Shoes", '"Acme\\ud83d"', "line 4: the character U+D83D has no place in a text"),
        ("Acme Shoes", "Acme\x07Shoes", "line 4: the character U+0007 has no place in a text"),
    ],
)
def test_a_mistake_is_said_in_one_sentence(before, after, mistake):
    assert before in ACME
    assert mistakes(ACME.replace(before, after)) == [mistake]


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.getcwd []", "!!python/name:os.system", "!secret word"])
def test_nothing_is_constructed_from_a_tag(tag):
    (mistake,) = mistakes(ACME.replace("name: Acme Shoes", f"name: {tag}"))
    assert mistake.startswith("line 4: name is ")


def test_all_mistakes_are_reported_in_the_order_of_the_file():
    content = (
        ACME.replace("Europe/Berlin", "Berlin").replace("rank: 1", "rank: one").replace("name: Acme Shoes", "nam: A")
    )
    assert mistakes(content) == [
        "line 1: name is missing; it must be text",
        "line 4: nam is not a field of a brand file; did you mean name?",
        f'line 6: timezone is "Berlin"; it must be {ZONE}',
        f'line 14: pillars[0].priority_rank is "one"; it must be {RANK}',
    ]


@pytest.mark.parametrize("content", ["", "\n", "# a comment\n"])
def test_an_empty_file_is_refused(content):
    assert mistakes(content) == ["line 1: the file is empty; it must be a mapping of fields"]


def test_a_list_is_no_brand():
    assert mistakes("- name: Acme\n") == ["line 1: the file is a list; it must be a mapping of fields"]


def test_a_file_that_is_not_utf_8_is_refused():
    content = ACME.replace("Runner", "Läufer").encode("latin-1")
    assert mistakes(content) == ["line 11: byte 0xE4 is not UTF-8; save the file as UTF-8"]


@pytest.mark.parametrize("bracket", ["[", "{"])
def test_a_file_nested_too_deeply_is_refused(bracket):
    assert mistakes(bracket * 20_000) == ["line 1: lists and mappings are nested too deeply"]


def test_a_file_that_is_too_large_is_refused_unread():
    assert mistakes(b"#" * (MAX_BYTES + 1)) == ["brand file acme.yaml is larger than 1,000,000 bytes"]


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(BrandFileError, match=r"^brand file acme\.yaml can't be read: No such file or directory$"):
        read_brand_file(tmp_path / "acme.yaml")


def test_a_folder_is_no_brand_file(tmp_path):
    with pytest.raises(BrandFileError, match=r"can't be read: Is a directory$"):
        read_brand_file(tmp_path)


def refused_or_read(content: bytes) -> None:
    try:
        parse_brand_file(content, "acme.yaml")
    except BrandFileError as error:
        str(error).encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    refused_or_read(content)


@given(
    st.integers(0, len(ACME)),
    st.integers(0, 20),
    st.one_of(st.text(max_size=10), st.text("-:[]{}#&*!|>'\"% \n01ax.~", max_size=10)),
)
def test_any_edit_of_a_brand_file_is_read_or_refused(start, length, text):
    refused_or_read((ACME[:start] + text + ACME[start + length :]).encode(errors="surrogatepass"))
