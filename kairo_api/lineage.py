"""Tells Dagster of what was made over HTTP, so that its lineage shows that too. Never in the way of an answer."""

import logging
from pathlib import Path

from kairo_api.settings import ApiSettings
from kairo_hero.dto import TodayBoardDTO
from kairo_pipelines.dagster_environment import point_dagster_to

logger = logging.getLogger(__name__)


def report_board(settings: ApiSettings, partition_key: str, board: TodayBoardDTO) -> None:
    """Record a materialization of today_board without a run, where there is a Dagster instance to tell."""
    home = Path(settings.dagster_home).expanduser().absolute()
    if not (home / "dagster.yaml").exists():
        return
    try:
        # Dagster takes longer to load than anything else that the server does
        import dagster as dg

        point_dagster_to(home, settings.dagster_postgres_url)
        with dg.DagsterInstance.from_config(str(home)) as instance:
            instance.report_runless_asset_event(
                dg.AssetMaterialization(
                    asset_key="today_board",
                    partition=partition_key,
                    description="Made over HTTP.",
                    metadata={
                        "cards": len(board.opportunities),
                        "degraded": int(board.meta.degraded),
                        "cost in USD": board.meta.cost_usd,
                        "kairo run": board.meta.run_id,
                    },
                )
            )
    except Exception:  # whatever it is: the board is made and kept
        logger.warning("the board of %s was made, and Dagster at %s not told", partition_key, home, exc_info=True)
