"""Which clusters artifacts are in, which of them is the primary one, and what the clusters look like."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kairo_pipelines.clusters.linking import TOPICS, Linked, linked
from kairo_pipelines.clusters.phrases import phrases
from kairo_pipelines.hours import HOUR, HourRange, capture_day
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import NORMALIZED_ARTIFACTS

TWO = datetime(2021, 12, 10, 2, tzinfo=UTC)
PAGE = "https://github.com/apache/logging-log4j2/pull/608"


def artifact(text: str = "Log4j RCE Found", hour: datetime = TWO, **known) -> dict:
    spoken = phrases(text, "en")
    return {
        "artifact_id": "a1",
        "evidence_id": "1",
        "platform": "hackernews",
        "normalized_text": text,
        "language": "en",
        "phrase_keys": [phrase.key for phrase in spoken],
        "phrases": [phrase.written for phrase in spoken],
        "canonical_url": None,
        "hashtags": [],
        "mentions": [],
        "audio_id": None,
        "author": "ada",
        "happened_at": hour,
        "engagement_score": 1.0,
        "signature": [],
        "capture_day": capture_day(hour),
        "capture_hour": hour,
        **known,
    }


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def link(lake: Lake, *artifacts: dict, topics: pa.Table | None = None) -> Linked:
    hours = HourRange(TWO, TWO + 3 * HOUR)
    lake.replace(NORMALIZED_ARTIFACTS, hours, NORMALIZED_ARTIFACTS.rows(artifacts))
    return linked(lake, hours, topics)


def primary(lake: Lake, topics: pa.Table | None = None, **known) -> tuple[str, str]:
    found = link(lake, artifact(**known), topics=topics)
    [cluster_id] = [row["cluster_id"] for row in found.links.to_pylist() if row["role"] == "primary"]
    [cluster] = [row for row in found.clusters.to_pylist() if row["cluster_id"] == cluster_id]
    return cluster["cluster_key_type"], cluster["cluster_key"]


def topic(is_shared: bool) -> pa.Table:
    row = {"artifact_id": "a1", "topic": "t", "name": "a topic", "is_shared": is_shared}
    return pa.Table.from_pylist([row], schema=TOPICS)


def test_the_page_it_links_to_comes_first_then_its_sound_its_first_tag_and_its_longest_phrase(lake):
    everything = {"canonical_url": PAGE, "audio_id": "7016", "hashtags": ["rce", "java"]}
    assert primary(lake, **everything) == ("url", PAGE)
    assert primary(lake, **{**everything, "canonical_url": None}) == ("audio", "hackernews:7016")
    assert primary(lake, hashtags=["rce", "java"]) == ("hashtag", "rce")
    assert primary(lake) == ("phrase", "log4jrce")


def test_a_topic_that_others_share_comes_before_tags_and_one_of_its_own_after_everything(lake):
    assert primary(lake, topic(is_shared=True), hashtags=["rce"]) == ("topic", "t")
    assert primary(lake, topic(is_shared=True), audio_id="7016") == ("audio", "hackernews:7016")
    assert primary(lake, topic(is_shared=False)) == ("phrase", "log4jrce")


def test_what_is_not_primary_is_there_too(lake):
    found = link(lake, artifact(canonical_url="https://example.org/log4j", hashtags=["java"]))
    keys = {(row["cluster_key_type"], row["cluster_key"]) for row in found.clusters.to_pylist()}
    assert keys == {
        ("url", "https://example.org/log4j"),
        ("hashtag", "java"),
        ("phrase", "log4j"),
        ("phrase", "rce"),
        ("phrase", "log4jrce"),
    }
    assert found.links.num_rows == 5


def test_a_sound_belongs_to_its_platform(lake):
    one = artifact("", audio_id="7016", platform="tiktok")
    other = artifact("", audio_id="7016", platform="instagram", artifact_id="a2", evidence_id="2")
    assert link(lake, one, other).clusters.num_rows == 2


def test_the_same_word_as_tag_and_as_phrase_is_two_clusters_of_two_kinds(lake):
    found = link(lake, artifact("java", hashtags=["java"])).clusters.to_pylist()
    assert [row["cluster_key"] for row in found] == ["java", "java"]
    assert len({row["cluster_id"] for row in found}) == 2


def test_a_text_without_anything_to_share_is_in_no_cluster(lake):
    found = link(lake, artifact("What is it?"))
    assert found.links.num_rows == found.clusters.num_rows == 0


def test_a_cluster_is_one_row_as_it_was_first_seen(lake):
    found = link(
        lake,
        artifact(artifact_id="a1", platform="hackernews"),
        artifact("log4j patched", artifact_id="a2", platform="feeds"),
        artifact("LOG4J again", hour=TWO + timedelta(hours=1), artifact_id="a3", platform="tiktok"),
    )
    [log4j] = [cluster for cluster in found.clusters.to_pylist() if cluster["cluster_key"] == "log4j"]
    assert (log4j["display_name"], log4j["capture_hour"]) == ("Log4j", TWO)
    assert log4j["platforms"] == ["feeds", "hackernews"]
    assert sum(row["cluster_id"] == log4j["cluster_id"] for row in found.links.to_pylist()) == 3


WORDS = ["Log4j", "RCE", "found", "Apple's", "C++", "2021", "the", "東京", "#java", ",", "0-day"]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
artifacts = st.lists(
    st.builds(
        artifact,
        texts | st.text(max_size=40),
        canonical_url=st.none() | st.sampled_from([PAGE, "https://example.org/"]),
        audio_id=st.none() | st.sampled_from(["1", "2"]),
        hashtags=st.lists(st.sampled_from(["java", "rce", "log4j"]), unique=True),
        platform=st.sampled_from(["hackernews", "feeds"]),
    ),
    max_size=6,
).map(lambda made: [{**one, "artifact_id": f"a{position}"} for position, one in enumerate(made)])


@settings(max_examples=25)
@given(artifacts)
def test_whoever_is_in_a_cluster_has_exactly_one_primary_no_link_twice_and_every_link_a_cluster(tmp_path_factory, made):
    found = link(Lake(str(tmp_path_factory.mktemp("lake"))), *made)
    links = found.links.to_pylist()
    primaries = [row["artifact_id"] for row in links if row["role"] == "primary"]
    assert sorted(primaries) == sorted({row["artifact_id"] for row in links})
    assert len({(row["artifact_id"], row["cluster_id"]) for row in links}) == len(links)
    assert {row["cluster_id"] for row in links} == {row["cluster_id"] for row in found.clusters.to_pylist()}
