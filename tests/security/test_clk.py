"""CLK: a clock that jumps locks nobody out and lengthens nothing; midnight is Beijing's."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from lianxin.cases.models import Case
from lianxin.ledger import ids
from lianxin.organs import throttle
from lianxin.organs.throttle import ACCOUNT, DEVICE, NETWORK, PAIR, PROOF, SECOND, Rule, Source
from tests.cast import PASSWORD, Cast
from tests.security.conftest import START, Browser, Clock, enter, from_network
from tests.web.public.walking import filed, new_code, show, walk

FORTY = timedelta(days=40)


@pytest.mark.django_db
@pytest.mark.parametrize("rule", [PAIR, NETWORK, ACCOUNT, DEVICE, PROOF], ids=lambda rule: rule.name)
def test_clk_01_a_wait_from_a_clock_that_ran_ahead_is_void(rule: Rule) -> None:
    source = Source(rule, "somebody")
    for _ in range(rule.free):
        throttle.spend([source], at=START + FORTY)
    assert throttle.spend([source], at=START + FORTY) is not None
    assert throttle.spend([source], at=START) is None, "not locked for forty days"
    waits = [throttle.spend([source], at=START) for _ in range(rule.free)]
    assert waits[-1] is not None and waits[-1] - START <= rule.longest, "and counted as ever"


@pytest.mark.django_db
def test_clk_01_a_wait_survives_clocks_that_differ_a_little() -> None:
    source = Source(PAIR, "somebody")
    for _ in range(PAIR.free):
        throttle.spend([source], at=START)
    assert throttle.spend([source], at=START - timedelta(seconds=2)) is not None
    assert SECOND.longest == timedelta(days=1)


def test_clk_01_an_officer_is_not_locked_out_by_a_jump(cast: Cast, clock: Clock) -> None:
    client = from_network("203.0.113.9")
    clock.at += FORTY
    for _ in range(8):
        enter(client, "ran", "wrong")
    clock.at -= FORTY
    assert enter(client, "ran").status_code == 302


def test_clk_01_sessions_end_when_the_clock_runs_ahead_and_do_not_live_longer_when_it_falls_back(
    browser: Browser, clock: Clock
) -> None:
    client = browser("ran")
    clock.at += FORTY
    assert client.get("/desk/").status_code == 302
    late = browser("ran")
    clock.at -= FORTY
    assert late.get("/desk/register/").status_code in (200, 302)
    case = late.post("/desk/account/password", {"current": PASSWORD, "new": "x", "again": "x"})
    assert case.status_code in (302, 403, 422), "a proof from the future is none"


def test_clk_01_a_proof_from_the_future_is_none(cast: Cast, browser: Browser, clock: Clock) -> None:
    case = cast.assigned()
    client = browser("han")
    clock.at -= timedelta(minutes=1)
    asked = client.post(
        f"/desk/case/{case.pk}/reveal/", {"purpose": "打电话核实情况", "key": "a-key-of-one-form-page"}
    )
    assert asked.status_code in (302, 403) and "13900000001" not in asked.content.decode()


def test_clk_01_a_followed_case_does_not_stay_open_longer(cast: Cast, clock: Clock) -> None:
    case = cast.served()
    client = Client()
    show(client, cast, case, new_code(case))
    assert client.get("/follow/case/").status_code == 200
    clock.pass_by(hours=2)
    assert client.get("/follow/case/").status_code == 302


@pytest.mark.django_db
def test_clk_01_ids_grow_while_the_clock_stands_jumps_and_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {"at": time.time()}
    monkeypatch.setattr(ids.time, "time", lambda: held["at"])
    maker = ids.IdMaker()
    made = []
    for jump in (0.0, 0.0, 40 * 86400.0, -40 * 86400.0, -86400.0, 0.001, 0.0):
        held["at"] += jump
        made += [maker.make() for _ in range(5000)]
    assert made == sorted(set(made)) and max(made) < 2**63


@pytest.mark.parametrize(
    ("instant", "day", "number"),
    [
        ("2026-05-31T15:59:59.900000", "2026-05-31", "20260531"),
        ("2026-05-31T16:00:00.100000", "2026-06-01", "20260601"),
        ("2026-12-31T15:59:59.900000", "2026-12-31", "20261231"),
        ("2026-12-31T16:00:00.100000", "2027-01-01", "20270101"),
        ("2028-02-28T16:00:00.100000", "2028-02-29", "20280229"),
    ],
)
def test_clk_02_the_day_is_beijings(cast: Cast, clock: Clock, instant: str, day: str, number: str) -> None:
    clock.at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    client = Client()
    walk(client, cast)
    assert client.post("/file/check/").status_code == 302
    case: Case = filed(client)
    assert case.received_on.isoformat() == day and case.number[7:15] == number
    shown = client.get("/file/receipt/").content.decode()
    year, month, date = (int(part) for part in day.split("-"))
    assert f"{year}年{month}月{date}日" in shown
