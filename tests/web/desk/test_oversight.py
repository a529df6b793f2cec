"""The pages of urgent reports, supervision, and the report on it."""

from __future__ import annotations

import pytest

from lianxin.cases.models import Case, Paper
from lianxin.cases.services import acts, oversight
from tests.cast import STORY, Cast, key
from tests.cast import on as moment
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, everything

URGENT = {
    "seen_on_year": "2026",
    "seen_on_month": "6",
    "seen_on_day": "1",
    "paper_time": "上午 10 时",
    "paper_place": "某养老院（虚构）",
    "paper_people": "约十名老人",
    "paper_matter": "断水断电",
    "paper_risk": "老人可能受到伤害",
    "paper_measures": "已派人到场",
}
LETTER = {
    "trigger": "no_reason_late",
    "paper_facts": "期限已过，没有答复",
    "paper_required": "十日内办结",
    "paper_report_due_on_year": "2026",
    "paper_report_due_on_month": "6",
    "paper_report_due_on_day": "15",
}
REPORT = {
    "paper_done": "已补发",
    "paper_evidence": "银行流水",
    "paper_result": "办结",
    "paper_petitioner_view": "认可",
}


def supervised(cast: Cast) -> Case:
    return oversight.supervise(
        acts.load(Case.objects.get(pk=cast.assigned().pk)),
        actor=cast.actor("du"),
        trigger="no_feedback",
        facts="没有反馈",
        required="请反馈",
        report_due_on=moment("2026-06-15").on,
        key=key(),
        when=moment("2026-05-20"),
    )


@pytest.fixture(params=["urgent", "supervise", "report"])
def act(request: pytest.FixtureRequest, cast: Cast, desk: Desk) -> Round:
    if request.param == "urgent":
        data = {**URGENT, "approver": str(cast.staff["tou"].pk)}
        return Round(cast, desk, cast.assigned(), "urgent-report", "zhi", data, "handling")
    if request.param == "supervise":
        return Round(cast, desk, cast.assigned(), "supervise", "du", LETTER, "handling", wrong="tou")
    return Round(cast, desk, supervised(cast), "hand-in-report", "han", REPORT, "handling", wrong="shen")


def test_it_works(act: Round) -> None:
    act.works()
    kinds = {"urgent-report": "urgent_report", "supervise": "supervision_letter"}
    assert Paper.objects.get(kind=kinds.get(act.page, "closing_report")).case_id == act.case.pk


def test_it_rejects_an_empty_form(act: Round) -> None:
    act.rejects(*(name for name in act.data if not name.endswith(("_year", "_month", "_day"))))


def test_opening_it_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    act.wrong_role()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()


def test_a_supervisor_sees_no_word_of_the_petition(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    page = desk("du").get(f"/desk/case/{case.pk}/supervise/").content.decode()
    assert STORY not in page and "辛小禾" not in page and "督办情形" in page


def test_the_day_to_report_by_lies_ahead(cast: Cast, desk: Desk) -> None:
    act = Round(cast, desk, cast.assigned(), "supervise", "du", LETTER, "handling")
    before = everything()
    answer = act.post("du", paper_report_due_on_day="1")
    assert answer.status_code == 422 and "反馈日期应当在今天以后" in answer.content.decode()
    assert "期限已过，没有答复" in answer.content.decode() and everything() == before


def test_a_report_is_offered_only_while_a_supervision_waits(cast: Cast, desk: Desk) -> None:
    free, waiting = cast.assigned(), supervised(cast)
    han = desk("han")
    assert han.get(f"/desk/case/{free.pk}/hand-in-report/").status_code == 409
    labels = [act["label"] for act in han.get(f"/desk/case/{waiting.pk}/").context["acts"]]
    assert "提交督办反馈" in labels


def test_an_urgent_report_that_names_the_petitioner_is_refused(cast: Cast, desk: Desk) -> None:
    data = {**URGENT, "approver": str(cast.staff["tou"].pk)}
    act = Round(cast, desk, cast.assigned(), "urgent-report", "zhi", data, "handling")
    answer = act.post("zhi", paper_people="辛小禾等十人")
    page = answer.content.decode()
    assert answer.status_code == 409 and "姓名" in page and "已派人到场" in page
