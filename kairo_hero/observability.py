"""What a run did, as JSON lines: `$KAIRO_OBS_DIR/{run_id}/{kind}.jsonl`. Off by default; never in the way of a run."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

EventKind = Literal[
    "run_start", "run_complete", "run_fail", "llm_call", "classification", "opportunity", "package", "variant"
]
ObsHealth = Literal["ok", "degraded", "failed"]

logger = logging.getLogger(__name__)


class RunLog:
    """The sink of one run. Disabled, it drops what it is given."""

    def __init__(self, run_id: str, folder: str | None) -> None:
        self.run_id = run_id
        self._folder = Path(folder) / run_id if folder else None

    def write(self, kind: EventKind, **fields: Any) -> None:
        """Append one event. A sink that can't be written is a warning: a run is worth more than its log."""
        if self._folder is None:
            return
        event = {"kind": kind, "run_id": self.run_id, "at": datetime.now(UTC).isoformat(), **fields}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / f"{kind}.jsonl").open("a", encoding="utf-8") as sink:
                sink.write(json.dumps(event, ensure_ascii=False, default=str) + "\n")
        except OSError as error:
            logger.warning("run %s: %s was not logged (%s); check KAIRO_OBS_DIR", self.run_id, kind, error)
