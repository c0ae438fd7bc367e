"""A capture that is killed at any moment and run again leaves what an undisturbed one leaves."""

import itertools
import json
import multiprocessing
import random
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import killed_run
import pytest
from web_server import serving

from kairo_hero.migrating import migrate
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    NORMALIZED_ARTIFACTS,
    QUARANTINE,
)

#: How often each of these runs is killed before one comes to its end: twenty times in all.
TIMES = (1,) * 6 + (2,) * 4 + (6,)
FIRST = datetime(2021, 12, 10, 12, tzinfo=UTC)
COMPARED = (
    CAPTURE_RUNS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    QUARANTINE,
    NORMALIZED_ARTIFACTS,
    ARTIFACT_CLUSTER_LINKS,
    CLUSTERS,
    CLUSTER_BUCKETS,
    CLUSTER_AUTHORS,
)
#: Names of files, and when attempts were made.
PASSED_OVER = {"body_path", "started_at", "ended_at", "first_seen_at", "observed_at"}

ITEM = """<item><guid>urn:story:{number}</guid><title>Log4j RCE found, report {number} on #log4shell</title>
<link>https://example.org/{number}</link><author>author{number}</author>
<pubDate>Fri, 10 Dec 2021 11:0{digit}:00 GMT</pubDate></item>"""


def feed(numbers: range) -> bytes:
    items = "".join(ITEM.format(number=number, digit=number % 10) for number in numbers)
    return f'<rss version="2.0"><channel><title>News</title>{items}<item/></channel></rss>'.encode()


def posts(likes: int) -> str:
    """What is dropped of the same posts at one time: each has grown by the next."""
    rows = (
        {"id": str(n), "text": f"Log4j post {n} #log4shell", "author": f"a{n}", "like_count": likes} for n in range(9)
    )
    return "\n".join(map(json.dumps, rows))


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    """Forks processes from one that has loaded everything and done nothing."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(Path(__file__).parent))
        forking = multiprocessing.get_context("forkserver")
        forking.set_forkserver_preload([killed_run.__name__])
        yield forking


@pytest.fixture(scope="module")
def targets(tmp_path_factory) -> Iterator[list[Target]]:
    """Feeds that list some stories in common, one that is broken, and a folder in which files come to lie."""
    folder = tmp_path_factory.mktemp("drop")
    (folder / "12.jsonl").write_text(posts(likes=10))
    with serving() as web:
        urls = [web.answer(f"/{start}", feed(range(start, start + 6)), etag=f'"{start}"') for start in range(0, 15, 3)]
        broken = web.answer("/broken", b"<html>", 500)
        feeds = [Target(f"feed {number}", "feeds", "feed", url) for number, url in enumerate([*urls, broken])]
        yield [*feeds, Target("drop", "drop", "folder", str(folder))]


@pytest.fixture(scope="module")
def begun(processes, targets, tmp_path_factory) -> Path:
    """A place where one hour was captured, and something new came since."""
    folder = tmp_path_factory.mktemp("begun")
    database = killed_run.database_in(folder)
    migrate(database)
    database.engine.dispose()
    run = start(processes, folder, targets, FIRST)
    run.join(60)
    assert run.exitcode == 0
    (Path(targets[-1].surface_key) / "13.jsonl").write_text(posts(likes=25))
    return folder


def start(processes: Any, folder: Path, targets: list[Target], hour: datetime = FIRST + HOUR) -> BaseProcess:
    run = processes.Process(target=killed_run.make_hour, args=(folder, targets, hour))
    run.start()
    return run


def content(folder: Path) -> dict[str, list[str]]:
    """Every row of every table, but for what differs from run to run."""
    lake = killed_run.lake_in(folder)
    tables = {table.name: lake.sql("SELECT * FROM rows", rows=Slice(table)).to_pylist() for table in COMPARED}
    return {
        name: sorted(repr({key: row[key] for key in row if key not in PASSED_OVER}) for row in rows)
        for name, rows in tables.items()
    }


def test_a_capture_killed_at_twenty_random_moments_and_run_again_ends_as_an_undisturbed_one(
    processes, targets, begun, tmp_path
):
    numbers = itertools.count()

    def place() -> Path:
        return shutil.copytree(begun, tmp_path / str(next(numbers)))

    undisturbed, began = place(), time.monotonic()
    run = start(processes, undisturbed, targets)
    run.join(60)
    took = time.monotonic() - began
    assert run.exitcode == 0
    expected = content(undisturbed)
    assert all(expected.values())
    gained = killed_run.lake_in(undisturbed).read(CLUSTER_BUCKETS).column("engagement_gained").to_pylist()
    assert max(gained) == 9 * 15

    killed = 0
    for times in TIMES:
        folder, moments = place(), [random.uniform(0, took) for _ in range(times)]
        for moment in moments:
            run = start(processes, folder, targets)
            time.sleep(moment)
            run.kill()
            run.join()
            killed += run.exitcode == -signal.SIGKILL
        killed_run.make_hour(folder, targets, FIRST + HOUR)
        assert content(folder) == expected, f"killed after {moments} s, of {took} s"
    # A run that was quicker than the first was over by then.
    assert killed >= sum(TIMES) / 2
