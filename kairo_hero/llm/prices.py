"""What a request costs, from the price list that comes with `genai-prices`; no network."""

from datetime import datetime

from genai_prices import Usage, calc_price

from kairo_hero.llm.settings import ModelSettings


class Prices:
    """The prices of one endpoint: of the provider that is named, else of the one whose address it is."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings

    def cost_usd(
        self, model: str, input_tokens: int, output_tokens: int, cached_tokens: int | None, at: datetime
    ) -> float | None:
        """US dollars for so many tokens at that moment; None where the model's price is not known."""
        usage = Usage(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cache_read_tokens=min(cached_tokens or 0, input_tokens),
        )
        try:
            if provider := self._settings.provider:
                price = calc_price(usage, model, provider_id=provider, genai_request_timestamp=at)
            else:
                price = calc_price(usage, model, provider_api_url=self._settings.base_url, genai_request_timestamp=at)
        except LookupError:
            return None
        return float(price.total_price)
