"""A real server on a free port and a real browser in front of it."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.browsing import Visitor

ROOT = Path(__file__).parents[2]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a server with a database of its own."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lianxin.config.settings",
        "LIANXIN_DATA_DIR": str(folder),
        "LIANXIN_DATABASE": f"sqlite:///{folder}/journey.sqlite3",
        "LIANXIN_PROFILE": "demo",
        "LIANXIN_FONT_DIRS": str(ROOT / "var/fonts"),
        **{f"LIANXIN_{name}": secrets.token_hex(32) for name in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY")},
    }


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a server whose database holds the cast."""
    with running(tmp_path_factory.mktemp("journey")) as address:
        yield address


@contextmanager
def running(folder: Path, **more: str) -> Iterator[str]:
    """Run a server with a database of its own that holds the cast, and yield its address; `more` are further settings."""
    env, port = {**environment(folder), **more}, free_port()
    subprocess.run([sys.executable, "-m", "tests.journeys.stage"], cwd=ROOT, env=env, check=True)
    with (folder / "server.log").open("wb") as log:
        command = [
            sys.executable,
            "-m",
            "lianxin.config.cli",
            "start",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2)  # noqa: S310 - our own server
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail((folder / "server.log").read_text(errors="replace"))
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield headless Chromium of the system."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "chromium is not installed; .ci/run installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(params=[390, 1280])
def width(request: pytest.FixtureRequest) -> int:
    """Return the width of the window: a telephone, a desktop."""
    return int(request.param)


@pytest.fixture
def visitor(site: str, browser: Browser, width: int) -> Iterator[Visitor]:
    """Yield a person at a browser of that width; leaving fails when a page complained."""
    with Visitor(browser, site, width=width) as one:
        yield one
