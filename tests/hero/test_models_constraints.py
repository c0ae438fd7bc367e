"""What the database itself refuses, and what deleting a row does to the rows that refer to it."""

import uuid
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import inspect, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kairo_hero.models import (
    Brand,
    BrandIR,
    BrandSnapshot,
    ContentPackage,
    ContentPillar,
    ExecutionEvent,
    LearningEvent,
    Opportunity,
    PatternTemplate,
    Persona,
    SignalBundle,
    Tenant,
    TodayBoard,
    Variant,
)
from kairo_hero.vocabulary import OpportunityType, PackageStatus, PatternStatus, VariantStatus
from kairo_pipelines.relational.surfaces import Surface


@pytest.fixture
def session(database):
    with database.writing() as session:
        yield session


def stored(session: Session, row):
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def tenant(session):
    return stored(session, Tenant(name="Acme", slug="acme"))


@pytest.fixture
def brand(session, tenant):
    return stored(session, Brand(tenant=tenant, name="Acme Shoes", slug="shoes"))


@pytest.fixture
def other_brand(session, tenant):
    return stored(session, Brand(tenant=tenant, name="Acme Hats", slug="hats"))


@pytest.fixture
def loop(session, tenant, brand):
    """One row of each model, each referring to all that it can."""
    rows = SimpleNamespace(tenant=tenant, brand=brand)

    def keep(name, row):
        setattr(rows, name, stored(session, row))
        return row.id

    of_brand = {"brand_id": brand.id}
    keep("surface", Surface(platform="hackernews", surface_type="top", surface_key="front"))
    keep("snapshot", BrandSnapshot(**of_brand))
    keep("ir", BrandIR(**of_brand, source_hash="1f"))
    persona = keep("persona", Persona(**of_brand, name="Ana"))
    pillar = keep("pillar", ContentPillar(**of_brand, name="Craft"))
    pattern = keep("pattern", PatternTemplate(**of_brand, name="Before and after"))
    about = {"persona_id": persona, "pillar_id": pillar}
    opportunity = keep("opportunity", an_opportunity(brand, **about, run_id="run-1", fingerprint="f1"))
    package = keep("package", ContentPackage(**of_brand, **about, title="P", origin_opportunity_id=opportunity))
    variant = keep("variant", Variant(**of_brand, package_id=package, channel="x", pattern_template_id=pattern))
    keep("event", ExecutionEvent(**of_brand, variant_id=variant, channel="x", event_type="published"))
    references = {"opportunity_id": opportunity, "package_id": package, "variant_id": variant, "pattern_id": pattern}
    keep("learning", LearningEvent(**of_brand, **references, signal_type="decision", decision_id="d-1"))
    keep("board", TodayBoard(**of_brand, run_id="run-1"))
    keep("signals", SignalBundle(**of_brand))
    return rows


def an_opportunity(brand, **fields):
    required = {"title": "T", "type": OpportunityType.TREND, "score": 50, "primary_channel": "x"}
    return Opportunity(brand_id=brand.id, **(required | fields))


def copy_of(row, **changes):
    """A new row with the same values, but for its id and these changes."""
    values = {column.key: getattr(row, column.key) for column in inspect(row).mapper.column_attrs}
    return type(row)(**(values | {"id": uuid.uuid4()} | changes))


@contextmanager
def refused(session):
    """The database refuses what the block writes, and the transaction goes on without it."""
    savepoint = session.begin_nested()
    with pytest.raises(IntegrityError):
        yield
    savepoint.rollback()


UNIQUE = {
    "surface": {"surface_key": "newest"},
    "tenant": {"slug": "other"},
    "brand": {"slug": "other"},
    "ir": {"brand_id": "another brand"},
    "persona": {"name": "Bo"},
    "pillar": {"name": "Care"},
    "opportunity": {"fingerprint": "f2"},
    "package": {"origin_opportunity_id": "another opportunity"},
    "learning": {"decision_id": "d-2"},
    "board": {"run_id": "run-2"},
    "signals": {"brand_id": "another brand"},
}


@pytest.mark.parametrize("name", UNIQUE)
def test_a_second_row_with_the_same_key_is_refused(session, loop, name):
    with refused(session):
        stored(session, copy_of(getattr(loop, name)))


@pytest.mark.parametrize("name", UNIQUE)
def test_a_row_that_differs_in_its_key_alone_is_kept(session, loop, other_brand, name):
    others = {"another brand": other_brand.id, "another opportunity": stored(session, an_opportunity(loop.brand)).id}
    difference = {column: others.get(value, value) for column, value in UNIQUE[name].items()}
    kept = stored(session, copy_of(getattr(loop, name), **difference))
    assert session.get(type(kept), kept.id, populate_existing=True)


