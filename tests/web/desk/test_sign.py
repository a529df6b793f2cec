"""Signing an opinion after the checklist."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Case, Paper
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA = {"every_claim": "on", "plain": "on", "promises": "on"}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.drafted(), "sign", "tou", DATA, "issued")


def test_it_works(act: Round) -> None:
    act.works()
    assert Paper.objects.filter(case_id=act.case.pk, kind="opinion").count() == 1


def test_it_is_read_before_it_is_signed(act: Round) -> None:
    page = act.desk("tou").get(act.address).content.decode()
    assert "停发系系统误判" in page and "恢复发放并补发" in page and "外婆独自居住" in page


def test_it_rejects(act: Round) -> None:
    act.rejects("every_claim", "plain", "promises")


def test_the_handler_cannot_approve_the_own_draft(act: Round) -> None:
    """MASS-03."""
    assert act.post("han").status_code == 409


def test_a_step_cannot_be_skipped(cast: Cast, desk: Desk) -> None:
    """MASS-03."""
    case = cast.registered()
    answer = desk("tou").post(f"/desk/case/{case.pk}/sign/", {"key": "a-key-for-skipping", **DATA})
    assert answer.status_code == 409 and Case.objects.get(pk=case.pk).state == "registered"


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
