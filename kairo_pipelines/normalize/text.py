"""Text as people read it: without markup, in one Unicode form, with its tags and its language."""

import functools
import html
import unicodedata

import nh3
import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

#: Below this the identifier is guessing: titles of a few names come out as Latin or Haitian.
LANGUAGE_CONFIDENCE = 0.6
_BLOCK = regex.compile(r"(?i)</?(p|div|br|li|tr|td|h[1-6]|blockquote)\b")
_INVISIBLE = regex.compile(r"(?V1)[\p{Cc}\p{Cf}\p{Co}\p{Cs}--\s]")
_APOSTROPHES = str.maketrans("‘’ʼ", "'''")
_SPACES = regex.compile(r"\s+")
#: @name, and @name@server as Mastodon writes it; an address of electronic mail is none.
_MENTION = regex.compile(r"(?<![\w/.@])@([\p{L}\p{N}_][\p{L}\p{N}_.-]*(?:@[\p{L}\p{N}.-]+\.\p{L}+)?)")
_HASHTAG = regex.compile(r"(?<![\w/&#])[#＃](\p{L}[\p{L}\p{N}\p{M}_]*)")


def without_markup(text: str) -> str:
    """The words of an HTML text, as a browser shows them."""
    # A block's end separates words that tags alone hold apart.
    spaced = _BLOCK.sub(r" \g<0>", text)
    return html.unescape(nh3.clean(spaced, tags=set()))


def plain_text(text: str, *, marked_up: bool) -> str:
    """NFKC on one line with straight apostrophes, without markup, control, zero-width and bidirectional characters."""
    text = unicodedata.normalize("NFKC", without_markup(text) if marked_up else text)
    text = _INVISIBLE.sub("", text.translate(_APOSTROPHES))
    return str(_SPACES.sub(" ", text)).strip()


def hashtags_in(text: str) -> list[str]:
    """Tags written in a text, case folded, in order, each once."""
    return list(dict.fromkeys(tag.casefold() for tag in _HASHTAG.findall(text)))


def mentions_in(text: str) -> list[str]:
    """Names that a text speaks to, case folded, in order, each once."""
    return list(dict.fromkeys(name.casefold().rstrip(".-") for name in _MENTION.findall(text)))


@functools.cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, declared: str | None = None) -> str | None:
    """ISO 639-1 code: what the source declares, else what the text looks like, else None."""
    if declared and (match := regex.match(r"([A-Za-z]{2})(?:[-_]|$)", declared)):
        return str(match[1]).lower()
    language, confidence = _identifier().classify(text)
    return str(language) if confidence >= LANGUAGE_CONFIDENCE else None
