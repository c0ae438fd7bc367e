"""Names of brands and competitors as they stand in texts."""

from collections.abc import Iterable

import regex


def name_pattern(names: Iterable[str]) -> "regex.Pattern[str]":
    """What any of these names looks like in a text: as a whole word, whatever the case."""
    return regex.compile(rf"(?<!\w)(?:{'|'.join(regex.escape(name) for name in names)})(?!\w)", regex.IGNORECASE)
