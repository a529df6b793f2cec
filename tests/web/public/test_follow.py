"""Asking with number and query code: slips are told at once, wrong pairs say nothing about what exists."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core import signing
from django.test import Client

from lianxin.cases import numbers
from lianxin.cases.models import QueryCode
from lianxin.web import clock
from tests.cast import Cast
from tests.web.public.walking import at_most, show

SHAPES = [
    lambda text: text,
    str.lower,
    lambda text: " ".join(text),
    lambda text: "-".join(re.findall("..?.?.?", text)),
    lambda text: "".join(chr(ord(char) + 0xFEE0) for char in text),
    lambda text: f"\u3000{text}\n",
    lambda text: "–".join([text[:6], text[6:]]),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_old_hands_succeed(client: Client, cast: Cast, shape: object) -> None:
    filed = cast.filed()
    response = client.post("/follow/", {"number": shape(filed.case.number), "code": shape(filed.code)})  # type: ignore[operator]
    assert response["Location"] == "/follow/case/"
    cookie = client.cookies["lx_follow"]
    assert (cookie["httponly"], cookie["path"], cookie["max-age"]) == (True, "/follow/", 1800)
    assert filed.code not in cookie.value


def test_nothing_is_taken_from_the_address(client: Client, cast: Cast) -> None:
    filed = cast.filed()
    response = client.get("/follow/", {"number": filed.case.number, "code": filed.code})
    assert response.status_code == 200
    assert "lx_follow" not in client.cookies
    assert f'value="{filed.code}"' not in response.content.decode()


@pytest.mark.parametrize("wrong", ["", "X", "swap", "letter"])
def test_a_slip_is_told_without_asking_the_database(client: Client, cast: Cast, wrong: str) -> None:
    filed = cast.filed()
    number, code = filed.case.number, filed.code
    if wrong == "swap":
        place = next(i for i in range(16) if code[i] != code[i + 1])
        code = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    elif wrong == "letter":
        code = ("2" if code[0] != "2" else "3") + code[1:]
    else:
        number = code = wrong
    with at_most(0):
        response = client.post("/follow/", {"number": number, "code": code})
    assert response.status_code == 422
    assert "id_code_error" in response.content.decode()


def without(response_text: str, *typed: str) -> str:
    """Return a page without what was typed and without the token of its forms."""
    for text in typed:
        response_text = response_text.replace(text, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response_text)


def test_a_wrong_pair_and_a_missing_number_look_the_same(client: Client, cast: Cast) -> None:
    filed, code = cast.filed(), numbers.new_code()
    absent = numbers.item_number(region_code="510705", channel="online", day=date(2026, 5, 6), count=999_999)
    wrong = client.post("/follow/", {"number": filed.case.number, "code": code})
    missing = client.post("/follow/", {"number": absent, "code": code})
    assert wrong.status_code == missing.status_code == 422
    assert without(wrong.content.decode(), filed.case.number) == without(missing.content.decode(), absent)
    assert set(wrong.headers) == set(missing.headers)
    assert "对不上" in wrong.content.decode()
    assert "lx_follow" not in client.cookies


def test_what_was_typed_stays(client: Client, cast: Cast) -> None:
    page = client.post("/follow/", {"number": "５１０７ 05", "code": "abc"}).content.decode()
    assert 'value="５１０７ 05"' in page
    assert 'value="abc"' in page


@pytest.mark.parametrize("odd", ["\x00", str(2**63), "𠮷😀", "<b>", "9" * 5000, "%s' OR 1=1"])
def test_odd_input_gets_a_sentence(client: Client, cast: Cast, odd: str) -> None:
    assert client.post("/follow/", {"number": [odd, odd], "code": odd}).status_code == 422


@pytest.mark.parametrize("path", ["case/", "accept/", "evaluate/", "receipt/", "paper/1/"])
def test_without_number_and_code_there_is_nothing(client: Client, cast: Cast, path: str) -> None:
    cast.filed()
    assert client.get(f"/follow/{path}")["Location"] == "/follow/"


def test_a_cookie_made_by_hand_or_for_something_else_opens_nothing(client: Client, cast: Cast) -> None:
    case = cast.filed().case
    own = "lianxin.follow"
    made = [signing.dumps(value, salt=own) for value in ("x", case.pk, [case.pk, "2026-06-02"])]
    for value in (str(case.pk), signing.dumps(case.pk), *made, "a:b:c"):
        client.cookies["lx_follow"] = value
        assert client.get("/follow/case/")["Location"] == "/follow/"


def test_leaving_closes_the_case(client: Client, cast: Cast) -> None:
    filed = cast.filed()
    client.post("/follow/", {"number": filed.case.number, "code": filed.code})
    assert client.get("/follow/leave/").status_code == 405
    assert client.post("/follow/leave/")["Location"] == "/follow/"
    assert client.get("/follow/case/")["Location"] == "/follow/"


def hours_later(monkeypatch: pytest.MonkeyPatch, **later: int) -> None:
    """Let it be some time after the eleven o'clock at which every test happens."""
    instant = datetime(2026, 6, 2, 3, tzinfo=UTC) + timedelta(**later)
    monkeypatch.setattr(clock, "timezone", SimpleNamespace(now=lambda: instant))


def test_use_keeps_a_case_open_for_two_hours_and_no_longer(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = cast.filed()
    show(client, cast, filed.case, filed.code)
    for minutes in (25, 50, 75, 100, 119):
        hours_later(monkeypatch, minutes=minutes)
        assert client.get("/follow/case/").status_code == 200
    hours_later(monkeypatch, hours=2)
    for path in ("case/", "accept/", "evaluate/", "receipt/", "paper/1/"):
        assert client.get(f"/follow/{path}")["Location"] == "/follow/"


def test_half_an_hour_without_use_closes_a_case(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = cast.filed()
    show(client, cast, filed.case, filed.code)
    before = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: before + 29 * 60)
    assert client.get("/follow/case/").status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: before + 58 * 60)
    assert client.get("/follow/case/").status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: before + 89 * 60)
    assert client.get("/follow/case/")["Location"] == "/follow/"


@pytest.mark.parametrize("end", ["dead", "replaced", "none"])
def test_a_case_closes_with_its_code(client: Client, cast: Cast, end: str) -> None:
    filed = cast.filed()
    show(client, cast, filed.case, filed.code)
    row = QueryCode.objects.filter(number=filed.case.number)
    at = datetime(2026, 6, 2, 4, tzinfo=UTC)
    if end == "dead":
        row.update(dead_at=at)
    elif end == "replaced":
        row.update(issued_at=at)
    else:
        row.delete()
    for path in ("case/", "accept/", "evaluate/", "receipt/", "paper/1/"):
        assert client.get(f"/follow/{path}")["Location"] == "/follow/"
    assert client.post("/follow/accept/", {"sure": "on", "key": "k" * 22})["Location"] == "/follow/"
