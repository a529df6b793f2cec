"""Settings that would make signing in unsafe are refused at the start, with a sentence; cookies are what they promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import signing
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from lianxin.web.origin import SALT, origin_of
from tests.cast import Cast
from tests.security.conftest import enter

ROOT = Path(__file__).parents[2]
NAMES = (
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_NAME",
    "DEVICE_COOKIE_NAME",
    "DORMANT_DAYS",
)
SHOWN = f"from lianxin.config import settings as s; print(*[getattr(s, name) for name in {NAMES}])"


def start(**values: str) -> subprocess.CompletedProcess[str]:
    """Return what loading the settings of an office with these variables says."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LIANXIN_")}
    env |= {f"LIANXIN_{name}": "ab" * 32 for name in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY")}
    env |= {f"LIANXIN_{name}": value for name, value in values.items()}
    command = [sys.executable, "-c", SHOWN]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"SECOND_FACTOR": "sms"}, "Text messages are no second factor"),
        ({"SECOND_FACTOR": "off"}, "LIANXIN_SECOND_FACTOR"),
        ({"PASSWORD_PROFILE": "mlps3"}, "LIANXIN_SECOND_FACTOR=required"),
        ({"PASSWORD_PROFILE": "mlps3", "SECOND_FACTOR": "sms"}, "Text messages are no second factor"),
        ({"PASSWORD_PROFILE": "weak"}, "LIANXIN_PASSWORD_PROFILE"),
        ({"SESSION_IDLE_MINUTES": "0"}, "SESSION_IDLE"),
        ({"DORMANT_DAYS": "-1"}, "DORMANT_DAYS"),
    ],
)
def test_mfa_07_unsafe_settings_are_refused(values: dict[str, str], word: str) -> None:
    done = start(**values)
    assert done.returncode != 0 and word in done.stderr and "Traceback" not in done.stderr


def test_mfa_07_mlps3_with_a_second_factor_starts() -> None:
    done = start(PASSWORD_PROFILE="mlps3", SECOND_FACTOR="required")
    assert done.returncode == 0 and done.stdout.split()[-1] == "90"


def test_sess_02_behind_https_the_cookies_are_bound_to_the_host() -> None:
    names = start(HTTPS="true").stdout.split()
    assert names[:4] == ["__Host-lx_session", "True", "__Host-lx_csrf", "__Host-lx_device"]


def test_sess_02_cookies_are_closed_to_scripts_and_other_sites(cast: Cast, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    client.get("/desk/sign-in")
    enter(client, "ran")
    assert set(client.cookies) == {"lx_session", "lx_device", "lx_csrf"}
    for cookie in client.cookies.values():
        assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Lax"
        assert cookie["path"] == "/" and not cookie["domain"]


def test_the_mark_of_a_browser_names_nobody_and_serves_its_officer_alone(cast: Cast) -> None:
    client = Client()
    enter(client, "ran")
    value = client.cookies["lx_device"].value
    assert "ran" not in str(signing.loads(value, salt=SALT))
    request = RequestFactory().get("/", headers={"cookie": f"lx_device={value}"})
    assert origin_of(request, "ran").proven and not origin_of(request, "fen").proven
    forged = RequestFactory().get("/", headers={"cookie": f"lx_device={value[:-1]}"})
    assert not origin_of(forged, "ran").proven


def test_a_shared_browser_remembers_five_officers(cast: Cast) -> None:
    client = Client()
    for name in ("ran", "fen", "han", "shen", "tou", "mi"):
        enter(client, name)
    request = RequestFactory().get("/", headers={"cookie": f"lx_device={client.cookies['lx_device'].value}"})
    known = [name for name in cast.staff if origin_of(request, name).proven]
    assert known == ["fen", "han", "shen", "tou", "mi"]
