"""Ending a piece of work at a step of one's choice, as a kill would."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest


class Killed(BaseException):
    """Nothing may catch it, as nothing catches a kill."""


@contextmanager
def killed_before(holder: object, name: str, number: int) -> Iterator[None]:
    """The call of that number, counted from 1, is never made, and ends the block; the test fails if there is none."""
    real: Callable[..., object] = getattr(holder, name)
    calls = iter(range(1, 1000))

    def call(*arguments: object, **named: object) -> object:
        if next(calls) == number:
            raise Killed
        return real(*arguments, **named)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(holder, name, call)
        try:
            yield
        except Killed:
            return
    pytest.fail(f"{name} was not called {number} times")
