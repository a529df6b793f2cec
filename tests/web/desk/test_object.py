"""Objecting to a referral, within five working days."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA = {"reasons": "事项发生在涪城区", "believed": "绵阳市涪城区民政局"}


@pytest.fixture
def act(cast: Cast, desk: Desk, today: Callable[[str], None]) -> Round:
    today("2026-05-11")
    return Round(cast, desk, cast.referred(), "object", "tou", DATA, "objected", wrong="fen")


def test_it_works(act: Round) -> None:
    case = act.works()
    assert case.offered_to_id == act.cast.organs["anzhou"].pk


def test_it_rejects(act: Round) -> None:
    act.rejects("reasons", "believed")


def test_after_five_working_days_it_is_too_late(act: Round, today: Callable[[str], None]) -> None:
    today("2026-06-01")
    page = act.desk("tou").get(act.address)
    assert page.status_code == 409 and "5个工作日" in page.content.decode()
    late = act.post("tou")
    assert late.status_code == 409 and DATA["reasons"] in late.content.decode()


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
