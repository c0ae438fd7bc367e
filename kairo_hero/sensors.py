"""What keeps brands and mornings: the sensor that follows the store's brands, the schedule of their boards."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from kairo_hero.assets.partitions import BRANDS
from kairo_hero.brands.importing import list_brands
from kairo_hero.settings import HeroSettings
from kairo_pipelines.relational.database import Database

BOARDS_JOB = "today_boards"
#: Time zones differ by quarters of an hour.
LOOK_EVERY = timedelta(minutes=15)


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Keeps the brand partitions in step with the brands of the relational store.",
)
def brand_partitions(
    context: dg.SensorEvaluationContext, database: dg.ResourceParam[Database]
) -> dg.SensorResult | dg.SkipReason:
    """Add a partition for each new brand, drop those of brands that are gone."""
    with database.reading() as session:
        wanted = {brand.partition_key for brand in list_brands(session)}
    known = set(context.instance.get_dynamic_partitions(str(BRANDS.name)))
    requests: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = []
    if new := sorted(wanted - known):
        requests.append(BRANDS.build_add_request(new))
    if gone := sorted(known - wanted):
        requests.append(BRANDS.build_delete_request(gone))
    if not requests:
        return dg.SkipReason(f"all {len(known)} brands have their partition")
    return dg.SensorResult(dynamic_partitions_requests=requests)


@dg.schedule(
    job_name=BOARDS_JOB,
    cron_schedule="*/15 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Makes each brand's board when it is morning where the brand is (KAIRO_BOARD_HOUR, local time).",
)
def morning_boards(
    context: dg.ScheduleEvaluationContext,
    database: dg.ResourceParam[Database],
    hero_settings: dg.ResourceParam[HeroSettings],
) -> list[dg.RunRequest] | dg.SkipReason:
    """One run per brand whose morning begins in this quarter of an hour; a morning comes once."""
    known = set(context.instance.get_dynamic_partitions(str(BRANDS.name)))
    with database.reading() as session:
        brands = [brand for brand in list_brands(session) if brand.partition_key in known]
    requests = []
    for brand in brands:
        local = context.scheduled_execution_time.astimezone(ZoneInfo(brand.timezone))
        morning = local.replace(hour=hero_settings.board_hour, minute=0, second=0, microsecond=0)
        if timedelta(0) <= local - morning < LOOK_EVERY:
            requests.append(
                dg.RunRequest(run_key=f"{brand.partition_key}-{local:%Y-%m-%d}", partition_key=brand.partition_key)
            )
    return requests or dg.SkipReason(f"it is morning for none of {len(brands)} brands")
