"""Both code locations load, and every asset of each is the one its users know."""

import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

import kairo_hero.definitions
import kairo_pipelines.definitions

ROOT = Path(__file__).parent.parent

INGESTION = {
    "surfaces": set(),
    "capture_runs": {"surfaces"},
    "evidence_items": {"capture_runs"},
    "evidence_observations": {"capture_runs"},
    "normalized_artifacts": {"evidence_items"},
    "artifact_cluster_links": {"normalized_artifacts"},
    "clusters": {"normalized_artifacts"},
    "cluster_buckets": {"artifact_cluster_links", "evidence_observations"},
    "trend_candidates": {"cluster_buckets", "clusters"},
}
HERO = {
    "brand_snapshot": set(),
    "brand_ir": {"brand_snapshot"},
    "learning_summary": set(),
    "external_signals": {"brand_ir", "trend_candidates"},
    "today_board": {"brand_snapshot", "external_signals", "learning_summary"},
}
LOCATIONS = [
    pytest.param(kairo_pipelines.definitions.build_defs, INGESTION, id="ingestion"),
    pytest.param(kairo_hero.definitions.build_defs, HERO, id="hero"),
]


def made_by(defs: dg.Definitions) -> dict[str, dg.AssetSpec]:
    graph = defs.resolve_asset_graph()
    made = {key.to_user_string() for key in graph.materializable_asset_keys}
    return {
        spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs() if spec.key.to_user_string() in made
    }


@pytest.mark.parametrize(("build_defs", "expected"), LOCATIONS)
def test_a_location_has_these_assets_and_dependencies(build_defs, expected):
    specs = made_by(build_defs())
    assert {key: {dep.asset_key.to_user_string() for dep in spec.deps} for key, spec in specs.items()} == expected


@pytest.mark.parametrize(("build_defs", "expected"), LOCATIONS)
def test_every_asset_says_what_it_is_whose_and_of_which_kind(build_defs, expected):
    for key, spec in made_by(build_defs()).items():
        assert spec.description, key
        assert spec.owners, key
        assert spec.kinds, key
        assert spec.code_version, key
        assert spec.group_name in ("ingestion", "hero"), key


def test_every_lake_asset_has_a_blocking_check_of_its_schema():
    graph = kairo_pipelines.definitions.build_defs().resolve_asset_graph()
    checked = {check.asset_key.to_user_string() for check in graph.asset_check_keys if check.name == "fits_schema"}
    assert checked == set(INGESTION)


def test_each_step_of_ingestion_is_a_job():
    jobs = {job.name for job in kairo_pipelines.definitions.build_defs().resolve_all_job_defs()}
    steps = ("capture", "normalize", "aggregate", "score", "pipeline")
    assert {f"ingest_{step}" for step in steps} <= jobs


def test_a_location_is_built_afresh_with_the_resources_it_is_given():
    lake = object()
    defs = kairo_pipelines.definitions.build_defs({"lake": lake})
    assert defs.resources is not None
    assert defs.resources["lake"] is lake
    assert kairo_pipelines.definitions.build_defs().resources != defs.resources


def test_dagster_validates_the_workspace_beside_its_instance_file_without_a_home(tmp_path, monkeypatch):
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    command = [
        str(Path(sys.executable).parent / "dagster"),
        "definitions",
        "validate",
        "-w",
        str(ROOT / "workspace.yaml"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("location", ["kairo_pipelines", "kairo_hero"])
def test_a_wrong_setting_stops_the_location_and_names_the_variable(location, tmp_path):
    code = f"import {location}.definitions as d; d.build_defs()"
    environment = {"KAIRO_HTTP_TIMEOUT_SECONDS": "soon", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode != 0
    assert "KAIRO_HTTP_TIMEOUT_SECONDS is 'soon'" in done.stderr
