"""One generation of a board at a time for a brand: whoever asks for another meanwhile waits for it."""

import time
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from kairo_hero.boards.reading import board_of_run
from kairo_hero.dto import RegenerateResponseDTO, TodayBoardDTO
from kairo_hero.engines.opportunities_engine import BoardStores, generate_today_board
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.models import BoardGeneration, Brand

#: A generation that takes longer has died with its process; another takes its place.
LONGEST_GENERATION = timedelta(minutes=10)
#: Seconds between two looks at whether the board that was joined is there.
PAUSE = 0.2


def regenerate_today_board(
    stores: BoardStores, brand_id: uuid.UUID, *, run_id: str | None = None, gather: bool = True
) -> RegenerateResponseDTO:
    """Make the brand's board now; where one is being made already, by whatever process, wait for that one.

    `run_id` names the run that it is made in, by default one of its own; `gather` is as for the engine. Raises
    ObjectNotFoundError for an unknown brand.
    """
    run_id = run_id or str(uuid.uuid4())
    under_way = _claim(stores, brand_id, run_id)
    if under_way is not None and under_way.run_id != run_id:
        board = _awaited(stores, under_way)
        if board is not None:
            return RegenerateResponseDTO(status="joined", today_board=board)
        return regenerate_today_board(stores, brand_id, run_id=run_id, gather=gather)
    try:
        board = generate_today_board(stores, brand_id, run_id=run_id, gather=gather)
    finally:
        _release(stores, brand_id, run_id)
    return RegenerateResponseDTO(status="regenerated", today_board=board)


def _claim(stores: BoardStores, brand_id: uuid.UUID, run_id: str) -> BoardGeneration | None:
    """Claim the brand for this run; or return the generation that is under way."""
    now = datetime.now(UTC)
    try:
        with stores.database.writing() as session:
            if session.get(Brand, brand_id) is None:
                raise ObjectNotFoundError(f"there is no brand {brand_id}")
            claimed = session.scalar(
                select(BoardGeneration).where(BoardGeneration.brand_id == brand_id).with_for_update()
            )
            if claimed is not None and claimed.expires_at > now:
                return claimed
            claimed = claimed or BoardGeneration(brand_id=brand_id)
            claimed.run_id, claimed.expires_at = run_id, now + LONGEST_GENERATION
            session.add(claimed)
        return None
    except IntegrityError:
        # somebody else's claim came in between
        return _claim(stores, brand_id, run_id)


def _awaited(stores: BoardStores, generation: BoardGeneration) -> TodayBoardDTO | None:
    """The board of a generation under way; None where it ended without one."""
    while True:
        with stores.database.reading() as session:
            # in this order: a claim is released after its board was kept
            claimed = session.scalar(select(BoardGeneration).where(BoardGeneration.run_id == generation.run_id))
        with stores.database.reading() as session:
            board = board_of_run(session, generation.brand_id, generation.run_id)
        if board is not None or claimed is None or claimed.expires_at <= datetime.now(UTC):
            return board
        time.sleep(PAUSE)


def _release(stores: BoardStores, brand_id: uuid.UUID, run_id: str) -> None:
    mine = (BoardGeneration.brand_id == brand_id, BoardGeneration.run_id == run_id)
    with stores.database.writing() as session:
        session.execute(delete(BoardGeneration).where(*mine))
