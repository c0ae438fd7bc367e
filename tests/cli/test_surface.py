"""`kairo surface`: what may be added, how often it is captured, and what adding it again does."""

import json

import pytest

FEED = "https://example.org/feed.xml"


def listed(place) -> list[dict]:
    return json.loads(place.kairo("surface", "list", "--json").out)


@pytest.mark.parametrize(
    ("every", "minutes"), [((), 60), (("--every", "30m"), 30), (("--every", "1d"), 1440), (("--every", "45"), 45)]
)
def test_a_feed_is_captured_as_often_as_it_says(place, every, minutes):
    assert place.kairo("surface", "add", "feeds", "feed", FEED, *every).code == 0
    (surface,) = listed(place)
    assert surface["surface_key"] == FEED
    assert surface["cadence_minutes"] == minutes
    assert surface["is_active"]


@pytest.mark.parametrize("every", ["0", "-5", "90s", "soon", "1.5h", "400d", "999999999999d", "²"])
def test_what_is_no_cadence_is_refused(place, every):
    outcome = place.kairo("surface", "add", "feeds", "feed", FEED, f"--every={every}")
    assert outcome.code == 2
    assert "write 30m, 1h, 1d or a number of minutes" in outcome.words
    assert listed(place) == []


def test_adding_it_again_says_so_and_changes_nothing(place):
    place.kairo("surface", "add", "feeds", "feed", FEED, "--every", "2h")
    before = listed(place)
    again = place.kairo("surface", "add", "feeds", "feed", FEED, "--every", "1d")
    assert again.code == 0
    assert again.out == f"feeds/feed/{FEED} is there already, every 2h; nothing was changed\n"
    assert listed(place) == before


@pytest.mark.parametrize(("platform", "kind"), [("tiktok", "trending"), ("feeds", "podcast")])
def test_what_no_connector_captures_is_refused_with_what_there_is(place, platform, kind):
    outcome = place.kairo("surface", "add", platform, kind, "anything")
    assert outcome.code == 1
    assert f"no connector captures {platform}/{kind}; there are feeds/feed" in outcome.err
    assert listed(place) == []


@pytest.mark.parametrize(
    "key", ["news", "ftp://example.org/feed", "file:///etc/passwd", "", "http://[", f"{FEED}?" + "x" * 2000]
)
def test_a_feed_s_key_must_be_a_web_address(place, key):
    outcome = place.kairo("surface", "add", "feeds", "feed", key)
    assert outcome.code == 1
    assert outcome.err.startswith("Error: ")
    assert listed(place) == []


def test_what_can_only_be_replayed_is_not_active(place):
    added = place.kairo("surface", "add", "hackernews", "front_page", "news", "--every", "30m")
    assert "replayed from recordings only" in added.out
    assert not listed(place)[0]["is_active"]
    assert "30m" in place.kairo("surface", "list").out
