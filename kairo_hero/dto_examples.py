"""One real-looking example of each DTO that an endpoint takes or gives, by the DTO's name: the API's documentation.

It is the morning of 10 December 2021 at Sourcegraph, eight hours after the Log4j vulnerability became known.
"""

from typing import Any

_BRAND = "0c6f4f5e-5f0e-4f43-9a55-6c0f3a4f1b10"
_SECURITY_PILLAR = "7d0a1c52-3c8e-4f7b-8a39-2f4f6f6b9d31"
_SECURITY_LEADER = "b4c0e6a8-94d5-4d0c-8f55-0f9f0b3f7c22"
_OPPORTUNITY = "e2a9b1d0-0c8d-4c55-9c0b-6f7f6a1d2e43"
_PACKAGE = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
_VARIANT = "a3bb189e-8bf9-4c38-8b9c-6e1f6d1f5c54"
_EVIDENCE = "hackernews:29504755"

_SNAPSHOT = {
    "brand_id": _BRAND,
    "brand_name": "Sourcegraph",
    "tenant_slug": "sourcegraph",
    "positioning": "Sourcegraph universal code search enables developers to explore and better understand all code, "
    "faster, with contextual code intelligence to improve developer productivity and automate large-scale code change "
    "management.",
    "positioning_summary": "Explore, navigate, and better understand all code, everywhere, faster.",
    "tone_tags": ["clear", "professional", "humble", "dev-y"],
    "taboos": ["code base", "Golang"],
    "channels": ["x", "linkedin"],
    "timezone": "America/Los_Angeles",
    "pillars": [
        {
            "id": _SECURITY_PILLAR,
            "name": "Find and fix security vulnerabilities faster",
            "category": "Risk reduction and security",
            "description": "Pinpoint the source of a vulnerability and apply patches across all repositories.",
            "priority_rank": 4,
            "is_active": True,
        }
    ],
    "personas": [
        {
            "id": _SECURITY_LEADER,
            "name": "Security Engineering Leader",
            "role": "Buyer for security and vulnerability teams",
            "summary": "Usually experiences the most acute pain.",
            "priorities": ["Find and fix known security vulnerabilities faster"],
            "pains": ["The cost of a code-related security breach"],
        }
    ],
    "snapshot_at": "2021-12-10T08:00:00Z",
}

_OPPORTUNITY_ON_BOARD = {
    "id": _OPPORTUNITY,
    "brand_id": _BRAND,
    "created_at": "2021-12-10T08:15:04Z",
    "updated_at": "2021-12-10T08:15:04Z",
    "title": "Find every use of Log4j across all your repositories",
    "angle": "Show a security team the search that lists every Log4j version in use, and the change that upgrades it.",
    "why_now": "“Log4j RCE Found” reached the Hacker News front page at 00:35 UTC and stands first after seven hours, "
    "with 506 upvotes and 171 comments.",
    "type": "trend",
    "primary_channel": "x",
    "suggested_channels": ["x", "linkedin"],
    "score": 86.5,
    "score_breakdown": {"trend": 44.0, "fit": 28.5, "freshness": 14.0, "learning": 0.0},
    "persona_id": _SECURITY_LEADER,
    "pillar_id": _SECURITY_PILLAR,
    "trend_id": "9f2c7a1e4b60",
    "evidence": [
        {
            "evidence_id": _EVIDENCE,
            "platform": "hackernews",
            "title": "Log4j RCE Found",
            "url": "https://www.lunasec.io/docs/blog/log4j-zero-day/",
            "author": "usmannk",
            "published_at": None,
            "counts": {"likes": 506, "comments": 171, "rank": 1},
            "first_seen_at": "2021-12-10T00:35:58Z",
        }
    ],
    "sparkline": [29, 110, 203, 257, 314, 374, 441, 506],
    "is_pinned": False,
    "is_snoozed": False,
    "snoozed_until": None,
}

