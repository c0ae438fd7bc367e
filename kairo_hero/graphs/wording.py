"""The words of cards composed without a model: from the story, the brand's ground, its people and its own patterns."""

import functools
from collections.abc import Iterable, Iterator, Sequence

from kairo_hero.brands.words import meaningful_words
from kairo_hero.dto import BrandSnapshotDTO, PatternTemplateDTO, PersonaDTO, PillarDTO
from kairo_hero.graphs.telling import Telling, sentences
from kairo_hero.signals.occasions import Occasion, quoted

TITLES_FOR_PERSONA = (
    "{topic}: what the {persona} needs to know today",
    "What {topic} changes for the {persona}",
    "{topic} is on the {persona}’s desk this morning",
    "The {persona} will be asked about {topic}",
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
    "What {topic} says to the people {brand} serves",
)
OPENINGS = (
    "Start from {headline}{subject}, and tie it to {ground}.",
    "Take {headline}{subject}, and show what it has to do with {ground}.",
    "Use {headline}{subject}, to talk about {ground}.",
    "Go from {headline}{subject}, to {ground} in one step.",
)
FORMS = (
    "Make it a checklist of three things to look at today",
    "Ask one question and answer it with an example of your own",
    "Give the facts in three lines and your view in one",
    "Say what to do first, what next and what can wait",
    "Explain the one term in it that most people nod at",
    "Show the before and the after",
    "Name what everybody says about it, then what is missing there",
    "Tell it as the morning of somebody whom it concerns",
    "Set it beside the last time that something like it happened",
    "Let one of your own people answer for it in a few sentences",
    "Start with the mistake that is easiest to make here",
    "Take one number from the evidence and say what it means at work",
    "Draw one picture of it that a reader would send on",
    "Invite readers to say how they handle it",
)


def title(
    occasion: Occasion,
    snapshot: BrandSnapshotDTO,
    pillar: PillarDTO | None,
    persona: PersonaDTO | None,
    telling: Telling,
) -> str:
    """A headline of the brand's own, from the pattern that this board has used least."""
    patterns = [
        *(TITLES_FOR_PERSONA if persona else ()),
        *(TITLES_FOR_PILLAR if pillar else ()),
    ] or TITLES_FOR_BRAND
    words = {
        "topic": quoted(occasion.topic) if occasion.kind == "moment" else occasion.topic,
        "brand": snapshot.brand_name,
        "persona": persona.name if persona else "",
        "pillar": pillar.name if pillar else "",
    }
    # all said before, or all against a taboo: a card that is dropped for its taboo says so
    return telling.from_pattern(patterns, **words) or patterns[0].format(**words)


def angle(
    occasion: Occasion,
    snapshot: BrandSnapshotDTO,
    pillar: PillarDTO | None,
    persona: PersonaDTO | None,
    patterns: Sequence[PatternTemplateDTO],
    shared_subjects: Sequence[str],
    telling: Telling,
) -> str:
    """What to say: the story and the brand's ground, what the brand adds, what its reader minds, and in which form."""
    words = {
        "headline": quoted(occasion.evidence[0].title),
        "subject": f", a story about {shared_subjects[0]}" if shared_subjects else "",
        "ground": f"“{pillar.name}”" if pillar else f"what {snapshot.brand_name} stands for",
    }
    opening = telling.from_pattern(OPENINGS, **words) or OPENINGS[0].format(**words)
    ground = pillar.description if pillar else snapshot.positioning
    parts = [
        opening,
        telling.first_new(f"What to add: {_ended(one)}" for one in _nearest(sentences(ground), occasion)),
        telling.first_new(_concerns(persona, occasion)) if persona else "",
        telling.first_new(_forms(snapshot, patterns, telling)),
    ]
    return " ".join(filter(None, parts))


def _nearest(texts: Iterable[str], occasion: Occasion) -> list[str]:
    """The texts that share most words with the occasion first, else in their own order."""
    words = _words(occasion.text)
    return sorted(texts, key=lambda text: -len(words & _words(text)))


# the same pillars and pains are looked at for one card after the other
@functools.lru_cache(maxsize=2_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(meaningful_words(text))


def _concerns(persona: PersonaDTO, occasion: Occasion) -> Iterator[str]:
    for pain in _nearest(persona.pains, occasion):
        yield f"What worries the {persona.name}: {_in_their_words(pain)}."
    for priority in _nearest(persona.priorities, occasion):
        yield f"What the {persona.name} wants: {_in_their_words(priority)}."


def _forms(snapshot: BrandSnapshotDTO, patterns: Sequence[PatternTemplateDTO], telling: Telling) -> Iterator[str]:
    """The brand's own patterns first, each once; then forms that suit anybody, each in another tone of the brand's."""
    for pattern in patterns:
        beats = "; ".join(beat.strip().rstrip(".") for beat in pattern.beats)
        yield f"Tell it as “{pattern.name}”: {beats}." if beats else f"Tell it as “{pattern.name}”."
    tones = snapshot.tone_tags or [""]
    for number, form in enumerate(FORMS):
        tone = tones[number % len(tones)]
        yield f"{form}; keep the tone {tone}." if tone else f"{form}."


def _in_their_words(text: str) -> str:
    """A concern as the brand's guide words it, between marks; its own marks made single."""
    return f"“{text.rstrip(' .;,:').replace('“', '‘').replace('”', '’')}”"


def _ended(text: str) -> str:
    return text if text.endswith(("?", "!")) else text.rstrip(" .;,:") + "."
