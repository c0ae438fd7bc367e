"""Worlds with something to erase: made once, copied for each test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from erased_world import make
from small_world import SmallWorld

from kairo_pipelines.settings import PipelineSettings


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], SmallWorld]:
    """A world that keeps the handles of authors, or does not. Tests only read it."""
    worlds: dict[bool, SmallWorld] = {}

    def world(keeps_handles: bool) -> SmallWorld:
        if keeps_handles not in worlds:
            settings = PipelineSettings(keep_author_handles=keeps_handles)
            worlds[keeps_handles] = make(tmp_path_factory.mktemp("made") / "world", settings)
        return worlds[keeps_handles]

    return world


@pytest.fixture
def before(made: Callable[[bool], SmallWorld]) -> SmallWorld:
    """The world before anything is erased. Tests only read it."""
    return made(False)


@pytest.fixture
def world(before: SmallWorld, tmp_path: Path) -> SmallWorld:
    """A world of one's own."""
    return before.copied(tmp_path / "world")
