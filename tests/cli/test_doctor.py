"""`kairo doctor`: it finds what is wrong, and names it."""

import pytest


def test_all_is_well_where_all_is_well(place):
    outcome = place.kairo("doctor")
    assert outcome.code == 0, outcome.out
    assert "wrong" not in outcome.out
    assert "code location kairo_hero" in outcome.words


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KAIRO_HTTP_PER_HOST", "none"),
        ("EXTERNAL_SIGNALS_MODE", "telepathy"),
        ("KAIRO_API_PORT", "70000"),
        ("KAIRO_DAGSTER", "mysql"),
    ],
)
def test_a_wrong_setting_of_any_package_is_named(place, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    outcome = place.kairo("doctor")
    assert outcome.code == 1
    assert f"{variable} is '{value}'" in outcome.words


def test_a_lake_that_can_not_be_written_is_found(place, monkeypatch):
    (place.folder / "occupied").write_text("a file, not a folder")
    monkeypatch.setenv("KAIRO_LAKE_URI", str(place.folder / "occupied" / "lake"))
    outcome = place.kairo("doctor")
    assert outcome.code == 1
    assert "set KAIRO_LAKE_URI to a folder" in outcome.words


def test_a_database_that_does_not_answer_is_found_and_its_password_kept(place, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://kairo:secret@127.0.0.1:1/kairo")
    outcome = place.kairo("doctor")
    assert outcome.code == 1
    assert "check DATABASE_URL" in outcome.words
    assert "secret" not in outcome.out


def test_a_database_that_was_never_migrated_is_found(empty_place):
    outcome = empty_place.kairo("doctor")
    assert outcome.code == 1
    assert "run `kairo migrate`" in outcome.words


def test_a_dagster_home_that_can_not_be_used_is_found(place, monkeypatch):
    (place.folder / "dagster").mkdir()
    (place.folder / "dagster" / "dagster.yaml").write_text("storage: {nowhere: {}}\n")
    outcome = place.kairo("doctor")
    assert outcome.code == 1
    assert "check its dagster.yaml" in outcome.words


def test_a_folder_for_observations_is_tried_only_where_they_are_on(place, monkeypatch):
    (place.folder / "occupied").write_text("a file, not a folder")
    monkeypatch.setenv("KAIRO_OBS_DIR", str(place.folder / "occupied" / "obs"))
    assert place.kairo("doctor").code == 0
    monkeypatch.setenv("KAIRO_OBS_ENABLED", "true")
    outcome = place.kairo("doctor")
    assert outcome.code == 1
    assert "set KAIRO_OBS_DIR" in outcome.words
