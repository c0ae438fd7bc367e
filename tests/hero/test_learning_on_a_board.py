"""Learning as a board shows it: in the scores and their breakdown, and gone after a reset."""

from datetime import timedelta
from uuid import uuid4

from test_board_engine import AT, board_stores, brand_id, make  # noqa: F401 - a fixture is used by its name

from kairo_hero.decisions.recording import record_decision
from kairo_hero.dto import DecisionRequestDTO, TodayBoardDTO
from kairo_hero.learning.reset import forget_learning
from kairo_hero.models import Opportunity


def reject_ten_like_it(stores, board: TodayBoardDTO) -> None:
    """Ten other cards of the pillar of the board's first card are rejected."""
    shown = board.opportunities[0]
    for number in range(10):
        content = shown.model_dump(include={"brand_id", "title", "type", "score", "pillar_id", "primary_channel"})
        with stores.database.writing() as session:
            card = Opportunity(**content, trend_id=f"another-{number}")
            session.add(card)
        rejection = DecisionRequestDTO(decision_id=str(uuid4()), decision_type="reject")
        record_decision(stores.database, "opportunity", card.id, rejection, at=AT)


def scores(board: TodayBoardDTO) -> list:
    return [(card.id, card.score, card.score_breakdown) for card in board.opportunities]


def test_ten_rejections_of_a_pillar_lower_its_cards_and_a_reset_restores_them_exactly(board_stores):  # noqa: F811
    before = make(board_stores)
    reject_ten_like_it(board_stores, before)
    lowered = make(board_stores)
    was, now = before.opportunities[0], lowered.opportunities[0]
    assert now.score < was.score * 0.75
    assert now.score_breakdown.learning == round(now.score - was.score, 1)
    forget_learning(board_stores.database, brand_id(board_stores), AT)
    assert scores(make(board_stores)) == scores(before)


def test_a_rejected_card_stays_away_until_somebody_approves_it(board_stores):  # noqa: F811
    card = make(board_stores).opportunities[0]
    for minute, (decision, shown) in enumerate([("reject", []), ("approve", [card.id])], start=1):
        moment = AT + timedelta(minutes=minute)
        request = DecisionRequestDTO(decision_id=str(uuid4()), decision_type=decision)
        record_decision(board_stores.database, "opportunity", card.id, request, at=moment)
        assert [one.id for one in make(board_stores, at=moment).opportunities] == shown


def test_a_card_knows_what_kind_of_cluster_its_trend_is(board_stores):  # noqa: F811
    card = make(board_stores).opportunities[0]
    with board_stores.database.reading() as session:
        assert session.get_one(Opportunity, card.id).cluster_kind == "phrase"
