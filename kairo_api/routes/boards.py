"""A brand's Today Board, as it was kept or made on request."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path, Query, Response
from pydantic import BeforeValidator

from kairo_api.caching import CACHEABLE, IfNoneMatch, json_answer
from kairo_api.lineage import report_board
from kairo_api.problems import STORE_UNUSABLE, BoardMissing, BrandMissing, WrongField, declared
from kairo_api.store import Boards, Settings, Store
from kairo_hero.boards.reading import kept_board
from kairo_hero.dto import RegenerateResponseDTO, TodayBoardDTO
from kairo_hero.engines.regenerating import regenerate_today_board
from kairo_hero.models import Brand

_NO_MOMENT = (
    "this is no moment with a time zone; write it as 2021-12-10T08:15:00Z, or 2021-12-10T00:15:00-08:00 (and a + in a "
    "URL as %2B)"
)
_NO_BRAND = "there is no brand {}; GET /api/brands lists those that there are"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(_NO_MOMENT)


BrandId = Annotated[UUID, Path(description="The brand's `id`; GET /api/brands lists them.")]
AsOf = Annotated[
    datetime | None,
    BeforeValidator(_moment),
    Query(description="The board as it stood at this moment, which must have a time zone. None: the latest board."),
]

router = APIRouter(prefix="/api/brands/{brand_id}", tags=["boards"])


@router.get(
    "/today",
    summary="Read a brand's Today Board",
    response_model=TodayBoardDTO,
    responses=CACHEABLE
    | declared(
        "/api/brands/0c6f4f5e-5f0e-4f43-9a55-6c0f3a4f1b10/today",
        BrandMissing,
        BoardMissing,
        *STORE_UNUSABLE,
        wrong=WrongField(location="query", field="as_of", detail=_NO_MOMENT),
    ),
)
def read_today_board(
    brand_id: BrandId, store: Store, as_of: AsOf = None, if_none_match: IfNoneMatch = None
) -> Response:
    """The brand's latest board, or the one that stood at `as_of`: its opportunities, best first, with their evidence.

    Nothing is generated here: the board is the one that was kept when it was made.
    """
    with store.reading() as session:
        brand = session.get(Brand, brand_id)
        if brand is None:
            raise BrandMissing(_NO_BRAND.format(brand_id))
        board = kept_board(session, brand_id, as_of)
    if board is None:
        raise BoardMissing(_how_to_make_one(brand.partition_key, as_of))
    return json_answer(board, if_none_match)


@router.post(
    "/today/regenerate",
    summary="Make a brand's Today Board now",
    responses=declared(
        "/api/brands/0c6f4f5e-5f0e-4f43-9a55-6c0f3a4f1b10/today/regenerate",
        BrandMissing,
        *STORE_UNUSABLE,
        wrong=WrongField(location="path", field="brand_id", detail="Input should be a valid UUID"),
    ),
)
def regenerate_board(
    brand_id: BrandId, boards: Boards, settings: Settings, afterwards: BackgroundTasks, response: Response
) -> RegenerateResponseDTO:
    """Look for signals anew, make the board from them, keep it and answer with it.

    One board is made at a time for a brand: a request that comes while another is under way waits for that one, pays
    nothing, and is answered `joined`. Whatever fails on the way, the answer is a board; `meta.degraded` says so.
    """
    with boards.database.reading() as session:
        brand = session.get(Brand, brand_id)
        if brand is None:
            raise BrandMissing(_NO_BRAND.format(brand_id))
        key = brand.partition_key
    made = regenerate_today_board(boards, brand_id)
    if made.status == "regenerated":
        afterwards.add_task(report_board, settings, key, made.today_board)
    response.headers["Cache-Control"] = "no-store"
    return made


def _how_to_make_one(brand: str, as_of: datetime | None) -> str:
    if as_of is not None:
        return f"{brand} had no board yet at {as_of:%Y-%m-%d %H:%M:%S} UTC; without as_of, the latest board is read"
    return (
        f"{brand} has no board yet; `kairo board {brand} --make` makes one, and so does materializing today_board for "
        "that partition"
    )
