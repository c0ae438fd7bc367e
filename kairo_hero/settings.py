"""What hero generation reads from the environment."""

from typing import Literal

from pydantic import Field

from kairo_pipelines.settings import PipelineSettings


class HeroSettings(PipelineSettings):
    """Where signals come from, how long a board is, and what is written down of a run."""

    external_signals_mode: Literal["fixtures", "ingestion"] = Field("ingestion", alias="EXTERNAL_SIGNALS_MODE")
    signal_fixtures: str | None = Field(None, alias="KAIRO_SIGNAL_FIXTURES")
    board_cards: int = Field(10, alias="KAIRO_BOARD_CARDS", ge=1, le=50)
    board_hour: int = Field(7, alias="KAIRO_BOARD_HOUR", ge=0, le=23)
    obs_enabled: bool = Field(False, alias="KAIRO_OBS_ENABLED")
    obs_dir: str = Field("var/obs", alias="KAIRO_OBS_DIR")
