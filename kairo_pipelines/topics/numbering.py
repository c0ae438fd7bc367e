"""Numbers for names that come and go."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kairo_pipelines.topics.texts import Ints


class Numbering:
    """Numbers from 0 up for names, and figures that are known of them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        self._figures: dict[str, list[float]] = {}

    def __len__(self) -> int:
        return len(self._names)

    def numbers(self, names: Iterable[str]) -> list[int]:
        """The number of each name; a new name gets the next."""
        known = self._numbers
        found = [known.setdefault(name, len(known)) for name in names]
        if len(known) > len(self._names):
            self._names.extend(list(known)[len(self._names) :])
        return found

    def names(self, numbers: Sequence[int]) -> list[str]:
        """The name of each number."""
        return [self._names[number] for number in numbers]

    def figures(self, kind: str, of: Callable[[str], float]) -> NDArray[np.float64]:
        """A figure of each name in the order of their numbers, computed once."""
        known = self._figures.setdefault(kind, [])
        known.extend(of(name) for name in self._names[len(known) :])
        return np.array(known, dtype=np.float64)

    def keep(self, used: Ints) -> Ints:
        """Forget all names but those of these numbers; returns the new number of each old one, -1 if forgotten."""
        kept = np.zeros(len(self), dtype=bool)
        kept[used] = True
        self._names = [name for name, is_kept in zip(self._names, kept.tolist(), strict=True) if is_kept]
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._figures.clear()
        return np.where(kept, np.cumsum(kept) - 1, -1)
