"""Accepting with a head's approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from lianxin.cases.history import Loaded
from lianxin.cases.models import Case, Paper
from lianxin.cases.services import handling
from lianxin.organs.models import Post
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, at_most

DATA = {"approver": "5"}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.registered(), "accept", "fen", DATA, "accepted")


def test_it_works(act: Round) -> None:
    act.works()
    paper = Paper.objects.get(case_id=act.case.pk)
    assert paper.kind == "acceptance_notice" and "2026-07-31" in str(paper.content)


def test_thirteen_statements(act: Round) -> None:
    client = act.desk("fen")
    with at_most(12):
        assert client.post(act.address, act.sent).status_code == 302


def test_the_promised_day_is_shown_with_its_arithmetic(act: Round, today: Callable[[str], None]) -> None:
    today("2026-05-08")
    page = act.desk("fen").get(act.address).content.decode()
    assert "2026年7月7日" in page and "计60日" in page and "陶负责" in page


def test_it_rejects(act: Round) -> None:
    act.rejects("approver")


@pytest.mark.parametrize("approver", ["1", "9", "99999", "x", "-1", "0", "9223372036854775808"])
def test_only_a_head_of_the_organ_can_approve(act: Round, approver: str) -> None:
    answer = act.post("fen", approver=approver)
    assert answer.status_code in (409, 422)
    assert not Paper.objects.filter(case_id=act.case.pk).exists()


def test_a_head_with_intake_approves_alone(cast: Cast, desk: Desk) -> None:
    from tests.web.desk.test_refer import registered_at_city

    case = registered_at_city(cast)
    answer = desk("shi").post(
        f"/desk/case/{case.pk}/accept/", {"key": "a-key-of-the-city", "version": case.version}
    )
    assert answer.status_code == 302


def test_a_statutory_route_is_not_accepted(cast: Cast, desk: Desk) -> None:
    case = cast.registered()
    Case.objects.filter(pk=case.pk).update(subroute="31.4")
    answer = desk("fen").post(
        f"/desk/case/{case.pk}/accept/", {"key": "a-key-of-a-route", "version": case.version, **DATA}
    )
    assert answer.status_code == 409 and "法定途径" in answer.content.decode()


def test_who_comes_second_is_told_who_was_first(act: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONC-01: both have loaded the case; the other one's act is written in between."""
    real = handling.accept

    def overtaken(loaded: Loaded, **given: object) -> object:
        monkeypatch.setattr(handling, "accept", real)
        assert act.post("fen", key="the-key-of-the-first").status_code == 302
        return real(loaded, **given)

    monkeypatch.setattr(handling, "accept", overtaken)
    answer = act.post("fen", key="the-key-of-the-second")
    assert answer.status_code == 409
    assert "费分办" in answer.content.decode() and "已受理" in answer.content.decode()
    assert Paper.objects.filter(case_id=act.case.pk).count() == 1


def test_a_role_lost_between_page_and_submit_counts(act: Round) -> None:
    """AZ-04."""
    client = act.desk("fen")
    assert client.get(act.address).status_code == 200
    Post.objects.filter(staff=act.cast.staff["fen"]).update(role="checker")
    assert client.post(act.address, act.sent).status_code == 409
    Post.objects.filter(staff=act.cast.staff["fen"]).update(ends_on=date(2026, 5, 30))
    gone = client.post(act.address, act.sent)
    assert gone.status_code == 403 and "/desk/sign-in" in gone.content.decode()


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
