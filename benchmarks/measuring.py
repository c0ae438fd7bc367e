"""Runs one measurement in a process of its own, so that its peak memory is its own; prints what it found."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

#: The argument by which a script knows that it is the measured process.
ALONE = "--alone"


def measured(work: Callable[[], Any]) -> dict[str, float]:
    """Seconds that the work takes in this process, and the peak memory of the process until its end."""
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def alone(script: str, *arguments: str) -> dict[str, float]:
    """The figures that a script prints as JSON when it is run in a new process with these arguments."""
    command = [sys.executable, script, ALONE, *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(output.splitlines()[-1])
    return figures


def table(head: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
