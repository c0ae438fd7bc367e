"""The one place where an error becomes an answer, `application/problem+json` (RFC 9457), and is documented as one.

Routes raise; `KINDS` says what each error is to a caller. Any other is a defect: its answer says nothing of it, the
log does.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from kairo_api.store import require_usable
from kairo_hero.contract import Contract
from kairo_hero.decisions.refusing import DecisionIdTaken
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.migrating import SchemaOutOfDate
from kairo_pipelines.relational.database import DatabaseUnavailable

PROBLEM_JSON = "application/problem+json"
_NO_TYPE = "about:blank"  # RFC 9457: the status says it all

logger = logging.getLogger(__name__)


class BrandMissing(Exception):
    """No brand has the id in the URL."""


class BoardMissing(Exception):
    """The brand has no board, or had none at the moment asked for; the message says how to come by one."""


class WrongField(Contract):
    """One value of a request that can't be used: where it stands, its name, and what is wrong with it."""

    location: str
    field: str
    detail: str


class Problem(Contract):
    """Why a request was not answered as asked. `type` is stable and meant for programs, `detail` for people."""

    type: str = Field(description="A URI that names the kind of problem; about:blank where the status says it all.")
    title: str = Field(description="The kind of problem in words, the same each time.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened this time, and what can be done about it.")
    instance: str = Field(description="The path that was asked for.")
    errors: list[WrongField] | None = Field(None, description="Each wrong value, where the request itself is wrong.")


@dataclass(frozen=True)
class Kind:
    """A kind of problem. Its detail is the error's own message, except where `detail` says less than that."""

    type: str
    status: HTTPStatus
    title: str
    example: str = ""
    detail: str | None = None

    def problem(self, detail: str, instance: str, errors: list[WrongField] | None = None) -> Problem:
        """A problem of this kind."""
        return Problem(
            type=self.type,
            title=self.title,
            status=self.status,
            detail=self.detail or detail,
            instance=instance,
            errors=errors,
        )


KINDS: Mapping[type[Exception], Kind] = {
    BrandMissing: Kind(
        "urn:kairo:problem:brand-missing",
        HTTPStatus.NOT_FOUND,
        "There is no such brand",
        example="there is no brand 0c6f4f5e-5f0e-4f43-9a55-6c0f3a4f1b10; GET /api/brands lists those that there are",
    ),
    BoardMissing: Kind(
        "urn:kairo:problem:board-missing",
        HTTPStatus.NOT_FOUND,
        "The brand has no board",
        example="sourcegraph.sourcegraph has no board yet; `kairo board sourcegraph.sourcegraph --make` makes one, and "
        "so does materializing today_board for that partition",
    ),
    ObjectNotFoundError: Kind(
        "urn:kairo:problem:object-missing",
        HTTPStatus.NOT_FOUND,
        "There is no such object",
        example="there is no opportunity e2a9b1d0-0c8d-4c55-9c0b-6f7f6a1d2e43",
    ),
    DecisionIdTaken: Kind(
        "urn:kairo:problem:decision-id-taken",
        HTTPStatus.CONFLICT,
        "The decision id was used on something else",
        example=str(DecisionIdTaken("board-2021-12-10-pin-1")),
    ),
    RequestValidationError: Kind(
        "urn:kairo:problem:invalid-request",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request has a value that can't be used",
    ),
    DatabaseUnavailable: Kind(
        "urn:kairo:problem:database-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database can't be reached",
        detail="the database can't be reached; the server's log says why, and `kairo doctor` checks it",
    ),
    SchemaOutOfDate: Kind(
        "urn:kairo:problem:schema-out-of-date",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database has another schema",
        detail="the database's schema isn't the one that this version of Kairo needs; `kairo migrate` brings an older "
        "one up to date, and the server's log says which one was found",
    ),
    Exception: Kind(
        _NO_TYPE,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
        example="something went wrong that Kairo did not expect; the server's log has it as error 4f9c2d7e",
    ),
}
STORE_UNUSABLE = (DatabaseUnavailable, SchemaOutOfDate)


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of the application a problem."""
    special: dict[type[Exception], Callable[[Request, Exception], Any]] = {
        RequestValidationError: _invalid_request,
        HTTPException: _no_such_operation,
        DBAPIError: _refused_by_database,
        Exception: _unexpected,
    }
    for cause, handler in {**dict.fromkeys(KINDS, _known), **special}.items():
        app.add_exception_handler(cause, handler)


def declared(at: str, *causes: type[Exception], wrong: WrongField | None = None) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI is told what may go wrong at a path, each with an example; `wrong` is the one of a wrong value."""
    examples = {cause: KINDS[cause].problem(KINDS[cause].example, at) for cause in (*causes, Exception)}
    if wrong:
        examples[RequestValidationError] = _wrong_request([wrong], at)
    responses: dict[int | str, dict[str, Any]] = {}
    for cause, example in examples.items():
        content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        description = HTTPStatus(example.status).phrase
        response = responses.setdefault(
            example.status, {"description": description, "content": {PROBLEM_JSON: content}}
        )
        response["content"][PROBLEM_JSON]["examples"][cause.__name__] = {
            "summary": example.title,
            "value": example.model_dump(mode="json", exclude_none=True),
        }
    return responses


def _answer(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        headers={**(headers or {}), "Cache-Control": "no-store"},
        media_type=PROBLEM_JSON,
    )


def _path(request: Request) -> str:
    return quote(request.scope["path"])


async def _known(request: Request, error: Exception) -> Response:
    kind = next(KINDS[cause] for cause in type(error).__mro__ if cause in KINDS)
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.warning("%s %s: %s", request.method, _path(request), error)
    return _answer(request, kind.problem(str(error), _path(request)))


async def _invalid_request(request: Request, error: Exception) -> Response:
    errors = [_wrong_field(found) for found in cast(RequestValidationError, error).errors()]
    return _answer(request, _wrong_request(errors, _path(request)))


def _wrong_request(errors: list[WrongField], instance: str) -> Problem:
    detail = "; ".join(f"{wrong.location} {wrong.field}: {wrong.detail}" for wrong in errors)
    return KINDS[RequestValidationError].problem(detail, instance, errors)


def _wrong_field(found: Mapping[str, Any]) -> WrongField:
    location, *names = found["loc"]
    return WrongField(
        location=location,
        field=".".join(str(name) for name in names),
        detail=found["msg"].removeprefix("Value error, "),
    )


async def _no_such_operation(request: Request, error: Exception) -> Response:
    refused = cast(HTTPException, error)
    status, headers = HTTPStatus(refused.status_code), refused.headers or {}
    detail = refused.detail
    if status == HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {_path(request)}; /docs shows what there is"
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{_path(request)} doesn't take {request.method}; it takes {headers.get('Allow', 'other methods')}"
    return _answer(request, Kind(_NO_TYPE, status, status.phrase).problem(detail, _path(request)), headers)


def _refused_by_database(request: Request, error: Exception) -> Response:
    """Find out why the database refused a query: this raises what a caller can be told, or it was a defect."""
    require_usable(request.app.state.database)
    raise error


async def _unexpected(request: Request, error: Exception) -> Response:
    # the server logs the traceback, because Starlette raises the error again once this is answered
    number = uuid.uuid4().hex[:8]
    logger.error("error %s at %s %s: %r", number, request.method, _path(request), error)
    detail = f"something went wrong that Kairo did not expect; the server's log has it as error {number}"
    return _answer(request, KINDS[Exception].problem(detail, _path(request)))
