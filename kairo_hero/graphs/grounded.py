"""Opportunities without a model: composed from the brand's own pillars, personas and patterns, and true numbers."""

from kairo_hero.brands.taboos import taboos_in
from kairo_hero.dto import BrandSnapshotDTO, OpportunityDraftDTO, PersonaDTO, PillarDTO
from kairo_hero.graphs.channels import Channels
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.graphs.scoring import scored_card
from kairo_hero.graphs.telling import Telling
from kairo_hero.graphs.types import type_of
from kairo_hero.graphs.why_now import why_now
from kairo_hero.graphs.wording import angle, title
from kairo_hero.signals.occasions import Occasion
from kairo_hero.signals.relevance import Fit
from kairo_pipelines.embedding import embed

#: Below this an occasion is none of the brand's business: a card that does not fit costs more than one that is missing.
MINIMUM_RELEVANCE = 0.5


def compose_opportunities(inputs: OpportunityInputs) -> list[OpportunityDraftDTO]:
    """One draft per occasion that matters to the brand, the best first. The same inputs give the same drafts."""
    telling = Telling(inputs.taboo_patterns)
    for text in inputs.said:
        telling.remember(text)
    channels = Channels(inputs.snapshot.channels, inputs.learning)
    fitted = [pair for pair in inputs.fitted() if pair[1].relevance >= MINIMUM_RELEVANCE]
    # the likely best first: they get the first choice of channels and words
    fitted.sort(key=lambda pair: (-pair[1].relevance * pair[0].strength, pair[0].id))
    personas = _Personas(inputs.snapshot)
    drafts = [_draft(inputs, occasion, fit, personas, channels, telling) for occasion, fit in fitted]
    return sorted(drafts, key=lambda draft: (-draft.score, draft.title))


def _draft(
    inputs: OpportunityInputs,
    occasion: Occasion,
    fit: Fit,
    personas: "_Personas",
    channels: Channels,
    telling: Telling,
) -> OpportunityDraftDTO:
    snapshot = inputs.snapshot
    pillar = next((one for one in snapshot.pillars if str(one.id) == fit.theme.pillar_id), None)
    persona = personas.nearest(pillar, occasion)
    for_channels = channels.next()
    kind = type_of(occasion, inputs.competitors)
    headline = title(occasion, snapshot, pillar, persona, telling)
    approach = angle(occasion, snapshot, pillar, persona, inputs.patterns, fit.shared_subjects, telling)
    reason = why_now(occasion, inputs.trend_hour)
    scored = scored_card(
        occasion,
        relevance=fit.relevance,
        learning=inputs.learning,
        pillar=pillar,
        persona=persona,
        channel=for_channels[0],
        type_=kind,
    )
    broken = taboos_in(f"{headline}\n{approach}\n{reason}", inputs.taboo_patterns)
    return OpportunityDraftDTO(
        title=headline,
        angle=approach,
        why_now=reason,
        type=kind,
        primary_channel=for_channels[0],
        suggested_channels=for_channels,
        score=scored.score,
        score_breakdown=scored.breakdown,
        persona_id=persona.id if persona else None,
        pillar_id=pillar.id if pillar else None,
        trend_id=occasion.trend_id,
        signal_id=occasion.id,
        evidence_ids=[evidence.evidence_id for evidence in occasion.evidence],
        is_valid=not broken,
        rejection_reasons=[f"taboo: {word}" for word in broken],
        opportunity_score_breakdown={"relevance": fit.relevance, "velocity": occasion.velocity},
    )


class _Personas:
    """The brand's personas, each by what concerns them."""

    def __init__(self, snapshot: BrandSnapshotDTO) -> None:
        self._snapshot = snapshot
        self._concerns = embed(
            [". ".join((one.role, one.summary, *one.priorities, *one.pains)) for one in snapshot.personas]
        )

    def nearest(self, pillar: PillarDTO | None, occasion: Occasion) -> PersonaDTO | None:
        """The persona whose concerns lie nearest to the story and to the pillar it is told for."""
        if not self._snapshot.personas:
            return None
        ground = f"{pillar.name}. {pillar.description}" if pillar else self._snapshot.positioning
        nearness = (self._concerns @ embed([occasion.text, ground]).T).sum(axis=1)
        return self._snapshot.personas[int(nearness.argmax())]
