"""Checks of the surfaces that a capture run looked at: which did not answer, which are broken, which land too much."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from kairo_pipelines.capture.surface_state import UNKNOWN, SurfaceState
from kairo_pipelines.connectors.connector import Target

ANSWERED, BROKEN, BUDGET = "surfaces_answered", "no_surface_is_broken", "within_byte_budget"
#: Share of a day's bytes at which a surface is warned about.
WARNED_AT = 0.8

SURFACE_CHECKS = [
    dg.AssetCheckSpec(ANSWERED, asset="capture_runs", description="Every surface that was captured answered."),
    dg.AssetCheckSpec(
        BROKEN, asset="capture_runs", description="No active surface has failed three times in a row, or is gone."
    ),
    dg.AssetCheckSpec(
        BUDGET, asset="capture_runs", description="No surface has landed 80 % of the bytes it may land in a day."
    ),
]


def surface_check_results(
    rows: Sequence[Mapping[str, Any]], targets: Sequence[Target], states: Mapping[str, SurfaceState], daily_bytes: int
) -> list[dg.AssetCheckResult]:
    """The results of all of them, for the captures of a run and the active surfaces as they stand after it."""
    known = [(target, states.get(target.surface_id, UNKNOWN)) for target in targets]
    failed = [row for row in rows if row["status"] in ("failed", "partial")]
    broken = [(target, state) for target, state in known if state.is_broken]
    heavy = [(target, state) for target, state in known if state.bytes_today >= WARNED_AT * daily_bytes]
    reasons = Counter(f"{row['surface_key']}: {row['error']}" for row in failed)
    return [
        _warning(ANSWERED, not failed, {"failures": dict(reasons.most_common(20))}),
        _warning(BROKEN, not broken, {"broken surfaces": dg.MetadataValue.md(_as_table(broken))}),
        _warning(
            BUDGET,
            not heavy,
            {"megabytes today": {str(target): round(state.bytes_today / 1e6, 1) for target, state in heavy}},
        ),
    ]


def _warning(check: str, passed: bool, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=check,
        asset_key="capture_runs",
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def _as_table(broken: Sequence[tuple[Target, SurfaceState]]) -> str:
    head = "| surface | failures in a row | last success | next try | failure |\n| --- | --- | --- | --- | --- |"
    rows = (
        f"| {_cell(target)} | {state.failures_in_a_row} | {state.last_success or 'none in a week'} | {state.next_try} "
        f"| {_cell(state.error_kind)}: {_cell(state.error)} |"
        for target, state in broken
    )
    return "\n".join([head, *rows]) if broken else "none"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")[:200]
