"""What the pipelines' tests stand on: a bucket on this machine, a place for raw bytes, recorded front pages."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings

from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.lake.lake import Lake

DATA = Path(__file__).parents[1] / "data"

# An example may take as long as a busy machine makes it take.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The name of an empty bucket of an S3 server on this machine."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "someone",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ALLOW_HTTP": "true",
        }.items():
            environment.setenv(name, value)
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="kairo-lake")
        yield "kairo-lake"
    server.stop()


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(Lake(str(tmp_path / "lake")).objects())


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """The bytes of a file in tests/data."""
    return lambda name: (DATA / name).read_bytes()


@pytest.fixture
def front_page_rows() -> list[dict[str, Any]]:
    """Stories of four front pages of 2021-12-10: at 01:52, 02:25, 02:49 and 03:10."""
    rows: list[dict[str, Any]] = json.loads((DATA / "hn/front_pages.json").read_text())
    return [{**row, "snapshot_ts": datetime.fromisoformat(row["snapshot_ts"])} for row in rows]


@pytest.fixture
def recording(tmp_path: Path, front_page_rows: list[dict[str, Any]]) -> Path:
    """The same as a recording holds them."""
    schema = pa.schema(
        {
            "snapshot_ts": pa.timestamp("us"),
            "rank": pa.int16(),
            "item_id": pa.int64(),
            "title": pa.string(),
            "url": pa.string(),
            "author": pa.string(),
            "upvotes": pa.int32(),
            "comments": pa.int32(),
        }
    )
    path = tmp_path / "front_pages.parquet"
    pq.write_table(pa.Table.from_pylist(front_page_rows, schema=schema), path)
    return path
