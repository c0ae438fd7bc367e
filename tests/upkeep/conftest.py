"""Worlds old enough to need upkeep: made once, copied for each test."""

from pathlib import Path

import aged_world
import pytest
from small_world import SmallWorld


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> SmallWorld:
    """The world before any upkeep. Tests only read it."""
    return aged_world.make(tmp_path_factory.mktemp("aged") / "world")


@pytest.fixture
def world(before: SmallWorld, tmp_path: Path) -> SmallWorld:
    """A world of one's own."""
    return before.copied(tmp_path / "world")
