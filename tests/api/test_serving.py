"""The server itself: whom it listens to, what it reads from the environment, and that it serves over real HTTP."""

import os
import socket
import subprocess
import sys
import time

import httpx
import pytest

from kairo_api.serving import require_loopback, serve
from kairo_api.settings import ApiSettings
from kairo_pipelines.settings import SettingsError

SERVE = """
from kairo_api.serving import serve
from kairo_api.settings import ApiSettings
serve(ApiSettings.from_environment())
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """No `.env` of whoever runs the tests, and nothing of their environment."""
    monkeypatch.chdir(tmp_path)
    for variable in ("KAIRO_API_HOST", "KAIRO_API_PORT", "KAIRO_INTERNAL_ADMIN_TOKEN"):
        monkeypatch.delenv(variable, raising=False)


def test_by_default_the_server_listens_to_this_machine_at_port_8000():
    settings = ApiSettings.from_environment()
    assert (settings.api_host, settings.api_port, settings.internal_admin_token) == ("127.0.0.1", 8000, None)


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_there_is_not_is_refused_by_name(monkeypatch, port):
    monkeypatch.setenv("KAIRO_API_PORT", port)
    with pytest.raises(SettingsError, match="KAIRO_API_PORT"):
        ApiSettings.from_environment()


def test_an_empty_token_is_no_token(monkeypatch):
    monkeypatch.setenv("KAIRO_INTERNAL_ADMIN_TOKEN", "")
    assert ApiSettings.from_environment().internal_admin_token is None


def test_a_token_does_not_show_itself(monkeypatch):
    monkeypatch.setenv("KAIRO_INTERNAL_ADMIN_TOKEN", "hunter2")
    settings = ApiSettings.from_environment()
    assert "hunter2" not in repr(settings)
    assert settings.internal_admin_token is not None
    assert settings.internal_admin_token.get_secret_value() == "hunter2"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_only_this_machine_reaches_a_loopback_host(host):
    require_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.10", "example.org", "::ffff:0.0.0.0", "127.0.0.1.example.org"]
)
def test_a_host_that_others_reach_is_refused(host):
    with pytest.raises(SettingsError, match="without any token configured the server binds to loopback only"):
        require_loopback(host)


def test_nothing_is_opened_for_a_host_that_others_reach(tmp_path):
    with pytest.raises(SettingsError, match=r"KAIRO_API_HOST is '0\.0\.0\.0'"):
        serve(ApiSettings(api_host="0.0.0.0", database_url=f"sqlite:///{tmp_path}/folder/db.sqlite3"))
    assert not (tmp_path / "folder").exists()


@pytest.fixture
def server(database, tmp_path):
    """The real server in a process of its own, over the test's store."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "KAIRO_API_PORT": str(port),
    }
    log = tmp_path / "server.log"
    with (
        log.open("w") as output,
        subprocess.Popen([sys.executable, "-c", SERVE], env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            wait_until_up(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def wait_until_up(url, process, log):
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(log.read_text())


def test_the_server_serves_a_board_over_http(server, add_brand, keep_board, tmp_path):
    brand = add_brand()
    kept = keep_board(brand)
    assert httpx.get(f"{server}/healthz").json()["status"] == "ok"
    board = httpx.get(f"{server}/api/brands/{brand.id}/today")
    assert (board.status_code, board.json()) == (200, kept)
    held = {"If-None-Match": board.headers["etag"]}
    assert httpx.get(f"{server}/api/brands/{brand.id}/today", headers=held).status_code == 304
    assert "without any token configured the server binds to loopback only" in (tmp_path / "server.log").read_text()
