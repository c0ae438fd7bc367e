"""Folders of guides as brands: two real ones, and the ways in which others are written."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kairo_hero.brands.brand_file import BrandFile, parse_brand_file
from kairo_hero.brands.brand_yaml import as_yaml
from kairo_hero.brands.compiling.compiler import CompiledBrand, compile_folder, compile_guides
from kairo_hero.brands.compiling.guides import NoGuides, NoSuchFolder, UnreadableGuide, read_guide

GUIDES = Path(__file__).parents[1] / "data" / "brands"


@pytest.fixture(scope="module")
def government() -> CompiledBrand:
    return compile_folder(GUIDES / "18f")


@pytest.fixture(scope="module")
def developer_tools() -> CompiledBrand:
    return compile_folder(GUIDES / "sourcegraph")


def compiled(*texts: str) -> CompiledBrand:
    return compile_guides([read_guide(text, f"guide{number}.md") for number, text in enumerate(texts)], "brand-acme")


def brand(*texts: str) -> BrandFile:
    return compiled(*texts).file


def state(compiled: CompiledBrand, field: str) -> str:
    return next(finding.state for finding in compiled.findings if finding.field == field)


def places(compiled: CompiledBrand, field: str) -> tuple[str, ...]:
    return next(finding.places for finding in compiled.findings if finding.field == field)


def test_a_guide_without_personas_and_pillars_leaves_them_missing(government):
    assert government.file.name == "18F"
    assert government.file.personas == government.file.pillars == []
    missing = {finding.field for finding in government.findings if finding.state == "missing"}
    assert missing == {"timezone", "competitors", "personas", "pillars", "pattern_templates"}


def test_the_voice_is_what_the_guide_lists(government):
    tags = ["authoritative", "conversational", "friendly", "instructive", "welcoming to all audiences"]
    assert government.file.tone_tags == tags
    assert places(government, "tone_tags") == ("voice-and-tone.md › Our voice",)


def test_words_to_avoid_are_those_listed_and_those_in_sentences(government):
    taboos = government.file.taboos
    assert {"empower", "going forward", "one-stop shop"} & set(taboos) == {"empower"}
    assert {"disincentivize", "incentivize", "illegal aliens", "thought leader"} <= set(taboos)
    assert {"handicapped", "confined to a wheelchair", "tone deaf", "opposite sex", "elderly", "18F-r"} <= set(taboos)
    assert not {"different sex", "older person", "people", "working with"} & set(taboos)


def test_words_to_avoid_in_some_senses_only_are_no_taboos_and_are_named(government):
    note = next(finding.note for finding in government.findings if finding.field == "taboos")
    assert "agenda, deploy, foster, key, land, leverage" in note
    assert not {"agenda", "deploy", "key"} & set(government.file.taboos)


def test_a_word_both_avoided_and_recommended_is_a_contradiction(government):
    [only] = government.contradictions
    assert only.startswith("words: “collaborate” is to be avoided (plain-language.md › Words to avoid)")


def test_where_a_brand_can_be_followed_is_inferred_from_its_profiles(government):
    assert government.file.channels == ["x"]
    assert state(government, "channels") == "inferred"
    assert places(government, "channels") == ("address-the-user.md › Address the user",)


def test_a_full_guide_gives_a_full_brand(developer_tools):
    file = developer_tools.file
    assert file.name == "Sourcegraph"
    assert file.positioning_summary == "Sourcegraph is a code AI platform."
    assert file.positioning.startswith("Sourcegraph is a code AI platform: “software that builds software”.")
    assert {"clear", "professional", "humble", "dev-y", "plainspoken", "empathetic"} <= set(file.tone_tags)
    assert file.channels == ["linkedin", "x"]
    assert file.competitors == ["GitHub"]
    assert "Sourcegraph.com" in file.mention_names


def test_personas_are_told_from_the_groups_they_stand_in(developer_tools):
    assert [(persona.name, persona.role) for persona in developer_tools.file.personas][1:] == [
        ("Head of Engineering", "SVP Eng; VP Eng"),
        ("Security Engineering Leader", ""),
        (
            "Platform/Infrastructure Leader",
            "Dir of Platform Eng; Sr Manager of Infrastructure Eng; Developer Platform",
        ),
    ]
    assert state(developer_tools, "personas[2].role") == "missing"
    assert places(developer_tools, "personas[0].name") == ("personas.md › Personas › Dev",)


def test_value_drivers_stand_in_for_pillars_and_say_so(developer_tools):
    names = [pillar.name for pillar in developer_tools.file.pillars]
    assert names[1:4] == [
        "Batch Changes",
        "Reduce Onboarding/Ramping Time",
        "Find & Fix Security Vulnerabilities Faster",
    ]
    assert state(developer_tools, "pillars[1].name") == "inferred"


def test_a_numbered_way_to_write_is_a_pattern_template(developer_tools):
    [template] = developer_tools.file.pattern_templates
    assert (template.name, template.beats[0]) == ("Great intro", "Grab the reader's attention")


def test_a_taboo_never_forbids_the_spelling_that_the_guide_asks_for(developer_tools):
    taboos = developer_tools.file.taboos
    assert {"callsite", "jump-to-def", "j2d", "PgSQL", "version context"} <= set(taboos)
    # two words are not the one word that the guide asks for
    assert {"Source Graph", "code base"} <= set(taboos)
    assert not {"open-source", "NPM"} & set(taboos)


def test_a_voice_that_is_two_opposite_things_is_a_contradiction(developer_tools):
    assert any(
        one.startswith("tone: the voice is “dev-y” and “plainspoken” at once") for one in developer_tools.contradictions
    )
    assert any(one.startswith("rules: “jargon” is to be avoided") for one in developer_tools.contradictions)


@pytest.mark.parametrize("folder", ["18f", "sourcegraph"])
def test_the_file_reads_back_as_it_is_and_the_same_each_time(folder):
    first, second = compile_folder(GUIDES / folder).file, compile_folder(GUIDES / folder).file
    assert parse_brand_file(as_yaml(first).encode(), "brand.yaml") == first == second


def test_every_field_has_a_state_and_what_has_a_value_has_a_place(developer_tools, government):
    for one in (*developer_tools.findings, *government.findings):
        assert (one.state == "missing") == (not one.value)
        assert bool(one.places) == bool(one.value)


PERSONAS_AS_HEADINGS = """
# Target audience
## Persona 1: Anna, the home barista
**Role:** Product designer
**Goals:**
- Brew better coffee
- Support small roasters

