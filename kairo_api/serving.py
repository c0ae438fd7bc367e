"""Runs the HTTP server, and decides whom it may listen to."""

import logging
from ipaddress import ip_address

import uvicorn

from kairo_api.app import build_app
from kairo_api.settings import ApiSettings
from kairo_pipelines.settings import SettingsError

_LOOPBACK_ONLY = "without any token configured the server binds to loopback only"

logger = logging.getLogger(__name__)


def serve(settings: ApiSettings) -> None:
    """Serve until told to stop; raise SettingsError, before anything is opened, for a host that others can reach."""
    # access tokens, once there are any, lift this
    require_loopback(settings.api_host)
    logger.warning("%s (%s)", _LOOPBACK_ONLY, settings.api_host)
    uvicorn.run(build_app(settings), host=settings.api_host, port=settings.api_port)


def require_loopback(host: str) -> None:
    """Raise SettingsError unless only this machine can reach the host."""
    if not _is_loopback(host):
        raise SettingsError(
            f"KAIRO_API_HOST is {host!r}, and {_LOOPBACK_ONLY}; write 127.0.0.1, ::1 or localhost, and let other "
            "machines in through a tunnel or a proxy that asks them who they are"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
