"""Opportunities with models: the heavy one proposes, the fast one judges; code joins links, numbers and evidence.

A model sees evidence as quoted data under names that mean nothing, and returns names only.
"""

from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz

from kairo_hero.brands.taboos import taboos_in
from kairo_hero.dto import OpportunityDraftDTO, PersonaDTO, PillarDTO
from kairo_hero.errors import GraphError
from kairo_hero.graphs.claims import unsupported
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.graphs.scoring import scored_card
from kairo_hero.graphs.types import type_of
from kairo_hero.graphs.why_now import why_now
from kairo_hero.llm.errors import ModelError
from kairo_hero.llm.quoted import QuotedItems
from kairo_hero.llm.task import AnswersTasks, Task
from kairo_hero.llm.wire import WireModel
from kairo_hero.signals.bundle import LEAST_RELEVANCE
from kairo_hero.signals.occasions import Occasion
from kairo_hero.signals.relevance import Fit
from kairo_hero.vocabulary import Channel

PROMPT_VERSION = "1"
#: Occasions that are offered; the best by relevance, which code knows.
MOST_OFFERED = 20
#: How far a model's judgement may move the relevance that code measured: what a post says can't carry a card upwards.
MOST_MOVED = 0.15
#: Likeness of a title to a source's from which it is a copy (0 to 100).
COPY = 92
LONGEST_TITLE, LONGEST_ANGLE = 140, 1_200

ChannelName = Literal[
    "x", "linkedin", "instagram", "tiktok", "youtube", "threads", "bluesky", "mastodon", "facebook", "newsletter"
]

PROPOSE = """\
You plan what a brand says today. You get a brand and today's trends with evidence. Propose at most one opportunity for
each trend that this brand has something true and useful to say about, and none for the others: an empty list is a good
answer. A title is a headline of the brand's own, never a copy of a source. An angle says in two to four sentences what
the brand adds for its audience. Use no link, no handle, no number and no quotation that does not stand in the evidence
that you cite, and never one of the words to avoid. Name trends, evidence, pillars and personas by their ids."""
JUDGE = """\
You judge proposals for a brand's opportunities. For each give `fit` from 0 to 100: how much this brand, with this
positioning and these pillars, has to say on it for this audience; and `keep`: false where it would embarrass the brand,
exploit a tragedy, or say nothing. Judge every proposal, by its id."""


class Proposal(WireModel):
    """One opportunity as a model proposes it."""

    trend: str
    evidence: list[str]
    pillar: str | None
    persona: str | None
    channel: ChannelName
    title: str
    angle: str


class Proposals(WireModel):
    """All that a model proposes."""

    opportunities: list[Proposal]


class Judgement(WireModel):
    """What the fast model says of one proposal."""

    proposal: str
    fit: int
    keep: bool


class Judgements(WireModel):
    """What it says of all."""

    judgements: list[Judgement]


