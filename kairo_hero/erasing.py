"""Erasing an item or an author everywhere: the one exception to what is immutable, and it leaves a record.

The record comes first, so that nothing comes back while the rest goes on; done again after a crash, it ends the same.
"""

from datetime import UTC, datetime, timedelta

from kairo_hero.boards.redacting import Removal, redact_kept
from kairo_hero.llm.cache import forget_answers
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.erasure.captures import raw_days, redact_landed
from kairo_pipelines.erasure.loading import erased_now
from kairo_pipelines.erasure.records import Erasure, record_of
from kairo_pipelines.erasure.subjects import Subject
from kairo_pipelines.erasure.tables import delete_files, erase_rows, erased_items, follow_bytes
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import TABLES
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings


def erase(database: Database, lake: Lake, settings: PipelineSettings, subject: Subject) -> Erasure:
    """Erase it from raw bytes, kept boards, every table and its old files; return the record, with what went."""
    authors = erased_now(database, lake, settings).authors
    with database.writing() as session:
        record = record_of(session, subject.kind, subject.platform, subject.hashed(authors))
    erased = erased_now(database, lake, settings)
    items = erased_items(lake, subject, authors)
    rows = items.to_pylist()
    names = [subject.name, *(row["title"] for row in rows if row["title"])]
    landing = Landing(lake.objects())
    redactions = redact_landed(landing, _days(raw_days(lake.objects())), erased, names)
    quarantined = follow_bytes(lake, redactions.receipts, names)
    with database.writing() as session:
        texts = (text for row in rows for text in (row["title"], row["text_content"], row["url"]))
        boards = redact_kept(session, Removal.of((row["evidence_id"] for row in rows), texts))
        answers = forget_answers(session)
    removed = erase_rows(lake, items, subject, authors)
    files = delete_files(lake, [table for table in TABLES if table.hourly])
    with database.writing() as session:
        kept = session.get_one(Erasure, record.id)
        kept.finished_at = datetime.now(UTC)
        counted = {
            "captures": redactions.captures,
            "kept rows redacted": boards,
            "kept model answers": answers,
            "quarantine": quarantined,
            **removed,
            "files": files,
        }
        # A try that was cut short may have left none of some kind to the next.
        kept.removed = kept.removed | {name: count + int(kept.removed.get(name, 0)) for name, count in counted.items()}
        return kept


def _days(days: list[str]) -> list[HourRange]:
    firsts = [datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) for day in days]
    return [HourRange(first, first + timedelta(days=1) - HOUR) for first in firsts]
