"""What calling a model reads from the environment: the endpoint, its models, its patience and its budgets."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from kairo_pipelines.settings import EnvironmentSettings

OPENAI = "https://api.openai.com/v1"


class ModelSettings(EnvironmentSettings):
    """Which endpoint and models are called, how long they may take, and what they may cost.

    Budgets are in US dollars where the model's price is known, and in tokens (prompt and answer together) where it is
    not. A day is one of UTC.
    """

    llm_disabled: bool = Field(False, alias="LLM_DISABLED")
    openai_api_key: SecretStr | None = Field(None, alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(None, alias="OPENAI_BASE_URL", pattern="^https?://")
    model_fast: str = Field("gpt-4o-mini", alias="KAIRO_LLM_MODEL_FAST")
    model_heavy: str = Field("gpt-4o", alias="KAIRO_LLM_MODEL_HEAVY")
    provider: str | None = Field(None, alias="KAIRO_LLM_PROVIDER")
    output: Literal["auto", "json_schema", "json_object", "text"] = Field("auto", alias="KAIRO_LLM_OUTPUT")
    timeout_seconds: float = Field(60.0, alias="KAIRO_LLM_TIMEOUT_SECONDS", gt=0, le=600)
    deadline_seconds: float = Field(180.0, alias="KAIRO_LLM_DEADLINE_SECONDS", gt=0, le=3600)
    attempts: int = Field(3, alias="KAIRO_LLM_ATTEMPTS", ge=1, le=10)
    retry_seconds: float = Field(1.0, alias="KAIRO_LLM_RETRY_SECONDS", ge=0, le=60)
    max_wait_seconds: float = Field(20.0, alias="KAIRO_LLM_MAX_WAIT_SECONDS", ge=0, le=600)
    cache_days: float = Field(7.0, alias="KAIRO_LLM_CACHE_DAYS", ge=0)
    reservation_hours: float = Field(24.0, alias="KAIRO_LLM_RESERVATION_HOURS", gt=0)
    budget_call_usd: float = Field(0.25, alias="KAIRO_LLM_BUDGET_CALL_USD", ge=0)
    budget_run_usd: float = Field(1.0, alias="KAIRO_LLM_BUDGET_RUN_USD", ge=0)
    budget_brand_day_usd: float = Field(2.0, alias="KAIRO_LLM_BUDGET_BRAND_DAY_USD", ge=0)
    budget_day_usd: float = Field(20.0, alias="KAIRO_LLM_BUDGET_DAY_USD", ge=0)
    budget_call_tokens: int = Field(100_000, alias="KAIRO_LLM_BUDGET_CALL_TOKENS", ge=0)
    budget_run_tokens: int = Field(400_000, alias="KAIRO_LLM_BUDGET_RUN_TOKENS", ge=0)
    budget_brand_day_tokens: int = Field(1_000_000, alias="KAIRO_LLM_BUDGET_BRAND_DAY_TOKENS", ge=0)
    budget_day_tokens: int = Field(10_000_000, alias="KAIRO_LLM_BUDGET_DAY_TOKENS", ge=0)

    @property
    def enabled(self) -> bool:
        """Whether a model may be called: unless disabled, with a key, or at an address of one's own, key or not."""
        return not self.llm_disabled and (self.openai_api_key is not None or self.openai_base_url is not None)

    @property
    def base_url(self) -> str:
        """Where chat completions are asked for."""
        return self.openai_base_url or OPENAI

    @property
    def endpoint_host(self) -> str:
        """The endpoint as the ledger names it: its host and port, without what an address may hold of secrets."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    @property
    def provider_name(self) -> str:
        """Who answers, as the logs name it: as configured, else OpenAI at its own address, else the host."""
        return self.provider or ("openai" if self.base_url.startswith(OPENAI) else self.endpoint_host)
