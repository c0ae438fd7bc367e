"""Texts that are nearly the same share a band of their signatures, others do not: on real titles."""

from collections import defaultdict
from itertools import combinations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_cli.demo.demo import RECORDING
from kairo_pipelines.normalize.signature import BANDS, SHINGLE, SHORTEST, signatures


def near(one: str, other: str) -> bool:
    """Whether two texts share a band."""
    first, second = signatures([one, other])
    return bool({*first} & {*second})


def similarity(one: str, other: str) -> float:
    """Jaccard, over the same shingles, counted without any hashing."""
    first, second = (
        {letters[start : start + SHINGLE] for start in range(len(letters) - SHINGLE + 1)}
        for letters in ("".join(filter(str.isalnum, text.casefold())) for text in (one, other))
    )
    return len(first & second) / len(first | second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Will Nix Overtake Docker", "Will Nix Overtake Docker?"),
        ("I Host This Blog from My Garage", "I host this blog from my garage"),
        ("“coding is basically just ifs and for loops.”", "Coding is basically just ifs, and for-loops"),
        (
            "The Sea People: Alexander the Great Tread in the Footsteps of Forgotten Greeks",
            "The sea people: Alexander the Great trod in the footsteps of forgotten Greeks",
        ),
        (
            "Runc/libcontainer: insecure handling of bind mount sources",
            "Libcontainer: Insecure handling of bind mount sources",
        ),
    ],
)
def test_a_title_that_was_edited_a_little_is_nearly_the_same(one, other):
    assert near(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Log4j RCE Found", "RCE 0-day exploit found in log4j, a popular Java logging package"),
        ("Jack Dorsey is expected to step down as Twitter CEO, sources say", "I resigned from Twitter"),
        ("Why Retaining Walls Collapse", "Why Retaining Customers Pays Off"),
        ("Stripe hiring issues make some lose job offers", "Stripe hiring makes some happy: they got job offers"),
    ],
)
def test_another_title_on_the_same_is_another(one, other):
    assert not near(one, other)


@pytest.fixture(scope="module")
def titles() -> list[str]:
    """All titles of the demo's recording, each once."""
    rows = duckdb.execute(f"SELECT DISTINCT title FROM read_parquet('{RECORDING}') ORDER BY title").fetchall()
    return [title for (title,) in rows]


def test_of_a_thousand_real_titles_those_that_share_a_band_are_alike(titles):
    sharing = defaultdict(list)
    for title, bands in zip(titles, signatures(titles), strict=True):
        for band in bands:
            sharing[band].append(title)
    pairs = {pair for alike in sharing.values() for pair in combinations(alike, 2)}
    assert len(titles) > 1000
    assert len(pairs) > 50
    assert min(similarity(*pair) for pair in pairs) > 0.4


def test_titles_that_differ_in_a_word_of_many_are_found(titles):
    long = [title for title in titles if len(title) > 60]
    edited = [f"{title} (2021)" for title in long]
    found = sum(bool({*one} & {*other}) for one, other in zip(signatures(long), signatures(edited), strict=True))
    assert len(long) > 300
    assert found / len(long) > 0.9


def test_a_short_text_says_too_little():
    assert signatures(["Django 4.0", "x" * (SHORTEST - 1), "🔥" * 100, ""]) == [[], [], [], []]
    assert len(signatures(["x" * SHORTEST])[0]) == BANDS


def test_a_signature_is_the_same_today_and_tomorrow():
    # What is stored is compared with what comes years later: a library that hashes otherwise must not go unseen.
    [bands] = signatures(["RCE 0-day exploit found in log4j, a popular Java logging package"])
    assert bands[:2] == [5576333763234204758, -2454547373360365518]


def test_a_text_alone_has_the_signature_that_it_has_among_others(titles):
    some = titles[:50]
    assert signatures(some) == [signature for title in some for signature in signatures([title])]


@given(st.lists(st.text(st.characters(), max_size=200), max_size=5))
def test_whatever_is_written_has_a_signature_that_a_column_can_hold(texts):
    found = signatures(texts)
    assert len(found) == len(texts)
    for bands in found:
        assert len(bands) in (0, BANDS)
        assert all(-(2**63) <= band < 2**63 for band in bands)
