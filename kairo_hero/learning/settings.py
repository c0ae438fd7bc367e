"""What learning reads from the environment."""

from pydantic import Field

from kairo_pipelines.settings import EnvironmentSettings


class LearningSettings(EnvironmentSettings):
    """In how many days a decision counts for half."""

    half_life_days: float = Field(30.0, alias="KAIRO_LEARNING_HALF_LIFE_DAYS", gt=0, le=3650)
