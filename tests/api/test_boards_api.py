"""Brands and their boards over HTTP: which there are, as they were kept, and whether they have changed."""

from datetime import UTC, datetime, timedelta

import pytest

MORNING = datetime(2021, 12, 10, 8, 15, 4, tzinfo=UTC)
NOBODY = "9b2d1f0a-0000-4000-8000-000000000000"


def keys_of(client, query: str = "") -> list[str]:
    return [brand["key"] for brand in client.get(f"/api/brands{query}").json()["items"]]


def test_no_brand_is_an_empty_page(client):
    assert client.get("/api/brands").json() == {"items": [], "next_cursor": None}


def test_a_brand_is_listed_with_exactly_these_keys(client, add_brand, keep_board):
    brand = add_brand("acme.shoes")
    keep_board(brand, MORNING)
    assert client.get("/api/brands").json() == {
        "items": [
            {
                "id": str(brand.id),
                "key": "acme.shoes",
                "name": "Shoes",
                "tenant_slug": "acme",
                "slug": "shoes",
                "timezone": "Europe/Berlin",
                "latest_board_at": "2021-12-10T08:15:04Z",
            }
        ],
        "next_cursor": None,
    }


def test_a_brand_without_a_board_has_no_latest_one(client, add_brand, keep_board):
    keep_board(add_brand("acme.shoes"))
    add_brand("acme.hats")
    assert [brand["latest_board_at"] for brand in client.get("/api/brands").json()["items"]] == [
        None,
        "2021-12-10T08:15:04Z",
    ]


def test_brands_come_in_the_order_of_tenant_and_slug(client, add_brand):
    for key in ("globex.hats", "acme.shoes", "initech.ties", "acme.hats"):
        add_brand(key)
    assert keys_of(client) == ["acme.hats", "acme.shoes", "globex.hats", "initech.ties"]


def test_following_the_cursor_reaches_every_brand_once(client, add_brand):
    keys = [f"{tenant}.{slug}" for tenant in ("acme", "globex") for slug in ("hats", "shoes", "ties")]
    for key in keys:
        add_brand(key)
    page = client.get("/api/brands", params={"limit": 4}).json()
    rest = client.get("/api/brands", params={"limit": 4, "cursor": page["next_cursor"]}).json()
    assert [len(page["items"]), len(rest["items"])] == [4, 2]
    assert [brand["key"] for brand in page["items"] + rest["items"]] == keys
    assert rest["next_cursor"] is None


def test_a_page_that_holds_the_last_brand_is_the_last_page(client, add_brand):
    add_brand("acme.hats")
    add_brand("acme.shoes")
    assert client.get("/api/brands?limit=2").json()["next_cursor"] is None


def test_a_brand_added_between_two_pages_shifts_nothing(client, add_brand):
    add_brand("acme.hats")
    add_brand("acme.shoes")
    cursor = client.get("/api/brands?limit=1").json()["next_cursor"]
    add_brand("acme.belts")
    assert keys_of(client, f"?cursor={cursor}") == ["acme.shoes"]


