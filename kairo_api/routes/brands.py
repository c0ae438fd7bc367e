"""Which brands there are."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict
from pydantic.config import JsonDict
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from kairo_api.caching import CACHEABLE, IfNoneMatch, json_answer
from kairo_api.paging import AfterKey, Limit, cursor_after
from kairo_api.problems import STORE_UNUSABLE, WrongField, declared
from kairo_api.store import Store
from kairo_hero.contract import Contract, Moment
from kairo_hero.models import Brand, Tenant, TodayBoard

_EXAMPLE: JsonDict = {
    "id": "0c6f4f5e-5f0e-4f43-9a55-6c0f3a4f1b10",
    "key": "sourcegraph.sourcegraph",
    "name": "Sourcegraph",
    "tenant_slug": "sourcegraph",
    "slug": "sourcegraph",
    "timezone": "America/Los_Angeles",
    "latest_board_at": "2021-12-10T08:15:04Z",
}


class BrandSummaryDTO(Contract):
    """A brand as a list shows it. `key` is what commands and Dagster's partitions call it, `id` what URLs do."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    key: str
    name: str
    tenant_slug: str
    slug: str
    timezone: str
    latest_board_at: Moment | None


class BrandPageDTO(Contract):
    """Some of the brands, in the order of tenant and brand slug; `next_cursor` is null on the last page."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_EXAMPLE], "next_cursor": cursor_after(str(_EXAMPLE["key"]))}]}
    )

    items: list[BrandSummaryDTO]
    next_cursor: str | None


_TOO_MANY = WrongField(location="query", field="limit", detail="Input should be less than or equal to 200")

router = APIRouter(
    prefix="/api/brands",
    tags=["brands"],
    responses=CACHEABLE | declared("/api/brands", *STORE_UNUSABLE, wrong=_TOO_MANY),
)


@router.get("", summary="List brands", response_model=BrandPageDTO)
def list_brands(store: Store, limit: Limit = 50, after: AfterKey = "", if_none_match: IfNoneMatch = None) -> Response:
    """Every brand, page by page, with the moment of its latest board: null where none has been made."""
    with store.reading() as session:
        found = _brands_after(session, after, limit + 1)
    items = found[:limit]
    next_cursor = cursor_after(items[-1].key) if len(found) > limit else None
    return json_answer(BrandPageDTO(items=items, next_cursor=next_cursor), if_none_match)


def _brands_after(session: Session, key: str, count: int) -> list[BrandSummaryDTO]:
    tenant_slug, _, slug = key.partition(".")
    latest_board_at = select(func.max(TodayBoard.generated_at)).where(TodayBoard.brand_id == Brand.id)
    brands = (
        select(
            Brand.id,
            (Tenant.slug + "." + Brand.slug).label("key"),
            Brand.name,
            Tenant.slug.label("tenant_slug"),
            Brand.slug,
            Brand.timezone,
            latest_board_at.scalar_subquery().label("latest_board_at"),
        )
        .join(Brand.tenant)
        .where(tuple_(Tenant.slug, Brand.slug) > (tenant_slug, slug))
        .order_by(Tenant.slug, Brand.slug)
        .limit(count)
    )
    return [BrandSummaryDTO.model_validate(brand) for brand in session.execute(brands)]
