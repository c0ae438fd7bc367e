"""Worlds with something to erase: made once, copied for each test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from erased_world import AUTHOR, ITEM, erase_in, make
from small_world import SmallWorld

from kairo_pipelines.erasure.records import Erasure
from kairo_pipelines.settings import PipelineSettings

Erased = tuple[SmallWorld, Erasure]


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


@pytest.fixture(scope="session")
def before(made: Callable[[bool], SmallWorld]) -> SmallWorld:
    """The world before anything is erased. Tests only read it."""
    return made(False)


@pytest.fixture
def world(before: SmallWorld, tmp_path: Path) -> SmallWorld:
    """A world of one's own."""
    return before.copied(tmp_path / "world")


@pytest.fixture(scope="session")
def without_item(before: SmallWorld, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """The world from which the item was erased, and the record of it. Tests only read it."""
    world = before.copied(tmp_path_factory.mktemp("without_item") / "world")
    return world, erase_in(world, ITEM)


@pytest.fixture(scope="session")
def without_author(before: SmallWorld, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """The world from which the author was erased, and the record of it. Tests only read it."""
    world = before.copied(tmp_path_factory.mktemp("without_author") / "world")
    return world, erase_in(world, AUTHOR)
