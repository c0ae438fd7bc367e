"""Which drafts stay off the board, and the reason that is counted."""

from uuid import uuid4

from kairo_hero.dto import OpportunityDraftDTO, ScoreBreakdownDTO
from kairo_hero.engines.dropping import NEAR_DUPLICATE, PutAway, keep_best, likeness
from kairo_hero.vocabulary import OpportunityType


def draft(title: str, trend: str = "t", evidence: tuple[str, ...] = ("e1",), **changed) -> OpportunityDraftDTO:
    fields = {
        "title": title,
        "angle": "an angle",
        "why_now": "now",
        "type": OpportunityType.TREND,
        "primary_channel": "x",
        "suggested_channels": ["x"],
        "score": 50,
        "score_breakdown": ScoreBreakdownDTO(trend=20, fit=20, freshness=10, learning=0),
        "persona_id": None,
        "pillar_id": None,
        "trend_id": trend,
        "signal_id": trend,
        "evidence_ids": list(evidence),
    }
    return OpportunityDraftDTO(**fields | changed)


def kept(*drafts: OpportunityDraftDTO, most: int = 10, put_away: tuple[PutAway, ...] = ()):
    result = keep_best(drafts, put_away=put_away, most=most)
    return [one.title for one in result.drafts], dict(result.dropped)


def test_an_invalid_draft_is_dropped_and_a_taboo_is_counted_as_such():
    invalid = draft("a", is_valid=False, rejection_reasons=["no evidence"])
    taboo = draft("b", is_valid=False, rejection_reasons=["taboo: lame"])
    assert kept(invalid, taboo) == ([], {"invalid": 1, "taboo": 1})


def test_of_two_cards_on_the_same_evidence_the_better_stays():
    assert kept(draft("first", evidence=("e1", "e2")), draft("other", evidence=("e2",))) == (
        ["first"],
        {"same_evidence": 1},
    )


def test_of_two_cards_that_say_nearly_the_same_the_better_stays():
    first = draft("one two three four five six", evidence=("e1",))
    second = draft("one two three four five six seven", evidence=("e2",))
    assert likeness(first, second) >= NEAR_DUPLICATE
    assert kept(first, second) == (["one two three four five six"], {"near_duplicate": 1})


def test_likeness_at_the_limit_is_a_duplicate_and_below_it_is_none():
    # the angle adds the words "an" and "angle" to both
    at_limit = draft("a b c d"), draft("a b c d e f", evidence=("e2",))
    below = draft("a b c d"), draft("a b c d e f g", evidence=("e2",))
    assert likeness(*at_limit) == 6 / 8 == NEAR_DUPLICATE
    assert likeness(*below) < NEAR_DUPLICATE
    assert len(kept(*at_limit)[0]) == 1
    assert len(kept(*below)[0]) == 2


def test_what_people_snoozed_or_rejected_stays_away():
    gone = PutAway("gone", "another title", "another angle", frozenset())
    assert kept(draft("a", trend="gone"), put_away=(gone,)) == ([], {"snoozed_or_rejected": 1})


def test_what_rests_on_the_same_posts_as_a_rejected_card_stays_away_under_whatever_name():
    gone = PutAway("of a post", "another title", "another angle", frozenset({"e1"}))
    assert kept(draft("the trend on that post", evidence=("e1", "e2")), put_away=(gone,))[0] == []
    grown = draft("a trend that has grown since", evidence=("e1", "e2", "e3"))
    assert kept(grown, put_away=(gone,))[0] == [grown.title]


def test_a_board_holds_so_many_cards_and_no_more():
    cards = [draft(f"{word} story", evidence=(word,)) for word in ("red", "green", "blue")]
    assert kept(*cards, most=2) == (["red story", "green story"], {"over_limit": 1})


def test_what_says_nearly_the_same_as_a_rejected_card_stays_away_too():
    rejected = PutAway("of last week", "one two three four five six", "an angle", frozenset())
    again = draft("one two three four five six seven", trend="of today")
    assert kept(again, put_away=(rejected,)) == ([], {"snoozed_or_rejected": 1})


def test_a_board_with_more_cards_than_places_is_not_all_of_one_pillar_or_channel():
    security, search = uuid4(), uuid4()
    same = [
        draft(f"{word} hole", trend=word, evidence=(word,), score=60 - n, pillar_id=security)
        for n, word in enumerate(("red", "green", "blue"))
    ]
    other = draft("a search story", trend="s", evidence=("s",), score=50, pillar_id=search, primary_channel="linkedin")
    assert kept(*same, other, most=3) == (["red hole", "green hole", "a search story"], {"over_limit": 1})


def test_cards_are_ranked_by_their_scores_whatever_gave_them_their_place():
    low, high = draft("low", evidence=("l",), score=40), draft("high", evidence=("h",), score=70)
    assert kept(low, high)[0] == ["high", "low"]


def test_a_brand_without_pillars_is_not_taken_for_one_pillar():
    words = ("red", "green", "blue", "grey")
    cards = [draft(f"{word} story", trend=word, evidence=(word,), score=60 - n) for n, word in enumerate(words)]
    channel = draft("a story for elsewhere", trend="x", evidence=("x",), score=56, primary_channel="linkedin")
    assert kept(*cards, channel, most=4)[0] == ["red story", "green story", "blue story", "a story for elsewhere"]
