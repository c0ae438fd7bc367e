"""Cards without a model: true numbers, the brand's own words, and never the same sentence twice on a board."""

from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthesis_desk import Fitted, brand, inputs, trend
from test_signals import SNAPSHOT, moment

from kairo_hero.brands.taboos import taboo_patterns
from kairo_hero.dto import LearningFactorDTO, PatternTemplateDTO
from kairo_hero.graphs.channels import Channels
from kairo_hero.graphs.grounded import MINIMUM_RELEVANCE, compose_opportunities
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.graphs.telling import sentences
from kairo_hero.graphs.why_now import why_now
from kairo_hero.signals.occasions import quoted
from kairo_hero.vocabulary import OpportunityType

HOUR = datetime(2021, 12, 10, 5, tzinfo=UTC)
TITLES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz -", min_size=4, max_size=60).filter(lambda text: text.strip())
TOPICS = ("log4j", "omicron", "gamestop", "suez", "olympics", "kubernetes", "webb", "tailwind", "copilot", "solarwinds")


class AllFit(Fitted):
    """Inputs whose occasions all fit, so that the board is as long as can be."""

    def fitted(self):
        return [(one, fit.__class__(0.9, fit.theme, (), ())) for one, fit in super().fitted()]


def all_fit(given_inputs: OpportunityInputs, **changes) -> AllFit:
    return AllFit.model_validate(given_inputs.model_dump() | changes)


def texts_of(drafts) -> list[str]:
    return [text for draft in drafts for text in (draft.title, draft.angle, draft.why_now)]


def repeated(texts: list[str]) -> list[str]:
    counted = Counter(sentence.casefold() for text in texts for sentence in sentences(text))
    return [sentence for sentence, number in counted.items() if number > 1]


def long_board() -> AllFit:
    stories = {topic: [f"{topic} was seen", f"what {topic} means"] for topic in TOPICS}
    return all_fit(inputs(stories))


def test_a_long_board_says_no_sentence_twice():
    drafts = compose_opportunities(long_board())
    assert len(drafts) == len(TOPICS)
    assert repeated(texts_of(drafts)) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(TITLES, min_size=2, max_size=12, unique_by=lambda title: title.strip()))
def test_no_board_says_a_sentence_twice_whatever_the_stories_are(titles):
    given_inputs = inputs({})
    occasions = [moment(str(number), title) for number, title in enumerate(titles)]
    drafts = compose_opportunities(all_fit(given_inputs, occasions=occasions))
    assert len(drafts) == len(titles)
    assert repeated(texts_of(drafts)) == []


def test_what_a_pinned_card_says_is_not_said_again():
    board = long_board()
    pinned = compose_opportunities(board)[0]
    others = all_fit(board, said=[pinned.title, pinned.angle, pinned.why_now], occasions=board.occasions[1:])
    assert repeated([pinned.angle, *(draft.angle for draft in compose_opportunities(others))]) == []


def test_the_same_inputs_make_the_same_drafts_also_after_being_kept():
    board = long_board()
    again = AllFit.model_validate_json(board.model_dump_json())
    assert compose_opportunities(again) == compose_opportunities(board)


def test_the_brands_own_patterns_are_followed_first_each_once():
    beats = ["What people believe.", "What happened", "What to do"]
    pattern = PatternTemplateDTO(id=uuid4(), name="Myth and fact", category="post", status="active", beats=beats)
    drafts = compose_opportunities(all_fit(long_board(), patterns=[pattern]))
    following = [draft for draft in drafts if "Myth and fact" in draft.angle]
    assert len(following) == 1
    assert "Tell it as “Myth and fact”: What people believe; What happened; What to do." in following[0].angle


def test_words_of_ours_that_are_a_taboo_of_the_brand_are_not_used():
    board = all_fit(long_board(), taboo_patterns=taboo_patterns(["checklist", "what can wait"]))
    drafts = compose_opportunities(board)
    assert all(draft.is_valid for draft in drafts)
    assert not any("checklist" in draft.angle for draft in drafts)


def test_a_brand_that_says_nothing_of_itself_gets_cards_all_the_same():
    silent = brand().model_copy(
        update={"pillars": [], "personas": [], "positioning": "", "positioning_summary": "", "tone_tags": []}
    )
    drafts = compose_opportunities(all_fit(long_board(), snapshot=silent.model_copy(update={"channels": []})))
    assert all("Acme" in draft.title for draft in drafts)
    assert {draft.primary_channel for draft in drafts} == {"linkedin", "x"}
    assert repeated(texts_of(drafts)) == []


