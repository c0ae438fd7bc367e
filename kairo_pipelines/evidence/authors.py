"""Who wrote an item, as the lake keeps it: a keyed hash, or the handle where a setting keeps handles."""

import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore

from kairo_pipelines.lake.full_disk import naming_a_full_disk

KEY_PATH = "secrets/author.key"


@dataclass(frozen=True)
class Authors:
    """The key of the hashes, and whether handles are kept."""

    key: bytes
    keeps_handles: bool = False

    def hashed(self, platform: str, handle: str) -> str:
        """The same author of a platform is the same hash, and without the key nobody can tell whose: HMAC-SHA-256."""
        digest = hmac.digest(self.key, f"{platform}\n{handle}".encode("utf-8", "replace"), "sha256")
        return f"~{digest.hex()[:20]}"

    def stored(self, platform: str, handle: str | None) -> str | None:
        """What the column `author` holds."""
        if handle is None or self.keeps_handles:
            return handle
        return self.hashed(platform, handle)

    def raw(self, entry: Any, author_fields: frozenset[str]) -> Any:
        """An entry's JSON without the fields that name its author, unless handles are kept."""
        return entry if self.keeps_handles else _without(entry, author_fields)

    def fragment(self, fragment: str, author_fields: frozenset[str]) -> str:
        """The beginning of an entry's JSON, up to where it names its author, unless handles are kept."""
        if self.keeps_handles:
            return fragment
        places = [place for name in author_fields if (place := fragment.find(f'"{name}"')) >= 0]
        return fragment[: min(places)] + "…" if places else fragment


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _without(inner, names) for name, inner in value.items() if name not in names}
    return [_without(inner, names) for inner in value] if isinstance(value, list | tuple) else value


def author_key(store: ObjectStore, configured: str | None) -> bytes:
    """The configured key, else one that is made once and kept with the lake for every process to use."""
    if configured:
        return configured.encode()
    try:
        return bytes(obstore.get(store, KEY_PATH).bytes())
    except FileNotFoundError:
        with suppress(AlreadyExistsError), naming_a_full_disk():
            obstore.put(store, KEY_PATH, secrets.token_bytes(32), mode="create")
        return bytes(obstore.get(store, KEY_PATH).bytes())
