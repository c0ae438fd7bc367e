"""Brand files in the store: kept in step, found by name, and remembered as they stood."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kairo_hero.brands.brand_file import BrandFile, BrandFileError, parse_brand_file, read_brand_file
from kairo_hero.brands.importing import BrandAmbiguous, BrandNotFound, find_brand, import_brand, list_brands
from kairo_hero.brands.snapshot import snapshot_brand
from kairo_hero.models import (
    Brand,
    BrandSnapshot,
    ContentPackage,
    ContentPillar,
    Opportunity,
    PatternTemplate,
    Persona,
    Tenant,
)

DEMO = Path(__file__).parents[2] / "kairo_cli" / "demo" / "brands"
MORNING = datetime(2021, 12, 10, 8, tzinfo=UTC)

ACME = """
tenant: {name: Acme Inc., slug: acme}
name: Acme Shoes
slug: shoes
positioning: |
  Shoes that last.

  Made by hand since 1921.
taboos: [cheap]
channels: [x, newsletter]
personas:
  - {name: Runner, role: Athlete, pains: [blisters]}
pillars:
  - {name: Repair, priority_rank: 2}
  - {name: Leather, priority_rank: 1, description: Where it comes from.}
pattern_templates:
  - {name: Before and after, beats: [worn, repaired]}
