"""Where captures land: the raw bytes first, then a receipt that makes the capture complete.

A capture is there once its receipt is there, and a receipt is never written twice.
"""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore
from pydantic import BaseModel, ConfigDict

from kairo_pipelines.connectors.connector import Body, Target
from kairo_pipelines.hours import HourRange, capture_day, hour_of

#: Small objects, so waiting dominates: read several at once.
READERS = 16


class Receipt(BaseModel):
    """What is known of a capture besides its bytes. `failure` names what kept them from coming, if anything did."""

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
    http_status: int | None = None
    headers: Mapping[str, str] = {}
    failure: str | None = None
    failure_sentence: str | None = None
    body_path: str | None = None
    body_bytes: int = 0

    @property
    def hour(self) -> datetime:
        """The capture hour that this capture belongs to."""
        return hour_of(self.due_at)


def capture_id(target: Target, due_at: datetime) -> str:
    """The same surface due at the same time is the same capture."""
    identity = f"{target.platform}\n{target.surface_type}\n{target.surface_key}\n{due_at.isoformat()}"
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


class Landing:
    """The raw zone of a lake."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def land(self, receipt: Receipt, content: bytes) -> bool:
        """Keep these bytes and their receipt; False, and nothing changed, where this capture has landed before."""
        if content:
            # Named by content too, so that of two fetches of one capture neither overwrites the other's bytes.
            digest = hashlib.sha256(content).hexdigest()[:16]
            body_path = f"{_folder(receipt.hour)}/{receipt.capture_id}-{digest}.body"
            obstore.put(self._store, body_path, content)
            receipt = receipt.model_copy(update={"body_path": body_path, "body_bytes": len(content)})
        try:
            path = f"{_folder(receipt.hour)}/{receipt.capture_id}.json"
            obstore.put(self._store, path, receipt.model_dump_json(indent=1).encode(), mode="create")
        except AlreadyExistsError:
            return False
        return True

    def landed_ids(self, hours: HourRange) -> set[str]:
        """The ids of the captures that have landed in these hours."""
        return {path.rsplit("/", 1)[1].removesuffix(".json") for path in self._receipt_paths(hours)}

    def receipts(self, hours: HourRange) -> list[Receipt]:
        """The captures of these hours, in the order in which they were due."""
        with ThreadPoolExecutor(READERS) as readers:
            found = list(readers.map(self._receipt, self._receipt_paths(hours)))
        return sorted(found, key=lambda receipt: (receipt.due_at, receipt.capture_id))

    def bodies(self, receipts: Iterable[Receipt]) -> list[Body]:
        """The bytes of these captures, in the same order; empty where nothing came."""
        with ThreadPoolExecutor(READERS) as readers:
            return list(readers.map(self._body, receipts))

    def _receipt_paths(self, hours: HourRange) -> list[str]:
        folders = {_folder(hour) for hour in hours}
        days = sorted({capture_day(hour) for hour in hours})
        listed = (
            entry["path"]
            for day in days
            for page in obstore.list(self._store, f"raw/capture_day={day}/")
            for entry in page
        )
        return [path for path in listed if path.endswith(".json") and path.rsplit("/", 1)[0] in folders]

    def _receipt(self, path: str) -> Receipt:
        return Receipt.model_validate_json(bytes(obstore.get(self._store, path).bytes()))

    def _body(self, receipt: Receipt) -> Body:
        content = bytes(obstore.get(self._store, receipt.body_path).bytes()) if receipt.body_path else b""
        return Body(content, receipt.headers)


def _folder(hour: datetime) -> str:
    return f"raw/capture_day={capture_day(hour)}/capture_hour={hour:%H}"
