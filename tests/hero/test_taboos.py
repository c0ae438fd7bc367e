"""Taboos are found however they are written, and only as whole words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_hero.brands.taboos import find_taboos, taboo_patterns, taboos_in

PATTERNS = taboo_patterns(["seamless", "thought leader", "e-mail", "e.g."])


@pytest.mark.parametrize(
    "text",
    [
        "a SEAMLESS ride",
        "a sеamless ride",  # the first e is Cyrillic
        "a seam\u200bless ride",
        "a ｓｅａｍｌｅｓｓ ride",
        "our thought\u2011leader",
        "our thought  leader",
        "our thought\u200bleader",
        "our tho\u200bught\u200b\u2060leader",
        "a thought_leader/coach",
        "send an e\u2010mail",
        "some things, e.g. these",
    ],
)
def test_a_taboo_is_found_in_disguise(text):
    assert taboos_in(text, PATTERNS)


@pytest.mark.parametrize(
    "text",
    [
        "unseamlessly done",
        "un\u200bseamless",
        "seams, less of them",
        "leaders of thought",
        "thoughtleader",
        "email",
        "beg.",
    ],
)
def test_a_word_that_only_contains_it_is_none(text):
    assert taboos_in(text, PATTERNS) == []


def test_an_empty_taboo_forbids_nothing():
    assert taboos_in("anything", taboo_patterns(["", " - "])) == []


def test_a_name_that_is_two_taboo_words_written_as_one_is_no_taboo():
    patterns = taboo_patterns(["Source Graph"])
    assert taboos_in("Expanding Sourcegraph into the cloud", patterns) == []
    assert taboos_in("Expanding Source Graph into the cloud", patterns) == ["source graph"]


def test_a_taboo_is_found_where_it_stands_in_the_text_as_written():
    text = "Naïve ﬁrst words, then a ｓeam\u200bless ride, e.g. this"
    found = find_taboos(text, PATTERNS)
    assert [text[one.start : one.end] for one in found] == ["ｓeam\u200bless", "e.g."]


@given(st.text(), st.text(), st.sampled_from(["seamless", "sеаmless", "ｓｅａｍｌｅｓｓ", "SEAM\u200bLESS"]))
def test_a_taboo_between_any_two_texts_is_found_at_its_place(before, after, taboo):
    text = f"{before} {taboo} {after}"
    assert (len(before) + 1, len(before) + 1 + len(taboo)) in [
        (one.start, one.end) for one in find_taboos(text, PATTERNS)
    ]
