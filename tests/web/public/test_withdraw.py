"""Withdrawing online: asked, waited for, confirmed as free, taken back; and the way out for who is pressed."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.cases.models import Case, Step
from tests.cast import Cast
from tests.web.public.walking import new_code, set_day, show

WORDS = "承办人说不撤回就不给办"


def send(client: Client, mark: str, wish: str, **more: str) -> int:
    answer = client.post("/follow/withdraw/", {"key": mark * 22, "wish": wish, **more})
    return answer.status_code


def text(client: Client, path: str = "case") -> str:
    return client.get(f"/follow/{path}/").content.decode()


@pytest.fixture
def case(client: Client, cast: Cast) -> Case:
    case = cast.assigned()
    show(client, cast, case, new_code(case))
    return case


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_it_is_confirmed_on_a_later_day(client: Client, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    page = text(client, "withdraw")
    assert "任何人都不能要求、劝说或者强迫您撤回" in page and "再次提出" in page
    assert send(client, "a", "ask") == 302
    shown = text(client)
    assert "等待期到 2026年6月5日 为止" in shown and "绵阳市安州区民政局正在办理" in shown
    assert 'value="confirm"' not in text(client, "withdraw")
    assert send(client, "b", "confirm", free="on") == 422
    set_day(monkeypatch, "2026-06-06")
    show_again(client, case)
    assert send(client, "c", "confirm") == 422
    assert state(case) == "handling"
    assert send(client, "d", "confirm", free="on") == 302
    assert state(case) == "withdrawn"
    shown = text(client)
    assert "您撤回了这件事。" in shown and "撤回确认" in shown
    assert "/follow/withdraw/" not in shown


def show_again(client: Client, case: Case) -> None:
    """Open the case again, a day later."""
    client.post("/follow/", {"number": case.number, "code": new_code(case)})


def test_it_can_be_taken_back(client: Client, case: Case) -> None:
    send(client, "a", "ask")
    assert send(client, "b", "back") == 302
    assert "等待期到" not in text(client)
    assert "撤回没有生效，继续办理" in text(client)
    assert state(case) == "handling"


@pytest.mark.parametrize("asked", [True, False])
def test_who_is_pressed_says_so_and_nobody_below_reads_it(
    client: Client, cast: Cast, case: Case, asked: bool
) -> None:
    if asked:
        send(client, "a", "ask")
    for _ in range(2):
        assert send(client, "b", "pressed", words=WORDS) == 302
    step = Step.objects.get(case_id=case.pk, event="keep_open")
    assert step.facts == {"contact": WORDS, "pressure": True}
    assert WORDS not in text(client)
    assert "等待期到" not in text(client)


def test_an_empty_form_says_what_is_missing(client: Client, case: Case) -> None:
    answer = client.post("/follow/withdraw/", {"key": "a" * 22, "words": "不" * 30})
    assert answer.status_code == 422 and "不" * 30 in answer.content.decode()
    assert not Step.objects.filter(case_id=case.pk, event__in=["ask_to_withdraw", "keep_open"]).exists()


@pytest.mark.parametrize("stage", ["drafted", "issued", "asked_again"])
def test_elsewhere_it_is_not_offered(client: Client, cast: Cast, stage: str) -> None:
    case = getattr(cast, stage)()
    show(client, cast, case, new_code(case))
    assert "/follow/withdraw/" not in text(client)
    assert client.get("/follow/withdraw/")["Location"] == "/follow/case/"
    assert send(client, "a", "ask") == 302
    assert not Step.objects.filter(case_id=case.pk, event="ask_to_withdraw").exists()


def test_a_report_cannot_be_withdrawn(client: Client, cast: Cast, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(kind="report")
    assert "/follow/withdraw/" not in text(client)
    assert client.get("/follow/withdraw/")["Location"] == "/follow/case/"


def test_thanks_are_said_for_an_evaluation(client: Client, cast: Cast) -> None:
    case = cast.served()
    show(client, cast, case, new_code(case))
    assert "谢谢您的评价" not in text(client)
    rating = {
        "answered": "yes",
        "right": "no",
        "carried_out": "none",
        "office": "satisfied",
        "organ": "satisfied",
    }
    assert client.post("/follow/evaluate/", {"key": "k" * 22, **rating}).status_code == 302
    assert "谢谢您的评价" in text(client)
