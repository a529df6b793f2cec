"""The desk's pages of withdrawal: each works, rejects, and is not there for others; who reads a word of pressure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lianxin.cases.history import load
from lianxin.cases.models import Case
from lianxin.cases.services import withdrawing
from tests.cast import Cast, key, on
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

WORDS = "承办人说不撤回就不给办"


def wished(cast: Cast) -> Case:
    case = cast.assigned()
    return withdrawing.ask(load(case), via="online", actor=None, key=key(), when=on("2026-05-20"))


def rounds(cast: Cast, desk: Desk) -> dict[str, Callable[[], Round]]:
    """Return each act's round by its page."""
    ask = {"via": "phone", "own": "on"}
    confirm = {"contact": "phone", "record": "电话里说自愿撤回。", "free": "on"}
    keep = {"contact": "打电话核实，还想继续办。"}
    return {
        "ask-to-withdraw": lambda: Round(
            cast, desk, cast.assigned(), "ask-to-withdraw", "ran", ask, "handling"
        ),
        "withdraw": lambda: Round(cast, desk, wished(cast), "withdraw", "ran", confirm, "withdrawn"),
        "keep-open": lambda: Round(cast, desk, wished(cast), "keep-open", "fen", keep, "handling"),
    }


MISSING = {
    "ask-to-withdraw": ("via", "own"),
    "withdraw": ("contact", "record", "free"),
    "keep-open": ("contact",),
}


@pytest.fixture(params=tuple(MISSING))
def act(request: pytest.FixtureRequest, cast: Cast, desk: Desk) -> Round:
    return rounds(cast, desk)[str(request.param)]()


def test_it_works(act: Round) -> None:
    act.works()


def test_it_rejects(act: Round) -> None:
    act.rejects(*MISSING[act.page])


def test_get_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    act.wrong_role()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()


def test_before_the_waiting_time_is_over_it_is_not_offered(
    cast: Cast, desk: Desk, today: Callable[[str], None]
) -> None:
    case = wished(cast)
    today("2026-05-23")
    assert desk("ran").get(f"/desk/case/{case.pk}/withdraw/").status_code == 409
    assert "/withdraw/" not in desk("ran").get(f"/desk/case/{case.pk}/").content.decode()
    today("2026-05-24")
    assert "/withdraw/" in desk("ran").get(f"/desk/case/{case.pk}/").content.decode()


def test_the_way_the_wish_came_is_not_offered_for_asking_again(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    withdrawing.ask(load(case), via="phone", actor=cast.actor("ran"), key=key(), when=on("2026-05-20"))
    page = desk("ran").get(f"/desk/case/{case.pk}/withdraw/").content.decode()
    assert 'value="visit"' in page and 'value="phone"' not in page


def test_a_word_of_pressure_is_read_above_and_not_below(cast: Cast, desk: Desk) -> None:
    case = wished(cast)
    withdrawing.pressed(load(case), words=WORDS, key=key(), when=on("2026-05-21"))
    address = f"/desk/case/{case.pk}/"
    assert WORDS in desk("dao").get(address).content.decode()
    for name in ("ran", "fen", "han", "tou"):
        page = desk(name).get(address)
        assert page.status_code == 200 and WORDS not in page.content.decode()
