"""Bearer tokens: one login for all requests of a run that need the same, and nothing of it is ever landed."""

import asyncio

import httpx

from kairo_pipelines.capture.fetch import USER_AGENT, FetchLimits
from kairo_pipelines.connectors import fields
from kairo_pipelines.connectors.connector import Failure, Login


class Logins:
    """The tokens of one run."""

    def __init__(self, client: httpx.AsyncClient, limits: FetchLimits) -> None:
        self._client = client
        self._limits = limits
        self._tokens: dict[Login, asyncio.Task[str | Failure]] = {}

    async def token(self, login: Login) -> str | Failure:
        """The token, asked for once; a Failure where the source gives none."""
        asked = self._tokens.get(login)
        if asked is None:
            asked = self._tokens[login] = asyncio.create_task(self._log_in(login))
        answer = await asked
        if isinstance(answer, Failure) and answer.can_pass and self._tokens.get(login) is asked:
            # Whoever tries again logs in again.
            del self._tokens[login]
        return answer

    async def _log_in(self, login: Login) -> str | Failure:
        content = {"json": dict(login.form)} if login.as_json else {"data": dict(login.form)}
        try:
            async with asyncio.timeout(self._limits.timeout_seconds):
                response = await self._client.post(
                    login.url,
                    auth=login.user or httpx.USE_CLIENT_DEFAULT,
                    headers={"User-Agent": USER_AGENT},
                    **content,  # type: ignore[arg-type]  # the client's own keywords
                )
            answer = response.json() if response.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            return Failure("login_failed", f"no token from {login.url}: {type(error).__name__}: {error}", can_pass=True)
        token = fields.text(fields.at(answer, login.token_field))
        if token and token.isascii() and token.isprintable():
            return token
        kind = "unauthorized" if response.status_code in (400, 401, 403) else "login_failed"
        return Failure(
            kind,
            f"no token from {login.url}: it answered {response.status_code}; check the credentials in the settings",
            can_pass=response.status_code >= 500 or response.status_code == 429,
        )
