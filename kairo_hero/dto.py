"""The contracts of the hero layer: what engines return, what graphs hand to engines, what the API takes and gives.

Field names are frozen once released. A DTO of something stored is its content, which a graph composes too, and what
the store adds; its draft is the same content with a verdict on it, is what graphs return, and never reaches the API.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from kairo_hero.contract import Contract, Count, Draft, Hours, Moment, Score, Share, Stored
from kairo_hero.vocabulary import (
    BoardSource,
    Channel,
    DecidedObject,
    DecisionType,
    OpportunityType,
    PackageStatus,
    PatternStatus,
    SignalLane,
    TrendStatus,
    VariantStatus,
)


class PersonaDTO(Contract):
    """One kind of person the brand speaks to."""

    id: UUID
    name: str
    role: str
    summary: str
    priorities: list[str]
    pains: list[str]


class PillarDTO(Contract):
    """One theme the brand speaks about; rank 1 matters most."""

    id: UUID
    name: str
    category: str
    description: str
    priority_rank: Annotated[int, Field(ge=1)]
    is_active: bool


class PatternTemplateDTO(Contract):
    """The shape of a piece of content: its beats, in order."""

    id: UUID
    name: str
    category: str
    status: PatternStatus
    beats: list[str]


class BrandSnapshotDTO(Contract):
    """The brand as it stood at one moment: all that a graph is told about it."""

    brand_id: UUID
    brand_name: str
    tenant_slug: str
    positioning: str
    positioning_summary: str
    tone_tags: list[str]
    taboos: list[str]
    channels: list[Channel]
    timezone: str
    pillars: list[PillarDTO]
    personas: list[PersonaDTO]
    snapshot_at: Moment


class BrandIRDTO(Contract):
    """The brand compiled for matching: keywords by pillar id, signals by persona id, taboos as regular expressions."""

    brand_id: UUID
    positioning_embedding: list[float]
    pillar_keywords: dict[str, list[str]]
    persona_signals: dict[str, list[str]]
    taboo_patterns: list[str]
    source_hash: str
    compiled_at: Moment


class EvidenceDTO(Contract):
    """One post that an opportunity stands on, when it was first captured, and its counts when the board was made."""

    evidence_id: str
    platform: str
    title: str
    url: str | None
    author: str | None
    published_at: Moment | None
    counts: dict[str, Count]
    first_seen_at: Moment | None = None


class ScoreBreakdownDTO(Contract):
    """How many points of the score each part gave; `learning` is negative where past decisions lowered it."""

    trend: float
    fit: float
    freshness: float
    learning: float


class OpportunityContent(Contract):
    """Something the brand could say today, and why now."""

    title: str
    angle: str
    why_now: str
    type: OpportunityType
    primary_channel: Channel
    suggested_channels: list[Channel]
    score: Score
    score_breakdown: ScoreBreakdownDTO
    persona_id: UUID | None
    pillar_id: UUID | None
    trend_id: str | None


class OpportunityDTO(OpportunityContent, Stored):
    """An opportunity on a board, with its evidence and the course of its trend."""

    evidence: list[EvidenceDTO]
    sparkline: list[float]
    is_pinned: bool
    is_snoozed: bool
    snoozed_until: Moment | None


class OpportunityDraftDTO(OpportunityContent, Draft):
    """An opportunity as a graph proposes it, of a signal; every evidence id is one that the graph was offered."""

    signal_id: str
    evidence_ids: list[str]
    opportunity_score_breakdown: dict[str, float] = Field(default_factory=dict)


class TodayBoardMetaDTO(Contract):
    """How the board came to be. A partly described brand does not degrade it: `missing` names what the brand lacks."""

    generated_at: Moment
    run_id: str
    degraded: bool
    degraded_reason: str | None
    source: BoardSource
    opportunity_count: Count
    signals_considered: Count
    dropped: dict[str, Count]
    missing: list[str]
    cost_usd: Annotated[float, Field(ge=0)]
    input_tokens: Count
    output_tokens: Count
    trend_hour: Moment | None
    as_of: Moment | None


class TodayBoardDTO(Contract):
    """A brand's board: the brand as it stood and its opportunities, best first."""

    brand_id: UUID
    snapshot: BrandSnapshotDTO
    opportunities: list[OpportunityDTO]
    meta: TodayBoardMetaDTO


class RegenerateResponseDTO(Contract):
    """A board made on request; `joined` where a generation already under way was awaited instead of a second one."""

    status: Literal["regenerated", "joined"]
    today_board: TodayBoardDTO


class KeyPointDTO(Contract):
    """One point a package makes, and the evidence it rests on."""

    text: str
    evidence_ids: list[str]


class PackageContent(Contract):
    """An opportunity worked out once for all its channels."""

    title: str
    persona_id: UUID | None
    pillar_id: UUID | None
    channels: list[Channel]
    core_idea: str
    key_points: list[KeyPointDTO]
    hooks: list[str]
    call_to_action: str
    notes: str


class ContentPackageDTO(PackageContent, Stored):
    """A package, and how far people have taken it."""

    status: PackageStatus
    origin_opportunity_id: UUID | None
    metrics_snapshot: dict[str, JsonValue]


