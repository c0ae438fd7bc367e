"""The contracts: exactly these keys, the same after a round trip, and nothing that they don't allow."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from pydantic import ValidationError

from kairo_hero import dto
from kairo_hero.contract import Contract
from kairo_hero.dto_examples import EXAMPLES
from kairo_hero.models import Persona

KEYS = {
    "PersonaDTO": "id name role summary priorities pains",
    "PillarDTO": "id name category description priority_rank is_active",
    "PatternTemplateDTO": "id name category status beats",
    "BrandSnapshotDTO": "brand_id brand_name tenant_slug positioning positioning_summary tone_tags taboos channels "
    "timezone pillars personas snapshot_at",
    "BrandIRDTO": "brand_id positioning_embedding pillar_keywords persona_signals taboo_patterns source_hash "
    "compiled_at",
    "EvidenceDTO": "evidence_id platform title url author published_at counts first_seen_at",
    "ScoreBreakdownDTO": "trend fit freshness learning",
    "OpportunityDTO": "id brand_id title angle why_now type primary_channel suggested_channels score score_breakdown "
    "persona_id pillar_id trend_id evidence sparkline is_pinned is_snoozed snoozed_until created_at updated_at",
    "OpportunityDraftDTO": "title angle why_now type primary_channel suggested_channels score score_breakdown "
    "persona_id pillar_id trend_id signal_id evidence_ids is_valid rejection_reasons quality_band "
    "opportunity_score_breakdown",
    "TodayBoardMetaDTO": "generated_at run_id degraded degraded_reason source opportunity_count signals_considered "
    "dropped missing cost_usd input_tokens output_tokens trend_hour as_of",
    "TodayBoardDTO": "brand_id snapshot opportunities meta",
    "RegenerateResponseDTO": "status today_board",
    "KeyPointDTO": "text evidence_ids",
    "ContentPackageDTO": "id brand_id title status origin_opportunity_id persona_id pillar_id channels core_idea "
    "key_points hooks call_to_action notes metrics_snapshot created_at updated_at",
    "ContentPackageDraftDTO": "title persona_id pillar_id channels core_idea key_points hooks call_to_action notes "
    "is_valid rejection_reasons quality_band package_score_breakdown",
    "CreatePackageResponseDTO": "status package",
    "VariantDTO": "id brand_id package_id channel status draft_text parts pattern_template_id violations eval_score "
    "created_at updated_at",
    "VariantDraftDTO": "channel draft_text parts pattern_template_id violations eval_score is_valid "
    "rejection_reasons quality_band variant_score_breakdown",
    "VariantUpdateDTO": "draft_text status parts expected_updated_at",
    "VariantListDTO": "package_id variants count",
    "GenerateVariantsResponseDTO": "status package_id variants count",
    "DecisionRequestDTO": "decision_id decision_type reason comment snooze_until metadata",
    "DecisionResponseDTO": "decision_id status object_type object_id decision_type recorded_at learning_event",
    "ExecutionEventDTO": "id brand_id variant_id channel event_type decision_type payload occurred_at created_at",
    "LearningEventDTO": "id brand_id signal_type payload effective_at decision_id pattern_id opportunity_id "
    "package_id variant_id created_at",
    "LearningFactorDTO": "dimension value factor decisions",
    "LearningSummaryDTO": "brand_id generated_at factors notes",
    "TrendSignalDTO": "id topic source trend_score velocity relevance status why evidence_ids recency_hours lane",
    "WebMentionSignalDTO": "id title source url snippet published_at relevance",
    "CompetitorPostSignalDTO": "id competitor_name channel snippet url engagement published_at",
    "SocialMomentSignalDTO": "id moment_type description relevance url recency_hours lane",
    "ExternalSignalBundleDTO": "brand_id fetched_at trends web_mentions competitor_posts social_moments",
}

BRAND = "0c6f4f5e-5f0e-4f43-9a55-6c0f3a4f1b10"
ONE = "7d0a1c52-3c8e-4f7b-8a39-2f4f6f6b9d31"
MORNING = "2021-12-10T08:00:00Z"

board = EXAMPLES["TodayBoardDTO"]
card, package, variant = board["opportunities"][0], EXAMPLES["ContentPackageDTO"], EXAMPLES["VariantDTO"]
trend = {
    "id": "9f2c7a1e4b60",
    "topic": "log4j",
    "source": "hackernews",
    "trend_score": 91.2,
    "velocity": 4.1,
    "relevance": 0.62,
    "status": "emerging",
    "why": "4 posts in 3 hours; 0.1 is usual",
    "evidence_ids": ["hackernews:29504755"],
    "recency_hours": 7.5,
    "lane": "brand",
}
mention = {
    "id": "m1",
    "title": "Searching for Log4j with Sourcegraph",
    "source": "hackernews",
    "url": "https://example.com/log4j",
    "snippet": "…",
    "published_at": MORNING,
    "relevance": 1.0,
}
competitor_post = {
    "id": "c1",
    "competitor_name": "GitHub",
    "channel": "hackernews",
    "snippet": "GitHub’s response to Log4j",
    "url": None,
    "engagement": 212,
    "published_at": None,
}
moment = {
    "id": "s1",
    "moment_type": "incident",
    "description": "Everybody patches Log4j",
    "relevance": 0.4,
    "url": None,
    "recency_hours": 2,
    "lane": "outside",
}
factor = {"dimension": "pillar", "value": ONE, "factor": 0.8, "decisions": 10}
verdict = {"is_valid": False, "rejection_reasons": ["taboo: code base"], "quality_band": "bad"}


def draft_of(example, dto_name, **more):
    return {key: value for key, value in example.items() if key in KEYS[dto_name].split()} | verdict | more


SAMPLES = EXAMPLES | {
    "PersonaDTO": board["snapshot"]["personas"][0],
    "PillarDTO": board["snapshot"]["pillars"][0],
    "PatternTemplateDTO": {"id": ONE, "name": "Intro", "category": "Blog", "status": "active", "beats": ["Hook"]},
    "BrandSnapshotDTO": board["snapshot"],
    "BrandIRDTO": {
        "brand_id": BRAND,
        "positioning_embedding": [0.25, -0.5],
        "pillar_keywords": {ONE: ["vulnerability", "patch"]},
        "persona_signals": {ONE: ["security"]},
        "taboo_patterns": [r"\bcode base\b"],
        "source_hash": "5f1d",
        "compiled_at": MORNING,
    },
    "EvidenceDTO": card["evidence"][0],
    "ScoreBreakdownDTO": card["score_breakdown"],
    "OpportunityDTO": card,
    "OpportunityDraftDTO": draft_of(
        card,
        "OpportunityDraftDTO",
        signal_id="9f2c7a1e4b60",
        evidence_ids=["hackernews:1"],
        opportunity_score_breakdown={"hook": 1.0},
    ),
    "TodayBoardMetaDTO": board["meta"],
    "KeyPointDTO": package["key_points"][0],
    "ContentPackageDraftDTO": draft_of(package, "ContentPackageDraftDTO", package_score_breakdown={"clarity": 1.0}),
    "VariantDraftDTO": draft_of(variant, "VariantDraftDTO", variant_score_breakdown={"fit": 1.0}),
    "ExecutionEventDTO": {
        "id": ONE,
        "brand_id": BRAND,
        "variant_id": ONE,
        "channel": "x",
        "event_type": "published",
        "decision_type": None,
        "payload": {},
        "occurred_at": MORNING,
        "created_at": MORNING,
    },
    "LearningEventDTO": EXAMPLES["DecisionResponseDTO"]["learning_event"],
    "LearningFactorDTO": factor,
    "LearningSummaryDTO": {"brand_id": BRAND, "generated_at": MORNING, "factors": [factor], "notes": []},
    "TrendSignalDTO": trend,
    "WebMentionSignalDTO": mention,
    "CompetitorPostSignalDTO": competitor_post,
    "SocialMomentSignalDTO": moment,
    "ExternalSignalBundleDTO": {
        "brand_id": BRAND,
        "fetched_at": MORNING,
        "trends": [trend],
        "web_mentions": [mention],
        "competitor_posts": [competitor_post],
        "social_moments": [moment],
    },
}

every_dto = pytest.mark.parametrize("name", KEYS)


def sample(name, **changes):
    return getattr(dto, name).model_validate(SAMPLES[name] | changes)


def refused(name, **changes):
    """The field that is refused, and why."""
    with pytest.raises(ValidationError) as error:
        sample(name, **changes)
    (problem,) = error.value.errors()
    return problem["loc"][0], problem["type"]


def test_every_contract_is_listed_here():
    dtos = {name for name, kind in vars(dto).items() if name.endswith("DTO") and issubclass(kind, Contract)}
    assert dtos == set(KEYS) == set(SAMPLES)


@every_dto
def test_the_json_has_exactly_these_keys(name):
    assert sorted(json.loads(sample(name).model_dump_json())) == sorted(KEYS[name].split())


@every_dto
def test_the_schema_has_exactly_these_keys(name):
    assert sorted(getattr(dto, name).model_json_schema()["properties"]) == sorted(KEYS[name].split())


@every_dto
def test_a_round_trip_changes_nothing(name):
    once = sample(name)
    assert getattr(dto, name).model_validate_json(once.model_dump_json()) == once
    assert getattr(dto, name).model_validate(once.model_dump()) == once


@every_dto
def test_an_unknown_key_is_refused(name):
    assert refused(name, surprise=1) == ("surprise", "extra_forbidden")


@every_dto
def test_a_contract_does_not_change(name):
    with pytest.raises(ValidationError, match="frozen"):
        setattr(sample(name), KEYS[name].split()[0], None)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_that_the_documentation_shows_are_true_ones(name):
    assert getattr(dto, name).model_json_schema()["examples"] == [EXAMPLES[name]]
    example = getattr(dto, name).model_validate(EXAMPLES[name])
    assert json.loads(example.model_dump_json(exclude_unset=True)) == EXAMPLES[name]


@pytest.mark.parametrize(
    ("name", "field"),
    [("OpportunityDTO", "created_at"), ("BrandSnapshotDTO", "snapshot_at"), ("DecisionRequestDTO", "snooze_until")],
)
@pytest.mark.parametrize("naive", ["2021-12-10T08:00:00", datetime(2021, 12, 10, 8)])  # noqa: DTZ001
def test_a_moment_without_a_zone_is_refused(name, field, naive):
    assert refused(name, **{field: naive}) == (field, "timezone_aware")


def test_a_moment_elsewhere_is_told_in_utc():
    in_california = datetime(2021, 12, 10, 0, tzinfo=timezone(-timedelta(hours=8)))
    snapshot = sample("BrandSnapshotDTO", snapshot_at=in_california)
    assert snapshot.snapshot_at.tzinfo is UTC
    assert json.loads(snapshot.model_dump_json())["snapshot_at"] == MORNING


@pytest.mark.parametrize(("score", "reason"), [(101, "less_than_equal"), (-1, "greater_than_equal")])
@pytest.mark.parametrize("name", ["OpportunityDTO", "OpportunityDraftDTO"])
def test_a_score_lies_between_0_and_100(name, score, reason):
    assert refused(name, score=score) == ("score", reason)


def test_a_score_is_a_number():
    assert refused("OpportunityDTO", score=float("nan")) == ("score", "finite_number")


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("OpportunityDTO", "type", "rumour"),
        ("OpportunityDTO", "primary_channel", "myspace"),
        ("TrendSignalDTO", "status", "dead"),
        ("RegenerateResponseDTO", "status", "created"),
        ("CreatePackageResponseDTO", "status", "joined"),
        ("GenerateVariantsResponseDTO", "status", "existing"),
        ("DecisionRequestDTO", "decision_type", "delete"),
        ("DecisionResponseDTO", "status", "ok"),
        ("DecisionResponseDTO", "object_type", "brand"),
        ("VariantUpdateDTO", "status", "deleted"),
        ("TodayBoardMetaDTO", "source", "magic"),
    ],
)
def test_a_word_outside_the_vocabulary_is_refused(name, field, value):
    assert refused(name, **{field: value}) in [(field, "literal_error"), (field, "enum")]


def test_a_decision_without_an_id_is_refused():
    assert refused("DecisionRequestDTO", decision_id="") == ("decision_id", "string_too_short")


def test_all_of_an_edit_is_optional_and_what_is_left_out_is_known():
    edit = dto.VariantUpdateDTO.model_validate({"draft_text": "Patch Log4j today."})
    assert edit.model_dump(exclude_unset=True) == {"draft_text": "Patch Log4j today."}
    assert dto.VariantUpdateDTO().model_dump(exclude_unset=True) == {}


@pytest.mark.parametrize("shown", ["TodayBoardDTO", "CreatePackageResponseDTO", "GenerateVariantsResponseDTO"])
def test_what_is_internal_to_drafts_never_reaches_the_api(shown):
    schema = json.dumps(getattr(dto, shown).model_json_schema())
    for internal in ("quality_band", "_score_breakdown", "is_valid", "rejection_reasons"):
        assert internal not in schema


def test_a_row_is_read_by_its_attributes():
    row = Persona(id=UUID(ONE), name="Developer", role="", summary="", priorities=[], pains=["Big Code"])
    assert dto.PersonaDTO.model_validate(row).pains == ["Big Code"]
