"""What has been used of a source's daily allowance: on record before it is spent, so that a crash can't forget it."""

import uuid
from datetime import datetime

import obstore
from obstore.store import ObjectStore

from kairo_pipelines.connectors.connector import Quota


class Quotas:
    """The allowances of all sources, kept in the lake's object store for every process to see."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def reserve(self, quota: Quota, now: datetime) -> bool:
        """Put these units on record; False, and nothing recorded, where the day's allowance does not hold them.

        Written first and counted after: of two that reserve the last units at once both may be refused, but never both
        served.
        """
        path = f"{_folder(quota, now)}/{quota.units}-{uuid.uuid4().hex}"
        obstore.put(self._store, path, b"")
        if self.spent(quota, now) <= quota.daily_limit:
            return True
        obstore.delete(self._store, path)
        return False

    def spent(self, quota: Quota, now: datetime) -> int:
        """Units used on the day that `now` falls in, where the source is."""
        listed = obstore.list(self._store, f"{_folder(quota, now)}/")
        paths = (entry["path"] for page in listed for entry in page)
        return sum(int(path.rsplit("/", 1)[1].split("-")[0]) for path in paths)


def _folder(quota: Quota, now: datetime) -> str:
    return f"quotas/{quota.name}/{quota.day_of(now).isoformat()}"
