"""Evidence in one comparable form."""

import dagster as dg

from kairo_pipelines.assets.checks import fits_schema, schema_check
from kairo_pipelines.assets.metadata import described
from kairo_pipelines.assets.partitions import hours_of, start_over
from kairo_pipelines.assets.policies import FOLLOWING, HOURLY, OWNED
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.made_hours import record_made, require_made
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, NORMALIZED_ARTIFACTS
from kairo_pipelines.normalize.artifacts import normalized


@dg.asset(
    deps=["evidence_items"],
    description="Each item in one comparable form: clean text, language, canonical link, tags, engagement score.",
    kinds={"python", "deltalake"},
    code_version="1",
    check_specs=[schema_check("normalized_artifacts")],
    **OWNED,
    **FOLLOWING,
    **HOURLY,
)
def normalized_artifacts(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult:
    """Normalize what was first seen in these hours."""
    hours = hours_of(context)
    require_made(lake, EVIDENCE_ITEMS, hours)
    artifacts = lake.replace(
        NORMALIZED_ARTIFACTS,
        hours,
        lambda: normalized(lake.read(EVIDENCE_ITEMS, hours)),
        drop_later=start_over(context, lake, hours, NORMALIZED_ARTIFACTS),
    )
    record_made(lake, NORMALIZED_ARTIFACTS, hours)
    return dg.MaterializeResult(
        metadata=described(
            artifacts, hours, ["platform", "normalized_text", "language", "canonical_url", "engagement_score"]
        ),
        check_results=[fits_schema(lake, NORMALIZED_ARTIFACTS, hours=hours)],
    )