def test_a_page_holds_fifty_unless_told_otherwise(client, add_brand):
    for number in range(51):
        add_brand(f"acme.brand-{number:02}")
    page = client.get("/api/brands").json()
    assert (len(page["items"]), page["items"][-1]["slug"]) == (50, "brand-49")
    assert page["next_cursor"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many"])
def test_a_limit_out_of_range_is_refused(client, limit):
    answer = client.get("/api/brands", params={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("cursor", ["shoes", "%%%", "YQ==", "AA", "7aCA", "Zm9vYmFy\n", "é"])
def test_a_cursor_of_ones_own_making_is_refused(client, cursor):
    answer = client.get("/api/brands", params={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "location": "query",
            "field": "cursor",
            "detail": "this is no cursor of this list; take next_cursor of the page before, as it is",
        }
    ]


def test_a_kept_board_is_served_as_it_was_kept(client, add_brand, keep_board):
    brand = add_brand()
    kept = keep_board(brand)
    answer = client.get(f"/api/brands/{brand.id}/today")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == kept


CARD_KEYS = (
    "id brand_id title angle why_now type primary_channel suggested_channels score score_breakdown persona_id "
    "pillar_id trend_id evidence sparkline is_pinned is_snoozed snoozed_until created_at updated_at"
)
META_KEYS = (
    "generated_at run_id degraded degraded_reason source opportunity_count signals_considered dropped missing cost_usd "
    "input_tokens output_tokens trend_hour as_of"
)


def test_a_board_has_exactly_these_keys(client, add_brand, keep_board):
    brand = add_brand()
    keep_board(brand)
    board = client.get(f"/api/brands/{brand.id}/today").json()
    assert sorted(board) == ["brand_id", "meta", "opportunities", "snapshot"]
    assert sorted(board["opportunities"][0]) == sorted(CARD_KEYS.split())
    assert sorted(board["meta"]) == sorted(META_KEYS.split())


def test_the_latest_board_is_served(client, add_brand, keep_board):
    brand = add_brand()
    keep_board(brand, MORNING + timedelta(hours=1))
    keep_board(brand, MORNING)
    board = client.get(f"/api/brands/{brand.id}/today").json()
    assert board["meta"]["generated_at"] == "2021-12-10T09:15:04Z"


def test_another_brands_board_is_not_served(client, add_brand, keep_board):
    keep_board(add_brand("acme.shoes"))
    hats = add_brand("acme.hats")
    assert client.get(f"/api/brands/{hats.id}/today").status_code == 404


@pytest.mark.parametrize("as_of", ["2021-12-10T08:30:00Z", "2021-12-10T00:30:00-08:00", "2021-12-10T10:30:00+02:00"])
def test_a_board_is_served_as_it_stood_at_a_moment_in_any_zone(client, add_brand, keep_board, as_of):
    brand = add_brand()
    for made_at in (MORNING - timedelta(hours=1), MORNING, MORNING + timedelta(hours=1)):
        keep_board(brand, made_at)
    meta = client.get(f"/api/brands/{brand.id}/today", params={"as_of": as_of}).json()["meta"]
    assert (meta["generated_at"], meta["as_of"]) == ("2021-12-10T08:15:04Z", "2021-12-10T08:30:00Z")


@pytest.mark.parametrize(
    "as_of",
    ["2021-12-10T08:30:00", "2021-12-10", "20211210", "1639125000", "yesterday", "", "0001-01-01T00:00:00+14:00"],
)
def test_a_moment_without_a_time_zone_is_refused(client, add_brand, keep_board, as_of):
    brand = add_brand()
    keep_board(brand)
    answer = client.get(f"/api/brands/{brand.id}/today", params={"as_of": as_of})
    assert answer.status_code == 422
    (wrong,) = answer.json()["errors"]
    assert (wrong["location"], wrong["field"]) == ("query", "as_of")
    assert "2021-12-10T08:15:00Z" in wrong["detail"]


def test_an_unknown_brand_is_not_found(client):
    answer = client.get(f"/api/brands/{NOBODY}/today")
    assert answer.status_code == 404
    assert answer.json() == {
        "type": "urn:kairo:problem:brand-missing",
        "title": "There is no such brand",
        "status": 404,
        "detail": f"there is no brand {NOBODY}; GET /api/brands lists those that there are",
        "instance": f"/api/brands/{NOBODY}/today",
    }


def test_a_brand_without_a_board_says_how_to_make_one(client, add_brand):
    answer = client.get(f"/api/brands/{add_brand().id}/today")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:kairo:problem:board-missing")
    assert answer.json()["detail"] == (
        "acme.shoes has no board yet; `kairo board acme.shoes --make` makes one, and so does materializing "
        "today_board for that partition"
    )


def test_before_its_first_board_a_brand_had_none(client, add_brand, keep_board):
    brand = add_brand()
    keep_board(brand)
    answer = client.get(f"/api/brands/{brand.id}/today?as_of=2021-12-09T08:00:00Z")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:kairo:problem:board-missing")
    assert answer.json()["detail"].startswith("acme.shoes had no board yet at 2021-12-09 08:00:00 UTC")


def test_a_brand_is_asked_for_by_its_id_and_not_by_its_key(client, add_brand):
    add_brand("acme.shoes")
    answer = client.get("/api/brands/acme.shoes/today")
    assert answer.status_code == 422
    assert answer.json()["errors"][0] | {"detail": ""} == {"location": "path", "field": "brand_id", "detail": ""}


@pytest.fixture
def today(add_brand, keep_board) -> str:
    brand = add_brand()
    keep_board(brand)
    return f"/api/brands/{brand.id}/today"


def test_a_board_may_be_kept_by_one_user_who_asks_before_using_it_again(client, today):
    answer = client.get(today)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["etag"].startswith('"')


@pytest.mark.parametrize("held", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_a_board_already_held_is_not_sent_again(client, today, held):
    tag = client.get(today).headers["etag"]
    answer = client.get(today, headers={"If-None-Match": held.format(tag=tag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer.headers["etag"], answer.headers["cache-control"]) == (tag, "private, no-cache")


@pytest.mark.parametrize("held", ['"other"', "", "nonsense"])
def test_a_board_not_held_is_sent(client, today, held):
    assert client.get(today, headers={"If-None-Match": held}).status_code == 200


def test_the_same_board_keeps_its_tag_and_a_new_one_gets_another(client, add_brand, keep_board):
    brand = add_brand()
    keep_board(brand)
    today = f"/api/brands/{brand.id}/today"
    first, again = (client.get(today).headers["etag"] for _ in range(2))
    keep_board(brand, MORNING + timedelta(hours=1))
    assert first == again
    assert client.get(today, headers={"If-None-Match": first}).json()["meta"]["run_id"] == "run-20211210T0915"


def test_a_list_already_held_is_not_sent_again_until_a_board_is_made(client, add_brand, keep_board):
    brand = add_brand()
    held = {"If-None-Match": client.get("/api/brands").headers["etag"]}
    assert client.get("/api/brands", headers=held).status_code == 304
    keep_board(brand)
    assert client.get("/api/brands", headers=held).status_code == 200
