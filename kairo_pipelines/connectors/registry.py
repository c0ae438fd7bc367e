"""Which connector reads which surface. A new platform is one file and one line here."""

from kairo_pipelines.connectors.connector import Connector
from kairo_pipelines.connectors.feeds import Feeds
from kairo_pipelines.connectors.hackernews import RecordedFrontPage

CONNECTORS: tuple[Connector, ...] = (Feeds(), RecordedFrontPage())


class UnknownSurface(Exception):
    """No connector captures surfaces of this platform and type."""


def connector_for(platform: str, surface_type: str) -> Connector:
    """The connector for a surface; UnknownSurface lists those there are."""
    for connector in CONNECTORS:
        if connector.platform == platform and surface_type in connector.surface_types:
            return connector
    known = ", ".join(f"{known.platform}/{type_}" for known in CONNECTORS for type_ in known.surface_types)
    raise UnknownSurface(f"no connector captures {platform}/{surface_type}; there are {known}")


def marked_up_platforms() -> frozenset[str]:
    """The platforms whose texts are HTML."""
    return frozenset(connector.platform for connector in CONNECTORS if connector.marked_up)
