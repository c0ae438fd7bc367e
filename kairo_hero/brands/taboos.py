"""What a brand never says: its taboos as patterns, and finding them in a text however they are written."""

import re
import unicodedata

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′＇"), "'") | dict.fromkeys(map(ord, "“”„‟″＂"), '"')
#: Letters of other scripts that look like Latin ones (Unicode's confusables, the everyday ones).
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһԛԝɡαορνικτε", "aeopcyxijsdhqwgaopvikte")


def taboo_patterns(taboos: list[str]) -> list[str]:
    """A regular expression per taboo, for normalized text: its words whole, whatever joins or separates them."""
    patterns = []
    for taboo in taboos:
        words = [re.split(r"-+", word) for word in normalized(taboo).split()]
        # "e-mail" is not "email"; but what stands between two words may have been made invisible
        joined = r"[\s_/-]*".join(r"[\s_/-]+".join(re.escape(part) for part in word if part) for word in words)
        if joined:
            patterns.append(rf"(?<!\w){joined}(?!\w)")
    return patterns


def taboos_in(text: str, patterns: list[str]) -> list[str]:
    """What of a text breaks a taboo, as found in its normalized form; empty where nothing does."""
    plain = normalized(text)
    return [match[0] for pattern in patterns if (match := re.search(pattern, plain))]


def normalized(text: str) -> str:
    """NFKC, case folded, without invisible characters, dashes and quotes plain, look-alike letters as Latin ones."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_DASHES).translate(_QUOTES)
    visible = "".join(
        letter for letter in folded if unicodedata.category(letter) not in ("Cf", "Cc") or letter.isspace()
    )
    return visible.translate(_LOOKALIKES)
