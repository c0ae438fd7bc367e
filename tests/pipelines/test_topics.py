"""Topics: which texts stand together, on titles of Hacker News' front page and on made streams."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kairo_pipelines.topics.terms import terms
from kairo_pipelines.topics.texts import Document
from kairo_pipelines.topics.topics import QUIET, Topics

START = datetime(2021, 12, 10, tzinfo=UTC)


def documents(*texts, hour=START, language="en", named="text"):
    return [Document(f"{named} {number}", terms(text), hour, language) for number, text in enumerate(texts)]


def together(*texts, **more):
    """The groups that the texts fall into, as the numbers of the texts that founded them."""
    return [int(topic.split()[1]) for topic in Topics().assign(documents(*texts, **more))]


def test_stories_of_one_event_share_a_topic_and_others_have_their_own():
    assert together(
        "Log4j RCE Found",
        "James Webb Space Telescope Launch Postponed",
        "RCE 0-day exploit found in log4j, a popular Java logging package",
        "Decoding James Webb Space Telescope",
        "Suez canal blocked by a massive ship",
        "It 'Might Take Weeks' to Free Ship Stuck in Suez Canal",
        "Writing a compiler in an afternoon",
    ) == [0, 1, 0, 1, 4, 4, 6]


def test_words_that_every_text_uses_bring_nothing_together():
    assert together("The best of the year", "What is the best way to do it?", "How the year was") == [0, 1, 2]


def test_common_words_of_another_language_bring_nothing_together():
    german = ("Der Sturm und die Folgen für das Land", "Die Wahl und das Ergebnis für die Partei")
    assert together(*german, language="de") == [0, 1]


def test_texts_without_spaces_are_told_apart():
    chinese = ("苹果公司发布新款手机", "苏伊士运河货轮搁浅", "货轮在苏伊士运河搁浅多日")
    assert together(*chinese, language="zh") == [0, 1, 1]


def test_what_differs_in_case_accents_marks_or_a_repeaters_name_is_the_same_text():
    assert set(
        together(
            "Beyoncé: 'Renaissance' is OUT!", "beyonce — renaissance is out", "RT @fan: Beyoncé “Renaissance” is out"
        )
    ) == {0}


def test_texts_without_words_have_a_topic_each():
    assert together("", "", "🎉🎉", "https://example.com/a", "") == [0, 1, 2, 3, 4]


def test_the_marks_of_a_site_do_not_make_a_topic():
    titles = [f"Show HN: {word}" for word in ("Jam session", "Poop token", "Leaderboard", "Telemetry", "Kanban")]
    assert together(*titles) == [0, 1, 2, 3, 4]


def test_a_topic_that_was_quiet_for_long_is_forgotten():
    topics = Topics()
    first = topics.assign(documents("Log4j RCE found"))
    soon = topics.assign(documents("Log4j RCE found", hour=START + QUIET, named="soon"))
    late = topics.assign(documents("Log4j RCE found", hour=START + 3 * QUIET, named="late"))
    assert (first, soon, late) == (["text 0"], ["text 0"], ["late 0"])


def test_a_topic_keeps_its_id_after_its_founder_is_forgotten():
    topics, step = Topics(), timedelta(days=5)
    ids = [topics.assign(documents("Log4j RCE found", hour=START + day * step, named=f"day{day}")) for day in range(5)]
    assert ids == [["day0 0"]] * 5


def test_no_more_texts_are_remembered_than_wanted():
    topics = Topics(most_texts=1)
    assert topics.assign(documents("Log4j RCE found", "Suez canal blocked")) == ["text 0", "text 1"]
    assert topics.assign(documents("Log4j RCE found", hour=START + timedelta(hours=1), named="next")) == ["next 0"]


WORDS = st.sampled_from(
    ["log4j", "rce", "java", "suez", "canal", "ship", "omicron", "variant", "vaccine", "rust", "gpu", "election"]
)
TEXTS = st.lists(WORDS, max_size=5).map(" ".join)
STREAMS = st.lists(st.tuples(st.integers(0, 400), TEXTS), max_size=40).map(sorted)


def stream(hours_and_texts):
    return [
        Document(str(number), terms(text), START + timedelta(hours=hour), "en")
        for number, (hour, text) in enumerate(hours_and_texts)
    ]


@settings(max_examples=50)
@given(STREAMS, st.integers(0, 40))
def test_hour_by_hour_from_what_is_remembered_comes_out_as_in_one_go(hours_and_texts, cut):
    """Whatever was assigned before, topics that remember the texts of the last days go on in the same way."""
    texts = stream(hours_and_texts)
    at_once = Topics().assign(texts)
    cut = next((at for at in range(cut, len(texts)) if at and texts[at].hour != texts[at - 1].hour), len(texts))
    recent = [at for at in range(cut) if texts[at].hour >= texts[min(cut, len(texts) - 1)].hour - QUIET]
    later = Topics()
    later.remember([texts[at] for at in recent], [at_once[at] for at in recent])
    assert later.assign(texts[cut:]) == at_once[cut:]


@settings(max_examples=50)
@given(STREAMS)
def test_every_topic_is_named_by_its_first_text_and_the_same_words_share_one(hours_and_texts):
    texts = stream([(0, text) for _, text in hours_and_texts])
    found = Topics().assign(texts)
    first: dict[str, str] = {}
    seen: dict[frozenset[str], str] = {}
    for text, topic in zip(texts, found, strict=True):
        assert first.setdefault(topic, text.id) == topic
        if text.terms:
            assert seen.setdefault(frozenset(text.terms), topic) == topic
