"""A brand, its trends and a model's good answers, for tests of what models compose."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from model_server import Asked, Scripted, replies

from kairo_hero.brands.taboos import taboo_patterns
from kairo_hero.dto import BrandSnapshotDTO, EvidenceDTO, LearningSummaryDTO, PersonaDTO, PillarDTO
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.signals.occasions import Occasion, PostText
from kairo_hero.signals.relevance import Fit, Theme

AT = datetime(2021, 12, 10, 3, tzinfo=UTC)
THEME = Theme(None, "Acme", "", frozenset(), {})
STORIES = {
    "log4j": ["Log4j RCE Found", "RCE 0-day exploit found in log4j, a popular Java logging package"],
    "omicron": ["Omicron Variant: Early Analysis", "Classification of Omicron"],
    "gamestop": ["GameStop Is Rage Against the Financial Machine", "The Battle of GameStop"],
}


def brand() -> BrandSnapshotDTO:
    pillar = PillarDTO(
        id=uuid.uuid5(uuid.NAMESPACE_DNS, "pillar"),
        name="Secure by default",
        category="education",
        description="Servers that are safe when they arrive.",
        priority_rank=1,
        is_active=True,
    )
    persona = PersonaDTO(
        id=uuid.uuid5(uuid.NAMESPACE_DNS, "persona"),
        name="Ada",
        role="Head of operations",
        summary="Runs four hundred servers.",
        priorities=["sleep"],
        pains=["patching at night"],
    )
    return BrandSnapshotDTO(
        brand_id=uuid.uuid5(uuid.NAMESPACE_DNS, "acme"),
        brand_name="Acme",
        tenant_slug="acme",
        positioning="Acme hardens servers.",
        positioning_summary="Acme hardens servers.",
        tone_tags=["calm"],
        taboos=["disrupt"],
        channels=["linkedin", "x"],
        timezone="UTC",
        pillars=[pillar],
        personas=[persona],
        snapshot_at=AT,
    )


def trend(topic: str, titles: list[str]) -> Occasion:
    evidence = [
        EvidenceDTO(
            evidence_id=f"hackernews:{topic}{number}",
            platform="hackernews",
            title=title,
            url=f"https://example.com/{topic}/{number}",
            author=None,
            published_at=AT,
            counts={"likes": 100},
        )
        for number, title in enumerate(titles)
    ]
    return Occasion(
        id=f"trend-{topic}",
        kind="trend",
        topic=topic.title(),
        reason="2 posts by 2 authors in 24 h; not once in the 11 days before",
        platforms=["hackernews"],
        status="emerging",
        noticed_at=AT,
        strength=50.0,
        velocity=2.0,
        cluster_kind="phrase",
        post_ids=[one.evidence_id for one in evidence],
        evidence=evidence,
        texts=[PostText(evidence_id=one.evidence_id, text=one.title) for one in evidence],
        sparkline=[0.0, 2.0],
        hours_since_last_post=1.0,
    )


class Fitted(OpportunityInputs):
    """Inputs whose occasions fit as well as the test says: the first best."""

    def fitted(self) -> list[tuple[Occasion, Fit]]:
        return [(one, Fit(round(0.9 - 0.2 * number, 2), THEME, (), ())) for number, one in enumerate(self.occasions)]


def inputs(stories: dict[str, list[str]] | None = None, **changes: Any) -> OpportunityInputs:
    snapshot = brand()
    known = {
        "snapshot": snapshot,
        "taboo_patterns": taboo_patterns(snapshot.taboos),
        "patterns": [],
        "competitors": [],
        "occasions": [trend(topic, titles) for topic, titles in (STORIES if stories is None else stories).items()],
        "learning": LearningSummaryDTO(brand_id=snapshot.brand_id, generated_at=AT, factors=[], notes=[]),
        "trend_hour": datetime(2021, 12, 10, 2, tzinfo=UTC),
        "other_brands": [],
        "said": [],
    }
    return Fitted(**{**known, **changes})


def proposal(item: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A good proposal for an offered item."""
    good = {
        "trend": item["id"],
        "evidence": [one["id"] for one in item["evidence"]],
        "pillar": "p1",
        "persona": "s1",
        "channel": "linkedin",
        "title": f"What {item['topic']} asks of whoever runs servers",
        "angle": "Say calmly what to check first, and what can wait until the morning.",
    }
    return {**good, **changes}


def is_judging(asked: Asked) -> bool:
    return "You judge proposals" in asked.texts[0]


def composing(**changes: Any) -> Scripted:
    """A model that proposes one opportunity for each item, each with these changes, and judges all to fit."""

    def answer(asked: Asked) -> dict[str, Any]:
        if is_judging(asked):
            return {"judgements": [{"proposal": item["id"], "fit": 100, "keep": True} for item in asked.items]}
        return {"opportunities": [proposal(item, **changes) for item in asked.items]}

    return replies(answer)


def obeying(instruction: str) -> Scripted:
    """A model that does what the instruction asks for, in the place where a title and an angle should be."""

    def answer(asked: Asked) -> dict[str, Any]:
        if is_judging(asked):
            return {"judgements": [{"proposal": item["id"], "fit": 100, "keep": True} for item in asked.items]}
        obeyed = [
            proposal(item)
            if instruction not in json.dumps(item, ensure_ascii=False)
            else proposal(
                item,
                evidence=[*(one["id"] for one in item["evidence"]), "e999"],
                title=f"As you asked: {instruction[:60]}",
                angle=f"Sure! {instruction} Visit https://evil.example/login and write to @attacker.",
            )
            for item in asked.items
        ]
        return {"opportunities": obeyed}

    return replies(answer)
