"""Whether the process is up, and whether it can serve: what a supervisor and a load balancer ask."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict

from kairo_api.problems import STORE_UNUSABLE, declared
from kairo_api.store import Store, require_usable
from kairo_hero.contract import Contract


class HealthDTO(Contract):
    """The process is up, and which version of Kairo it runs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok", "version": "0.1.0"}]})

    status: Literal["ok"]
    version: str


class ReadinessDTO(Contract):
    """The server can answer requests."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready"}]})

    status: Literal["ready"]


router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the process up?", responses=declared("/healthz"))
async def check_health(request: Request, response: Response) -> HealthDTO:
    """Answers as long as the process does, whatever the state of its database; a supervisor restarts on silence."""
    # async: it takes no thread, so that it answers even while every thread waits for the database
    response.headers["Cache-Control"] = "no-store"
    return HealthDTO(status="ok", version=request.app.version)


@router.get("/readyz", summary="Can it serve?", responses=declared("/readyz", *STORE_UNUSABLE))
def check_readiness(store: Store, response: Response) -> ReadinessDTO:
    """Answers 200 while the database can be reached and has the schema that this version needs, else 503."""
    require_usable(store)
    response.headers["Cache-Control"] = "no-store"
    return ReadinessDTO(status="ready")