@pytest.mark.parametrize("name", ["persona", "pillar", "opportunity", "board"])
def test_what_is_unique_in_a_brand_may_be_repeated_in_another(session, loop, other_brand, name):
    kept = stored(session, copy_of(getattr(loop, name), brand_id=other_brand.id))
    assert session.get(type(kept), kept.id, populate_existing=True)


def test_two_tenants_may_have_brands_of_the_same_slug(session, brand):
    other = stored(session, Tenant(name="Beta", slug="beta"))
    assert stored(session, Brand(tenant=other, name="Beta Shoes", slug="shoes")).partition_key == "beta.shoes"


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("opportunity", "fingerprint"),
        ("opportunity", "run_id"),
        ("package", "origin_opportunity_id"),
        ("learning", "decision_id"),
    ],
)
def test_any_number_of_rows_may_lack_an_optional_key(session, loop, name, absent):
    for _ in range(2):
        kept = stored(session, copy_of(getattr(loop, name), **{absent: None}))
        assert session.get(type(kept), kept.id, populate_existing=True)


def test_every_foreign_key_has_its_deletion_rule(database):
    inspector = inspect(database.engine)
    rules = {
        (table, key["constrained_columns"][0]): key["options"]["ondelete"]
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
    }
    of_brand = ("brand_snapshot", "brand_ir", "persona", "content_pillar", "pattern_template", "opportunity")
    of_brand += ("content_package", "variant", "execution_event", "learning_event", "today_board", "signal_bundle")
    of_brand += ("model_call", "board_generation")
    assert rules == {
        ("brand", "tenant_id"): "RESTRICT",
        **{(table, "brand_id"): "RESTRICT" for table in of_brand},
        ("opportunity", "persona_id"): "SET NULL",
        ("opportunity", "pillar_id"): "SET NULL",
        ("content_package", "origin_opportunity_id"): "SET NULL",
        ("content_package", "persona_id"): "SET NULL",
        ("content_package", "pillar_id"): "SET NULL",
        ("variant", "package_id"): "CASCADE",
        ("variant", "pattern_template_id"): "SET NULL",
        ("execution_event", "variant_id"): "CASCADE",
        ("learning_event", "pattern_id"): "SET NULL",
        ("learning_event", "opportunity_id"): "SET NULL",
        ("learning_event", "package_id"): "SET NULL",
        ("learning_event", "variant_id"): "SET NULL",
    }


def test_a_tenant_with_a_brand_cannot_be_deleted(session, tenant, brand):
    with refused(session):
        session.delete(tenant)
        session.flush()


@pytest.mark.parametrize(
    "name", ["snapshot", "ir", "persona", "pillar", "pattern", "opportunity", "package", "learning", "board"]
)
def test_a_brand_cannot_be_deleted_while_it_has(session, loop, other_brand, name):
    loop.learning.decision_id = None
    kept = stored(session, copy_of(getattr(loop, name), brand_id=other_brand.id))
    assert session.get(type(kept), kept.id, populate_existing=True)
    with refused(session):
        session.delete(other_brand)
        session.flush()


def test_a_brand_without_anything_can_be_deleted(session, brand):
    session.delete(brand)
    session.flush()
    assert session.query(Brand).count() == 0


@pytest.mark.parametrize(
    ("deleted", "name", "reference"),
    [
        ("persona", "opportunity", "persona_id"),
        ("pillar", "opportunity", "pillar_id"),
        ("persona", "package", "persona_id"),
        ("pillar", "package", "pillar_id"),
        ("opportunity", "package", "origin_opportunity_id"),
        ("pattern", "variant", "pattern_template_id"),
        ("pattern", "learning", "pattern_id"),
        ("opportunity", "learning", "opportunity_id"),
        ("package", "learning", "package_id"),
        ("variant", "learning", "variant_id"),
    ],
)
def test_deleting_is_forgotten_by_what_referred_to_it(session, loop, deleted, name, reference):
    row = getattr(loop, name)
    session.delete(getattr(loop, deleted))
    session.flush()
    session.refresh(row)
    assert getattr(row, reference) is None


@pytest.mark.parametrize(
    ("deleted", "model"), [("package", Variant), ("package", ExecutionEvent), ("variant", ExecutionEvent)]
)
def test_deleting_takes_with_it(session, loop, deleted, model):
    session.delete(getattr(loop, deleted))
    session.flush()
    assert session.query(model).count() == 0


