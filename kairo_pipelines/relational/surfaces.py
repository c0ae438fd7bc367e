"""The surfaces people ask to have captured: the model, and adding, finding and listing them."""

from sqlalchemy import CheckConstraint, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kairo_pipelines.relational.orm import Base, Identified, Timestamped


class Surface(Identified, Timestamped, Base):
    """A scrape target: what to capture, and how often."""

    __tablename__ = "surface"
    __table_args__ = (
        UniqueConstraint("platform", "surface_type", "surface_key"),
        CheckConstraint("cadence_minutes > 0", name="cadence_positive"),
    )

    platform: Mapped[str] = mapped_column(String(40))
    surface_type: Mapped[str] = mapped_column(String(40))
    surface_key: Mapped[str] = mapped_column(String(2000))
    cadence_minutes: Mapped[int] = mapped_column(default=60)
    is_active: Mapped[bool] = mapped_column(default=True)


def find_surface(session: Session, platform: str, surface_type: str, surface_key: str) -> Surface | None:
    """The surface with this key, if there is one."""
    return session.scalar(
        select(Surface).where(
            Surface.platform == platform, Surface.surface_type == surface_type, Surface.surface_key == surface_key
        )
    )


def list_surfaces(session: Session) -> list[Surface]:
    """Every surface, in the order people read them."""
    return list(session.scalars(select(Surface).order_by(Surface.platform, Surface.surface_type, Surface.surface_key)))
