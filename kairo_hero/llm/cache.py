"""Valid answers, kept for some days by the hash of their request. Errors, refusals and bad answers never get here."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models.model_calls import ModelAnswer
from kairo_pipelines.relational.database import Database


class AnswerCache:
    """The cache of all processes that share a store."""

    def __init__(self, database: Database, settings: ModelSettings) -> None:
        self._database = database
        self._keep = timedelta(days=settings.cache_days)

    def get(self, request_hash: str) -> str | None:
        """The answer's JSON, unless there is none or it is too old."""
        if not self._keep:
            return None
        with self._database.reading() as session:
            kept = session.get(ModelAnswer, request_hash)
        return kept.content if kept and kept.expires_at > datetime.now(UTC) else None

    def put(self, request_hash: str, content: str) -> None:
        """Keep an answer, and throw out those that are too old. Of two answers to one request the first stays."""
        if not self._keep:
            return
        now = datetime.now(UTC)
        with self._database.writing() as session:
            session.execute(delete(ModelAnswer).where(ModelAnswer.expires_at <= now))
            try:
                with session.begin_nested():
                    session.add(
                        ModelAnswer(
                            request_hash=request_hash, content=content, created_at=now, expires_at=now + self._keep
                        )
                    )
            except IntegrityError:
                pass  # another process asked the same at the same time


def forget_answers(session: Session) -> int:
    """Throw out every kept answer: one may repeat what has to be forgotten. Returns how many there were."""
    rows = session.query(ModelAnswer).delete()
    return int(rows)
