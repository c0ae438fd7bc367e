"""Signals from files instead of the lake (`EXTERNAL_SIGNALS_MODE=fixtures`): the same every time, for evaluation."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kairo_hero.dto import BrandSnapshotDTO
from kairo_hero.signals.bundle import Signals

#: Which file holds whose signals: a JSON object from brand slug, or `tenant.brand`, to file name.
INDEX = "_index.json"

logger = logging.getLogger(__name__)


class FixtureUnreadable(Exception):
    """A file of signals can't be used; the message names it, and what is wrong."""


class SignalFixtures:
    """A folder of signals with its index; by default the one that comes with Kairo."""

    def __init__(self, folder: str | None = None) -> None:
        self.folder = Path(folder) if folder else Path(str(files("kairo_hero.fixtures").joinpath("external_signals")))

    def signals_of(self, partition_key: str, snapshot: BrandSnapshotDTO, at: datetime) -> Signals:
        """The brand's signals as its file has them; none, and why, where the index does not name the brand.

        Raises FixtureUnreadable.
        """
        index = self._index()
        name = index.get(partition_key) or index.get(partition_key.partition(".")[2])
        if name is None:
            silence = f"{self.folder / INDEX} names no file for {partition_key}"
            logger.warning("%s: its board is made without signals", silence)
            return Signals.none_for(snapshot, at, silence)
        kept = self._json(name)
        try:
            bundle = {**kept["bundle"], "brand_id": snapshot.brand_id, "fetched_at": at}
            return Signals.model_validate({**kept, "bundle": bundle})
        except (KeyError, TypeError):
            raise FixtureUnreadable(
                f"{self.folder / name} holds no bundle; `kairo signals BRAND --json` writes one"
            ) from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise FixtureUnreadable(f"{self.folder / name}: {place}: {first['msg']}") from None

    def check(self) -> Iterator[str]:
        """The brands that have a file; raise FixtureUnreadable for the first file that is no JSON or not there."""
        for brand, name in self._index().items():
            self._json(name)
            yield brand

    def _index(self) -> dict[str, str]:
        index = self._json(INDEX)
        if not isinstance(index, dict) or not all(isinstance(name, str) for name in index.values()):
            raise FixtureUnreadable(f"{self.folder / INDEX} must be an object from brand slug to file name")
        return index

    def _json(self, name: str) -> Any:
        path = self.folder / name
        try:
            return json.loads(path.read_bytes())
        except OSError as error:
            raise FixtureUnreadable(
                f"{path} can't be read ({error.strerror}); set KAIRO_SIGNAL_FIXTURES to a folder that has it"
            ) from None
        except ValueError as error:
            raise FixtureUnreadable(f"{path} is no JSON: {error}") from None
