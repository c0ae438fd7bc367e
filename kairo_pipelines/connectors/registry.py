"""Which connector reads which surface. A new platform is one file and one line here."""

from kairo_pipelines.connectors.bluesky import Bluesky
from kairo_pipelines.connectors.connector import Connector
from kairo_pipelines.connectors.drop import Drop
from kairo_pipelines.connectors.feeds import Feeds
from kairo_pipelines.connectors.hackernews import HackerNews, RecordedFrontPage
from kairo_pipelines.connectors.instagram import Instagram
from kairo_pipelines.connectors.mastodon import Mastodon
from kairo_pipelines.connectors.reddit import Reddit
from kairo_pipelines.connectors.tiktok import TikTok
from kairo_pipelines.connectors.wikipedia import Wikipedia
from kairo_pipelines.connectors.youtube import YouTube

CONNECTORS: tuple[type[Connector], ...] = (
    Feeds,
    HackerNews,
    RecordedFrontPage,
    Reddit,
    YouTube,
    Bluesky,
    Mastodon,
    TikTok,
    Instagram,
    Wikipedia,
    Drop,
)


class UnknownSurface(Exception):
    """No connector captures surfaces of this platform and type."""


def connector_for(platform: str, surface_type: str) -> Connector:
    """A connector for a surface, with settings as they are now; UnknownSurface lists those there are."""
    for connector in CONNECTORS:
        if connector.platform == platform and surface_type in connector.surface_types:
            return connector()
    known = ", ".join(f"{known.platform}/{type_}" for known in CONNECTORS for type_ in known.surface_types)
    raise UnknownSurface(f"no connector captures {platform}/{surface_type}; there are {known}")


def marked_up_platforms() -> frozenset[str]:
    """The platforms whose texts are HTML."""
    return frozenset(connector.platform for connector in CONNECTORS if connector.marked_up)
