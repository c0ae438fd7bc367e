"""Which options of a request an endpoint takes for a model: asked for the best, remembered, never given up silently."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from kairo_hero.llm.failure import RequestFailed
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models.model_calls import ModelCall, OutputMode, TokenLimit
from kairo_pipelines.relational.database import Database
from kairo_pipelines.relational.orm import utc_now

_LESS: dict[OutputMode, OutputMode] = {"json_schema": "json_object", "json_object": "text"}
_OTHER: dict[TokenLimit, TokenLimit] = {"max_completion_tokens": "max_tokens", "max_tokens": "max_completion_tokens"}
#: So long after it did not take the best options, an endpoint is asked for them again: it may have been upgraded.
_REMEMBERED = timedelta(days=7)
_NOT_TAKEN = ("request_rejected", "http_500", "http_501")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RequestOptions:
    """How a model is held to its form, and under which name it is told the most tokens it may answer with."""

    output: OutputMode
    token_limit: TokenLimit


class Capability:
    """What is known of one endpoint: by this process, else by the ledger, which other processes write too."""

    def __init__(self, settings: ModelSettings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._known: dict[str, RequestOptions] = {}

    def options(self, model: str) -> tuple[RequestOptions, bool]:
        """The options to ask with, and whether a request with them has been answered before."""
        if model not in self._known and (remembered := self._remembered(model)):
            self._known[model] = remembered
        if known := self._known.get(model):
            return known, True
        return self._best(), False

    def learn(self, model: str, options: RequestOptions, asked: RequestOptions) -> None:
        """A request with these options was answered, after those that were asked with first."""
        if options != asked:
            logger.warning(
                "%s answers for %s with %s and %s, and not with %s and %s; it is asked so from now on",
                self._settings.endpoint_host,
                model,
                *(options.output, options.token_limit, asked.output, asked.token_limit),
            )
        self._known[model] = options

    def fewer(self, options: RequestOptions, failure: RequestFailed, *, is_proven: bool) -> RequestOptions | None:
        """The options to try after this failure; None where it is not for the options that the request failed.

        An endpoint that names the option has said so. One that only breaks (a widely used local server answers 500 to
        a schema) may not be able to, unless it was before; the answer to the next request decides.
        """
        if options.token_limit in failure.rejected:
            return replace(options, token_limit=_OTHER[options.token_limit])
        if self._settings.output != "auto" or options.output not in _LESS:
            return None
        if "response_format" in failure.rejected or (failure.is_about_request and not is_proven):
            return replace(options, output=_LESS[options.output])
        return None

    def _best(self) -> RequestOptions:
        settings = self._settings
        output: OutputMode = "json_schema" if settings.output == "auto" else settings.output
        # OpenAI's newer models refuse the old name; elsewhere the new one is often ignored, and with it the limit
        return RequestOptions(output, "max_completion_tokens" if settings.provider_name == "openai" else "max_tokens")

    def _remembered(self, model: str) -> RequestOptions | None:
        best, recent = self._best(), ModelCall.created_at > utc_now() - _REMEMBERED
        asked = select(ModelCall.output_mode, ModelCall.token_limit).where(
            recent, ModelCall.endpoint_host == self._settings.endpoint_host, ModelCall.model == model
        )
        answered = asked.where(
            ModelCall.settled_at.is_not(None), ModelCall.error_type.is_(None), ModelCall.cache_hit.is_(False)
        ).order_by(ModelCall.created_at.desc())
        if self._settings.output != "auto":
            answered = answered.where(ModelCall.output_mode == self._settings.output)
        not_taken = asked.where(
            ModelCall.output_mode == best.output,
            ModelCall.token_limit == best.token_limit,
            ModelCall.error_type.in_(_NOT_TAKEN),
        )
        with self._database.reading() as session:
            row = session.execute(answered.limit(1)).one_or_none()
            known = RequestOptions(row.output_mode, row.token_limit) if row else None
            was_not_taken = session.execute(not_taken.limit(1)).first() is not None
        return known if known == best or was_not_taken else None