def test_deleting_a_package_whose_variants_were_read_leaves_the_rest_to_the_database(session, loop):
    assert loop.package.variants == [loop.variant]
    session.delete(loop.package)
    session.flush()
    assert session.query(Variant).count() == 0


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("surface", "cadence_minutes", 0),
        ("tenant", "slug", "acme.shoes"),
        ("brand", "slug", "Shoes"),
        ("brand", "slug", ""),
        ("brand", "slug", "-shoes"),
        ("pillar", "priority_rank", 0),
        ("pattern", "status", "draft"),
        ("opportunity", "type", "meme"),
        ("opportunity", "score", -0.1),
        ("opportunity", "score", 100.1),
        ("opportunity", "score", float("nan")),
        ("package", "status", "published"),
        ("variant", "status", "archived"),
        ("variant", "eval_score", 101),
    ],
)
def test_a_value_out_of_range_is_refused(session, loop, name, column, value):
    row = getattr(loop, name)
    with refused(session):
        session.execute(update(type(row)).where(type(row).id == row.id).values({column: value}))


@pytest.mark.parametrize("score", [0, 100])
def test_the_ends_of_the_score_are_kept(session, brand, score):
    assert stored(session, an_opportunity(brand, score=score)).score == score


@pytest.mark.parametrize(
    ("name", "column", "choices"),
    [
        ("opportunity", "type", OpportunityType),
        ("package", "status", PackageStatus),
        ("pattern", "status", PatternStatus),
        ("variant", "status", VariantStatus),
    ],
)
def test_every_choice_is_kept_and_comes_back_as_itself(session, loop, name, column, choices):
    row = getattr(loop, name)
    for choice in choices:
        setattr(row, column, choice)
        session.flush()
        session.refresh(row)
        assert getattr(row, column) is choice


@pytest.mark.parametrize(
    ("name", "column"), [("brand", "taboos"), ("opportunity", "evidence"), ("variant", "parts"), ("board", "board")]
)
def test_a_list_or_a_dict_is_never_absent(session, loop, name, column):
    with refused(session):
        setattr(getattr(loop, name), column, None)
        session.flush()


def test_a_brand_of_a_tenant_that_does_not_exist_is_refused(session):
    with refused(session):
        stored(session, Brand(tenant_id=uuid.uuid4(), name="Acme Shoes", slug="shoes"))


@pytest.mark.parametrize("name", ["variant", "event"])
def test_content_of_another_brand_than_what_it_belongs_to_is_refused(session, loop, other_brand, name):
    with refused(session):
        stored(session, copy_of(getattr(loop, name), brand_id=other_brand.id))


def test_a_variant_added_to_a_package_is_of_the_packages_brand(session, loop):
    loop.package.variants.append(Variant(channel="linkedin"))
    session.flush()
    assert [variant.brand_id for variant in loop.package.variants] == [loop.brand.id] * 2


def test_pillars_come_most_important_first(session, brand):
    brand.pillars = [ContentPillar(name="Care", priority_rank=2), ContentPillar(name="Craft", priority_rank=1)]
    session.flush()
    session.expire(brand)
    assert [pillar.name for pillar in brand.pillars] == ["Craft", "Care"]


@pytest.mark.parametrize("model", [Tenant, Brand])
@pytest.mark.parametrize("slug", ["", "-acme", "Acme", "acme.shoes", "acme shoes", "acme\n", "é", "a" * 64])
def test_a_slug_that_partition_keys_could_not_hold_is_named(model, slug):
    with pytest.raises(ValueError, match="is not a slug") as error:
        model(slug=slug)
    assert repr(slug) in str(error.value)


@pytest.mark.parametrize("slug", ["a", "0", "acme-shoes-", "a" * 63])
def test_a_slug_may_have_letters_digits_and_hyphens(session, slug):
    assert stored(session, Tenant(name="Acme", slug=slug)).slug == slug


@pytest.mark.parametrize("name", ["tenant", "brand"])
def test_the_slug_of_a_stored_row_never_changes(session, loop, name):
    row = getattr(loop, name)
    with pytest.raises(ValueError, match=f"the slug of {name} '{row.slug}' never changes"):
        row.slug = "renamed"
    row.slug = str(row.slug)


def test_the_slug_of_a_row_that_is_not_stored_yet_may_change():
    brand = Brand(slug="shoes")
    brand.slug = "hats"
    assert brand.slug == "hats"


def test_a_brand_never_moves_to_another_tenant(session, brand):
    other = stored(session, Tenant(name="Beta", slug="beta"))
    with pytest.raises(ValueError, match="the tenant of brand 'shoes' never changes"):
        brand.tenant = other
    with pytest.raises(ValueError, match="the tenant_id of brand 'shoes' never changes"):
        brand.tenant_id = other.id
    assert brand.partition_key == "acme.shoes"
