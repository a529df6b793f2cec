"""What the desk's tests share: a browser signed in as one of the cast, on a fixed day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from lianxin.cases.history import Moment
from tests.cast import PASSWORD, Cast
from tests.cast import on as moment

TODAY = "2026-06-01"
Desk = Callable[[str], Client]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Hold the clock of the pages at a day; call it to move on."""
    held = {"on": TODAY}

    def now() -> Moment:
        return moment(held["on"])

    for module in (
        "signed_in",
        "acting",
        "shown",
        "views.session",
        "views.worklist",
        "views.register",
        "views.case",
        "views.routing",
        "views.handling",
        "views.reviewing",
        "views.leaving",
        "views.refusing",
        "views.working",
        "views.together",
        "views.oversight",
        "views.manage.organs",
        "views.manage.staff",
    ):
        monkeypatch.setattr(f"lianxin.web.desk.{module}.now", now)

    def move(day: date | str) -> None:
        held["on"] = str(day)

    return move


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """Return a function that gives a browser in which somebody of the cast has signed in."""

    def signed_in(name: str) -> Client:
        client = Client()
        answer = client.post("/desk/sign-in", {"username": name, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return signed_in
