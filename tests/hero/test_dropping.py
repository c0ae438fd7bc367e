"""Which drafts stay off the board, and the reason that is counted."""

from collections.abc import Sequence
from uuid import uuid4

from kairo_hero.dto import OpportunityDraftDTO, ScoreBreakdownDTO
from kairo_hero.engines.dropping import NEAR_DUPLICATE, CardInBrief, Choice, keep_best, likeness
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


def card(signal_id: str = "earlier", evidence: tuple[str, ...] = (), **changed) -> CardInBrief:
    fields = {"title": "another title", "angle": "another angle", "pillar_id": None, "primary_channel": "x"}
    return CardInBrief(**fields | {"signal_id": signal_id, "evidence_ids": list(evidence)} | changed)


def kept(
    *drafts: OpportunityDraftDTO,
    most: int = 10,
    put_away: Sequence[CardInBrief] = (),
    pinned: Sequence[CardInBrief] = (),
):
    result = keep_best(drafts, Choice(put_away=list(put_away), pinned=list(pinned), most=most))
    return [one.title for one in result.drafts], dict(result.dropped)


def test_an_invalid_draft_is_dropped_and_a_taboo_is_counted_as_such():
    invalid = draft("a", is_valid=False, rejection_reasons=["no evidence"])
    taboo = draft("b", is_valid=False, rejection_reasons=["taboo: lame"])
    assert kept(invalid, taboo) == ([], {"invalid": 1, "taboo": 1})


def test_of_two_cards_on_the_same_evidence_the_better_stays():
    assert kept(draft("first", evidence=("e1", "e2")), draft("other", trend="o", evidence=("e2",))) == (
        ["first"],
        {"same_evidence": 1},
    )


def test_of_two_cards_that_say_nearly_the_same_the_better_stays():
    first = draft("one two three four five six", evidence=("e1",))
    second = draft("one two three four five six seven", trend="o", evidence=("e2",))
    assert likeness(first, second) >= NEAR_DUPLICATE
    assert kept(first, second) == (["one two three four five six"], {"near_duplicate": 1})


def test_likeness_at_the_limit_is_a_duplicate_and_below_it_is_none():
    # the angle adds the words "an" and "angle" to both
    at_limit = draft("a b c d"), draft("a b c d e f", trend="o", evidence=("e2",))
    below = draft("a b c d"), draft("a b c d e f g", trend="o", evidence=("e2",))
    assert likeness(*at_limit) == 6 / 8 == NEAR_DUPLICATE
    assert likeness(*below) < NEAR_DUPLICATE
    assert len(kept(*at_limit)[0]) == 1
    assert len(kept(*below)[0]) == 2


def test_what_people_snoozed_or_rejected_stays_away():
    assert kept(draft("a", trend="gone"), put_away=[card("gone")]) == ([], {"snoozed_or_rejected": 1})


def test_what_rests_on_the_same_posts_as_a_rejected_card_stays_away_under_whatever_name():
    gone = card("of a post", ("e1",))
    assert kept(draft("the trend on that post", evidence=("e1", "e2")), put_away=[gone])[0] == []
    grown = draft("a trend that has grown since", evidence=("e1", "e2", "e3"))
    assert kept(grown, put_away=[gone])[0] == [grown.title]


def test_a_board_holds_so_many_cards_and_no_more():
    cards = [draft(f"{word} story", trend=word, evidence=(word,)) for word in ("red", "green", "blue")]
    assert kept(*cards, most=2) == (["red story", "green story"], {"over_limit": 1})


def test_what_says_nearly_the_same_as_a_rejected_card_stays_away_too():
    rejected = card("of last week", title="one two three four five six", angle="an angle")
    again = draft("one two three four five six seven", trend="of today")
    assert kept(again, put_away=[rejected]) == ([], {"snoozed_or_rejected": 1})


def test_a_board_with_more_cards_than_places_is_not_all_of_one_pillar_or_channel():
    security, search = uuid4(), uuid4()
    same = [
        draft(f"{word} hole", trend=word, evidence=(word,), score=60 - n, pillar_id=security)
        for n, word in enumerate(("red", "green", "blue"))
    ]
    other = draft("a search story", trend="s", evidence=("s",), score=50, pillar_id=search, primary_channel="linkedin")
    assert kept(*same, other, most=3) == (["red hole", "green hole", "a search story"], {"over_limit": 1})


def test_cards_are_ranked_by_their_scores_whatever_gave_them_their_place():
    low, high = draft("low", trend="l", evidence=("l",), score=40), draft("high", evidence=("h",), score=70)
    assert kept(low, high)[0] == ["high", "low"]


def test_a_brand_without_pillars_is_not_taken_for_one_pillar():
    words = ("red", "green", "blue", "grey")
    cards = [draft(f"{word} story", trend=word, evidence=(word,), score=60 - n) for n, word in enumerate(words)]
    channel = draft("a story for elsewhere", trend="x", evidence=("x",), score=56, primary_channel="linkedin")
    assert kept(*cards, channel, most=4)[0] == ["red story", "green story", "blue story", "a story for elsewhere"]


def test_one_signal_makes_one_card_whatever_it_cites():
    better, other = draft("better", evidence=("e1",), score=60), draft("other", evidence=("e2",))
    assert kept(other, better) == (["better"], {"same_evidence": 1})


def test_what_a_pinned_card_tells_already_makes_no_second_card():
    pinned = card("of a post", ("e1",), title="one two three four five six", angle="an angle")
    same_posts = draft("the trend on that post", evidence=("e1", "e2"))
    same_words = draft("one two three four five six seven", trend="o", evidence=("e3",))
    assert kept(same_posts, same_words, pinned=[pinned]) == ([], {"same_evidence": 1, "near_duplicate": 1})


def test_a_pinned_card_counts_for_its_pillar_and_its_channel():
    security, search = uuid4(), uuid4()
    pinned = card(pillar_id=security)
    same = draft("red hole", trend="r", evidence=("r",), score=60, pillar_id=security)
    other = draft("a search story", trend="s", evidence=("s",), score=55, pillar_id=search)
    assert kept(same, other, most=1, pinned=[pinned])[0] == ["a search story"]
