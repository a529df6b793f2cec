"""What the security tests share: a clock that is moved by hand, and browsers that sign in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from lianxin.organs import second_factor
from lianxin.organs.models import Account
from tests.cast import PASSWORD, Cast

START = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""Nine o'clock in the morning in Beijing."""


class Clock:
    """The instant of every page; `pass_by` moves it on."""

    def __init__(self) -> None:
        self.at = START

    def pass_by(self, **span: float) -> None:
        """Let time go by."""
        self.at += timedelta(**span)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of all pages, standing at nine o'clock."""
    held = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: held.at)
    return held


def enter(client: Client, name: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    """Return the answer to name and password."""
    return client.post("/desk/sign-in", {"username": name, "password": password, **more})


def from_network(address: str) -> Client:
    """Return a browser nobody has used before, in a network of its own."""
    return Client(REMOTE_ADDR=address)


Browser = Callable[..., Client]


@pytest.fixture
def browser(cast: Cast) -> Browser:
    """Return a function that gives a browser in which somebody of the cast has signed in with the password alone."""

    def signed_in(name: str, password: str = PASSWORD) -> Client:
        client = Client()
        answer = enter(client, name, password)
        assert answer.status_code == 302, answer.content.decode()
        return client

    return signed_in


def set_up_codes(client: Client, clock: Clock) -> tuple[bytes, list[str]]:
    """Turn one-time codes on as an officer does, and return the secret and the recovery codes."""
    import base64

    page = client.get("/desk/account/second-factor/")
    secret = base64.b32decode(page.context["letters"].replace(" ", ""))
    done = client.post("/desk/account/second-factor/", {"code": code(secret, clock)})
    assert done.status_code == 200, done.content.decode()
    return secret, done.context["codes"]


def code(secret: bytes, clock: Clock, *, steps: int = 0) -> str:
    """Return the code the officer's phone shows now, or some steps of thirty seconds away."""
    return second_factor.code_at(secret, int(clock.at.timestamp()) // second_factor.STEP + steps)


def account(cast: Cast, name: str) -> Account:
    """Return the account of somebody of the cast."""
    return Account.objects.get(staff=cast.staff[name])
