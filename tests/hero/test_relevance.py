"""How much real front-page titles matter to two real brands."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kairo_cli.demo.demo import BRAND_FILES
from kairo_hero.brands.brand_file import read_brand_file
from kairo_hero.brands.snapshot import written_brand
from kairo_hero.dto import BrandSnapshotDTO, PillarDTO
from kairo_hero.graphs.grounded import MINIMUM_RELEVANCE
from kairo_hero.signals.relevance import BrandMatcher
from kairo_hero.signals.subjects import subjects_of

LOG4J = "Log4j RCE Found. RCE 0-day exploit found in log4j, a popular Java logging package"


def snapshot_of(slug: str) -> BrandSnapshotDTO:
    file = read_brand_file(next(Path(path) for path in BRAND_FILES if Path(path).stem == slug))
    return written_brand(file, datetime(2021, 12, 10, tzinfo=UTC))


@pytest.fixture(scope="module")
def developer_tools() -> BrandMatcher:
    return BrandMatcher(snapshot_of("sourcegraph"))


@pytest.fixture(scope="module")
def government() -> BrandMatcher:
    return BrandMatcher(snapshot_of("18f"))


def relevance(matcher: BrandMatcher, text: str) -> float:
    return matcher.fits([text])[0].relevance


@pytest.mark.parametrize(
    "text", [LOG4J, "AWS us-east-1 is down. AWS Console is returning HTTP 500 errors", "GitHub Copilot Labs"]
)
def test_a_story_on_a_pillars_ground_makes_a_card(developer_tools, text):
    assert relevance(developer_tools, text) >= MINIMUM_RELEVANCE


@pytest.mark.parametrize(
    "text",
    ["Bob Dole Has Died. Bob Dole and Jack Kemp", "Bitcoin Price Tumbles After Wall Street Selloff", "RNA Takes Over"],
)
def test_a_story_on_nobodys_ground_makes_none(developer_tools, government, text):
    assert relevance(developer_tools, text) < MINIMUM_RELEVANCE
    assert relevance(government, text) < MINIMUM_RELEVANCE


def test_a_story_is_told_for_the_pillar_it_fits_and_says_what_they_share(developer_tools):
    fit = developer_tools.fits([LOG4J])[0]
    assert fit.theme.name == "Find and fix security vulnerabilities faster"
    assert fit.shared_subjects[0] == "vulnerabilities and patching"


def test_a_brand_without_pillars_is_matched_by_its_positioning(government):
    assert [theme.pillar_id for theme in government.themes] == [None]
    assert relevance(government, "Making government websites accessible to everyone") > 0.7


def test_no_text_has_no_relevance(developer_tools):
    assert relevance(developer_tools, "") < MINIMUM_RELEVANCE


def test_the_relevance_of_a_text_does_not_depend_on_its_neighbours(developer_tools):
    alone = developer_tools.fits([LOG4J])[0]
    among_others = developer_tools.fits(["RNA Takes Over", LOG4J, "Blender 3.0"])[1]
    assert among_others == alone


def test_subjects_are_given_away_by_whole_words_and_pairs_in_any_number():
    assert subjects_of("Two zero-day exploits in open source databases").keys() >= {
        "vulnerabilities and patching",
        "open source",
        "data and databases",
    }
    assert "artificial intelligence" not in subjects_of("Rain in Spain")


def test_a_brand_that_says_nothing_but_its_name_is_matched_by_that(developer_tools):
    silent = developer_tools.snapshot.model_copy(
        update={"positioning": "", "positioning_summary": "", "pillars": [], "personas": []}
    )
    named, unnamed = BrandMatcher(silent).fits(["Sourcegraph moves into the cloud", "Rain in Spain"])
    assert named.relevance > MINIMUM_RELEVANCE > unnamed.relevance


def test_a_brand_of_many_subjects_knows_each_of_its_pillars(developer_tools):
    pillars = [
        ("Kitchen", "Recipes and cooking: bread, soups and coffee for every day."),
        ("Trails", "Hiking, camping and running in the mountains."),
        ("Sky", "Telescopes, planets and the night sky."),
    ]
    magazine = developer_tools.snapshot.model_copy(
        update={
            "positioning": "A magazine for curious people.",
            "positioning_summary": "",
            "personas": [],
            "pillars": [
                PillarDTO(id=uuid4(), name=name, category="", description=text, priority_rank=1, is_active=True)
                for name, text in pillars
            ],
        }
    )
    fits = BrandMatcher(magazine).fits(
        ["How to bake sourdough bread", "Webb telescope reaches orbit", "Camping gear for winter", "IRS tax forms"]
    )
    assert [fit.theme.name for fit in fits[:3]] == ["Kitchen", "Sky", "Trails"]
    assert min(fit.relevance for fit in fits[:3]) > MINIMUM_RELEVANCE > fits[3].relevance


@given(texts=st.lists(st.text(), max_size=5))
@settings(max_examples=50, deadline=None)
def test_any_text_has_a_relevance_between_none_and_all(developer_tools, texts):
    assert all(0 <= fit.relevance <= 1 for fit in developer_tools.fits(texts))
