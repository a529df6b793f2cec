"""Referring to another organ: the proposed one, or another with a reason."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Case
from lianxin.cases.services import intake
from tests.cast import Cast, key, on
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA = {"target": "4", "reason": ""}


def registered_at_city(cast: Cast) -> Case:
    case = cast.filed(organ="mianyang").case
    return intake.register(
        cast.load("shi", case),
        actor=cast.actor("shi"),
        key=key(),
        when=on("2026-05-07"),
        kind="claim",
        category="0101",
        subroute="31.6",
        summary="低保金停发，要求恢复发放",
    )


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, registered_at_city(cast), "refer", "shi", DATA, "referred")


def test_it_works(act: Round) -> None:
    case = act.works()
    assert case.offered_to_id == act.cast.organs["anzhou"].pk
    assert case.holder_id == act.cast.organs["mianyang"].pk


def test_the_proposal_is_chosen_beforehand_with_its_reasons(act: Round) -> None:
    answer = act.desk("shi").get(act.address)
    assert str(answer.context["form"]["target"].value()) == str(act.cast.organs["anzhou"].pk)
    assert "为什么" in answer.content.decode()


def test_another_organ_needs_a_reason(act: Round) -> None:
    other = str(act.cast.organs["fucheng"].pk)
    answer = act.post("shi", target=other)
    assert answer.status_code == 422 and "reason" in answer.context["form"].errors
    assert act.post("shi", target=other, reason="当事人已迁居涪城区").status_code == 302


@pytest.mark.parametrize("target", ["3", "6", "99999", "x", "-1", "9223372036854775808", "４"])
def test_an_organ_that_may_not_receive_is_refused(act: Round, target: str) -> None:
    assert act.post("shi", target=target).status_code == 422


def test_it_rejects(act: Round) -> None:
    act.rejects("target")


def test_a_county_that_is_itself_competent_is_warned(cast: Cast, desk: Desk) -> None:
    page = desk("fen").get(f"/desk/case/{cast.registered().pk}/refer/").content.decode()
    assert "一般不用转送" in page


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(cast: Cast, desk: Desk) -> None:
    Round(
        cast, desk, cast.registered(), "refer", "fen", {"target": "5", "reason": "试"}, "referred"
    ).wrong_role()


def test_already_done(act: Round) -> None:
    act.already_done()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()
