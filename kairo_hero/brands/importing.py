"""Brings brand files into the relational store, and finds the brands that are there by the names people use."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from kairo_hero.brands.brand_file import BrandFile, Entry
from kairo_hero.models import Brand, ContentPillar, PatternTemplate, Persona, Tenant

_LISTED_BRANDS = 10

Part = TypeVar("Part", Persona, ContentPillar, PatternTemplate)


class BrandNotFound(Exception):
    """No brand has this name; the message lists those that there are."""


class BrandAmbiguous(Exception):
    """Brands of several tenants have this slug; the message lists them."""


def import_brand(session: Session, brand_file: BrandFile) -> Brand:
    """Make the stored brand what the file says, in the caller's transaction; the same file again changes nothing.

    The brand is known by its slugs, its personas, pillars and templates by their names: another slug is another brand,
    another name another pillar. What the file no longer has is deleted; cards and packages that it was made for stay.
    """
    tenant = session.scalar(select(Tenant).where(Tenant.slug == brand_file.tenant.slug))
    if tenant is None:
        tenant = Tenant(slug=brand_file.tenant.slug)
        session.add(tenant)
    tenant.name = brand_file.tenant.name
    brand = session.scalar(select(Brand).where(Brand.tenant == tenant, Brand.slug == brand_file.slug))
    if brand is None:
        brand = Brand(tenant=tenant, slug=brand_file.slug)
        session.add(brand)
    brand.name = brand_file.name
    brand.positioning = brand_file.full_positioning
    brand.tone_tags = brand_file.tone_tags
    brand.taboos = brand_file.taboos
    brand.channels = list(brand_file.channels)
    brand.timezone = brand_file.timezone
    brand.mention_names = brand_file.mention_names
    brand.competitors = brand_file.competitors
    session.flush()
    _keep_in_step(session, brand, Persona, brand_file.personas)
    _keep_in_step(session, brand, ContentPillar, brand_file.pillars)
    _keep_in_step(session, brand, PatternTemplate, brand_file.pattern_templates)
    session.flush()
    session.expire(brand, ["personas", "pillars"])
    return brand


def _keep_in_step(session: Session, brand: Brand, kind: type[Part], entries: Sequence[Entry]) -> None:
    stored = {part.name: part for part in session.scalars(select(kind).where(kind.brand_id == brand.id))}
    for entry in entries:
        fields = entry.model_dump()
        part = stored.pop(fields["name"], None) or kind(brand_id=brand.id)
        for name, value in fields.items():
            setattr(part, name, value)
        session.add(part)
    for part in stored.values():
        session.delete(part)


def list_brands(session: Session) -> list[Brand]:
    """Every brand, in the order of `tenant.brand`."""
    return sorted(session.scalars(_brands_with_tenant()), key=lambda brand: brand.partition_key)


def find_brand(session: Session, name: str) -> Brand:
    """The brand that `tenant.brand` names, or a bare slug that only one tenant's brand has."""
    tenant_slug, dot, slug = name.rpartition(".")
    brands = _brands_with_tenant().where(Brand.slug == slug)
    found = list(session.scalars(brands.where(Tenant.slug == tenant_slug) if dot else brands))
    if len(found) > 1:
        keys = ", ".join(sorted(brand.partition_key for brand in found))
        raise BrandAmbiguous(f"{name!r} could be any of {keys}; write which")
    if not found:
        raise BrandNotFound(f"there is no brand {name!r}; {_what_there_is(session)}")
    return found[0]


def _brands_with_tenant() -> Select[Brand]:
    return select(Brand).join(Brand.tenant).options(contains_eager(Brand.tenant))


def _what_there_is(session: Session) -> str:
    keys = [brand.partition_key for brand in list_brands(session)]
    if not keys:
        return "none has been imported yet"
    unlisted = len(keys) - _LISTED_BRANDS
    return f"there are {', '.join(keys[:_LISTED_BRANDS])}" + (f" and {unlisted} more" if unlisted > 0 else "")
