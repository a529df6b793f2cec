"""Recording service of the opinion and its proof."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Paper
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA = {
    "method": "in_person",
    "served_on_year": "2026",
    "served_on_month": "5",
    "served_on_day": "28",
    "proof": "本人签收",
    "receiver": "",
    "witness": "",
}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.issued(), "serve", "ran", DATA, "served", wrong="fen")


def test_it_works(act: Round) -> None:
    act.works()
    assert Paper.objects.filter(case_id=act.case.pk, kind="proof_of_service").count() == 1


def test_it_rejects(act: Round) -> None:
    act.rejects("method", "served_on", "proof")


@pytest.mark.parametrize(("day", "word"), [("2", "不能晚于今天"), ("31", "")])
def test_the_day_lies_between_opinion_and_today(act: Round, day: str, word: str) -> None:
    answer = act.post("ran", served_on_month="6", served_on_day=day)
    assert answer.status_code == 422 and word in str(answer.context["form"].errors["served_on"])


def test_it_cannot_be_served_before_it_was_issued(act: Round) -> None:
    answer = act.post("ran", served_on_day="24")
    assert answer.status_code == 422 and "2026-05-25" in str(answer.context["form"].errors["served_on"])


def test_a_refusal_needs_a_witness(act: Round) -> None:
    answer = act.post("ran", refused="on")
    assert answer.status_code == 422 and "witness" in answer.context["form"].errors
    assert "单位和职务" in str(answer.context["form"].errors["witness"])
    assert act.post("ran", refused="on", witness="居委会工作人员").status_code == 302


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    act.wrong_role()


def test_already_done(act: Round) -> None:
    act.already_done()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()
