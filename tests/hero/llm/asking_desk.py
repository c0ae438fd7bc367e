"""Whoever asks a model in the tests: a task with its form, a good answer to it, and what is on record afterwards."""

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from model_server import ModelServer
from sqlalchemy import select

from kairo_hero.llm.client import ModelClient, RunModels
from kairo_hero.llm.quoted import QuotedItems
from kairo_hero.llm.task import Task
from kairo_hero.llm.wire import WireModel
from kairo_hero.models.model_calls import ModelAnswer, ModelCall
from kairo_hero.observability import RunLog
from kairo_pipelines.relational.database import Database

KEY = "sk-test-0123456789"


class Idea(WireModel):
    title: str
    evidence_ids: list[str]


class Ideas(WireModel):
    mood: Literal["calm", "urgent"]
    ideas: list[Idea]


GOOD = {"mood": "urgent", "ideas": [{"title": "Patch tonight", "evidence_ids": ["e1"]}]}


def quoted_posts() -> QuotedItems:
    quoted = QuotedItems()
    quoted.add(id=quoted.name("e", "hackernews:29504755"), text="RCE 0-day exploit found in log4j", likes=171)
    return quoted


def task(**changes: object) -> Task[Ideas]:
    asked = {
        "step": "synthesize",
        "tier": "heavy",
        "form": Ideas,
        "prompt_version": "ideas-1",
        "instructions": "Propose what the brand could say.",
        "context": "The brand: Acme, which hardens servers.",
        "items": quoted_posts(),
        "max_output_tokens": 500,
    }
    return Task(**{**asked, **changes})


@dataclass
class Desk:
    """Whoever asks: a run of one brand, with the store that its requests are booked in."""

    database: Database
    server: ModelServer
    client: ModelClient
    models: RunModels
    brand_id: uuid.UUID
    obs: Path

    @property
    def calls(self) -> list[ModelCall]:
        with self.database.reading() as session:
            return list(session.scalars(select(ModelCall).order_by(ModelCall.created_at, ModelCall.attempt)))

    @property
    def kept_answers(self) -> int:
        with self.database.reading() as session:
            return session.query(ModelAnswer).count()

    @property
    def events(self) -> list[dict[str, Any]]:
        log = self.obs / "run-1" / "llm_call.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()]

    def for_run(self, run_id: str) -> RunModels:
        return self.client.for_run(run_id, self.brand_id, RunLog(run_id, str(self.obs)))
