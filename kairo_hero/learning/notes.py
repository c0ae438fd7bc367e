"""What was learned, in words that a strategist can check against what was decided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from kairo_hero.dto import LearningFactorDTO

_DECISIONS = {"approve": "approval", "pin": "pin", "reject": "rejection", "snooze": "snooze"}
#: Which cards a factor is about.
_CARDS = {
    "pillar": "the pillar “{}”",
    "persona": "the persona “{}”",
    "channel": "the channel {}",
    "type": "the type {}",
    "cluster_kind": "trends by {}",
}


def notes_on(
    factors: Sequence[LearningFactorDTO],
    decisions: Sequence[tuple[str, Mapping[str, str]]],
    names: Mapping[str, str],
    reset_at: datetime | None,
) -> list[str]:
    """A sentence for each factor that changes a score by a hundredth or more, in the order of the factors.

    `decisions` are those that stand, each with the features that it was on; `names` say what ids mean.
    """
    begun = [f"what was decided up to {reset_at:%Y-%m-%d %H:%M} UTC no longer counts"] if reset_at else []
    if not decisions:
        return begun or ["no decision has been recorded yet"]
    notes = []
    for factor in factors:
        percent = round((factor.factor - 1) * 100)
        if percent:
            on_value = [signal for signal, features in decisions if features.get(factor.dimension) == factor.value]
            which = _CARDS[factor.dimension].format(names.get(factor.value, factor.value))
            change = f"{abs(percent)} % {'higher' if percent > 0 else 'lower'}"
            notes.append(f"{_counted(on_value)} of {which}: its cards score {change}")
    return begun + (notes or [f"{_counted([signal for signal, _ in decisions])}, which change no score so far"])


def _counted(signals: Sequence[str]) -> str:
    counts = Counter(signals)
    parts = [
        f"{counts[signal]} {name}{'s' * (counts[signal] > 1)}" for signal, name in _DECISIONS.items() if counts[signal]
    ]
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
