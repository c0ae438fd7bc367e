"""What has been erased, read from where it is on record; with the key that tells whether something is of it."""

from kairo_pipelines.erasure.records import erased_subjects
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors, author_key
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings


def authors_of(lake: Lake, settings: PipelineSettings) -> Authors:
    """How authors are stored in this lake."""
    return Authors(author_key(lake.objects(), settings.author_key), settings.keep_author_handles)


def erased_now(database: Database, lake: Lake, settings: PipelineSettings) -> Erased:
    """Everything that must not be stored again."""
    with database.reading() as session:
        return Erased(authors_of(lake, settings), erased_subjects(session))