@dataclass
class _Offer:
    """What was offered under which names."""

    inputs: OpportunityInputs
    items: QuotedItems = field(default_factory=QuotedItems)
    occasions: dict[str, tuple[Occasion, Fit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        best = sorted(self.inputs.fitted(), key=lambda pair: (-pair[1].relevance, pair[0].id))
        for occasion, fit in best[:MOST_OFFERED]:
            if fit.relevance < LEAST_RELEVANCE:
                continue
            name = self.items.name("t", occasion.id)
            self.occasions[name] = occasion, fit
            self.items.add(
                id=name,
                topic=occasion.topic,
                why=occasion.reason,
                status=occasion.status or "one post",
                evidence=[
                    {"id": self.items.name("e", one.evidence_id), "platform": one.platform, "text": one.title}
                    for one in occasion.evidence
                ],
            )
        snapshot = self.inputs.snapshot
        active = [pillar for pillar in snapshot.pillars if pillar.is_active]
        self.pillars: dict[str, PillarDTO] = {f"p{number}": one for number, one in enumerate(active, 1)}
        self.personas: dict[str, PersonaDTO] = {f"s{number}": one for number, one in enumerate(snapshot.personas, 1)}

    def context(self) -> str:
        """The brand in words; the same for every call of the day."""
        snapshot = self.inputs.snapshot
        lines = [
            f"Brand: {snapshot.brand_name}",
            f"Positioning: {snapshot.positioning or snapshot.positioning_summary}",
            f"Tone: {', '.join(snapshot.tone_tags)}",
            f"Words to avoid: {', '.join(snapshot.taboos)}",
            f"Channels: {', '.join(snapshot.channels)}",
            *(f"Pillar {name}: {one.name}. {one.description}" for name, one in self.pillars.items()),
            *(
                f"Persona {name}: {one.name}, {one.role}. {one.summary} Pains: {'; '.join(one.pains)}"
                for name, one in self.personas.items()
            ),
        ]
        return "\n".join(lines)


def synthesize_opportunities(inputs: OpportunityInputs, models: AnswersTasks) -> list[OpportunityDraftDTO]:
    """Drafts that models propose and judge, the best first; what breaks a rule is marked invalid, with the reason.

    Raises GraphError where the models give no answer that can be used.
    """
    offer = _Offer(inputs)
    if not offer.occasions:
        return []
    try:
        proposals = models.ask(
            Task("synthesize", "heavy", Proposals, PROMPT_VERSION, PROPOSE, offer.context(), offer.items)
        ).content.opportunities
        judged = _judged(offer, proposals, models) if proposals else {}
    except ModelError as error:
        raise GraphError(str(error)) from error
    drafts = [_draft(offer, proposal, judged.get(number)) for number, proposal in enumerate(proposals)]
    return sorted(drafts, key=lambda draft: (-draft.score, draft.title))


def _judged(offer: _Offer, proposals: list[Proposal], models: AnswersTasks) -> dict[int, Judgement]:
    items = QuotedItems(text_limit=LONGEST_ANGLE)
    for number, proposal in enumerate(proposals):
        items.add(id=items.name("c", str(number)), title=proposal.title, angle=proposal.angle)
    answer = models.ask(Task("judge", "fast", Judgements, PROMPT_VERSION, JUDGE, offer.context(), items))
    judgements = ((items.real_id(one.proposal), one) for one in answer.content.judgements)
    return {int(number): one for number, one in judgements if number is not None}


def _draft(offer: _Offer, proposal: Proposal, judgement: Judgement | None) -> OpportunityDraftDTO:
    occasion, fit = offer.occasions.get(proposal.trend, (None, None))
    if occasion is None or fit is None:
        occasion, fit = next(iter(offer.occasions.values()))
        reasons = ["unknown trend id"]
    else:
        reasons = _reasons(offer, proposal, occasion, judgement)
    inputs, snapshot = offer.inputs, offer.inputs.snapshot
    pillar = offer.pillars.get(proposal.pillar or "")
    persona = offer.personas.get(proposal.persona or "")
    relevance = _moved(fit.relevance, judgement)
    channels: list[Channel] = [proposal.channel, *(one for one in snapshot.channels if one != proposal.channel)]
    kind = type_of(occasion, inputs.competitors)
    scored = scored_card(
        occasion,
        relevance=relevance,
        learning=inputs.learning,
        pillar=pillar,
        persona=persona,
        channel=proposal.channel,
        type_=kind,
    )
    offered = {one.evidence_id for one in occasion.evidence}
    cited, _ = offer.items.split(proposal.evidence)
    return OpportunityDraftDTO(
        title=proposal.title[:LONGEST_TITLE],
        angle=proposal.angle[:LONGEST_ANGLE],
        # the numbers of a reason are the occasion's own, never a model's
        why_now=why_now(occasion, inputs.trend_hour),
        type=kind,
        primary_channel=proposal.channel,
        suggested_channels=channels,
        score=scored.score,
        score_breakdown=scored.breakdown,
        persona_id=persona.id if persona else None,
        pillar_id=pillar.id if pillar else None,
        trend_id=occasion.trend_id,
        signal_id=occasion.id,
        evidence_ids=[one for one in cited if one in offered] or sorted(offered),
        is_valid=not reasons,
        rejection_reasons=reasons,
        opportunity_score_breakdown={"relevance": fit.relevance, "judged": relevance},
    )


def _moved(relevance: float, judgement: Judgement | None) -> float:
    if judgement is None:
        return relevance
    wanted = min(max(judgement.fit, 0), 100) / 100
    return round(relevance + min(max(wanted - relevance, -MOST_MOVED), MOST_MOVED), 4)


def _reasons(offer: _Offer, proposal: Proposal, occasion: Occasion, judgement: Judgement | None) -> list[str]:
    """Why a proposal is no card."""
    inputs = offer.inputs
    cited, unknown = offer.items.split(proposal.evidence)
    text = f"{proposal.title}\n{proposal.angle}"
    sources = [
        *(one.title for one in occasion.evidence),
        *(one.text for one in occasion.texts),
        occasion.topic,
        occasion.reason,
        offer.context(),
    ]
    reasons = [f"unknown evidence id: {name}" for name in unknown]
    offered = {one.evidence_id for one in occasion.evidence}
    reasons += [f"evidence of another trend: {one}" for one in cited if one not in offered]
    if not proposal.title.strip() or not proposal.angle.strip():
        reasons.append("empty")
    if len(proposal.title) > LONGEST_TITLE or len(proposal.angle) > LONGEST_ANGLE:
        reasons.append("too long")
    if any(fuzz.ratio(proposal.title.casefold(), one.title.casefold()) >= COPY for one in occasion.evidence):
        reasons.append("copies its source")
    if proposal.pillar and proposal.pillar not in offer.pillars:
        reasons.append(f"unknown pillar id: {proposal.pillar}")
    if proposal.persona and proposal.persona not in offer.personas:
        reasons.append(f"unknown persona id: {proposal.persona}")
    if inputs.snapshot.channels and proposal.channel not in inputs.snapshot.channels:
        reasons.append(f"not the brand's channel: {proposal.channel}")
    reasons += unsupported(text, sources, inputs.other_brands)
    reasons += [f"taboo: {word}" for word in taboos_in(text, inputs.taboo_patterns)]
    if judgement is not None and not judgement.keep:
        reasons.append("judged unfit")
    return reasons
