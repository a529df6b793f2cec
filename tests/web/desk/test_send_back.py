"""Sending a draft opinion back."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA = {"reasons": "第 1 项缺少依据的条款"}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.drafted(), "send-back", "shen", DATA, "handling")


def test_it_works(act: Round) -> None:
    act.works()


def test_a_head_may_too(act: Round) -> None:
    assert act.post("tou").status_code == 302


def test_it_shows_the_draft(act: Round) -> None:
    assert "停发系系统误判" in act.desk("shen").get(act.address).content.decode()


def test_it_rejects(act: Round) -> None:
    act.rejects("reasons")


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
