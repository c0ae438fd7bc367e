"""What it means that a request brought no completion: whether to try again, and whether it was paid for."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import openai

from kairo_hero.llm.errors import (
    ModelError,
    ModelKeyRejected,
    ModelQuotaExhausted,
    ModelRequestRejected,
    ModelUnavailable,
)
from kairo_hero.llm.quoted import storable
from kairo_pipelines.normalize.text import plain_text

_NAMED = {
    "response_format": re.compile(r"response_format|json_schema|json_object|structured[ _]outputs?"),
    "max_completion_tokens": re.compile(r"max_completion_tokens"),
    "max_tokens": re.compile(r"max_tokens"),
}
_FINAL_CODES = {"context_length_exceeded", "model_not_found", "string_above_max_length"}
#: Of what an endpoint says, so much is repeated.
_REPEATED = 200


class RequestFailed(Exception):
    """One request that brought no completion; whoever asked gets its `error`, should there be no other try."""

    def __init__(
        self,
        error: ModelError,
        *,
        may_pass: bool = False,
        may_be_billed: bool = False,
        is_about_request: bool = False,
        rejected: frozenset[str] = frozenset(),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(str(error))
        self.error = error
        #: Whether the same request may succeed later, and after how many seconds the endpoint wants it.
        self.may_pass = may_pass
        self.retry_after = retry_after
        #: Whether the provider may have done the work, and charge for it.
        self.may_be_billed = may_be_billed
        #: The options that the endpoint names as what it does not take; or that it may be for some option unnamed.
        self.rejected = rejected
        self.is_about_request = is_about_request


def unanswered(failure: openai.APIConnectionError, host: str, timeout: float) -> RequestFailed:
    """No answer came. What never reached the endpoint is not billed; what was cut off may be."""
    cause = failure.__cause__
    unsent = isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
    if isinstance(failure, openai.APITimeoutError):
        error = ModelUnavailable(
            f"{host} did not answer within {timeout:g} s; try later, or raise KAIRO_LLM_TIMEOUT_SECONDS", "timeout"
        )
    else:
        error = ModelUnavailable(
            f"{host} can't be reached, or hung up ({cause or failure}); check OPENAI_BASE_URL and that it runs",
            "connection",
        )
    return RequestFailed(error, may_pass=True, may_be_billed=not unsent)


def refused(failure: openai.APIStatusError, host: str, secret: str | None) -> RequestFailed:
    """The endpoint answered with an error: none of those is billed."""
    status, text = failure.status_code, failure.message.lower()
    said = f"{host} answered {status}: {_quotable(failure.message, secret)}"
    if status in (401, 403) or (status == 400 and "api key" in text):
        return RequestFailed(ModelKeyRejected(f"{said}; check OPENAI_API_KEY and which models it may use"))
    if status == 402 or "insufficient_quota" in (failure.code, failure.type) or "insufficient_quota" in text:
        return RequestFailed(ModelQuotaExhausted(f"{said}; add credit to the account, or set LLM_DISABLED=true"))
    if status == 429:
        error = ModelUnavailable(f"{said}; try later, or ask for a higher rate limit", "rate_limited")
        return RequestFailed(error, may_pass=True, retry_after=_retry_after(failure.response.headers))
    if status >= 500 or status == 408:
        error = ModelUnavailable(f"{said}; try later", f"http_{status}")
        after = _retry_after(failure.response.headers)
        # a gateway's 502 to 504 says nothing about the request
        return RequestFailed(error, may_pass=True, is_about_request=status in (500, 501), retry_after=after)
    return _rejected(failure, said)


def _rejected(failure: openai.APIStatusError, said: str) -> RequestFailed:
    names = failure.param if failure.param and failure.param.split(".")[0] in _NAMED else failure.message
    rejected = frozenset(option for option, pattern in _NAMED.items() if pattern.search(names.lower()))
    error = ModelRequestRejected(
        f"{said}; check KAIRO_LLM_MODEL_FAST, KAIRO_LLM_MODEL_HEAVY and KAIRO_LLM_OUTPUT against what it offers"
    )
    is_unsaid = not rejected and failure.status_code in (400, 415, 422) and failure.code not in _FINAL_CODES
    return RequestFailed(error, rejected=rejected, is_about_request=is_unsaid)


def _quotable(message: str, secret: str | None) -> str:
    text = plain_text(storable(message), marked_up=True)
    if secret:
        text = text.replace(secret, "(the key)")
    return text if len(text) <= _REPEATED else text[:_REPEATED] + "…"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from a number of them or from a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    # a date in the zone "-0000" comes back without one
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
