"""QC: guesses at query codes are few, tell nothing, lock nobody out, and stop when they cannot be counted."""

from __future__ import annotations

import logging
import re
import time
from datetime import date
from statistics import median

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianxin.cases import numbers
from lianxin.cases.models import Case, QueryCode
from lianxin.organs import throttle
from lianxin.web.public import budgets
from tests.cast import Cast
from tests.security.conftest import Clock, from_network
from tests.web.public.walking import new_code

HOME, ATTACK = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def found(cast: Cast) -> tuple[Case, str]:
    """Return a case and its query code."""
    case = cast.served()
    return case, new_code(case)


def ask(client: Client, number: str, code: str) -> int:
    """Return the status of one look with number and code."""
    return int(client.post("/follow/", {"number": number, "code": code}).status_code)


def paper(client: Client, number: str, code: str) -> int:
    """Return the status of asking for the receipt's paper, the other door that takes a code."""
    return int(client.post("/file/receipt/paper/", {"number": number, "code": code}).status_code)


def test_qc_01_a_run_of_guesses_at_one_number_gets_few_answers(
    found: tuple[Case, str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, code = found
    looked = []
    fits = numbers.code_fits
    monkeypatch.setattr(
        "lianxin.cases.selectors.numbers.code_fits", lambda *given: looked.append(1) or fits(*given)
    )
    attacker = from_network(ATTACK)
    guesses = [numbers.new_code() for _ in range(20)]
    for n in range(300):
        ask(attacker, case.number, guesses[n % 20])
        clock.pass_by(milliseconds=100)
    assert len(looked) <= 10
    assert ask(attacker, case.number, code) == 429, (
        "nor does the right one tell anything while the wait lasts"
    )
    assert ask(from_network(HOME), case.number, code) == 302, "the petitioner at home comes in"


def test_qc_01_both_doors_share_one_budget(found: tuple[Case, str]) -> None:
    case, code = found
    attacker = from_network(ATTACK)
    for _ in range(budgets.LOOK.free):
        assert paper(attacker, case.number, numbers.new_code()) == 302
    assert ask(attacker, case.number, code) == 429
    assert paper(attacker, case.number, code) == 302, "it leads to the page that says how long to wait"


def test_qc_01_waits_are_capped_and_end(found: tuple[Case, str], clock: Clock) -> None:
    case, code = found
    attacker = from_network(ATTACK)
    for _ in range(30):
        ask(attacker, case.number, numbers.new_code())
        clock.pass_by(minutes=3)
    clock.pass_by(minutes=16)
    assert ask(attacker, case.number, code) == 302


def test_qc_01_from_very_many_networks_the_petitioner_still_comes_in(
    found: tuple[Case, str], caplog: pytest.LogCaptureFixture
) -> None:
    case, code = found
    guess = numbers.new_code()
    with caplog.at_level(logging.WARNING, "lianxin.security"):
        for n in range(60):
            assert ask(from_network(f"10.1.{n}.1"), case.number, guess) == 422
    assert [record.message for record in caplog.records if record.name == "lianxin.security"] == [
        "50 wrong query codes for one number within a day"
    ]
    assert case.number not in caplog.text and guess not in caplog.text
    assert ask(from_network("10.1.3.1"), case.number, guess) == 429, "a second try from one of them waits"
    assert ask(from_network(HOME), case.number, code) == 302


def test_qc_01_a_mistyped_code_costs_no_try(found: tuple[Case, str]) -> None:
    case, code = found
    client = from_network(HOME)
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for _ in range(20):
        assert ask(client, case.number, wrong) == 422
    assert ask(client, case.number, f" {code.lower()[:4]}-{code[4:]} ") == 302


def test_qc_02_one_code_at_many_numbers_waits_and_is_told(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    cast.filed()
    code = numbers.new_code()
    day = date(2026, 5, 6)
    others = [
        numbers.item_number(region_code="510705", channel="online", day=day, count=n) for n in range(1, 331)
    ]
    attacker = from_network(ATTACK)
    statuses = [ask(attacker, number, code) for number in others[:100]]
    assert statuses.count(422) == budgets.LOOK_NETWORK.free and set(statuses) == {422, 429}
    with caplog.at_level(logging.WARNING, "lianxin.security"):
        for n, number in enumerate(others):
            ask(from_network(f"10.3.{n // 250}.{n % 250}"), number, code)
    assert "300 wrong query codes of late, for any number" in caplog.text and code not in caplog.text


def test_qc_03_a_wrong_code_and_a_missing_number_are_one_answer(found: tuple[Case, str]) -> None:
    case, _code = found
    other = str(case.number)
    wrong = numbers.new_code()
    times: dict[bool, list[float]] = {True: [], False: []}
    bodies = set()
    for n in range(40):
        there = n % 2 == 0
        if not there:
            QueryCode.objects.filter(number=other).update(number="X" * len(other))
        client = from_network(f"10.2.{n}.1")
        begun = time.perf_counter()
        answer = client.post("/follow/", {"number": other, "code": wrong})
        times[there].append(time.perf_counter() - begun)
        QueryCode.objects.filter(number="X" * len(other)).update(number=other)
        page = re.sub(r'value="[^"]*"', "", answer.content.decode())
        bodies.add(
            (
                answer.status_code,
                page,
                tuple(sorted(given for given in answer.headers.items() if given[0] != "Expires")),
            )
        )
    assert len({body[:2] for body in bodies}) == 1 and len(bodies) == 1
    assert 0.6 < median(times[True]) / median(times[False]) < 1.6


def test_qc_05_the_code_is_in_no_address_and_no_title(found: tuple[Case, str]) -> None:
    case, code = found
    client = from_network(HOME)
    answer = client.post("/follow/", {"number": case.number, "code": code})
    assert code not in str(answer.headers) and case.number not in answer.headers["Location"]
    page = client.get("/follow/case/")
    assert (
        code not in page.content.decode()
        and code not in str(page.headers)
        and code not in str(client.cookies)
    )
    assert client.get("/follow/", {"number": case.number, "code": code}).status_code == 200
    assert client.get("/follow/case/", {"number": case.number, "code": code}).status_code == 200
    assert Client().get("/follow/case/", {"number": case.number, "code": code}).status_code == 302


def test_a_right_code_costs_one_statement_more(found: tuple[Case, str]) -> None:
    case, code = found
    client = from_network(HOME)
    with CaptureQueriesContext(connection) as seen:
        assert ask(client, case.number, code) == 302
    budget = [one["sql"] for one in seen.captured_queries if "organs_budget" in one["sql"]]
    assert len(budget) == 1 and budget[0].startswith("SELECT")


@pytest.mark.parametrize("broken", ["standing", "spend"])
def test_rate_07_when_guesses_cannot_be_counted_none_is_looked_at(
    found: tuple[Case, str], monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def down(*given: object, **more: object) -> None:
        raise DatabaseError("no budgets")

    case, code = found
    monkeypatch.setattr(throttle, broken, down)
    given = code if broken == "standing" else numbers.new_code()
    for door in (ask, paper):
        assert door(from_network(HOME), case.number, given) == 503