_BOARD = {
    "brand_id": _BRAND,
    "snapshot": _SNAPSHOT,
    "opportunities": [_OPPORTUNITY_ON_BOARD],
    "meta": {
        "generated_at": "2021-12-10T08:15:04Z",
        "run_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "degraded": False,
        "degraded_reason": None,
        "source": "grounded",
        "opportunity_count": 1,
        "signals_considered": 14,
        "dropped": {"near_duplicate": 2, "taboo": 1},
        "missing": [],
        "cost_usd": 0.0,
        "input_tokens": 0,
        "output_tokens": 0,
        "trend_hour": "2021-12-10T08:00:00Z",
        "as_of": None,
    },
}

_CONTENT_PACKAGE = {
    "id": _PACKAGE,
    "brand_id": _BRAND,
    "created_at": "2021-12-10T08:31:40Z",
    "updated_at": "2021-12-10T08:31:40Z",
    "title": "Find every use of Log4j across all your repositories",
    "persona_id": _SECURITY_LEADER,
    "pillar_id": _SECURITY_PILLAR,
    "channels": ["x", "linkedin"],
    "core_idea": "The first question today is where Log4j runs; one search over all repositories answers it.",
    "key_points": [{"text": "A remote code execution in Log4j is public.", "evidence_ids": [_EVIDENCE]}],
    "hooks": ["Where do you use Log4j? Answer it in one search."],
    "call_to_action": "Search your code for Log4j",
    "notes": "",
    "status": "draft",
    "origin_opportunity_id": _OPPORTUNITY,
    "metrics_snapshot": {},
}

_VARIANT_FOR_X: dict[str, Any] = {
    "id": _VARIANT,
    "brand_id": _BRAND,
    "created_at": "2021-12-10T08:32:11Z",
    "updated_at": "2021-12-10T08:32:11Z",
    "channel": "x",
    "draft_text": "Where do you use Log4j? One search over all your repositories lists every version.",
    "parts": {},
    "pattern_template_id": None,
    "violations": [],
    "eval_score": 82.0,
    "package_id": _PACKAGE,
    "status": "draft",
}

_DECISION = {"decision_id": "board-2021-12-10-pin-1", "decision_type": "pin"}

_DECISION_RECORDED = _DECISION | {
    "status": "accepted",
    "object_type": "opportunity",
    "object_id": _OPPORTUNITY,
    "recorded_at": "2021-12-10T08:20:30Z",
    "learning_event": {
        "id": "6fa459ea-ee8a-4ca4-894e-db77e160355e",
        "brand_id": _BRAND,
        "signal_type": "pin",
        "payload": {
            "object_type": "opportunity",
            "object_id": _OPPORTUNITY,
            "features": {
                "pillar": _SECURITY_PILLAR,
                "persona": _SECURITY_LEADER,
                "channel": "x",
                "type": "trend",
                "cluster_kind": "phrase",
            },
            "reason": "on the point",
            "comment": None,
            "snooze_until": None,
            "metadata": {},
        },
        "effective_at": "2021-12-10T08:20:30Z",
        "decision_id": _DECISION["decision_id"],
        "pattern_id": None,
        "opportunity_id": _OPPORTUNITY,
        "package_id": None,
        "variant_id": None,
        "created_at": "2021-12-10T08:20:30Z",
    },
}

_VARIANTS = {"package_id": _PACKAGE, "variants": [_VARIANT_FOR_X], "count": 1}

EXAMPLES: dict[str, dict[str, Any]] = {
    "TodayBoardDTO": _BOARD,
    "RegenerateResponseDTO": {"status": "regenerated", "today_board": _BOARD},
    "ContentPackageDTO": _CONTENT_PACKAGE,
    "CreatePackageResponseDTO": {"status": "created", "package": _CONTENT_PACKAGE},
    "VariantDTO": _VARIANT_FOR_X,
    "VariantListDTO": _VARIANTS,
    "GenerateVariantsResponseDTO": _VARIANTS | {"status": "generated"},
    "VariantUpdateDTO": {"status": "approved", "expected_updated_at": "2021-12-10T08:32:11Z"},
    "DecisionRequestDTO": _DECISION | {"reason": "on the point", "comment": None, "snooze_until": None, "metadata": {}},
    "DecisionResponseDTO": _DECISION_RECORDED,
}
