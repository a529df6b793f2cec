"""RATE on the public site: floods of drafts and petitions are held, honest people beside them are served, nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from lianxin.cases.models import Case
from lianxin.petitioners.models import Draft
from lianxin.web.public import budgets
from tests.cast import Cast
from tests.security.conftest import START, Clock, from_network
from tests.web.public.walking import walk

FLOOD, HOME = "203.0.113.9", "198.51.100.7"


@pytest.fixture(autouse=True)
def small(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count from nothing, with budgets a test can use up."""
    settings.FILINGS = 4
    monkeypatch.setattr(budgets, "FILED", budgets.Counter("petitions", 1))
    monkeypatch.setattr(budgets, "BEGUN", budgets.Counter("drafts", 5))


def ready(cast: Cast, network: str) -> Client:
    """Return a browser that has answered every question."""
    client = from_network(network)
    walk(client, cast)
    return client


def test_rate_01_a_flood_of_petitions_is_held_and_others_are_served(cast: Cast, clock: Clock) -> None:
    statuses = [ready(cast, FLOOD).post("/file/check/").status_code for _ in range(4)]
    last = ready(cast, FLOOD)
    held = last.post("/file/check/")
    assert statuses == [302] * 4 and held.status_code == 429
    assert "您填写的内容都还在" in held.content.decode() and "外婆独自居住" in held.content.decode()
    assert Case.objects.count() == 4
    assert ready(cast, HOME).post("/file/check/").status_code == 302
    clock.pass_by(minutes=10)
    assert last.post("/file/check/").status_code == 302, "nothing was lost"
    assert Case.objects.count() == 6


def test_rate_01_a_flood_of_drafts_is_held(cast: Cast, clock: Clock) -> None:
    statuses = [from_network(FLOOD).post("/file/").status_code for _ in range(25)]
    assert statuses == [302] * 20 + [429] * 5 and Draft.objects.count() == 20
    story = {"story": "外婆的低保金从八月起停发了，去问过三次。（虚构）"}
    kept = from_network(FLOOD).post("/file/story/", story)
    assert kept.status_code == 429 and story["story"] in kept.content.decode() and Draft.objects.count() == 20
    assert from_network(HOME).post("/file/").status_code == 302


def test_rate_01_the_budget_costs_no_statement(cast: Cast) -> None:
    client = ready(cast, HOME)
    with CaptureQueriesContext(connection) as seen:
        assert client.post("/file/check/").status_code == 302
    assert not [one for one in seen.captured_queries if "organs_budget" in one["sql"]]


def test_rate_06_two_hundred_honest_neighbours_behind_one_address(settings: Settings, clock: Clock) -> None:
    settings.FILINGS = 60
    counter = budgets.Counter("petitions", 1)
    waits = []
    for _ in range(200):
        waits.append(counter.take(HOME, at=clock.at))
        clock.pass_by(seconds=18)
    assert not any(waits), "two hundred within an hour"


def test_rate_06_hopping_in_one_ipv6_network_is_one_network(cast: Cast) -> None:
    for n in range(20):
        assert from_network(f"2001:db8:1:2::{n + 1:x}").post("/file/").status_code == 302
    assert from_network("2001:db8:1:2:ffff::1").post("/file/").status_code == 429
    assert from_network("2001:db8:1:3::1").post("/file/").status_code == 302


def test_rate_06_forged_addresses_are_one_network(cast: Cast) -> None:
    client = Client(REMOTE_ADDR=FLOOD)
    statuses = []
    for n in range(21):
        client.cookies.clear()
        forged = {"x-forwarded-for": f"10.0.0.{n}", "x-real-ip": f"10.0.0.{n}", "client-ip": f"10.0.0.{n}"}
        statuses.append(client.post("/file/", headers=forged).status_code)
    assert statuses[-1] == 429


def test_rate_06_memory_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "NETWORKS", 50)
    counter = budgets.Counter("petitions", 1)
    waits = [counter.take(f"10.{n // 250}.{n % 250}.1", at=START) for n in range(500)]
    assert len(counter._counts) <= 51 and any(waits) and not any(waits[:50])


def test_clk_01_a_clock_that_jumps_does_not_shut_the_door() -> None:
    counter = budgets.Counter("petitions", 1)
    for day in (0, 40, 0):
        at = START + timedelta(days=day)
        found = [counter.take(HOME, at=at) for _ in range(5)]
        assert found[:4] == [None] * 4 and found[4] is not None
        assert found[4] - at <= timedelta(minutes=10)


def test_rate_04_a_body_that_is_too_large_is_refused(client: Client) -> None:
    assert client.post("/follow/", {"number": "x" * 1_100_000, "code": "y"}).status_code == 400
    assert client.post("/follow/", {f"f{n}": "1" for n in range(300)}).status_code == 400
    assert client.post("/follow/", {"number": "x" * 500_000, "code": "y"}).status_code == 422
