"""`kairo dev`: when one server ends, so does the other."""

import signal
import subprocess
import sys
import time

import pytest

from kairo_cli.dev import DevelopmentStopped, run_together

# one write each, so that the lines of two processes do not run into each other
SLEEP = [sys.executable, "-c", "import os, time; os.write(1, b'up\\n'); time.sleep(60)"]


@pytest.fixture(autouse=True)
def handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_one_that_ends_by_itself_stops_the_other():
    began = time.monotonic()
    with pytest.raises(DevelopmentStopped, match="raise SystemExit"):
        run_together(SLEEP, [sys.executable, "-c", "raise SystemExit(3)"])
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_stops_both(number):
    program = f"from kairo_cli.dev import run_together; run_together({SLEEP!r}, {SLEEP!r}); print('stopped')"
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert [running.stdout.readline() for _ in range(2)] == ["up\n", "up\n"]
    running.send_signal(number)
    assert running.communicate(timeout=20)[0] == "stopped\n"
