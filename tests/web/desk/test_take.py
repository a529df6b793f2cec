"""Taking a referred case over."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA: dict[str, str] = {}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.referred(), "take", "fen", DATA, "registered")


def test_it_works(act: Round) -> None:
    case = act.works()
    assert case.holder_id == act.cast.organs["anzhou"].pk and case.offered_to_id is None


def test_it_rejects(act: Round) -> None:
    act.rejects("key")


def test_the_sender_cannot_take_for_the_receiver(act: Round) -> None:
    assert act.post("shi").status_code == 409


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
