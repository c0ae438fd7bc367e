"""What commands write to the terminal: results to standard output, everything else to standard error."""

import unicodedata

from rich.console import Console
from rich.text import Text

results = Console(highlight=False)
notes = Console(highlight=False, stderr=True)

_KEPT = {"\n", "\t"}


def say(sentence: str) -> None:
    """A result, in a sentence."""
    results.print(plain(sentence), soft_wrap=True)


def warn(sentence: str) -> None:
    """Something that went wrong without stopping the command."""
    notes.print(Text("Warning: ", "yellow").append_text(plain(sentence)), soft_wrap=True)


def fail(sentence: str) -> None:
    """Why the command stops."""
    notes.print(Text("Error: ", "bold red").append_text(plain(sentence)), soft_wrap=True)


def plain(text: str, style: str = "") -> Text:
    """The text as it is, without markup, and without what would steer the terminal: strangers wrote much of it."""
    return Text("".join(_steers_nothing(character) for character in text), style, overflow="fold")


def _steers_nothing(character: str) -> str:
    is_control = unicodedata.category(character) == "Cc" and character not in _KEPT
    return "\N{REPLACEMENT CHARACTER}" if is_control else character