**Pain points:** stale beans, jargon, slow delivery
"""
PERSONAS_AS_A_TABLE = """
## Our personas
Name | Role | Goals | Pain points
--- | --- | --- | ---
Anna, the home barista|Product designer|Brew better coffee; Support small roasters|stale beans; jargon; slow delivery
"""
PERSONAS_AS_A_LIST = """
## Who we talk to
- **Anna, the home barista**
  - Role: Product designer
  - Needs: Brew better coffee
  - Needs: Support small roasters
  - Challenges:
    - stale beans
    - jargon
    - slow delivery
"""


@pytest.mark.parametrize(
    "guide",
    [PERSONAS_AS_HEADINGS, PERSONAS_AS_A_TABLE, PERSONAS_AS_A_LIST],
    ids=["headings", "a table", "a list"],
)
def test_a_persona_is_the_same_however_it_is_set(guide):
    [persona] = brand(guide).personas
    assert (persona.name, persona.role) == ("Anna, the home barista", "Product designer")
    assert persona.priorities == ["Brew better coffee", "Support small roasters"]
    assert persona.pains == ["stale beans", "jargon", "slow delivery"]


@pytest.mark.parametrize(
    "guide",
    [
        "## Content pillars\n### 1. Origin\nCategory: Education\nFarmers and harvests.\n### 2. Brewing\nRecipes.",
        "## Content pillars\n1. **Origin:** Farmers and harvests.\n2. **Brewing** – Recipes.",
        "## Our pillars\nPillar | Description\n---|---\nOrigin | Farmers and harvests.\nBrewing | Recipes.",
    ],
    ids=["headings", "a list", "a table"],
)
def test_pillars_are_ranked_by_their_order_however_they_are_set(guide):
    pillars = brand(guide).pillars
    assert [(pillar.name, pillar.priority_rank) for pillar in pillars] == [("Origin", 1), ("Brewing", 2)]
    assert [pillar.description for pillar in pillars] == ["Farmers and harvests", "Recipes"]


@pytest.mark.parametrize(
    "guide",
    [
        "## Words to avoid\n- cheap → affordable\n- “world-class”\n",
        "## We never say\nCheap, world-class, synergy.",
        "## Vocabulary\n| Say | Don't say |\n|---|---|\n| fair | cheap |\n| good | world-class |\n",
        "## Inclusive words\nAvoid _cheap_ and _world-class_; use _fair_.",
        "# Terminology\n### Don't\n- cheap\n- world-class\n",
    ],
    ids=["a list", "a sentence", "a table", "a rule", "a list of noes"],
)
def test_taboos_are_found_however_they_are_set(guide):
    taboos = [taboo.lower() for taboo in brand(guide).taboos]
    assert taboos[:2] == ["cheap", "world-class"]
    assert not {"fair", "affordable"} & set(taboos)


@pytest.mark.parametrize(
    ("guide", "tags"),
    [
        ("## Voice\nOur voice is warm, witty, and down-to-earth.", ["warm", "witty", "down-to-earth"]),
        ("## Tone of voice\n- **Warm:** like a barista\n- Witty, not silly\n", ["warm", "witty"]),
        ("## Our voice\n### Warm\nHello.\n### Witty\nHa.\n", ["warm", "witty"]),
        ("## Tone\n| Trait | Do | Don't |\n|---|---|---|\n| Warm | greet | gush |\n", ["warm"]),
        ("---\ntone: [warm, witty]\n---\n# Acme", ["warm", "witty"]),
        ("## Voice\n- Use contractions\n- Avoid jargon\n", []),
    ],
    ids=["a sentence", "a list", "headings", "a table", "front matter", "rules"],
)
def test_tone_tags_are_words_for_a_voice_not_rules(guide, tags):
    assert brand(guide).tone_tags == tags


def test_names_channels_zone_and_competitors_come_from_what_guides_call_them():
    found = compiled(
        "---\nbrand: Acme Coffee\n---\n## Our channels\n- Instagram: daily\n- X (Twitter)\n- Monthly newsletter\n",
        "## Competitors\nName | Notes\n---|---\nBeanly | cheap\n\nAll times are in the time zone Europe/Berlin.",
    )
    assert (found.file.name, found.file.slug) == ("Acme Coffee", "acme-coffee")
    assert found.file.channels == ["instagram", "x", "newsletter"]
    assert (found.file.timezone, found.file.competitors) == ("Europe/Berlin", ["Beanly"])
    assert state(found, "name") == state(found, "channels") == state(found, "timezone") == "found"


def test_a_folder_without_a_name_lends_its_own():
    found = compiled("Be kind.")
    assert (found.file.name, state(found, "name"), places(found, "name")) == (
        "Acme",
        "inferred",
        ("the folder's name",),
    )


def test_two_descriptions_of_what_the_brand_is_are_a_contradiction():
    found = compiled(
        "# About Bolt\nBolt is a bank for people who hate banks.",
        "## Who we are\nBolt is an insurance company that protects freelancers.",
    )
    [only] = found.contradictions
    assert "“bank for people who hate banks” (guide0.md › About Bolt)" in only
    assert "“insurance company that protects freelancers” (guide1.md › Who we are)" in only


def test_a_taboo_in_the_brands_own_positioning_is_a_contradiction():
    found = compiled("## Positioning\nWe leverage coffee for busy people.\n## Banned words\n- leverage\n")
    assert found.contradictions == ("words: “leverage” is to be avoided, and positioning_summary says it",
                                    "words: “leverage” is to be avoided, and positioning says it")  # fmt: skip


def test_what_is_not_there_or_holds_no_guide_is_said_in_a_sentence(tmp_path):
    with pytest.raises(NoSuchFolder, match="is no folder"):
        compile_folder(tmp_path / "nowhere")
    (tmp_path / "LICENSE.md").write_text("# MIT")
    with pytest.raises(NoGuides, match="holds no Markdown"):
        compile_folder(tmp_path)


def test_a_guide_that_is_no_text_is_named_with_its_line(tmp_path):
    (tmp_path / "voice.md").write_bytes(b"# Voice\nWarm \xff\n")
    with pytest.raises(UnreadableGuide, match=r"voice\.md, line 2: byte 0xFF is not UTF-8"):
        compile_folder(tmp_path)


PIECES = [
    "# ",
    "## Words to avoid\n",
    "## Personas\n",
    "## Voice\n",
    "- ",
    "**",
    "| a | b |\n|---|---|\n",
    "---\n",
    ": ",
    "\n",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=30).map("".join))
@settings(max_examples=50, deadline=None)
def test_any_text_compiles_to_a_file_that_reads_back(text):
    file = brand(text)
    assert parse_brand_file(as_yaml(file).encode(), "brand.yaml") == file
