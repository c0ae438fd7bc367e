"""Taboos are found however they are written, and only as whole words."""

import pytest

from kairo_hero.brands.taboos import taboo_patterns, taboos_in

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
        "a thought_leader/coach",
        "send an e\u2010mail",
        "some things, e.g. these",
    ],
)
def test_a_taboo_is_found_in_disguise(text):
    assert taboos_in(text, PATTERNS)


@pytest.mark.parametrize("text", ["unseamlessly done", "seams, less of them", "leaders of thought", "email", "beg."])
def test_a_word_that_only_contains_it_is_none(text):
    assert taboos_in(text, PATTERNS) == []


def test_an_empty_taboo_forbids_nothing():
    assert taboos_in("anything", taboo_patterns(["", " - "])) == []
