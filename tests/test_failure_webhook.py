"""The sensor that tells of failed runs: what it posts, and what happens where the webhook does not take it."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._utils.error import serializable_error_info_from_exc_info
from web_server import Web

from kairo_pipelines.assets.partitions import CAPTURE_HOURS, hour_tags
from kairo_pipelines.definitions import build_defs
from kairo_pipelines.failure_webhook import LONGEST, WebhookFailed, failure_message, tell_of_failures
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.full_disk import naming_a_full_disk
from kairo_pipelines.settings import PipelineSettings, SettingsError

SIX = datetime(2021, 12, 10, 6, tzinfo=UTC)
SECRET = "/hooks/T0123/a-secret"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@dg.op
def fill_the_disk() -> None:
    """Fails as a lake without room does."""
    with naming_a_full_disk("/srv/lake"):
        raise OSError(28, "No space left on device")


@dg.op
def say_much() -> None:
    raise ValueError("much " * 1000)


@dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
def try_twice() -> None:
    raise ValueError("failed twice")


@dg.op
def fine() -> None:
    pass


@dg.job(partitions_def=CAPTURE_HOURS)
def full() -> None:
    fill_the_disk()


@dg.job
def talkative() -> None:
    say_much()


@dg.job
def patient() -> None:
    try_twice()


@dg.job
def good() -> None:
    fine()


def failed(instance: dg.DagsterInstance, job: dg.JobDefinition = full, **of) -> dg.RunFailureSensorContext:
    """A run of the job that failed, as the sensor is told of it."""
    result = job.execute_in_process(instance=instance, raise_on_error=False, **of)
    assert not result.success
    context = dg.build_run_status_sensor_context(
        sensor_name="tell_of_failures",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
    )
    return context.for_run_failure()


def tell(context: dg.RunFailureSensorContext, webhook: str | None) -> object:
    return tell_of_failures(context, settings=PipelineSettings(failure_webhook=webhook))


def test_a_failed_run_is_posted_with_its_job_hour_step_and_reason(instance, web: Web):
    context = failed(instance, partition_key="2021-12-10-06:00")
    assert tell(context, web.answer(SECRET, b"ok")) is None
    [posted] = [json.loads(body) for body in web.posted]
    sentence = (
        "kairo_pipelines.lake.full_disk.LakeFull: there is no room left where the lake /srv/lake lies; what was there "
        "is unharmed. Free some, or let less be kept (KAIRO_RETAIN_RAW_DAYS, KAIRO_RETAIN_DAYS), and run this again"
    )
    assert posted == {
        "text": f"Kairo: full for 2021-12-10-06:00 failed: {sentence}",
        "job": "full",
        "run_id": context.dagster_run.run_id,
        "partition": "2021-12-10-06:00",
        "step": "fill_the_disk",
        "reason": sentence,
    }


def test_a_run_for_several_hours_is_told_by_its_first(instance):
    message = failure_message(failed(instance, tags=hour_tags(HourRange(SIX, SIX + HOUR))))
    assert message["partition"] == "2021-12-10-06:00"


def test_a_run_without_a_partition_is_told_without(instance):
    message = failure_message(failed(instance, patient))
    assert message["partition"] is None
    assert message["text"] == "Kairo: patient failed: ValueError: failed twice"


def test_a_message_is_no_longer_than_chats_take(instance):
    message = failure_message(failed(instance, talkative))
    assert len(message["text"]) == LONGEST
    assert message["text"].startswith("Kairo: talkative failed: ValueError: much much")


def test_a_run_that_failed_before_its_first_step_says_what_it_can(instance):
    run = instance.create_run_for_job(good)
    event = dg.DagsterEvent(
        event_type_value="PIPELINE_FAILURE", job_name="good", message="the process of the run is gone"
    )
    context = dg.build_run_status_sensor_context("tell_of_failures", event, instance, run).for_run_failure()
    message = failure_message(context)
    assert (message["step"], message["reason"]) == (None, "the process of the run is gone")


def test_without_a_webhook_it_says_which_setting_names_one(instance):
    skipped = tell(failed(instance), None)
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "KAIRO_FAILURE_WEBHOOK is not set"


def refused() -> str:
    """An address at which nobody answers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}{SECRET}"


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_webhook_that_does_not_take_it_is_a_failure(instance, web: Web, status):
    with pytest.raises(WebhookFailed, match=f"^the webhook answered {status}$"):
        tell(failed(instance), web.answer(SECRET, b"no", status))


@pytest.mark.parametrize(
    "webhook",
    [
        pytest.param(refused, id="nobody-there"),
        pytest.param(lambda: f"http://127.0.0.1:99999{SECRET}", id="no-such-port"),
        pytest.param(lambda: f"http://[::1{SECRET}", id="no-address"),
        pytest.param(lambda: f"https://user:a-secret@{'a' * 70}.example", id="no-name"),
        pytest.param(lambda: "https://user:a-secret/T0123@example.com", id="no-password"),
    ],
)
def test_a_webhook_that_can_not_be_reached_is_a_failure_that_does_not_tell_its_address(instance, webhook):
    with pytest.raises(WebhookFailed, match=r"can't be reached: |not an address to post to: ") as told:
        tell(failed(instance), webhook())
    # as Dagster shows it: an error with all that it came of
    said = serializable_error_info_from_exc_info((told.type, told.value, told.tb)).to_string()
    said = "\n".join(line for line in said.splitlines() if "webhook()" not in line)
    assert "secret" not in said
    assert "T0123" not in said


def test_a_webhook_that_hangs_is_given_up(instance, web: Web, monkeypatch):
    monkeypatch.setattr("kairo_pipelines.failure_webhook.TIMEOUT_SECONDS", 0.1)
    with pytest.raises(WebhookFailed, match="the webhook can't be reached: ReadTimeout"):
        tell(failed(instance), web.answer_in_turn(SECRET, lambda _: web.closing.wait(5)))


def test_dagster_runs_it_for_failed_runs_of_every_location(web: Web, monkeypatch):
    """As the daemon does: a tick of the sensor on an instance in which one run failed and one did not."""
    monkeypatch.setenv("KAIRO_FAILURE_WEBHOOK", web.answer(SECRET, b"ok"))
    defs = build_defs()
    sensor = defs.resolve_sensor_def("tell_of_failures")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    with dg.instance_for_test() as instance:
        of = {"instance": instance, "definitions": defs, "sensor_name": sensor.name, "resources": defs.resources}
        cursor = sensor.evaluate_tick(dg.build_sensor_context(**of)).cursor
        good.execute_in_process(instance=instance)
        patient.execute_in_process(instance=instance, raise_on_error=False)
        reported = sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor, **of)).dagster_run_reactions
    assert [reaction.error for reaction in reported] == [None]
    assert [json.loads(body)["job"] for body in web.posted] == ["patient"]


def test_only_an_http_address_is_a_webhook(monkeypatch):
    monkeypatch.setenv("KAIRO_FAILURE_WEBHOOK", "ftp://a-secret")
    with pytest.raises(SettingsError, match="KAIRO_FAILURE_WEBHOOK is set to something else"):
        PipelineSettings.from_environment()
