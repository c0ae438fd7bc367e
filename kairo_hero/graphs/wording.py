"""The sentences of cards composed without a model. Every number in them comes from the trend or its evidence."""

from collections.abc import Sequence
from datetime import datetime

from kairo_hero.dto import BrandSnapshotDTO, EvidenceDTO, PersonaDTO, PillarDTO
from kairo_hero.signals.trends import Trend
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

TITLES_FOR_PERSONA = (
    "{topic}: what the {persona} needs to know today",
    "What {topic} changes for the {persona}",
    "{topic} is on the {persona}’s desk this morning",
)
TITLES_FOR_PILLAR = (
    "{topic}, seen through “{pillar}”",
    "“{pillar}”: the lesson in {topic}",
    "{topic} as a case for “{pillar}”",
)
TITLES_FOR_BRAND = (
    "{topic}, the way {brand} would explain it",
    "{brand} on {topic}: what it means for the people it serves",
    "{topic}: {brand}’s view",
)


def title(
    trend: Trend, snapshot: BrandSnapshotDTO, pillar: PillarDTO | None, persona: PersonaDTO | None, taken: set[str]
) -> str:
    """A headline for the card; of the patterns that fit, the first that this board has not used."""
    patterns = TITLES_FOR_PERSONA if persona else TITLES_FOR_PILLAR if pillar else TITLES_FOR_BRAND
    pattern = next((one for one in patterns if one not in taken), "")
    if not pattern:
        # all used once: begin again
        taken.difference_update(patterns)
        pattern = patterns[0]
    taken.add(pattern)
    return pattern.format(
        topic=trend.topic,
        brand=snapshot.brand_name,
        persona=persona.name if persona else "",
        pillar=pillar.name if pillar else "",
    )


def angle(
    trend: Trend,
    snapshot: BrandSnapshotDTO,
    pillar: PillarDTO | None,
    persona: PersonaDTO | None,
    shared_subjects: Sequence[str],
) -> str:
    """What to say about it: the story, the brand's ground to speak on, the reader's concern, the tone."""
    story = f"Start from “{trend.evidence[0].title}”"
    subject = f", a story about {shared_subjects[0]}," if shared_subjects else ""
    if pillar:
        ground = f" and tie it to {_introduced(pillar.name, pillar.description)}"
    elif snapshot.positioning_summary:
        stands_for = f"what {snapshot.brand_name} stands for"
        ground = f" and speak from {_introduced(stands_for, snapshot.positioning_summary)}"
    else:
        ground = f" and say what {snapshot.brand_name} makes of it."
    concern = (
        f" The {persona.name} worries about this: {_lowered(persona.pains[0])}." if persona and persona.pains else ""
    )
    tone = f" Keep it {_listed(snapshot.tone_tags[:3])}." if snapshot.tone_tags else ""
    return f"{story}{subject}{ground}{concern}{tone}"


def why_now(trend: Trend, hour: datetime) -> str:
    """The trend's numbers, and where its strongest post stood at the end of the hour."""
    row = trend.candidate
    places = _listed([PLATFORM_NAMES.get(name, name) for name in row["platforms"]])
    over = row["status"] in ("fading", "stale")
    sentence = f"{'Before it went quiet: ' if over else ''}{row['why']}, on {places}."
    state = {
        "emerging": f" Noticed {row['detected_at']:%-d %B at %H:%M} UTC and still emerging.",
        "active": f" Noticed {row['detected_at']:%-d %B at %H:%M} UTC and still above its usual.",
        "fading": " It is fading.",
        "stale": " It has gone quiet since.",
    }[row["status"]]
    return sentence + _standing(trend.evidence[0], hour) + state


def _standing(strongest: EvidenceDTO, hour: datetime) -> str:
    names = {"likes": LIKES.get(strongest.platform, "likes")}
    counts = [f"{count:,} {names.get(name, name)}" for name, count in strongest.counts.items() if count]
    if not counts:
        return ""
    return f" “{strongest.title}” had {_listed(counts)} by {hour + HOUR:%H:%M} UTC."


def _introduced(name: str, text: str) -> str:
    """A name and the first sentence of what is said about it, as the end of a sentence."""
    first = text.strip().split(". ")[0].rstrip(".")
    return f"{name}: {first}." if first else f"{name}."


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
