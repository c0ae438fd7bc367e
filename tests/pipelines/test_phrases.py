"""Words and word pairs of a text that carry meaning, and when two spellings are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.clusters.phrases import phrases, spelling_key, words_of
from kairo_pipelines.normalize.text import plain_text


def written(text: str, language: str | None = "en") -> list[str]:
    return [phrase.written for phrase in phrases(plain_text(text, marked_up=False), language)]


def keys_of(text: str, language: str | None = "en") -> list[str]:
    return [phrase.key for phrase in phrases(plain_text(text, marked_up=False), language)]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Log4j RCE Found", ["Log4j", "RCE", "Log4j RCE"]),
        (
            "RCE 0-day exploit found in log4j, a popular Java logging package",
            [
                *("RCE", "0-day", "RCE 0-day", "exploit", "0-day exploit", "log4j", "popular", "Java", "popular Java"),
                *("logging", "Java logging", "package", "logging package"),
            ],
        ),
        ("Tailwind CSS v3.0", ["Tailwind", "CSS", "Tailwind CSS", "v3.0", "CSS v3.0"]),
        ("DuckDB now has a Node.js API", ["DuckDB", "Node.js", "API", "Node.js API"]),
        ("EASTL: An Alternative C++ Standard Library", ["EASTL", "Alternative", "C++", "Alternative C++"]),
        ("C++ vs. C# vs F#", ["C++", "C#", "F#"]),
        ("AT&T and R&D", ["AT&T", "R&D"]),
    ],
)
def test_words_and_pairs_of_a_title(title, shown):
    assert written(title)[: len(shown)] == shown


@pytest.mark.parametrize(
    "title", ["Apple's M1", "Apple’s M1", "APPLE'S M1", "APPLE’S M1", "Apple M1", "apple m1", "Ａｐｐｌｅ Ｍ１"]
)
def test_a_possessive_is_the_name_however_it_is_written(title):
    assert keys_of(title) == ["apple", "m1", "applem1"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GameStop", "Game Stop"),
        ("GAMESTOP", "game-stop"),
        ("COVID-19", "Covid19"),
        ("zero-day", "Zero Day"),
        ("Node.js", "NodeJS"),
        ("São Paulo", "Sao Paulo"),
        ("Straße", "STRASSE"),
        ("Beyonce\u0301", "Beyoncé"),
    ],
)
def test_spellings_of_one_name_share_a_key(one, other):
    assert spelling_key(one) == spelling_key(other)
    assert spelling_key(one) in keys_of(f"About {one}!")


@pytest.mark.parametrize(("one", "other"), [("C++", "C#"), ("C", "C++"), ("v3.0", "v30"), ("ハ", "バ"), ("कि", "क")])
def test_what_is_not_the_same_keeps_its_own_key(one, other):
    assert spelling_key(one) != spelling_key(other)


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
def test_function_words_are_known_with_any_apostrophe(apostrophe):
    assert keys_of(f"You can{apostrophe}t and you don{apostrophe}t") == []


def test_a_number_alone_is_no_phrase_and_parts_a_pair():
    assert keys_of("Windows 11 Update") == ["windows", "update"]
    assert keys_of("2021 1,000 3.14 $549") == []
    assert keys_of("5G iPhone13") == ["5g", "iphone13", "5giphone13"]


def test_a_letter_alone_is_no_phrase():
    assert keys_of("X R 東") == []


@pytest.mark.parametrize("mark", [", ", ". ", ": ", "; ", "! ", "? ", " – ", " — ", " | ", " - ", " (", "、", "。"])
def test_a_pair_does_not_reach_across_a_mark(mark):
    assert keys_of(f"log4j{mark}tailwind") == ["log4j", "tailwind"]


def test_a_pair_does_not_reach_across_a_function_word():
    assert keys_of("exploit of log4j") == ["exploit", "log4j"]


def test_addresses_and_mentions_are_no_phrases_and_a_tag_is_the_word_it_is():
    text = "log4j https://example.org/patch ada@example.org @ada #patch tailwind"
    assert keys_of(text) == ["log4j", "patch", "tailwind", "patchtailwind"]


def test_where_no_spaces_are_set_words_are_told_by_their_script():
    assert keys_of("東京オリンピック、開会式", "ja") == ["東京", "オリンピック", "東京オリンピック", "開会式"]
    assert keys_of("ｶﾞｲﾄﾞ", "ja") == keys_of("ガイドを見る", "ja") == ["ガイド"]
    assert keys_of("한국어 뉴스", "ko") == ["한국어", "뉴스", "한국어뉴스"]


def test_a_long_run_of_han_is_each_two_characters_that_stand_side_by_side():
    assert keys_of("中国疫情爆发", "zh") == ["中国", "国疫", "疫情", "情爆", "爆发"]


def test_function_words_are_those_of_the_language_and_of_english():
    assert keys_of("Die Zukunft der Raumfahrt", "de") == ["zukunft", "raumfahrt"]
    assert keys_of("The Zukunft of Raumfahrt", "de") == ["zukunft", "raumfahrt"]
    assert keys_of("Log4j RCE Found", "xx") == keys_of("Log4j RCE Found", None) == ["log4j", "rce", "log4jrce"]


def test_a_phrase_is_shown_as_it_was_first_written():
    assert phrases("Log4j RCE and log4j rce", "en") == [
        ("log4j", "Log4j"),
        ("rce", "RCE"),
        ("log4jrce", "Log4j RCE"),
    ]


def test_words_are_counted_as_often_as_they_stand_there():
    assert [word.key for word in words_of("Log4j, Log4j and RCE", "en")] == ["log4j", "log4j", "rce"]


def test_only_the_beginning_of_a_long_text_counts():
    words = [f"word{number}" for number in range(100)]
    assert written(" ".join(words))[-1] == "word58 word59"


@given(st.text(), st.sampled_from(["en", "ja", "de", None]))
def test_any_text_gives_each_phrase_once_with_its_own_key(text, language):
    found = phrases(text, language)
    assert len({phrase.key for phrase in found}) == len(found)
    assert all(phrase.key and len(phrase.written.split(" ")) <= 2 for phrase in found)
    assert all(spelling_key(phrase.written) == phrase.key for phrase in found if phrase.written.isascii())