def test_what_matters_too_little_makes_no_card():
    occasions = [trend("log4j", ["Log4j RCE Found in code"]), moment("bread", "Sourdough bread for beginners")]
    real = OpportunityInputs.model_validate(inputs({}).model_dump() | {"snapshot": SNAPSHOT, "occasions": occasions})
    fits = dict(zip([one.id for one in occasions], [fit.relevance for _, fit in real.fitted()], strict=True))
    assert fits["trend-log4j"] >= MINIMUM_RELEVANCE > fits["hackernews:bread"]
    assert [draft.signal_id for draft in compose_opportunities(real)] == ["trend-log4j"]


def test_a_hot_post_says_what_it_got_and_beside_what():
    assert why_now(moment("search", "Improving GitHub Code Search"), HOUR) == (
        "On Hacker News, “Improving GitHub Code Search” had 300 points and 100 comments by 06:00 UTC, 5 hours after it "
        "was posted: more reaction than 90 of 100 posts there got in the 10 days before."
    )


def test_a_trend_says_its_own_numbers_and_where_its_strongest_post_stood():
    assert why_now(trend("log4j", ["Log4j RCE Found"]), HOUR) == (
        "Log4J, noticed 10 December at 03:00 UTC, still emerging: 2 posts by 2 authors in 24 h; not once in the 11 "
        "days before, on Hacker News. “Log4j RCE Found” had 100 points by 06:00 UTC."
    )


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Log4j RCE Found", "“Log4j RCE Found”"),
        ("“Coding is basically just ifs”", "“Coding is basically just ifs”"),
        ("The “Free PACER” bill", "“The ‘Free PACER’ bill”"),
        ("two\n lines", "“two lines”"),
        ("word " * 40, f"“{'word ' * 21}word…”"),
    ],
)
def test_a_title_is_quoted_as_one_line(title, shown):
    assert quoted(title) == shown


@pytest.mark.parametrize(
    ("title", "shown"),
    [("“A” vs “B”", "“‘A’ vs ‘B’”"), ("“A”", "“A”")],
)
def test_marks_around_all_of_a_title_are_its_own_only_where_they_are_one_pair(title, shown):
    assert quoted(title) == shown


@pytest.mark.parametrize(
    ("pain", "said"),
    [
        ("How do I know what is deployed?", "“How do I know what is deployed?”."),
        ("I lose time.", "“I lose time”."),
        ("The “quick fix” that stays", "“The ‘quick fix’ that stays”."),
    ],
)
def test_a_pain_is_told_in_the_words_of_the_brands_guide(pain, said):
    told = brand()
    persona = told.personas[0].model_copy(update={"pains": [pain], "priorities": []})
    drafts = compose_opportunities(all_fit(long_board(), snapshot=told.model_copy(update={"personas": [persona]})))
    assert sum(f"What worries the Ada: {said}" in draft.angle for draft in drafts) == 1


def test_a_full_stop_in_a_name_ends_no_sentence():
    text = "It builds trust: U.S. government websites are for everyone. The U.S. Treasury too. See e.g. this."
    assert sentences(text) == [
        "It builds trust: U.S. government websites are for everyone.",
        "The U.S. Treasury too.",
        "See e.g. this.",
    ]


def test_a_page_was_not_posted_and_a_post_without_a_date_was_first_seen():
    seen = moment("search", "Improving GitHub Code Search")
    undated = seen.evidence[0].model_copy(update={"published_at": None})
    assert "5 hours after it was first seen" in why_now(seen.model_copy(update={"evidence": [undated]}), HOUR)
    page = undated.model_copy(update={"platform": "wikipedia"})
    assert "after" not in why_now(seen.model_copy(update={"evidence": [page], "platforms": ["wikipedia"]}), HOUR)


def test_most_posts_on_a_competitor_make_a_card_competitive():
    board = all_fit(long_board(), competitors=["Omicron"])
    kinds = {draft.signal_id: draft.type for draft in compose_opportunities(board)}
    assert kinds["trend-omicron"] is OpportunityType.COMPETITIVE
    assert kinds["trend-log4j"] is OpportunityType.TREND


def test_channels_take_turns_in_the_brands_order():
    channels = Channels(["linkedin", "x", "threads"], inputs().learning)
    assert [channels.next()[0] for _ in range(6)] == ["linkedin", "x", "threads"] * 2


def test_a_channel_whose_cards_are_liked_gets_more_of_them():
    liked = LearningFactorDTO(dimension="channel", value="x", factor=1.4, decisions=20)
    learning = inputs().learning.model_copy(update={"factors": [liked]})
    channels = Channels(["linkedin", "x"], learning)
    assert [channels.next()[0] for _ in range(4)] == ["x", "x", "linkedin", "x"]
