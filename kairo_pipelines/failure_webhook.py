"""What tells people that a run failed: a sensor that posts to a webhook, where one is set."""

import dagster as dg
import httpx

from kairo_pipelines.settings import PipelineSettings

TIMEOUT_SECONDS = 10
#: Chats cut longer messages.
LONGEST = 1_500


class WebhookFailed(Exception):
    """The webhook did not take the message; the tick is marked failed, and Dagster tries it again."""


def failure_message(context: dg.RunFailureSensorContext) -> dict[str, str | None]:
    """What is posted: `text` for chats that show it (Slack, Mattermost), and its parts for programs."""
    run = context.dagster_run
    partition = run.tags.get("dagster/partition") or run.tags.get("dagster/asset_partition_range_start")
    steps = context.get_step_failure_events()
    reason = _reason(steps[0]) if steps else (context.failure_event.message or "it did not say why")
    of = f" for {partition}" if partition else ""
    return {
        "text": f"Kairo: {run.job_name}{of} failed: {reason}"[:LONGEST],
        "job": run.job_name,
        "run_id": run.run_id,
        "partition": partition,
        "step": steps[0].step_key if steps else None,
        "reason": reason,
    }


def _reason(event: dg.DagsterEvent) -> str:
    """The error that the step raised, without those that Dagster wraps it in; what caused it in turn is in the UI."""
    error = event.step_failure_data.error
    while error and error.cause and error.cls_name and error.cls_name.startswith(("Dagster", "RetryRequested")):
        error = error.cause
    return error.message.strip() if error else (event.message or "it did not say why")


@dg.run_failure_sensor(
    name="tell_of_failures",
    monitor_all_code_locations=True,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Posts each failed run to KAIRO_FAILURE_WEBHOOK, where that is set.",
)
def tell_of_failures(
    context: dg.RunFailureSensorContext, settings: dg.ResourceParam[PipelineSettings]
) -> dg.SkipReason | None:
    """Post the failure; WebhookFailed where the webhook does not take it."""
    if not settings.failure_webhook:
        return dg.SkipReason("KAIRO_FAILURE_WEBHOOK is not set")
    try:
        response = httpx.post(settings.failure_webhook, json=failure_message(context), timeout=TIMEOUT_SECONDS)
    except (httpx.InvalidURL, ValueError) as error:
        # What it says may quote the address, which is a secret.
        raise WebhookFailed(f"KAIRO_FAILURE_WEBHOOK is not an address to post to: {type(error).__name__}") from None
    except httpx.HTTPError as error:
        raise WebhookFailed(f"the webhook can't be reached: {type(error).__name__}: {error}") from error
    if not response.is_success:
        raise WebhookFailed(f"the webhook answered {response.status_code}")
    return None
