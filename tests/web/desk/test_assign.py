"""Assigning to a handler who has declared no interest."""

from __future__ import annotations

import pytest

from lianxin.cases.models import WorkItem
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA = {"officer": "3", "no_interest": "on", "note": "请先电话联系"}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.accepted(), "assign", "fen", DATA, "handling")


def test_it_works(act: Round) -> None:
    case = act.works()
    assert case.officer_id == act.cast.staff["han"].pk
    assert WorkItem.objects.get(case_id=case.pk).officer_name == "韩承办"


def test_it_rejects(act: Round) -> None:
    act.rejects("officer", "no_interest")


@pytest.mark.parametrize("officer", ["1", "9", "99999", "x", "-1"])
def test_only_a_handler_of_the_organ(act: Round, officer: str) -> None:
    assert act.post("fen", officer=officer).status_code == 422


def test_the_note_is_not_for_the_petitioner(act: Round) -> None:
    assert act.post("fen").status_code == 302
    client = act.desk("fen")
    assert "请先电话联系" in client.get(f"/desk/case/{act.case.pk}/").content.decode()
    assert "请先电话联系" not in client.get(f"/desk/case/{act.case.pk}/?as=petitioner").content.decode()


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
