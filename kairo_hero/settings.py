"""What hero generation reads from the environment."""

from typing import Literal

from pydantic import Field, SecretStr

from kairo_pipelines.settings import PipelineSettings


class HeroSettings(PipelineSettings):
    """Where signals come from, which models may be called, how long a board is, and what is written down of a run."""

    llm_disabled: bool = Field(False, alias="LLM_DISABLED")
    openai_api_key: SecretStr | None = Field(None, alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(None, alias="OPENAI_BASE_URL")
    llm_model_fast: str = Field("gpt-4o-mini", alias="KAIRO_LLM_MODEL_FAST")
    llm_model_heavy: str = Field("gpt-4o", alias="KAIRO_LLM_MODEL_HEAVY")
    external_signals_mode: Literal["ingestion"] = Field("ingestion", alias="EXTERNAL_SIGNALS_MODE")
    board_cards: int = Field(10, alias="KAIRO_BOARD_CARDS", ge=1, le=50)
    board_hour: int = Field(7, alias="KAIRO_BOARD_HOUR", ge=0, le=23)
    obs_enabled: bool = Field(False, alias="KAIRO_OBS_ENABLED")
    obs_dir: str = Field("var/obs", alias="KAIRO_OBS_DIR")

    @property
    def calls_models(self) -> bool:
        """Whether a model may be called: not when disabled, and not without a key."""
        return not self.llm_disabled and self.openai_api_key is not None
