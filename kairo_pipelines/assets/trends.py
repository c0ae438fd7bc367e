"""Trend candidates: clusters that are taking off, as of each hour."""

import base64
from datetime import datetime

import dagster as dg
import pyarrow as pa

from kairo_pipelines.assets.checks import fits_schema, schema_check
from kairo_pipelines.assets.metadata import preview
from kairo_pipelines.assets.partitions import hours_of, start_over
from kairo_pipelines.assets.policies import FOLLOWING, HOURLY, OWNED
from kairo_pipelines.embedding import embed
from kairo_pipelines.hours import HOUR, HourRange, hour_key
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.made_hours import record_made, require_made, require_past
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CLUSTER_BUCKETS,
    DETECTOR_HOURS,
    EVIDENCE_ITEMS,
    TREND_CANDIDATES,
)
from kairo_pipelines.trends.candidates import trends_by_hour
from kairo_pipelines.trends.history import read_history
from kairo_pipelines.trends.reading import trend_buckets
from kairo_pipelines.trends.sparkline import sparkline
from kairo_pipelines.trends.windows import LONG

REACHES_EVIDENCE = "reaches_evidence"
SHOWN = 8
TOP = "top trends of the last hour"


@dg.asset(
    # It also reads its own hours before; `require_past` holds that. As a dependency on itself it would make automation
    # request the hour before with every hour, since an asset with checks is requested with all that it is made with.
    deps=["cluster_buckets", "clusters"],
    description="Clusters that lie far above their own past as of this hour, with a score, its parts and the reason.",
    kinds={"duckdb", "numpy", "deltalake"},
    code_version="1",
    check_specs=[
        schema_check("trend_candidates"),
        dg.AssetCheckSpec(
            REACHES_EVIDENCE,
            asset="trend_candidates",
            blocking=True,
            description="Every candidate can be followed to at least one evidence item.",
        ),
    ],
    **OWNED,
    **FOLLOWING,
    **HOURLY,
)
def trend_candidates(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult:
    """Compare the last hours of every cluster in play with its past, hour by hour, each as of its own end."""
    hours = hours_of(context)
    require_made(lake, CLUSTER_BUCKETS, hours)
    require_past(lake, TREND_CANDIDATES, hours)
    starts_over = start_over(context, lake, hours, TREND_CANDIDATES)
    found = list(trends_by_hour(read_history(lake, hours), embed))
    candidates = TREND_CANDIDATES.rows(row for hour in found for row in hour.candidates)
    verdicts = DETECTOR_HOURS.rows(hour.verdict for hour in found)
    lake.replace(TREND_CANDIDATES, hours, candidates, drop_later=starts_over)
    lake.replace(DETECTOR_HOURS, hours, verdicts, drop_later=starts_over)
    record_made(lake, TREND_CANDIDATES, hours)
    last = found[-1].verdict
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": candidates.num_rows,
            "hours": f"{hour_key(hours.first)} to {hour_key(hours.last)} ({len(hours)} h, totals)",
            "verdict of the last hour": f"{last['verdict']}: {last['reason']}",
            "new trends": len({row["trend_id"] for row in candidates.to_pylist() if row["detected_at"] > hours.first}),
            **_top(lake, candidates, hours.last),
        },
        check_results=[
            fits_schema(lake, TREND_CANDIDATES, DETECTOR_HOURS, hours=hours),
            _reaches_evidence(lake, candidates, hours),
        ],
    )


def _top(lake: Lake, candidates: pa.Table, hour: datetime) -> dict[str, dg.MetadataValue]:
    """The strongest trends of an hour as a table, and their posts of the two days before as a picture."""
    top = lake.sql(
        """
        SELECT cluster_id, display_name AS trend, status, trend_score, why, detected_at
        FROM candidates
        WHERE capture_hour = $hour AND status <> 'stale'
        ORDER BY trend_score DESC, cluster_id
        LIMIT $shown
        """,
        {"hour": hour, "shown": SHOWN},
        candidates=candidates,
    )
    if not top.num_rows:
        return {TOP: dg.MetadataValue.md("none")}
    posts = [trend_buckets(lake, row["cluster_id"], hour) for row in top.to_pylist()]
    lines = pa.array([sparkline(each, bars=16) for each in posts])
    table = preview(top.append_column("last 48 h", lines), ["trend", "last 48 h", "status", "trend_score", "why"])
    return {TOP: table, f"{TOP}, their posts": _picture(top, posts, hour)}


def _picture(top: pa.Table, posts: list[list[float]], hour: datetime) -> dg.MetadataValue:
    # matplotlib takes long to load, and what only looks at the assets needs no picture
    import pandas as pd

    from kairo_pipelines.trends.plot import Strip, draw_strips

    starts = pd.date_range(end=hour, periods=len(posts[0]), freq=HOUR)
    strips = [
        Strip(row["trend"], pd.Series(each, starts), row["detected_at"])
        for row, each in zip(top.to_pylist(), posts, strict=True)
    ]
    encoded = base64.b64encode(draw_strips(strips)).decode()
    return dg.MetadataValue.md(f"![posts an hour, and when each was noticed](data:image/png;base64,{encoded})")


def _reaches_evidence(lake: Lake, candidates: pa.Table, hours: HourRange) -> dg.AssetCheckResult:
    reach = hours.reaching_back(LONG.reach)
    adrift = lake.sql(
        """
        SELECT DISTINCT candidates.cluster_id
        FROM candidates
        ANTI JOIN (
            SELECT links.cluster_id
            FROM links
            JOIN items ON links.artifact_id = 'a' || items.evidence_id
        ) AS reached USING (cluster_id)
        """,
        candidates=candidates,
        links=Slice.of(ARTIFACT_CLUSTER_LINKS, reach),
        items=Slice.of(EVIDENCE_ITEMS, reach),
    )
    return dg.AssetCheckResult(
        check_name=REACHES_EVIDENCE,
        asset_key="trend_candidates",
        passed=adrift.num_rows == 0,
        metadata={"candidates without evidence": adrift.num_rows},
    )
