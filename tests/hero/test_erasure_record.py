"""The record of what was erased, as both databases keep it."""

import pytest
from sqlalchemy.exc import IntegrityError

from kairo_pipelines.erasure.records import Erasure, erased_subjects, record_of

HASH = "~0123456789abcdef0123"


def test_a_subject_has_one_record_however_often_it_is_asked_for(database):
    ids = set()
    for _ in range(2):
        with database.writing() as session:
            ids.add(record_of(session, "item", "reddit", HASH).id)
    assert len(ids) == 1
    with database.reading() as session:
        assert erased_subjects(session) == {HASH}


def test_a_new_record_is_not_finished(database):
    with database.writing() as session:
        record_of(session, "author", "reddit", HASH)
    with database.reading() as session:
        record = record_of(session, "author", "reddit", HASH)
    assert (record.kind, record.platform, record.removed, record.finished_at) == ("author", "reddit", {}, None)
    assert record.requested_at.tzinfo is not None


def test_two_records_of_one_subject_are_refused(database):
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add_all(Erasure(kind="item", platform="reddit", subject_hash=HASH) for _ in range(2))


def test_only_items_and_authors_are_erased(database):
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Erasure(kind="brand", platform="reddit", subject_hash=HASH))


def test_a_finished_record_keeps_what_went(database):
    with database.writing() as session:
        record = record_of(session, "item", "reddit", HASH)
        record.removed = {"captures": 3, "evidence_items": 1}
        record.finished_at = record.requested_at
    with database.reading() as session:
        kept = record_of(session, "item", "reddit", HASH)
    assert kept.removed == {"captures": 3, "evidence_items": 1}
    assert kept.finished_at == kept.requested_at
