"""Reading kept boards: the latest, or as it stood at a moment. Nothing is generated here."""

import uuid
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.dto import ExternalSignalBundleDTO, TodayBoardDTO
from kairo_hero.models import TodayBoard


def board_of_run(session: Session, brand_id: uuid.UUID, run_id: str) -> TodayBoardDTO | None:
    """The board that a run made for the brand; None where it has made none."""
    kept = session.scalar(select(TodayBoard).where(TodayBoard.brand_id == brand_id, TodayBoard.run_id == run_id))
    return TodayBoardDTO.model_validate(kept.board) if kept else None


def kept_board(session: Session, brand_id: uuid.UUID, as_of: datetime | None = None) -> TodayBoardDTO | None:
    """The brand's latest board, or the one that stood at `as_of`; None where none had been made."""
    boards = select(TodayBoard).where(TodayBoard.brand_id == brand_id)
    if as_of is not None:
        boards = boards.where(TodayBoard.generated_at <= as_of)
    kept = session.scalar(boards.order_by(TodayBoard.generated_at.desc(), TodayBoard.id).limit(1))
    if kept is None:
        return None
    board = TodayBoardDTO.model_validate(kept.board)
    return board.model_copy(update={"meta": board.meta.model_copy(update={"as_of": as_of})})


def signals_of_board(session: Session, board: TodayBoardDTO) -> ExternalSignalBundleDTO | None:
    """The signals that a kept board was made from; None where they can't be read any more."""
    kept = session.scalar(
        select(TodayBoard.signal_bundle).where(
            TodayBoard.brand_id == board.brand_id, TodayBoard.run_id == board.meta.run_id
        )
    )
    try:
        return ExternalSignalBundleDTO.model_validate(kept)
    except ValidationError:
        return None