"""


@pytest.fixture
def session(database):
    with database.writing() as session:
        yield session


def brand_file(text: str = ACME, **changes: str) -> BrandFile:
    for before, after in changes.values():
        assert before in text
        text = text.replace(before, after)
    return parse_brand_file(text.encode(), "acme.yaml")


def count(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model))


def everything(session):
    session.expire_all()
    return {
        model.__name__: [
            {column.key: getattr(row, column.key) for column in model.__table__.columns}
            for row in session.scalars(select(model).order_by(model.id))
        ]
        for model in (Tenant, Brand, Persona, ContentPillar, PatternTemplate)
    }


def test_a_brand_is_stored_as_its_file_says(session):
    brand = import_brand(session, brand_file())
    assert (brand.tenant.name, brand.name, brand.partition_key) == ("Acme Inc.", "Acme Shoes", "acme.shoes")
    assert brand.positioning == "Shoes that last.\n\nMade by hand since 1921."
    assert (brand.taboos, brand.channels, brand.timezone) == (["cheap"], ["x", "newsletter"], "UTC")
    assert [(persona.name, persona.role, persona.pains) for persona in brand.personas] == [
        ("Runner", "Athlete", ["blisters"])
    ]
    assert [(pillar.name, pillar.priority_rank) for pillar in brand.pillars] == [("Leather", 1), ("Repair", 2)]
    template = session.scalars(select(PatternTemplate)).one()
    assert (template.name, template.beats, template.brand_id) == ("Before and after", ["worn", "repaired"], brand.id)


@pytest.mark.parametrize("name", ["sourcegraph.yaml", "18f.yaml"])
def test_the_demo_brands_import_and_importing_twice_changes_nothing(session, name):
    import_brand(session, read_brand_file(DEMO / name))
    before = everything(session)
    import_brand(session, read_brand_file(DEMO / name))
    assert everything(session) == before


def test_what_changed_in_the_file_changes_in_place(session):
    ids = {pillar.name: pillar.id for pillar in import_brand(session, brand_file()).pillars}
    changed = brand_file(
        rank=("name: Repair, priority_rank: 2", "name: Repair, priority_rank: 1"), zone=("x, news", "news")
    )
    brand = import_brand(session, changed)
    assert [(pillar.id, pillar.priority_rank) for pillar in brand.pillars] == [(ids["Leather"], 1), (ids["Repair"], 1)]
    assert brand.channels == ["newsletter"]
    assert count(session, Brand) == 1


def test_what_left_the_file_is_deleted_and_what_was_made_for_it_stays(session):
    brand = import_brand(session, brand_file())
    repair, runner = brand.pillars[1], brand.personas[0]
    for_both = {"brand_id": brand.id, "persona_id": runner.id, "pillar_id": repair.id, "title": "Resole, don't replace"}
    card = Opportunity(**for_both, type="evergreen", score=50, score_breakdown={}, primary_channel="x")
    package = ContentPackage(**for_both)
    session.add_all([card, package])
    session.flush()

    without = brand_file(
        pillar=("  - {name: Repair, priority_rank: 2}\n", ""),
        persona=("personas:\n  - {name: Runner, role: Athlete, pains: [blisters]}\n", ""),
        template=("pattern_templates:\n  - {name: Before and after, beats: [worn, repaired]}\n", ""),
    )
    brand = import_brand(session, without)
    session.expire_all()
    assert [pillar.name for pillar in brand.pillars] == ["Leather"]
    assert (brand.personas, count(session, PatternTemplate)) == ([], 0)
    assert [(row.persona_id, row.pillar_id) for row in (card, package)] == [(None, None), (None, None)]


def test_templates_of_other_brands_and_of_none_are_left_alone(session):
    session.add(PatternTemplate(name="Shared", beats=["one"]))
    import_brand(session, brand_file())
    import_brand(session, brand_file(slug=("slug: shoes", "slug: boots")))
    assert sorted(session.scalars(select(PatternTemplate.name))) == ["Before and after", "Before and after", "Shared"]


def test_another_slug_is_another_brand_of_the_same_tenant(session):
    first = import_brand(session, brand_file())
    second = import_brand(session, brand_file(slug=("slug: shoes", "slug: boots")))
    assert (first.slug, second.slug) == ("shoes", "boots")
    assert (count(session, Tenant), count(session, Brand)) == (1, 2)


def test_a_file_with_a_mistake_at_its_end_stores_nothing(database):
    with pytest.raises(BrandFileError), database.writing() as session:
        import_brand(session, brand_file(rank=("beats: [worn, repaired]", "beats: worn")))
    with database.reading() as session:
        assert not any(everything(session).values())


def test_an_import_that_fails_midway_leaves_the_brand_as_it_was(database):
    with database.writing() as session:
        import_brand(session, brand_file())
        before = everything(session)

    def fail_midway():
        with database.writing() as session:
            import_brand(session, brand_file(name=("Acme Shoes", "Acme Boots"), pillar=("name: Repair", "name: Care")))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail_midway()
    with database.reading() as session:
        assert everything(session) == before


def test_brands_are_listed_and_found_by_either_name(session):
    for name in ("sourcegraph.yaml", "18f.yaml"):
        import_brand(session, read_brand_file(DEMO / name))
    assert [brand.partition_key for brand in list_brands(session)] == ["gsa.18f", "sourcegraph.sourcegraph"]
    assert find_brand(session, "18f").name == "18F"
    assert find_brand(session, "gsa.18f").name == "18F"


def test_a_slug_of_two_tenants_needs_the_tenant(session):
    import_brand(session, brand_file())
    import_brand(session, brand_file(tenant=("slug: acme", "slug: umbrella")))
    with pytest.raises(BrandAmbiguous, match=r"^'shoes' could be any of acme\.shoes, umbrella\.shoes; write which$"):
        find_brand(session, "shoes")
    assert find_brand(session, "umbrella.shoes").tenant.slug == "umbrella"


@pytest.mark.parametrize("name", ["boots", "acme.boots", "umbrella.shoes", "", "."])
def test_a_brand_that_is_not_there_is_named_with_those_that_are(session, name):
    import_brand(session, brand_file())
    with pytest.raises(BrandNotFound) as refused:
        find_brand(session, name)
    assert str(refused.value) == f"there is no brand {name!r}; there are acme.shoes"


def test_without_any_brand_the_refusal_says_so(session):
    with pytest.raises(BrandNotFound, match=r"^there is no brand 'shoes'; none has been imported yet$"):
        find_brand(session, "shoes")


def test_of_many_brands_the_refusal_lists_some(session):
    for number in range(12):
        import_brand(session, brand_file(slug=("slug: shoes", f"slug: shoes-{number:02}")))
    with pytest.raises(BrandNotFound, match=r"; there are acme\.shoes-00, .*, acme\.shoes-09 and 2 more$"):
        find_brand(session, "boots")


def test_a_snapshot_says_all_of_a_brand(session):
    brand = import_brand(session, brand_file())
    snapshot = snapshot_brand(session, brand, MORNING)
    assert (snapshot.brand_id, snapshot.brand_name, snapshot.tenant_slug) == (brand.id, "Acme Shoes", "acme")
    assert (snapshot.positioning, snapshot.positioning_summary) == (brand.positioning, "Shoes that last.")
    assert [pillar.name for pillar in snapshot.pillars] == ["Leather", "Repair"]
    assert [persona.name for persona in snapshot.personas] == ["Runner"]
    assert snapshot.snapshot_at == MORNING


def test_the_summary_a_file_gives_comes_first_in_the_positioning(session):
    brand = import_brand(session, read_brand_file(DEMO / "18f.yaml"))
    snapshot = snapshot_brand(session, brand, MORNING)
    assert snapshot.positioning_summary.startswith("Good government content is the same as good content anywhere")
    assert snapshot.positioning.startswith(snapshot.positioning_summary + "\n\n18F takes an approach")


def test_a_brand_without_positioning_pillars_or_personas_has_a_snapshot(session):
    brand = import_brand(session, brand_file("{tenant: {name: Acme, slug: acme}, name: Bare, slug: bare}"))
    snapshot = snapshot_brand(session, brand, MORNING)
    assert (snapshot.positioning, snapshot.positioning_summary) == ("", "")
    assert (snapshot.pillars, snapshot.personas, snapshot.channels) == ([], [], [])


def test_a_snapshot_is_kept_only_when_the_brand_changed(session):
    brand = import_brand(session, brand_file())
    snapshot_brand(session, brand, MORNING)
    snapshot_brand(session, brand, MORNING + timedelta(hours=1))
    assert count(session, BrandSnapshot) == 1

    brand = import_brand(session, brand_file(pillar=("name: Repair", "name: Care")))
    snapshot_brand(session, brand, MORNING + timedelta(hours=2))
    kept = session.scalars(select(BrandSnapshot).order_by(BrandSnapshot.snapshot_at)).all()
    assert [row.snapshot_at for row in kept] == [MORNING, MORNING + timedelta(hours=2)]
    assert [[pillar["name"] for pillar in row.pillars] for row in kept] == [["Leather", "Repair"], ["Leather", "Care"]]


def test_a_brand_that_changed_back_is_kept_again(session):
    original, changed = brand_file(), brand_file(name=("role: Athlete", "role: Amateur"))
    for hours, file in enumerate((original, changed, original)):
        snapshot_brand(session, import_brand(session, file), MORNING + timedelta(hours=hours))
    assert count(session, BrandSnapshot) == 3
