"""Where captures land: the raw bytes first, then a receipt that makes the capture complete.

A capture is there once its receipt is there, and a receipt is never written twice.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import accumulate

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore
from pydantic import BaseModel, ConfigDict

from kairo_pipelines.connectors.connector import Answer, Target
from kairo_pipelines.hours import HourRange, capture_day, hour_of
from kairo_pipelines.lake.full_disk import naming_a_full_disk

#: Small objects, so waiting dominates: read several at once.
READERS = 16


class Page(BaseModel):
    """One answer of a capture; its bytes follow those of the answers before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = {}
    bytes: int = 0
    #: Whether it is what was asked for, and not an error that the server answered with.
    is_answer: bool = True


class Receipt(BaseModel):
    """What is known of a capture besides its bytes. `failure` names what kept them from coming, if anything did.

    `body_path` is where the bytes of its pages lie, one after the other as they were received.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    capture_id: str
    surface_id: str
    platform: str
    surface_type: str
    surface_key: str
    cadence_minutes: int = 60
    due_at: datetime
    started_at: datetime
    ended_at: datetime
    pages: tuple[Page, ...] = ()
    failure: str | None = None
    failure_sentence: str | None = None
    retry_at: datetime | None = None
    moved_to: str | None = None
    body_path: str | None = None

    @property
    def hour(self) -> datetime:
        """The capture hour that this capture belongs to."""
        return hour_of(self.due_at)

    @property
    def body_bytes(self) -> int:
        """The size of all that was received."""
        return sum(page.bytes for page in self.pages)

    @property
    def target(self) -> Target:
        """The surface that was captured."""
        return Target(self.surface_id, self.platform, self.surface_type, self.surface_key, self.cadence_minutes)


def capture_id(target: Target, due_at: datetime) -> str:
    """The same surface due at the same time is the same capture."""
    identity = f"{target.platform}\n{target.surface_type}\n{target.surface_key}\n{due_at.isoformat()}"
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def page_of(answer: Answer, *, is_answer: bool = True) -> Page:
    """What a receipt keeps of an answer."""
    return Page(
        url=answer.url,
        status=answer.status,
        headers=dict(answer.headers),
        bytes=len(answer.content),
        is_answer=is_answer,
    )


class Landing:
    """The raw zone of a lake."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def land(self, receipt: Receipt, contents: Sequence[bytes]) -> bool:
        """Keep the bytes of the receipt's pages, and it; False, and nothing changed, where this capture is there."""
        with naming_a_full_disk():
            receipt = self._with_body(receipt, b"".join(contents))
            try:
                obstore.put(self._store, _path(receipt), _written(receipt), mode="create")
            except AlreadyExistsError:
                return False
            return True

    def land_instead(self, receipt: Receipt, contents: Sequence[bytes]) -> Receipt:
        """Put these bytes and this receipt in the place of what has landed for the capture, and delete that.

        Returns the receipt, with where the bytes lie now.
        """
        with naming_a_full_disk():
            receipt = self._with_body(receipt.model_copy(update={"body_path": None}), b"".join(contents))
            obstore.put(self._store, _path(receipt), _written(receipt))
        bodies = [path for path, _ in self._listed(HourRange.single(receipt.hour)) if _is_body(path)]
        stale = [path for path in bodies if _capture_of(path) == receipt.capture_id and path != receipt.body_path]
        obstore.delete(self._store, stale)
        return receipt

    def delete_strays(self, hours: HourRange, until: datetime) -> int:
        """Delete bytes that no receipt names; return how many objects.

        Where there is a receipt, these came second, or `land_instead` was killed. Where there is none they are of a
        capture under way, or of one that was killed; of those that came before `until`, which is long enough ago, the
        latter.
        """
        bodies = [(path, came) for path, came in self._listed(hours) if _is_body(path)]
        receipts = self.receipts(hours)
        landed, named = {receipt.capture_id for receipt in receipts}, {receipt.body_path for receipt in receipts}
        unnamed = [(path, came) for path, came in bodies if path not in named]
        strays = [path for path, came in unnamed if _capture_of(path) in landed or came < until]
        obstore.delete(self._store, strays)
        return len(strays)

    def holds(self, receipt: Receipt, names: Iterable[str]) -> bool:
        """Whether any of these stands somewhere in what was received."""
        body = bytes(obstore.get(self._store, receipt.body_path).bytes()) if receipt.body_path else b""
        return any(name.encode() in body for name in names)

    def _with_body(self, receipt: Receipt, body: bytes) -> Receipt:
        if not body:
            return receipt
        # Named by content too, so that of two fetches of one capture neither overwrites the other's bytes.
        digest = hashlib.sha256(body).hexdigest()[:16]
        body_path = f"{_folder(receipt.hour)}/{receipt.capture_id}-{digest}.body"
        obstore.put(self._store, body_path, body)
        return receipt.model_copy(update={"body_path": body_path})

    def landed_ids(self, hours: HourRange) -> set[str]:
        """The ids of the captures that have landed in these hours."""
        return {path.rsplit("/", 1)[1].removesuffix(".json") for path in self._receipt_paths(hours)}

    def receipts(self, hours: HourRange) -> list[Receipt]:
        """The captures of these hours, in the order in which they were due."""
        with ThreadPoolExecutor(READERS) as readers:
            found = list(readers.map(self._receipt, self._receipt_paths(hours)))
        return sorted(found, key=lambda receipt: (receipt.due_at, receipt.capture_id))

    def answers(self, receipts: Iterable[Receipt]) -> list[list[Answer]]:
        """What each of these captures brought, in the same order: its pages that are answers, with their bytes."""
        with ThreadPoolExecutor(READERS) as readers:
            return list(readers.map(self._answers, receipts))

    def _receipt_paths(self, hours: HourRange) -> list[str]:
        return [path for path, _ in self._listed(hours) if path.endswith(".json")]

    def _listed(self, hours: HourRange) -> Iterator[tuple[str, datetime]]:
        """Every object of these hours, and when it came."""
        folders = {_folder(hour) for hour in hours}
        for day in sorted({capture_day(hour) for hour in hours}):
            for page in obstore.list(self._store, f"raw/capture_day={day}/"):
                for entry in page:
                    if entry["path"].rsplit("/", 1)[0] in folders:
                        yield entry["path"], entry["last_modified"]

    def _receipt(self, path: str) -> Receipt:
        return Receipt.model_validate_json(bytes(obstore.get(self._store, path).bytes()))

    def _answers(self, receipt: Receipt) -> list[Answer]:
        body = bytes(obstore.get(self._store, receipt.body_path).bytes()) if receipt.body_path else b""
        ends = list(accumulate(page.bytes for page in receipt.pages))
        return [
            Answer(body[end - page.bytes : end], page.headers, page.url, page.status)
            for page, end in zip(receipt.pages, ends, strict=True)
            if page.is_answer
        ]


def _folder(hour: datetime) -> str:
    return f"raw/capture_day={capture_day(hour)}/capture_hour={hour:%H}"


def _path(receipt: Receipt) -> str:
    return f"{_folder(receipt.hour)}/{receipt.capture_id}.json"


def _is_body(path: str) -> bool:
    return path.endswith(".body")


def _capture_of(body_path: str) -> str:
    """The id of the capture that a body is of."""
    return body_path.rsplit("/", 1)[1].rsplit("-", 1)[0]


def _written(receipt: Receipt) -> bytes:
    return receipt.model_dump_json(indent=1).encode()
