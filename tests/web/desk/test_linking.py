"""Linking cases at the desk: the acts' pages, what the case page shows of the other case, and to whom."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Case, Link
from lianxin.web.public import following
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, at_most

DATA = {"kind": "same_matter", "reasons": "说的是同一个村的低保"}


@pytest.fixture
def other(cast: Cast) -> Case:
    return cast.registered()


@pytest.fixture
def act(cast: Cast, desk: Desk, other: Case) -> Round:
    return Round(
        cast, desk, cast.assigned(), "link", "fen", {**DATA, "number": other.number}, "handling", wrong="ting"
    )


def test_it_works(act: Round, other: Case, desk: Desk) -> None:
    act.works()
    for case, seen in ((act.case, other), (other, act.case)):
        page = desk("fen").get(f"/desk/case/{case.pk}/")
        assert [one["number"] for one in page.context["linked"]] == [seen.number]
        text = page.content.decode()
        assert f"/desk/case/{seen.pk}/" in text and DATA["reasons"] in text and "照常办理、分别答复" in text


def test_rejects(act: Round) -> None:
    act.rejects("number", "kind", "reasons")


def test_the_rest_of_the_round(act: Round) -> None:
    act.get_writes_nothing()
    act.other_organ()
    act.wrong_role()


def test_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()
    assert Link.objects.count() == 2


def test_a_repeat_without_a_checker_is_an_error_at_the_field(act: Round) -> None:
    answer = act.post("fen", kind="repeat")
    assert answer.status_code == 422 and "approver" in answer.context["form"].errors
    assert act.post("fen", kind="repeat", approver="4").status_code == 302


def test_undoing_it(act: Round, other: Case, desk: Desk) -> None:
    act.works()
    case = Case.objects.get(pk=act.case.pk)
    client, address = desk("fen"), f"/desk/case/{case.pk}/unlink/"
    assert other.number in client.get(address).content.decode()
    sent = {
        "key": "a-key-of-undoing-it",
        "version": str(case.version),
        "link_seq": "1",
        "reasons": "不是一个村",
    }
    assert client.post(address, {**sent, "reasons": ""}).status_code == 422
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 302
    page = client.get(f"/desk/case/{case.pk}/")
    assert not page.context["linked"]
    assert "解除关联" not in [one["label"] for one in page.context["acts"]]
    answer = client.get(address)
    assert answer.status_code == 409 and "没有您可以解除的关联" in answer.content.decode()


def test_the_petitioner_learns_that_there_is_one_and_not_which(act: Round, other: Case) -> None:
    act.works()
    for case, seen in ((act.case, other), (other, act.case)):
        shown = str(following.timeline(following.selectors.followed(case.pk)))
        assert "另一件有关的信访件" in shown and "照常办理、单独答复" in shown
        assert seen.number not in shown and DATA["reasons"] not in shown


def test_who_may_not_follow_the_other_case_sees_nothing_of_it(
    cast: Cast, act: Round, other: Case, desk: Desk
) -> None:
    act.works()
    Case.objects.filter(pk=other.pk).update(holder=cast.organs["fucheng"], registrar=cast.organs["fucheng"])
    page = desk("fen").get(f"/desk/case/{act.case.pk}/")
    assert not page.context["linked"] and other.number not in page.content.decode()


def test_links_cost_two_statements_however_many(cast: Cast, desk: Desk) -> None:
    case, client = cast.assigned(), desk("fen")
    for count in (3, 12):
        while Link.objects.filter(case_id=case.pk).count() < count:
            one = cast.filed().case
            seq = Link.objects.filter(case_id=case.pk).count() + 1
            Link.objects.create(case_id=case.pk, seq=seq, other_id=one.pk, kind="group", reason="同一批")
        with at_most(12):
            page = client.get(f"/desk/case/{case.pk}/")
        assert len(page.context["linked"]) == count
