"""Why now, in a sentence or two: every number comes from the occasion or its evidence, whoever composes the card."""

from collections.abc import Sequence
from datetime import datetime

from kairo_hero.dto import EvidenceDTO
from kairo_hero.signals.occasions import Occasion
from kairo_pipelines.hours import HOUR

PLATFORM_NAMES = {
    "hackernews": "Hacker News",
    "feeds": "the feeds",
    "reddit": "Reddit",
    "youtube": "YouTube",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "tiktok": "TikTok",
    "instagram": "Instagram",
    "wikipedia": "Wikipedia",
}
#: What a platform calls a like, where it has a word of its own.
LIKES = {"hackernews": "points", "reddit": "points"}
_STATES = {
    "emerging": "still emerging",
    "active": "still above its usual",
    "fading": "fading",
    "stale": "gone quiet since",
}
LONGEST_HEADLINE = 110


def why_now(occasion: Occasion, hour: datetime) -> str:
    """The occasion's numbers, and where its strongest post stood at the end of the hour."""
    strongest = occasion.evidence[0]
    counts = _counts(strongest)
    places = listed([PLATFORM_NAMES.get(name, name) for name in occasion.platforms])
    if occasion.kind == "moment":
        age = _age(occasion.hours_since_last_post)
        stood = f"{quoted(strongest.title)} had {counts} by {hour + HOUR:%H:%M} UTC, {age} after it was posted"
        return f"On {places}, {stood}: {occasion.reason}."
    state = f", {_STATES[occasion.status]}" if occasion.status else ""
    noticed = f", noticed {occasion.noticed_at:%-d %B at %H:%M} UTC" if occasion.noticed_at else ""
    told = f"{occasion.topic}{noticed}{state}: {occasion.reason}, on {places}."
    return f"{told} {quoted(strongest.title)} had {counts} by {hour + HOUR:%H:%M} UTC." if counts else told


def quoted(title: str) -> str:
    """A title between quotation marks, cut at a word where it is long, with its own marks made single."""
    text = " ".join(title.split())
    if len(text) > LONGEST_HEADLINE:
        text = text[:LONGEST_HEADLINE].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
    if text.startswith("“") and text.endswith("”"):
        text = text[1:-1]
    return f"“{text.replace('“', '‘').replace('”', '’')}”"


def listed(words: Sequence[str]) -> str:
    """Words as an enumeration."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _counts(post: EvidenceDTO) -> str:
    names = {"likes": LIKES.get(post.platform, "likes")}
    counts = [f"{count:,} {_counted(names.get(name, name), count)}" for name, count in post.counts.items() if count]
    return listed(counts) if counts else ""


def _counted(name: str, count: int) -> str:
    return name.removesuffix("s") if count == 1 else name


def _age(hours: float) -> str:
    whole = max(int(hours), 0)
    if whole < 1:
        return "less than an hour"
    return "an hour" if whole == 1 else f"{whole} hours"
