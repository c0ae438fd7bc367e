"""The hero code location: `build_defs` makes it afresh, nothing is wired at import."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from kairo_hero.assets.board import TREND_CANDIDATES, external_signals, today_board
from kairo_hero.assets.brand import brand_ir, brand_snapshot, learning_summary
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.sensors import BOARDS_JOB, brand_partitions, morning_boards
from kairo_hero.settings import HeroSettings
from kairo_pipelines.definitions import executor
from kairo_pipelines.resources import build_resources

ASSETS = [brand_snapshot, brand_ir, learning_summary, external_signals, today_board]


def build_defs(resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Everything of the hero loop, with resources from settings except where overridden."""
    settings = HeroSettings.from_environment()
    return dg.Definitions(
        assets=[*ASSETS, TREND_CANDIDATES],
        jobs=[
            dg.define_asset_job(
                BOARDS_JOB,
                dg.AssetSelection.assets(*ASSETS),
                description="A brand's board from end to end: snapshot, compilation, signals, cards.",
            )
        ],
        schedules=[morning_boards],
        sensors=[
            brand_partitions,
            dg.AutomationConditionSensorDefinition(
                "follow_brands",
                target=dg.AssetSelection.assets(*ASSETS),
                default_status=dg.DefaultSensorStatus.RUNNING,
                minimum_interval_seconds=30,
            ),
        ],
        executor=executor(settings.executor),
        resources={
            **build_resources(settings),
            "hero_settings": dg.ResourceDefinition.hardcoded_resource(settings),
            "model_settings": dg.ResourceDefinition.hardcoded_resource(ModelSettings.from_environment()),
            **(resource_overrides or {}),
        },
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads."""
    return build_defs()
