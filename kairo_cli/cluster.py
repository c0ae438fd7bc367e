"""`kairo cluster`: short texts of a file put into topics."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from kairo_pipelines.topics.lines import clusters_of


class UnreadableFile(Exception):
    """The file of texts can't be opened; the message names it and says why."""


def cluster(
    texts: Annotated[
        str,
        typer.Argument(metavar="TEXTS", help="A JSONL file: id, text and published_at a line; - reads standard input."),
    ],
) -> None:
    """Put short texts that mean the same into one cluster: a line of JSON with id and cluster for each, in their order.

    Texts are best in order of published_at, which may be left out. A cluster is named by the number of the row that
    founded it. At a line that can't be read it stops, after all rows before it.
    """
    with _opened(texts) as lines:
        for id_, founder in clusters_of(lines):
            sys.stdout.write(json.dumps({"id": id_, "cluster": founder}) + "\n")


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise UnreadableFile(f"{name} can't be read: {error.strerror}") from None
