"""Opportunities without a model: composed from the brand's pillars and personas and the trends' true numbers."""

from kairo_hero.brands.taboos import taboos_in
from kairo_hero.dto import BrandSnapshotDTO, OpportunityDraftDTO, PersonaDTO, PillarDTO
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.graphs.scoring import opportunity_score
from kairo_hero.graphs.wording import angle, title, why_now
from kairo_hero.signals.relevance import Fit
from kairo_hero.signals.trends import Trend
from kairo_hero.vocabulary import Channel, OpportunityType
from kairo_pipelines.embedding import embed

#: Below this a trend is none of the brand's business: a card that does not fit costs more than one that is missing.
MINIMUM_RELEVANCE = 0.5
#: Where a brand names no channel of its own.
USUAL_CHANNELS: tuple[Channel, ...] = ("linkedin", "x")


def compose_opportunities(inputs: OpportunityInputs) -> list[OpportunityDraftDTO]:
    """One draft per trend that matters to the brand, the best first. The same inputs give the same drafts."""
    taken: set[str] = set()
    drafts = [_draft(inputs, trend, fit, taken) for trend, fit in inputs.trends if fit.relevance >= MINIMUM_RELEVANCE]
    return sorted(drafts, key=lambda draft: (-draft.score, draft.title))


def _draft(inputs: OpportunityInputs, trend: Trend, fit: Fit, taken: set[str]) -> OpportunityDraftDTO:
    snapshot = inputs.snapshot
    pillar = next((one for one in snapshot.pillars if str(one.id) == fit.theme.pillar_id), None)
    persona = _persona(snapshot, pillar, trend)
    channels = list(snapshot.channels or USUAL_CHANNELS)
    headline = title(trend, snapshot, pillar, persona, taken)
    approach = angle(trend, snapshot, pillar, persona, fit.shared_subjects)
    reason = why_now(trend, inputs.trend_hour)
    scored = opportunity_score(
        trend_score=trend.candidate["trend_score"],
        relevance=fit.relevance,
        hours_since_last_post=trend.hours_since_last_post,
        learning=inputs.learning,
        features={
            "pillar": str(pillar.id) if pillar else "",
            "persona": str(persona.id) if persona else "",
            "channel": channels[0],
            "type": OpportunityType.TREND.value,
            "cluster_kind": trend.candidate["cluster_key_type"],
        },
    )
    broken = taboos_in(f"{headline}\n{approach}\n{reason}", inputs.ir.taboo_patterns)
    return OpportunityDraftDTO(
        title=headline,
        angle=approach,
        why_now=reason,
        type=OpportunityType.TREND,
        primary_channel=channels[0],
        suggested_channels=channels,
        score=scored.score,
        score_breakdown=scored.breakdown,
        persona_id=persona.id if persona else None,
        pillar_id=pillar.id if pillar else None,
        trend_id=trend.candidate["trend_id"],
        evidence_ids=[evidence.evidence_id for evidence in trend.evidence],
        is_valid=not broken,
        rejection_reasons=[f"taboo: {word}" for word in broken],
        opportunity_score_breakdown={"relevance": fit.relevance, "velocity": trend.candidate["velocity_score"]},
    )


def _persona(snapshot: BrandSnapshotDTO, pillar: PillarDTO | None, trend: Trend) -> PersonaDTO | None:
    """The persona whose concerns lie nearest to the story and to the pillar it is told for."""
    if not snapshot.personas:
        return None
    concerns = embed([". ".join((one.role, one.summary, *one.priorities, *one.pains)) for one in snapshot.personas])
    matter = embed([". ".join(trend.texts), f"{pillar.name}. {pillar.description}" if pillar else snapshot.positioning])
    nearness = (concerns @ matter.T).sum(axis=1)
    return snapshot.personas[int(nearness.argmax())]
