"""Finding a case by its number."""

from __future__ import annotations

import pytest

from lianxin.cases.numbers import item_number
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, at_most, everything

bare = Round.bare


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


@pytest.mark.parametrize("typed", [str, str.lower, full_width, lambda n: f" {n[:6]}-{n[6:15]} {n[15:]} "])
def test_it_works(cast: Cast, desk: Desk, typed: object) -> None:
    case = cast.registered()
    answer = desk("ran").get("/desk/search/", {"number": typed(case.number)})  # type: ignore[operator]
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/desk/case/{case.pk}/")


def test_the_empty_page(desk: Desk) -> None:
    answer = desk("ran").get("/desk/search/")
    assert answer.status_code == 200 and not answer.context["form"].errors


def test_not_yours_answers_like_not_there(cast: Cast, desk: Desk) -> None:
    case, client = cast.registered(), desk("wai")
    found = client.get("/desk/search/", {"number": case.number})
    nowhere = item_number(region_code="510703", channel="letter", day=case.received_on, count=999)
    missing = client.get("/desk/search/", {"number": nowhere})
    assert (found.status_code, missing.status_code) == (404, 404)
    assert case.number in found.content.decode() and nowhere in missing.content.decode()
    assert bare(found).replace(case.number, "") == bare(missing).replace(nowhere, "")


@pytest.mark.parametrize(
    "typed", ["", " ", "123", "510705N20260506000001X", "'; DROP TABLE", "x" * 300, "\x00", "１"]
)
def test_a_wrong_number_is_told_and_kept(cast: Cast, desk: Desk, typed: str) -> None:
    answer = desk("ran").get("/desk/search/", {"number": typed})
    assert answer.status_code == 422 and answer.context["form"].errors["number"]


def test_an_administrator_finds_nothing(cast: Cast, desk: Desk) -> None:
    assert desk("guan").get("/desk/search/", {"number": cast.registered().number}).status_code == 404


def test_a_few_statements_and_nothing_written(cast: Cast, desk: Desk) -> None:
    case, client = cast.registered(), desk("ran")
    before = everything()
    with at_most(4):
        client.get("/desk/search/", {"number": case.number})
    assert everything() == before
    assert client.post("/desk/search/", {"number": case.number}).status_code == 405
