"""Wikipedia and its sister projects: the pages that were viewed most on a day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import regex
from pydantic import Field

from kairo_pipelines.connectors.connector import (
    Answer,
    Connector,
    Failure,
    Item,
    Quarantined,
    Request,
    Target,
    UnreadableBody,
    read_when_needed,
)
from kairo_pipelines.connectors.fields import at, count, moment, text
from kairo_pipelines.connectors.json_answers import error_message, json_of, listed, quarantined, told
from kairo_pipelines.settings import EnvironmentSettings

_PROJECT = regex.compile(r"([a-z][a-z0-9-]*\.[a-z]+)(?:\.org)?")
#: What an edition's name begins with, unlike `www.wikidata` and `commons.wikimedia`.
_LANGUAGE = regex.compile(r"(?!www\.)([a-z]{2,3}(?:-[a-z-]+)?)\.")
#: What MediaWiki leaves as it is in its own links.
_UNQUOTED = ";@$!*(),/~:"
_FIRST = regex.compile(r"first=([0-9]{1,4})")
_KINDS = {400: "http_error", 403: "forbidden", 404: "not_found"}


class WikipediaSettings(EnvironmentSettings):
    """Where the API is, and how many of the thousand pages that it lists are read."""

    url: str = Field("https://wikimedia.org/api/rest_v1", alias="KAIRO_WIKIPEDIA_URL", min_length=1)
    limit: int = Field(200, alias="KAIRO_WIKIPEDIA_LIMIT", ge=1, le=1000)


class Wikipedia(Connector):
    """The most viewed pages of a project, as of the last day that is counted.

    The API lists a thousand pages at once, by rank. What is below the limit is not asked for, so it is no entry. The
    limit stands in the request's fragment, which no server is sent, so that an answer read again gives the same.
    """

    settings_class: ClassVar[type[EnvironmentSettings] | None] = WikipediaSettings
    settings = read_when_needed(WikipediaSettings)
    platform: ClassVar[str] = "wikipedia"
    surface_types: ClassVar[Mapping[str, str]] = {"most_viewed": "a Wikimedia project, such as en.wikipedia"}

    def check(self, target: Target) -> None:
        """The key is a project's name, with or without its `.org`."""
        super().check(target)
        _project(target)

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """The day before; where that is not counted yet, as for some hours after midnight, the one before that."""
        project = _project(target)
        if len(answers) > 1 or any(answer.status != 404 for answer in answers):
            return ()
        day = due_at.astimezone(UTC) - timedelta(days=1 + len(answers))
        url = f"{self.settings.url.rstrip('/')}/metrics/pageviews/top/{project}/all-access/{day:%Y/%m/%d}"
        return (Request(f"{url}#first={self.settings.limit}", may_be_missing=True),)

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """An item per page and day: the same page on another day is another item."""
        counted = [answer for answer in answers if answer.status != 404]
        if not counted:
            said = error_message(answers[-1], "detail") if answers else None
            raise UnreadableBody("not_published_yet", said or "the views of the last two days are not published")
        document = json_of(counted[-1])
        articles, day = listed(document, "items", 0, "articles"), _day(at(document, "items", 0))
        if day is None:
            raise UnreadableBody("changed_shape", "the answer does not say of which day it is")
        project, limit = _project(target), _FIRST.fullmatch(urlsplit(counted[-1].url).fragment)
        for position, entry in enumerate(articles[: int(limit[1])] if limit else articles):
            yield _item(entry, position, project, day)

    def failure(self, answer: Answer) -> Failure | None:
        """What the API says of a request that it refuses."""
        message = error_message(answer, "detail") or error_message(answer, "title")
        kind = _KINDS.get(answer.status)
        return told(kind, answer.status, message) if kind and message else None


def _project(target: Target) -> str:
    if match := _PROJECT.fullmatch(target.surface_key.strip()):
        return str(match[1])
    raise ValueError(f"{target.surface_key!r} is no project; the key is {Wikipedia.surface_types['most_viewed']}")


def _day(listing: Any) -> datetime | None:
    year, month, day = (text(at(listing, part)) or "" for part in ("year", "month", "day"))
    return moment(f"{year}-{month:0>2}-{day:0>2}") if len(year) == 4 else None


def _item(entry: Any, position: int, project: str, day: datetime) -> Item | Quarantined:
    article = text(at(entry, "article"))
    if not article:
        return quarantined(position, "it names no article", entry)
    title, language = article.replace("_", " "), _LANGUAGE.match(project)
    return Item(
        platform_item_id=f"{project}/{day:%Y-%m-%d}/{article}",
        title=title,
        text_content=title,
        url=f"https://{project}.org/wiki/{quote(article, safe=_UNQUOTED, errors='replace')}",
        language=str(language[1]) if language else None,
        published_at=day,
        view_count=count(at(entry, "views")),
        rank=count(at(entry, "rank")),
        raw=entry,
    )
