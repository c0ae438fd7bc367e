"""What all ingestion assets share: who owns them, their hours, when they follow their inputs, how often they try."""

import datetime
from typing import Any

import dagster as dg

from kairo_pipelines.assets.partitions import CAPTURE_HOURS, ONE_RUN

OWNERS = ["team:data-platform"]
GROUP = "ingestion"

#: Hours that a late capture may still reach downstream: the last capture of an hour lands just before the next begins.
FOLLOW_BACK = datetime.timedelta(hours=6)

#: A blocking check stops what follows in its own run only; this, what would follow in another. One that has not run yet
#: stops nothing: what is requested together is checked in the run.
SOMETHING_FAILED = dg.AutomationCondition.any_deps_match(
    dg.AutomationCondition.any_checks_match(dg.AutomationCondition.check_failed(), blocking_only=True)
)

#: Follow an input as soon as it is there. Eager, but for the last hours rather than the newest alone: the newest
#: changes while the one before it is still being made. Older hours are made by `kairo rebuild`, in order.
FOLLOW = (
    dg.AutomationCondition.eager().without(dg.AutomationCondition.in_latest_time_window())
    & dg.AutomationCondition.in_latest_time_window(FOLLOW_BACK)
    & ~SOMETHING_FAILED
).with_label("follow the last hours")

#: Another process may be writing, or the hour before may still be in the making.
TRY_AGAIN = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)

#: Something is captured at least once an hour, and what follows takes minutes.
FRESH = dg.FreshnessPolicy.time_window(warn_window=datetime.timedelta(hours=2), fail_window=datetime.timedelta(hours=6))

#: How every hourly asset is declared: `@dg.asset(deps=…, description=…, kinds=…, **OWNED, **FOLLOWING, **HOURLY)`.
OWNED: dict[str, Any] = {"group_name": GROUP, "owners": OWNERS, "freshness_policy": FRESH}
FOLLOWING: dict[str, Any] = {"automation_condition": FOLLOW}
HOURLY: dict[str, Any] = {"partitions_def": CAPTURE_HOURS, "backfill_policy": ONE_RUN, "retry_policy": TRY_AGAIN}
