"""The tenant, and the slugs by which people, commands and partition keys name tenants and brands."""

import re

from sqlalchemy import CheckConstraint, String, UniqueConstraint, inspect
from sqlalchemy.orm import Mapped, mapped_column, validates

from kairo_pipelines.relational.orm import Base, Identified, Timestamped

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SLUG_RULE = (
    "length(slug) BETWEEN 1 AND 63 AND substr(slug, 1, 1) <> '-' "
    "AND ltrim(slug, 'abcdefghijklmnopqrstuvwxyz0123456789-') = ''"
)


def slug_constraint() -> CheckConstraint:
    """The slug rule as the database enforces it; both databases read this spelling of it."""
    return CheckConstraint(_SLUG_RULE, name="slug")


class Slugged:
    """A row with a short name that is safe in a partition key and a URL, and that never changes."""

    slug: Mapped[str] = mapped_column(String(63))

    @validates("slug")
    def _check_slug(self, attribute: str, slug: str) -> str:
        # a dot would split the partition key `tenant.brand` in the wrong place
        if not _SLUG.fullmatch(slug):
            raise ValueError(
                f"{slug!r} is not a slug; write 1 to 63 lower-case letters, digits and hyphens, no hyphen first"
            )
        self._refuse_change(attribute, slug)
        return slug

    def _refuse_change(self, attribute: str, value: object) -> None:
        if inspect(self).has_identity and getattr(self, attribute) != value:
            kind = type(self).__name__.lower()
            raise ValueError(
                f"the {attribute} of {kind} {self.slug!r} never changes, because partition keys contain it; "
                f"make a new {kind} instead"
            )


class Tenant(Identified, Timestamped, Slugged, Base):
    """A customer: what it owns is invisible to every other tenant."""

    __tablename__ = "tenant"
    __table_args__ = (UniqueConstraint("slug"), slug_constraint())

    name: Mapped[str]
