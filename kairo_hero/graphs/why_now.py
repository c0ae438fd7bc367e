"""Why now, in a sentence or two: every number comes from the occasion or its evidence, whoever composes the card."""

from collections.abc import Sequence
from datetime import datetime

from kairo_hero.dto import EvidenceDTO
from kairo_hero.signals.occasions import Occasion, quoted
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
#: Where what many look at is a page, which nobody posted today.
PAGES = {"wikipedia"}
_STATES = {
    "emerging": "still emerging",
    "active": "still above its usual",
    "fading": "fading",
    "stale": "gone quiet since",
}


def why_now(occasion: Occasion, hour: datetime) -> str:
    """The occasion's numbers, and where its strongest post stood at the end of the hour."""
    strongest = occasion.evidence[0]
    counts = _counts(strongest)
    places = listed([PLATFORM_NAMES.get(name, name) for name in occasion.platforms])
    if occasion.kind == "moment":
        stood = f"{quoted(strongest.title)} had {counts or 'been posted'} by {hour + HOUR:%H:%M} UTC"
        return f"On {places}, {stood}{_age(occasion)}: {occasion.reason}."
    state = f", {_STATES[occasion.status]}" if occasion.status else ""
    noticed = f", noticed {occasion.noticed_at:%-d %B at %H:%M} UTC" if occasion.noticed_at else ""
    told = f"{occasion.topic}{noticed}{state}: {occasion.reason}, on {places}."
    return f"{told} {quoted(strongest.title)} had {counts} by {hour + HOUR:%H:%M} UTC." if counts else told


def listed(words: Sequence[str]) -> str:
    """Words as an enumeration."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _counts(post: EvidenceDTO) -> str:
    names = {"likes": LIKES.get(post.platform, "likes")}
    counts = [f"{count:,} {_counted(names.get(name, name), count)}" for name, count in post.counts.items() if count]
    return listed(counts) if counts else ""


def _counted(name: str, count: int) -> str:
    return name.removesuffix("s") if count == 1 else name


def _age(occasion: Occasion) -> str:
    """How long ago that was, where it is known: a page is not posted."""
    strongest = occasion.evidence[0]
    if strongest.platform in PAGES:
        return ""
    since = "it was posted" if strongest.published_at else "it was first seen"
    hours = int(occasion.hours_since_last_post)
    if hours < 1:
        return f", less than an hour after {since}"
    return f", {'an hour' if hours == 1 else f'{hours} hours'} after {since}"
