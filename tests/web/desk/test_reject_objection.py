"""The sender's answer to an objection: not agreed, with reasons."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Case
from lianxin.cases.services import routing
from tests.cast import Cast, key, on
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA = {"reasons": "经核对事项发生在安州区"}


def objected(cast: Cast) -> Case:
    case = cast.referred()
    return routing.object_to(
        cast.load("tou", case),
        actor=cast.actor("tou"),
        reasons="事项发生在涪城区",
        believed="绵阳市涪城区民政局",
        key=key(),
        when=on("2026-05-08"),
    )


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, objected(cast), "reject-objection", "shi", DATA, "referred", wrong="fen")


def test_it_works(act: Round) -> None:
    act.works()


def test_it_shows_the_objection(act: Round) -> None:
    page = act.desk("shi").get(act.address).content.decode()
    assert "事项发生在涪城区" in page and "绵阳市涪城区民政局" in page


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
