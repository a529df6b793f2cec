"""Registering an item that came in online: kind, category, route, place and a summary are confirmed."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Case
from lianxin.ledger.models import Look
from tests.cast import Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round

DATA = {
    "kind": "claim",
    "category": "0101",
    "subroute": "31.6",
    "summary": "低保金停发，要求恢复",
    "place": "安州区",
}


@pytest.fixture
def act(cast: Cast, desk: Desk) -> Round:
    return Round(cast, desk, cast.filed().case, "register", "ran", DATA, "registered")


def test_it_works(act: Round) -> None:
    case = act.works()
    assert (case.category, case.subroute, case.summary) == ("0101", "31.6", "低保金停发，要求恢复")
    assert case.place_id == act.cast.regions["anzhou"].pk


def test_it_shows_the_text_and_records_the_look(act: Round) -> None:
    page = act.desk("ran").get(act.address).content.decode()
    assert "外婆独自居住" in page and "辛小禾" not in page
    assert Look.objects.filter(case_id=act.case.pk, purpose="登记甄别").count() == 1


def test_it_shows_why_here_before_anything_is_written(act: Round) -> None:
    answer = act.post("ran", preview="1")
    assert answer.status_code == 200
    assert "绵阳市安州区民政局" in answer.content.decode()
    assert Case.objects.get(pk=act.case.pk).state == "received"


def test_it_rejects(act: Round) -> None:
    act.rejects("kind", "category", "subroute", "place", "summary")


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("place", "没有这个县", "没有找到"),
        ("place", "999999", "没有找到"),
        ("summary", "长" * 121, "最多 120 字"),
        ("category", "9999", ""),
        ("subroute", "31.9", ""),
        ("kind", "other", ""),
        ("key", "", "页面不完整"),
    ],
)
def test_a_wrong_value_gets_its_sentence_and_is_kept(act: Round, field: str, value: str, word: str) -> None:
    answer = act.post("ran", **{field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert word in str(answer.context["form"].errors[field])
    assert answer.context["form"]["summary"].value() == (value if field == "summary" else DATA["summary"])


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


def test_a_report_is_for_the_report_desk_alone(cast: Cast, desk: Desk) -> None:
    case = cast.filed(kind="report").case
    assert desk("ran").get(f"/desk/case/{case.pk}/register/").status_code == 404
    assert desk("mi").get(f"/desk/case/{case.pk}/register/").status_code == 200


def test_who_registers_a_report_is_led_to_the_worklist(act: Round) -> None:
    """Without the report desk the case is out of sight from then on: no page that is not there."""
    client = act.desk("ran")
    answer = client.post(act.address, {**act.sent, "kind": "report"})
    assert answer.status_code == 302 and answer.headers["Location"] == "/desk/?done=report"
    assert "转由检举控告专办人员办理" in client.get(answer.headers["Location"]).content.decode()
    case = Case.objects.get(pk=act.case.pk)
    assert (case.kind, case.subroute, case.state) == ("report", "", "registered")


def test_the_report_desk_goes_back_to_the_case(cast: Cast, desk: Desk) -> None:
    case = cast.filed(kind="report").case
    sent = {**DATA, "kind": "report", "subroute": "", "key": "a-key-of-a-report", "version": case.version}
    answer = desk("mi").post(f"/desk/case/{case.pk}/register/", sent)
    assert answer.headers["Location"] == f"/desk/case/{case.pk}/?done=register"