class ContentPackageDraftDTO(PackageContent, Draft):
    """A package as a graph proposes it."""

    package_score_breakdown: dict[str, float] = Field(default_factory=dict)


class CreatePackageResponseDTO(Contract):
    """The package of an opportunity; `existing` where it was there before and nothing was made."""

    status: Literal["created", "existing"]
    package: ContentPackageDTO


class VariantContent(Contract):
    """A package as it would appear on one channel, and the channel's rules that it breaks."""

    channel: Channel
    draft_text: str
    parts: dict[str, JsonValue]
    pattern_template_id: UUID | None
    violations: list[str]
    eval_score: Score | None


class VariantDTO(VariantContent, Stored):
    """A variant, and how far people have taken it."""

    package_id: UUID
    status: VariantStatus


class VariantDraftDTO(VariantContent, Draft):
    """A variant as a graph proposes it."""

    variant_score_breakdown: dict[str, float] = Field(default_factory=dict)


class VariantUpdateDTO(Contract):
    """An edit of a variant; what is left out stays. `expected_updated_at` refuses the edit if another came first."""

    draft_text: Annotated[str, Field(max_length=100_000)] | None = None
    status: VariantStatus | None = None
    parts: dict[str, JsonValue] | None = None
    expected_updated_at: Moment | None = None


class VariantListDTO(Contract):
    """The variants of a package."""

    package_id: UUID
    variants: list[VariantDTO]
    count: Count


class GenerateVariantsResponseDTO(VariantListDTO):
    """The variants just made for a package."""

    status: Literal["generated"]


class DecisionRequestDTO(Contract):
    """What a person decided. `decision_id` is the caller's own: however often it is sent, it counts once."""

    decision_id: Annotated[str, Field(min_length=1, max_length=100)]
    decision_type: DecisionType
    reason: Annotated[str, Field(max_length=200)] | None = None
    comment: Annotated[str, Field(max_length=5_000)] | None = None
    snooze_until: Moment | None = None
    metadata: dict[str, JsonValue] = Field(default_factory=dict)


class ExecutionEventDTO(Contract):
    """Something that happened to a variant on its channel or on the way there."""

    id: UUID
    brand_id: UUID
    variant_id: UUID
    channel: Channel
    event_type: str
    decision_type: DecisionType | None
    payload: dict[str, JsonValue]
    occurred_at: Moment
    created_at: Moment


class LearningEventDTO(Contract):
    """Something the brand's later scores learn from."""

    id: UUID
    brand_id: UUID
    signal_type: str
    payload: dict[str, JsonValue]
    effective_at: Moment
    decision_id: str | None
    pattern_id: UUID | None
    opportunity_id: UUID | None
    package_id: UUID | None
    variant_id: UUID | None
    created_at: Moment


class DecisionResponseDTO(Contract):
    """The decision as recorded; `duplicate` where its id had been recorded before."""

    decision_id: str
    status: Literal["accepted", "duplicate"]
    object_type: DecidedObject
    object_id: UUID
    decision_type: DecisionType
    recorded_at: Moment
    learning_event: LearningEventDTO | None


class LearningFactorDTO(Contract):
    """What the brand's decisions taught about one value of one dimension; factor 1 changes nothing."""

    dimension: str
    value: str
    factor: Annotated[float, Field(gt=0)]
    decisions: Count


class LearningSummaryDTO(Contract):
    """All that the brand's decisions taught so far."""

    brand_id: UUID
    generated_at: Moment
    factors: list[LearningFactorDTO]
    notes: list[str]


class TrendSignalDTO(Contract):
    """A trend candidate, and how much it matters to the brand; `outside` where it does not, and is only hot."""

    id: str
    topic: str
    source: str
    trend_score: Annotated[float, Field(ge=0)]
    velocity: float
    relevance: Share
    status: TrendStatus
    why: str
    evidence_ids: list[str]
    recency_hours: Hours
    lane: SignalLane = "brand"


class WebMentionSignalDTO(Contract):
    """A page or post that names the brand."""

    id: str
    title: str
    source: str
    url: str | None
    snippet: str
    published_at: Moment | None
    relevance: Share


class CompetitorPostSignalDTO(Contract):
    """A post by or about a competitor."""

    id: str
    competitor_name: str
    channel: str
    snippet: str
    url: str | None
    engagement: Annotated[float, Field(ge=0)]
    published_at: Moment | None


class SocialMomentSignalDTO(Contract):
    """A moment that many share at once: a post that gets more reaction than most; its id is that of its evidence."""

    id: str
    moment_type: str
    description: str
    relevance: Share
    url: str | None
    recency_hours: Hours
    lane: SignalLane = "brand"


class ExternalSignalBundleDTO(Contract):
    """What the world gave one board to work with."""

    brand_id: UUID
    fetched_at: Moment
    trends: list[TrendSignalDTO]
    web_mentions: list[WebMentionSignalDTO]
    competitor_posts: list[CompetitorPostSignalDTO]
    social_moments: list[SocialMomentSignalDTO]
