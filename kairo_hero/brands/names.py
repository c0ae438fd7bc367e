"""Names of brands and competitors as they stand in texts."""

from collections.abc import Iterable

import regex

from kairo_pipelines.normalize.text import plain_text

#: Scripts that put no space between words.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}"


def plain_name(name: str) -> str:
    """A name as normalized texts write it."""
    return plain_text(name, marked_up=False)


def name_pattern(names: Iterable[str]) -> "regex.Pattern[str]":
    """What any of these names looks like in a normalized text: as a whole word, whatever the case."""
    spelled = "|".join(_as_word(plain_name(name)) for name in names)
    return regex.compile(spelled, regex.IGNORECASE)


def _as_word(name: str) -> str:
    unspaced = regex.compile(f"[{_UNSPACED}]")
    before = "" if unspaced.match(name[:1]) else r"(?<!\w)"
    after = "" if unspaced.match(name[-1:]) else r"(?!\w)"
    return f"{before}{regex.escape(name)}{after}"
