"""What makes an unlikely window a trend, and what does not."""

from dataclasses import replace

import pytest

from kairo_pipelines.embedding import embed
from kairo_pipelines.trends.gates import is_trend
from kairo_pipelines.trends.stories import Story
from kairo_pipelines.trends.views import Judged
from kairo_pipelines.trends.windows import LONG

LOG4J = Story(
    items=("hackernews:1", "hackernews:2"),
    texts=("Log4j RCE Found", "RCE 0-day exploit found in log4j, a popular Java logging package"),
    names=(("Log4j",), ("log4j",)),
    span=2,
    heat=0.19,
)
OBJECTS = replace(
    LOG4J, texts=("Object storage for less", "Unidentified object over Ohio"), names=(("Object",), ("object",))
)
PAIR = Judged(0, LONG, authors=2, seen_before=0, decades=3.7, deviations=2.0, expected=0.01)
THREE = replace(PAIR, authors=3, decades=4.0, seen_before=2)


def holds(judged: Judged, story: Story, key_type: str = "phrase") -> bool:
    return is_trend(judged, key_type, story, embed)


def test_two_authors_make_a_trend_of_what_is_new_hot_and_about_one_thing():
    assert holds(PAIR, LOG4J)


@pytest.mark.parametrize(
    ("judged", "story"),
    [
        (replace(PAIR, seen_before=1), LOG4J),
        (PAIR, replace(LOG4J, span=7)),
        (PAIR, replace(LOG4J, heat=0.05)),
        (PAIR, OBJECTS),
    ],
    ids=["seen before", "spread over hours", "cold", "about two things"],
)
def test_two_authors_make_none_of_what_is(judged, story):
    assert not holds(judged, story)


def test_where_no_list_tells_how_hot_it_is_nothing_is_held_against_it():
    assert holds(PAIR, replace(LOG4J, heat=None))


def test_three_authors_may_be_less_alike_and_may_have_been_there_before():
    assert holds(THREE, replace(LOG4J, span=20, heat=0.06))
    assert not holds(THREE, OBJECTS)


def test_what_is_written_as_no_name_has_to_be_far_less_likely():
    unnamed = replace(LOG4J, names=(("exploit",), ("exploit",)))
    assert not holds(THREE, unnamed)
    assert holds(replace(THREE, decades=6.5), unnamed)


def test_a_script_without_capitals_writes_names_as_it_writes_all_words():
    assert replace(LOG4J, names=(("東京",), ("지진",), ("زلزال",))).is_named
    assert not replace(LOG4J, names=(("exploit",), ("Exploit",))).is_named


def test_a_tag_is_a_name_whatever_is_said_with_it():
    assert holds(THREE, OBJECTS, key_type="hashtag")


def test_many_authors_need_no_hot_item_and_may_say_it_in_many_ways():
    texts = ("omg taylor swift new album", "SWIFT ALBUM OUT NOW", "cant stop listening to taylor", "Taylor who?")
    crowd = replace(LOG4J, texts=texts, names=(("Taylor Swift",),) * 4, heat=0.0)
    assert not holds(THREE, crowd)
    assert holds(replace(THREE, authors=12), crowd)


def test_a_trend_is_called_as_most_write_it():
    assert replace(LOG4J, names=(("log4j",), ("Log4j",), ("Log4j",))).name() == "Log4j"
    assert replace(LOG4J, names=()).name() is None


def test_what_has_no_name_of_its_own_is_called_by_what_most_posts_share():
    names = (("Log4j", "RCE", "Log4j RCE", "patch"), ("Log4j", "RCE", "Log4j RCE"), ("Log4j", "Apache"))
    assert replace(LOG4J, names=names).shared_name() == "Log4j · RCE"
    assert replace(LOG4J, names=(("one",), ("two",))).shared_name() is None
