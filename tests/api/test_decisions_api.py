"""Decisions over HTTP: recorded once, refused with what is wrong, and listed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from kairo_hero.models import ContentPackage, Opportunity, Variant
from kairo_hero.vocabulary import OpportunityType

#: For what is refused before any database is asked.
on_sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


@pytest.fixture
def paths(database, add_brand) -> dict[str, str]:
    """Where a card, its package and a variant of that are decided on."""
    brand = add_brand()
    with database.writing() as session:
        card = Opportunity(
            brand_id=brand.id, title="Soles", type=OpportunityType.TREND, score=60, primary_channel="x", trend_id="t"
        )
        session.add(card)
        session.flush()
        package = ContentPackage(brand_id=brand.id, title="Soles", origin_opportunity_id=card.id)
        session.add(package)
        session.flush()
        variant = Variant(brand_id=brand.id, package_id=package.id, channel="x")
        session.add(variant)
        session.flush()
        return {
            "opportunity": f"/api/opportunities/{card.id}",
            "package": f"/api/packages/{package.id}",
            "variant": f"/api/variants/{variant.id}",
        }


def decision(decision_type: str = "approve", decision_id: str = "d-1", **more) -> dict:
    return {"decision_id": decision_id, "decision_type": decision_type, **more}


@pytest.mark.parametrize("kind", ["opportunity", "package", "variant"])
def test_each_kind_of_object_can_be_decided_on(client, paths, kind):
    answer = client.post(f"{paths[kind]}/decision", json=decision())
    assert answer.status_code == 200
    recorded = answer.json()
    assert list(recorded) == [
        "decision_id",
        "status",
        "object_type",
        "object_id",
        "decision_type",
        "recorded_at",
        "learning_event",
    ]
    assert (recorded["status"], recorded["object_type"]) == ("accepted", kind)
    assert paths[kind].endswith(recorded["object_id"])


def test_a_decision_sent_again_changes_nothing(client, paths):
    first, again = (client.post(f"{paths['opportunity']}/decision", json=decision()) for _ in range(2))
    assert again.status_code == 200
    assert again.json() == first.json() | {"status": "duplicate"}


def test_an_id_used_on_something_else_is_a_conflict(client, paths):
    client.post(f"{paths['package']}/decision", json=decision())
    answer = client.post(f"{paths['variant']}/decision", json=decision())
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:kairo:problem:decision-id-taken")
    assert "use a new one each time" in answer.json()["detail"]


@on_sqlite
@pytest.mark.parametrize("kind", ["opportunities", "packages", "variants"])
@pytest.mark.parametrize("asked", ["decision", "decisions"])
def test_an_unknown_object_is_not_found(client, database, kind, asked):
    unknown = uuid4()
    path = f"/api/{kind}/{unknown}/{asked}"
    answer = client.post(path, json=decision()) if asked == "decision" else client.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:kairo:problem:object-missing")
    assert str(unknown) in answer.json()["detail"]


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        ("opportunity", {"decision_type": "delete"}, "decision_type"),
        ("opportunity", {"decision_id": ""}, "decision_id"),
        ("opportunity", {"decision_id": "a\u0000b"}, "decision_id"),
        ("opportunity", {"decision_type": "snooze"}, "snooze_until"),
        ("opportunity", {"decision_type": "snooze", "snooze_until": "2021-12-10T08:00:00"}, "snooze_until"),
        ("opportunity", {"decision_type": "snooze", "snooze_until": "2021-12-10T08:00:00Z"}, "snooze_until"),
        ("opportunity", {"snooze_until": "2999-12-10T08:00:00Z"}, "snooze_until"),
        ("opportunity", {"decision_type": "snooze", "snooze_until": "0001-01-01T00:00:00+14:00"}, "snooze_until"),
        ("opportunity", {"reason": "x" * 201}, "reason"),
        ("opportunity", {"surprise": 1}, "surprise"),
        ("package", {"decision_type": "pin"}, "decision_type"),
    ],
    ids=[
        "unknown decision",
        "empty id",
        "unprintable id",
        "snooze without end",
        "end without zone",
        "end in the past",
        "end of an approval",
        "end before all time",
        "long reason",
        "unknown key",
        "pinned package",
    ],
)
def test_a_wrong_value_is_named(client, paths, kind, wrong, field):
    answer = client.post(f"{paths[kind]}/decision", json=decision() | wrong)
    assert answer.status_code == 422, answer.text
    (named,) = answer.json()["errors"]
    assert (named["location"], named["field"]) == ("body", field)
    assert client.get(f"{paths[kind]}/decisions").json()["items"] == []


@on_sqlite
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"pin"'], ids=["none", "half", "list", "null", "text"])
def test_a_body_that_is_no_decision_is_refused(client, paths, body):
    answer = client.post(f"{paths['opportunity']}/decision", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:kairo:problem:invalid-request")


def test_whatever_is_said_in_a_decision_comes_back_as_it_was(client, paths):
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    said = {"reason": "später\u0000", "comment": "🧵\n<b>", "metadata": {"deep": [{"é": None}, 1.5, True]}}
    client.post(f"{paths['opportunity']}/decision", json=decision("snooze", snooze_until=until, **said))
    (event,) = client.get(f"{paths['opportunity']}/decisions").json()["items"]
    assert {name: event["payload"][name] for name in said} == said


def test_the_decisions_on_an_object_are_listed_page_by_page_latest_first(client, paths):
    for number in range(5):
        client.post(f"{paths['opportunity']}/decision", json=decision("pin", f"d-{number}"))
    client.post(f"{paths['package']}/decision", json=decision("approve", "of another"))
    page = client.get(f"{paths['opportunity']}/decisions?limit=3").json()
    rest = client.get(f"{paths['opportunity']}/decisions", params={"limit": 3, "cursor": page["next_cursor"]}).json()
    assert [event["decision_id"] for event in page["items"]] == ["d-4", "d-3", "d-2"]
    assert [event["decision_id"] for event in rest["items"]] == ["d-1", "d-0"]
    assert rest["next_cursor"] is None


@on_sqlite
@pytest.mark.parametrize("cursor", ["d-1", "%%%", "YWNtZS5ob2Vz", "MjAyMQ"])
def test_a_cursor_of_ones_own_making_is_refused(client, paths, cursor):
    answer = client.get(f"{paths['opportunity']}/decisions", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


def test_a_list_already_held_is_not_sent_again_until_something_is_decided(client, paths):
    listed = f"{paths['variant']}/decisions"
    held = {"If-None-Match": client.get(listed).headers["etag"]}
    assert client.get(listed, headers=held).status_code == 304
    client.post(f"{paths['variant']}/decision", json=decision())
    assert client.get(listed, headers=held).status_code == 200


@on_sqlite
def test_a_number_that_json_does_not_have_is_refused(client, paths):
    body = b'{"decision_id": "d-1", "decision_type": "pin", "metadata": {"score": NaN}}'
    answer = client.post(f"{paths['opportunity']}/decision", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
