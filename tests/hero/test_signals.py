"""What of a day becomes a brand's signals: its own first, then what is only hot, and nothing that is a taboo."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from synthesis_desk import trend

from kairo_cli.demo.demo import BRAND_FILES, RECORDING
from kairo_hero.brands.brand_file import read_brand_file
from kairo_hero.brands.brand_ir import compile_brand
from kairo_hero.brands.snapshot import written_brand
from kairo_hero.dto import EvidenceDTO
from kairo_hero.signals.bundle import LEAST_RELEVANCE, MOST_OCCASIONS, MOST_OUTSIDE, Signals, external_signals
from kairo_hero.signals.day import Day, Post
from kairo_hero.signals.occasions import Occasion, PostText

HOUR = datetime(2021, 12, 10, 2, tzinfo=UTC)
AT = datetime(2021, 12, 10, 3, tzinfo=UTC)
SNAPSHOT = next(written_brand(read_brand_file(file), AT) for file in BRAND_FILES if file.stem == "sourcegraph")
LOG4J = trend("log4j", ["Log4j RCE Found", "RCE 0-day exploit found in log4j, a popular Java logging package"])
NONE_OF_ITS_BUSINESS = (
    "Sourdough bread for beginners",
    "Evergrande has defaulted on its debt",
    "How do you fix a stroad",
    "The Webb telescope is on its way",
    "A bear was seen in the opera",
)
TAILWIND = trend("tailwind", ["Tailwind CSS v3.0", "Tailwind CSS v3"])


def moment(name: str, title: str, strength: float = 50.0) -> Occasion:
    evidence = EvidenceDTO(
        evidence_id=f"hackernews:{name}",
        platform="hackernews",
        title=title,
        url=f"https://example.com/{name}",
        author=None,
        published_at=AT,
        counts={"likes": 300, "comments": 100},
    )
    return Occasion(
        id=evidence.evidence_id,
        kind="moment",
        topic=title,
        reason="more reaction than 90 of 100 posts there got in the 10 days before",
        platforms=["hackernews"],
        status=None,
        noticed_at=None,
        strength=strength,
        velocity=10.0,
        cluster_kind="post",
        post_ids=[evidence.evidence_id],
        evidence=[evidence],
        texts=[PostText(evidence_id=evidence.evidence_id, text=title)],
        sparkline=[0.0, 300.0],
        hours_since_last_post=5.0,
    )


def post(name: str, text: str, likes: int | None = 40, happened_at: datetime = HOUR) -> Post:
    row = {
        "evidence_id": f"hackernews:{name}",
        "platform": "hackernews",
        "title": text,
        "text_content": text,
        "normalized_text": text,
        "url": f"https://example.com/{name}",
        "permalink": None,
        "author": None,
        "published_at": None,
        "first_seen_at": happened_at,
        "happened_at": happened_at,
        "like_count": likes,
        "comment_count": None,
        "share_count": None,
        "view_count": None,
    }
    return Post(row, HOUR, (0.0, float(likes or 0)))


def signals(
    *occasions: Occasion, posts: tuple[Post, ...] = (), taboos: tuple[str, ...] = (), competitors: tuple[str, ...] = ()
) -> Signals:
    snapshot = SNAPSHOT.model_copy(update={"taboos": list(taboos)})
    return external_signals(
        Day(HOUR, None, occasions, posts),
        snapshot,
        compile_brand(snapshot, AT),
        mention_names=["Sourcegraph"],
        competitors=competitors,
        at=AT,
    )


def test_what_is_the_brands_business_comes_first_and_what_is_only_hot_is_marked_as_outside():
    found = signals(TAILWIND, LOG4J)
    assert [(one.topic, one.lane) for one in found.bundle.trends] == [("Log4J", "brand"), ("Tailwind", "outside")]
    assert [one.id for one in found.occasions] == [LOG4J.id]
    assert (found.considered, found.set_aside) == (2, {"not_relevant": 1})


def test_only_the_hottest_of_the_rest_are_shown():
    rest = [moment(str(number), title, strength=number) for number, title in enumerate(NONE_OF_ITS_BUSINESS)]
    shown = signals(*rest).bundle.social_moments
    last = len(rest) - 1
    assert [one.id for one in shown] == [f"hackernews:{number}" for number in range(last, last - MOST_OUTSIDE, -1)]
    assert {one.lane for one in shown} == {"outside"}


def test_a_hot_post_is_a_social_moment_with_its_numbers_and_its_link():
    [shown] = signals(moment("search", "Improving GitHub Code Search")).bundle.social_moments
    assert (shown.id, shown.lane, shown.url) == ("hackernews:search", "brand", "https://example.com/search")
    assert shown.description == (
        "Improving GitHub Code Search (300 likes, 100 comments: more reaction than 90 of 100 posts there got in the 10 "
        "days before)"
    )


@pytest.mark.parametrize("taboo", ["log4j", "Java logging"])
def test_what_is_about_a_taboo_is_in_neither_lane(taboo):
    found = signals(LOG4J, taboos=(taboo,))
    assert (found.bundle.trends, found.occasions, found.set_aside) == ([], [], {"taboo": 1})


def test_a_taboo_is_not_shown_as_hot_either():
    assert signals(TAILWIND, taboos=("tailwind",)).bundle.trends == []


def test_a_post_that_names_the_brand_is_a_mention_and_something_to_speak_on():
    found = signals(posts=(post("m", "Expanding Sourcegraph into a cloud offering"),))
    [mention] = found.bundle.web_mentions
    assert (mention.id, mention.relevance) == ("hackernews:m", 1.0)
    [occasion] = found.occasions
    assert (occasion.reason, occasion.cluster_kind) == ("it names Sourcegraph", "mention")
    assert found.bundle.social_moments == []


@pytest.mark.parametrize(
    "ignored",
    [
        post("m", "Expanding Sourcegraph into a cloud offering", likes=3),
        post("m", "Expanding Sourcegraph into a cloud offering", likes=None),
        post("m", "Expanding Sourcegraph into a cloud offering", happened_at=HOUR - timedelta(hours=30)),
    ],
    ids=["nobody noticed", "nobody counted", "yesterday"],
)
def test_a_mention_that_is_no_news_is_a_mention_only(ignored):
    found = signals(posts=(ignored,))
    assert len(found.bundle.web_mentions) == 1
    assert found.occasions == []


def test_a_mention_that_is_hot_is_one_occasion():
    hot = moment("m", "Expanding Sourcegraph into a cloud offering")
    found = signals(hot, posts=(post("m", hot.topic),))
    assert [one.cluster_kind for one in found.occasions] == ["post"]


def test_a_new_mention_is_not_lost_behind_many_that_are_older():
    old = [post(str(n), "Sourcegraph in the cloud", 900, HOUR - timedelta(hours=30)) for n in range(25)]
    new = post("new", "Expanding Sourcegraph into a cloud offering", 50)
    assert [one.id for one in signals(posts=(*old, new)).occasions] == ["hackernews:new"]


def test_a_mention_that_is_none_of_its_business_takes_no_place_of_what_is_hot():
    silent = [post(str(n), f"sourcegraph: bread number {n}", 900) for n in range(3)]
    hot = [moment(f"hot{n}", title, strength=n) for n, title in enumerate(NONE_OF_ITS_BUSINESS[:MOST_OUTSIDE])]
    assert len(signals(*hot, posts=tuple(silent)).bundle.social_moments) == MOST_OUTSIDE


def test_a_mention_or_a_competitor_s_post_about_a_taboo_is_out():
    posts = (post("a", "Sourcegraph and the abortion debate"), post("b", "GitHub and the abortion debate"))
    found = signals(posts=posts, competitors=("GitHub",), taboos=("abortion",))
    assert (found.bundle.web_mentions, found.bundle.competitor_posts, found.occasions) == ([], [], [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("McDonald’s", "eating at McDonald's today"),
        ("Cafe\u0301 Noir", "the Café Noir is open"),
        ("小米", "我喜欢小米手机"),
        ("C++", "modern C++ is here"),
        (".NET", "minimal APIs in .NET 6"),
        ("AT&T", "AT&T was down"),
    ],
)
def test_a_name_is_found_as_texts_write_it(name, text):
    assert len(signals(posts=(post("a", text),), competitors=(name,)).bundle.competitor_posts) == 1


def test_names_are_whole_words():
    found = signals(posts=(post("a", "Resourcegraphs"), post("b", "GitHubber")), competitors=("GitHub",))
    assert (found.bundle.web_mentions, found.bundle.competitor_posts) == ([], [])


def test_posts_on_competitors_come_by_competitor_the_most_noticed_first():
    posts = (post("a", "GitLab is slow", 90), post("b", "GitHub is down", 80), post("c", "gitlab is up", 20))
    found = signals(posts=posts, competitors=("GitHub", "GitLab"))
    named = [(one.competitor_name, one.id) for one in found.bundle.competitor_posts]
    assert named == [("GitHub", "hackernews:b"), ("GitLab", "hackernews:a"), ("GitLab", "hackernews:c")]


def test_a_board_is_made_from_the_most_relevant_few_of_very_many():
    query = f"SELECT DISTINCT title FROM read_parquet('{RECORDING}') WHERE title IS NOT NULL ORDER BY title"
    # a connection of its own: the default one may hold another test's unfinished result
    with duckdb.connect() as connection:
        titles = [title for (title,) in connection.execute(query).fetchall()]
    many = [moment(str(n), f"{title}: code review and debugging") for n, title in enumerate(titles)]
    found = signals(*many)
    assert len(found.occasions) == MOST_OCCASIONS
    assert found.set_aside["less_relevant"] > 100
    assert sum(found.set_aside.values()) + MOST_OCCASIONS == found.considered == len(many)
    assert all(one.relevance >= LEAST_RELEVANCE for one in found.bundle.social_moments)


def test_a_story_that_two_posts_tell_is_told_once():
    one = moment("one", "Common infrastructure errors I've made: code review and outages")
    other = moment("other", "Don't make my mistakes: common infrastructure errors, outages and code review")
    found = signals(one, other, LOG4J)
    assert len(found.occasions) == 2
    assert found.set_aside == {"same_story": 1}


def test_an_empty_day_has_no_signals():
    found = signals()
    assert (found.occasions, found.considered, found.set_aside) == ([], 0, {})


def test_signals_say_of_which_hour_they_are_or_why_of_none():
    kept = signals(LOG4J).model_dump() | {"trend_hour": None}
    with pytest.raises(ValueError, match="give trend_hour"):
        Signals.model_validate(kept)
