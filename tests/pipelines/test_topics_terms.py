"""The terms of real titles."""

import pytest

from kairo_pipelines.topics.commonness import frequency, listed_language
from kairo_pipelines.topics.terms import MAX_TERMS, terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("GitHub’s AI Copilot might get you sued", "github ai copilot might get you sued", id="possessive"),
        pytest.param("Omicron: new variants, old vaccines", "omicron new variant old vaccine", id="plural"),
        pytest.param("Boxes of watches, bus passes & studies", "box of watch bus pass study", id="plural-es"),
        pytest.param("Pokémon GO à São Paulo", "pokemon go sao paulo", id="accents"),
        pytest.param("RT @user: it's #GameStop https://example.com/x", "it gamestop", id="repeated"),
        pytest.param("Show HN: Jam, an Open Source Clubhouse [video]", "jam an open source clubhouse", id="marks"),
        pytest.param("AT&amp;T, log4j 2.15 and a B", "at log4j 15 and", id="single-letters"),
        pytest.param("東京オリンピック", "東京 京オ オリ リン ンピ ピッ ック", id="japanese"),
        pytest.param("북한 미사일", "북한 미사 사일", id="korean"),
        pytest.param("Выборы в Москве", "выборы в москве", id="cyrillic"),
        pytest.param("🎉 !!! @somebody", "", id="no-words"),
    ],
)
def test_terms_are_folded_words(text, found):
    assert terms(text) == found.split()


def test_a_term_counts_once_and_a_long_text_by_its_beginning():
    assert terms("Bitcoin, bitcoin, BITCOINS") == ["bitcoin"]
    assert len(terms(" ".join(f"word{number}" for number in range(1000)))) == MAX_TERMS


def test_a_function_word_is_more_common_than_a_name_in_its_language_only():
    assert frequency("die", "de") > 100 * frequency("die", "en") > 0
    assert frequency("omicron", "en") < 1e-5


def test_all_spellings_that_fold_to_a_term_make_up_its_frequency():
    assert frequency("vaccine", "en") > 1.5 * frequency("vaccinate", "en")


def test_numbers_are_known_to_be_common():
    assert frequency("2021", "en") == frequency("15", "de") > 0
    assert frequency("202112101830", "en") == 0


@pytest.mark.parametrize(("code", "name"), [("en", "en"), ("no", "nb"), ("xx", None), (None, None)])
def test_languages_are_known_by_their_lists(code, name):
    assert listed_language(code) == name
