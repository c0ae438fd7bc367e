"""Surfaces of the relational store as captures and the lake see them."""

from collections.abc import Iterable
from typing import Any

from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.relational.surfaces import Surface


def surface_rows(surfaces: Iterable[Surface]) -> list[dict[str, Any]]:
    """The rows of the lake's `surfaces` table."""
    return [
        {
            "surface_id": str(surface.id),
            "platform": surface.platform,
            "surface_type": surface.surface_type,
            "surface_key": surface.surface_key,
            "cadence_minutes": surface.cadence_minutes,
            "is_active": surface.is_active,
        }
        for surface in surfaces
    ]


def active_targets(surfaces: Iterable[Surface]) -> list[Target]:
    """What is to be captured when due."""
    return [
        Target(str(surface.id), surface.platform, surface.surface_type, surface.surface_key, surface.cadence_minutes)
        for surface in surfaces
        if surface.is_active
    ]
