"""What artifacts share: links, sounds, tags, words and word pairs; and which of them is the primary one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.clusters.keys import ClusterKey, cluster_keys, link_rows
from kairo_pipelines.clusters.phrases import phrases
from kairo_pipelines.hours import capture_day
from kairo_pipelines.lake.tables import ARTIFACT_CLUSTER_LINKS, CLUSTERS
from kairo_pipelines.normalize.text import plain_text

TWO = datetime(2021, 12, 10, 2, tzinfo=UTC)


def artifact(text: str = "Log4j RCE Found", hour: datetime = TWO, **known) -> dict:
    return {
        "artifact_id": "a1",
        "platform": "hackernews",
        "normalized_text": text,
        "language": "en",
        "canonical_url": None,
        "hashtags": [],
        "audio_id": None,
        "capture_day": capture_day(hour),
        "capture_hour": hour,
        **known,
    }


def keys_of(text: str, language: str | None = "en") -> list[str]:
    return [key for key, _ in phrases(plain_text(text, marked_up=False), language)]


def primary(**known) -> tuple[str, str]:
    first, *_ = cluster_keys(artifact(**known))
    return first.key_type, first.key


# --- phrases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("Log4j RCE Found", ["log4j", "rce", "log4j rce"]),
        (
            "RCE 0-day exploit found in log4j, a popular Java logging package",
            [
                *("rce", "0-day", "rce 0-day", "exploit", "0-day exploit", "log4j", "popular", "java", "popular java"),
                *("logging", "java logging", "package", "logging package"),
            ],
        ),
        ("Tailwind CSS v3.0", ["tailwind", "css", "tailwind css", "v3.0", "css v3.0"]),
        ("DuckDB now has a Node.js API", ["duckdb", "node.js", "api", "node.js api"]),
        ("EASTL: An Alternative C++ Standard Library", ["eastl", "alternative", "c++", "alternative c++"]),
        ("C++ vs. C# vs F#", ["c++", "c#", "f#"]),
        ("AT&T and R&D", ["at&t", "r&d"]),
        ("Is a 0-day e-mail snake_case?", ["0-day", "e-mail", "0-day e-mail", "snake_case", "e-mail snake_case"]),
    ],
)
def test_words_and_pairs_of_a_title(title, keys):
    assert keys_of(title)[: len(keys)] == keys


@pytest.mark.parametrize(
    "title", ["Apple's M1", "Apple’s M1", "APPLE'S M1", "APPLE’S M1", "Apple M1", "apple m1", "Ａｐｐｌｅ Ｍ１"]
)
def test_a_possessive_is_the_name_however_it_is_written(title):
    assert keys_of(title) == ["apple", "m1", "apple m1"]


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
def test_function_words_are_known_with_any_apostrophe(apostrophe):
    assert keys_of(f"You can{apostrophe}t and you don{apostrophe}t") == []


def test_a_number_alone_is_no_phrase_and_parts_a_pair():
    assert keys_of("Windows 11 Update") == ["windows", "update"]
    assert keys_of("2021 1,000 3.14 $549") == []
    assert keys_of("5G iPhone13") == ["5g", "iphone13", "5g iphone13"]


def test_a_letter_alone_is_no_phrase():
    assert keys_of("X R 東") == []


@pytest.mark.parametrize("mark", [", ", ". ", ": ", "; ", "! ", "? ", " – ", " — ", " | ", " - ", " (", "、", "。"])
def test_a_pair_does_not_reach_across_a_mark(mark):
    assert keys_of(f"log4j{mark}tailwind") == ["log4j", "tailwind"]


def test_a_pair_does_not_reach_across_a_function_word():
    assert keys_of("exploit of log4j") == ["exploit", "log4j"]


def test_addresses_mentions_and_tags_are_no_phrases():
    assert keys_of("log4j https://example.org/patch ada@example.org @ada #patch tailwind") == ["log4j", "tailwind"]


def test_accents_are_the_same_composed_and_decomposed():
    assert keys_of("Beyonce\u0301’s Pokémon") == ["beyoncé", "pokémon", "beyoncé pokémon"] == keys_of("BEYONCÉ Pokémon")


def test_scripts_without_spaces_are_words_between_marks_in_one_width():
    assert keys_of("東京オリンピック、開会式", "ja") == ["東京オリンピック", "開会式"]
    assert keys_of("ｶﾞｲﾄﾞ", "ja") == keys_of("ガイド", "ja") == ["ガイド"]
    assert keys_of("한국어 뉴스", "ko") == ["한국어", "뉴스", "한국어 뉴스"]


def test_function_words_are_those_of_the_language_and_of_english():
    assert keys_of("Die Zukunft der Raumfahrt", "de") == ["zukunft", "raumfahrt"]
    assert keys_of("The Zukunft of Raumfahrt", "de") == ["zukunft", "raumfahrt"]
    assert keys_of("Log4j RCE Found", "xx") == keys_of("Log4j RCE Found", None) == ["log4j", "rce", "log4j rce"]


def test_a_phrase_is_shown_as_it_was_first_written():
    assert phrases("Log4j RCE and log4j rce", "en") == [("log4j", "Log4j"), ("rce", "RCE"), ("log4j rce", "Log4j RCE")]


def test_only_the_beginning_of_a_long_text_counts():
    words = [f"word{number}" for number in range(100)]
    assert keys_of(" ".join(words))[-1] == "word58 word59"


@given(st.text(), st.sampled_from(["en", "ja", "de", None]))
def test_any_text_gives_each_phrase_once_and_of_one_or_two_words(text, language):
    keys = keys_of(text, language)
    assert len(keys) == len(set(keys))
    assert all(len(key.split(" ")) <= 2 and key == key.strip() != "" for key in keys)


# --- keys -----------------------------------------------------------------------------------------


def test_the_page_it_links_to_comes_first_then_its_sound_then_its_first_tag_then_its_longest_phrase():
    page = "https://github.com/apache/logging-log4j2/pull/608"
    everything = {"canonical_url": page, "audio_id": "7016", "hashtags": ["java", "rce"]}
    assert primary(**everything) == ("url", page)
    assert primary(**{**everything, "canonical_url": None}) == ("audio", "hackernews:7016")
    assert primary(hashtags=["java", "rce"]) == ("hashtag", "java")
    assert primary() == ("phrase", "log4j rce")


def test_what_is_not_primary_is_there_too():
    keys = cluster_keys(artifact(canonical_url="https://example.org/log4j", hashtags=["java"]))
    assert [(key.key_type, key.key) for key in keys] == [
        ("url", "https://example.org/log4j"),
        ("hashtag", "java"),
        ("phrase", "log4j"),
        ("phrase", "rce"),
        ("phrase", "log4j rce"),
    ]


def test_a_sound_belongs_to_its_platform():
    one, other = (cluster_keys(artifact("", platform=name, audio_id="7016"))[0] for name in ("tiktok", "instagram"))
    assert one.cluster_id != other.cluster_id


def test_the_same_key_is_the_same_cluster_and_types_are_kept_apart():
    assert ClusterKey("hashtag", "java", "#java").cluster_id == ClusterKey("hashtag", "java", "#Java").cluster_id
    assert ClusterKey("hashtag", "java", "#java").cluster_id != ClusterKey("phrase", "java", "Java").cluster_id


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/apache/logging-log4j2/pull/608", "github.com/apache/logging-log4j2/pull/608"),
        ("https://youtube.com/watch?v=-CWO3IpCco8", "youtube.com/watch?v=-CWO3IpCco8"),
        ("https://ja.wikipedia.org/wiki/%E6%9D%B1%E4%BA%AC", "ja.wikipedia.org/wiki/東京"),
        ("https://example.org/caf%E9", "example.org/caf%E9"),
        ("https://example.org/a%0Ab", "example.org/a%0Ab"),
    ],
)
def test_a_page_is_shown_by_its_address(url, shown):
    [key, *_] = cluster_keys(artifact(canonical_url=url))
    assert key.display_name == shown


def test_a_text_without_anything_to_share_is_in_no_cluster():
    assert cluster_keys(artifact("What is it?")) == []
    assert link_rows([artifact("What is it?")]).links == []


# --- links ----------------------------------------------------------------------------------------


def test_rows_fit_the_tables_they_are_for():
    rows = link_rows([artifact(canonical_url="https://example.org/", hashtags=["java"])])
    assert ARTIFACT_CLUSTER_LINKS.rows(rows.links).num_rows == CLUSTERS.rows(rows.clusters).num_rows == 5


def test_a_cluster_is_one_row_as_it_was_first_seen():
    rows = link_rows(
        [
            artifact(artifact_id="a1", platform="hackernews"),
            artifact("log4j patched", artifact_id="a2", platform="feeds"),
            artifact("LOG4J again", hour=TWO + timedelta(hours=1), artifact_id="a3", platform="tiktok"),
        ]
    )
    [log4j] = [cluster for cluster in rows.clusters if cluster["cluster_key"] == "log4j"]
    assert (log4j["display_name"], log4j["capture_hour"]) == ("Log4j", TWO)
    assert log4j["platforms"] == ["hackernews", "feeds"]
    assert sum(link["cluster_id"] == log4j["cluster_id"] for link in rows.links) == 3


WORDS = [
    "Log4j",
    "RCE",
    "found",
    "Apple's",
    "C++",
    "2021",
    "the",
    "東京",
    "#java",
    ",",
    "https://example.org/x",
    "0-day",
]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
artifacts = st.lists(
    st.builds(
        artifact,
        texts | st.text(max_size=40),
        canonical_url=st.none() | st.sampled_from(["https://example.org/log4j", "https://example.org/"]),
        audio_id=st.none() | st.sampled_from(["1", "2"]),
        hashtags=st.lists(st.sampled_from(["java", "rce", "log4j"]), unique=True),
        language=st.sampled_from(["en", "ja", None]),
        platform=st.sampled_from(["hackernews", "feeds"]),
    ),
    max_size=6,
).map(lambda made: [{**one, "artifact_id": f"a{position}"} for position, one in enumerate(made)])


@given(artifacts)
def test_whoever_is_in_a_cluster_has_exactly_one_primary_and_no_link_twice(made):
    links = link_rows(made).links
    linked = {link["artifact_id"] for link in links}
    primaries = [link["artifact_id"] for link in links if link["role"] == "primary"]
    assert sorted(primaries) == sorted(linked)
    assert len({(link["artifact_id"], link["cluster_id"]) for link in links}) == len(links)
    assert linked == {one["artifact_id"] for one in made if cluster_keys(one)}


@given(artifacts)
def test_every_link_leads_to_a_cluster_that_has_its_platform(made):
    rows = link_rows(made)
    clusters = {cluster["cluster_id"]: cluster for cluster in rows.clusters}
    platforms = {one["artifact_id"]: one["platform"] for one in made}
    assert len(clusters) == len(rows.clusters)
    assert {link["cluster_id"] for link in rows.links} == clusters.keys()
    assert all(platforms[link["artifact_id"]] in clusters[link["cluster_id"]]["platforms"] for link in rows.links)
