"""The pages of the acts on a case under way, each asked the same questions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lianxin.cases.models import Case, Claim, Notice, Paper, Step
from lianxin.cases.services import disputes, handling, hearings, notices, routing
from lianxin.organs.models import Post
from tests.cases.test_working import simple
from tests.cast import Cast, key
from tests.cast import on as moment
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, everything

SIDES = {
    "other_party": "安州区某敬老院",
    "petitioner_consent": "on",
    "other_consent": "on",
    "how": "当面说明后双方签字",
}
DUTY = {"duty1-what": "敬老院退还押金", "duty1-on_year": "2026", "duty1-on_month": "7", "duty1-on_day": "1"}
SIGNED = {"signatures": "双方当场签名", "signed": "on", "lawful": "on", "within_discretion": "on"}
HEARING = {
    "on_year": "2026",
    "on_month": "6",
    "on_day": "10",
    "time": "上午 9:30",
    "place": "三楼会议室",
    "subject": "低保金应否停发",
    "weighty": "on",
}
RECORD = {
    "paper_attendance": "双方到场",
    "paper_statements": "各自陈述",
    "paper_evidence": "台账",
    "paper_conclusion": "事实清楚",
    "paper_closed_on_year": "2026",
    "paper_closed_on_month": "6",
    "paper_closed_on_day": "1",
}
TOLD = {
    "way": "in_person",
    "proof": "本人签收",
    "told_on_year": "2026",
    "told_on_month": "6",
    "told_on_day": "1",
}
Make = Callable[[Cast], Case]


def objected(cast: Cast) -> Case:
    return routing.object_to(
        cast.load("tou", cast.referred()),
        actor=cast.actor("tou"),
        reasons="户籍在涪城区",
        believed="涪城区民政局",
        key=key(),
        when=moment("2026-05-11"),
    )


def disputed(cast: Cast) -> Case:
    return disputes.escalate_dispute(
        cast.load("shi", objected(cast)),
        actor=cast.actor("shi"),
        arbiter=cast.organs["province"],
        reasons="经办地在安州区",
        key=key(),
        when=moment("2026-05-12"),
    )


def heard(cast: Cast) -> Case:
    """A case whose hearing of 2026-05-27 was called and told."""
    case = cast.assigned()
    ting = cast.actor("ting")
    hearings.call_hearing(
        cast.load("ting", case),
        actor=ting,
        on=moment("2026-05-27").on,
        time="上午",
        place="会议室",
        subject="低保金",
        weighty=True,
        key=key(),
        when=moment("2026-05-12"),
    )
    owed = [notices.name_of(one) for one in notices.owed(case) if one.kind == "hearing_notice"]
    return notices.give_notice(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        notices=owed,
        way="post",
        proof="邮件编号",
        told_on=moment("2026-05-13").on,
        key=key(),
        when=moment("2026-05-13"),
    )


PAGES: dict[str, tuple[Make, str, str, dict[str, str], str, str, tuple[str, ...]]] = {
    "sort": (Cast.assigned, "sort-claims", "han", {"claim1-route": "31.6"}, "handling", "tou", ()),
    "recuse": (Cast.assigned, "recuse", "han", {"reasons": "是亲属"}, "accepted", "fen", ("reasons",)),
    "reassign": (
        Cast.drafted,
        "reassign",
        "tou",
        {"officer": "10", "no_interest": "on"},
        "signoff",
        "han",
        ("officer", "no_interest"),
    ),
    "extend": (
        Cast.assigned,
        "extend",
        "tou",
        {"days": "20", "reason": "情况复杂"},
        "handling",
        "han",
        ("days", "reason"),
    ),
    "mediate": (
        Cast.assigned,
        "start-mediation",
        "tiao",
        SIDES,
        "handling",
        "han",
        ("other_party", "petitioner_consent", "other_consent", "how"),
    ),
    "call": (
        Cast.assigned,
        "hold-hearing",
        "ting",
        HEARING,
        "handling",
        "han",
        ("on", "time", "place", "subject", "weighty"),
    ),
    "record": (
        heard,
        "hold-hearing",
        "ting",
        RECORD,
        "handling",
        "han",
        ("paper_attendance", "paper_conclusion", "paper_closed_on"),
    ),
    "tell": (
        Cast.accepted,
        "give-notice",
        "ran",
        {**TOLD, "notices": "4.acceptance_notice"},
        "accepted",
        "shen",
        ("notices", "way", "proof"),
    ),
    "escalate": (
        objected,
        "escalate-dispute",
        "shi",
        {"arbiter": "2", "reasons": "经办地在安州区"},
        "disputed",
        "",
        ("reasons",),
    ),
    "designate": (
        disputed,
        "decide-organ",
        "sheng",
        {"target": "4", "reason": "经办地在安州区"},
        "referred",
        "",
        ("target", "reason"),
    ),
}


@pytest.fixture(params=PAGES)
def act(request: pytest.FixtureRequest, cast: Cast, desk: Desk) -> Round:
    make, page, who, data, ends_in, wrong, _ = PAGES[request.param]
    case = make(cast)
    if request.param == "tell":
        found = next(one for one in notices.owed(case) if one.kind == "acceptance_notice")
        data = {**data, "notices": notices.name_of(found)}
    if request.param == "reassign":
        data = {**data, "officer": str(cast.staff["gao"].pk)}
    return Round(cast, desk, case, page, who, data, ends_in, wrong=wrong)


def test_it_works(act: Round) -> None:
    act.works()


def test_it_rejects_an_empty_form(act: Round) -> None:
    names = next(row[6] for row in PAGES.values() if row[1] == act.page and row[3].keys() <= act.data.keys())
    act.rejects(*names)


def test_opening_it_writes_nothing(act: Round) -> None:
    act.get_writes_nothing()


def test_other_organ(act: Round) -> None:
    act.other_organ()


def test_wrong_role(act: Round) -> None:
    if act.wrong:
        act.wrong_role()


def test_a_replayed_key_does_not_double(act: Round) -> None:
    act.replayed_key_does_not_double()


def test_a_settlement_names_the_checker_and_each_duty_its_day(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    shen = {"approver": str(cast.staff["shen"].pk)}
    act = Round(
        cast, desk, case, "agree-settlement", "tiao", {**SIDES, **DUTY, **SIGNED, **shen}, "closed_mediated"
    )
    act.rejects("petitioner_consent", "other_consent", "signed", "lawful", "approver")
    half = act.post("tiao", **{"duty1-on_day": ""})
    assert half.status_code == 422 and "敬老院退还押金" in half.content.decode()
    none = act.post("tiao", **{name: "" for name in DUTY})
    assert none.status_code == 422 and "请至少写一项义务" in none.content.decode()
    assert "司法确认" in act.desk("tiao").get(act.address).content.decode()
    act.works()
    act.other_organ()


def test_the_new_last_day_is_shown_before_it_is_promised(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    act = Round(cast, desk, case, "extend", "tou", {"days": "20", "reason": "情况复杂"}, "handling")
    before = everything()
    page = act.post("tou", preview="1")
    assert page.status_code == 200 and str(page.context["after"]) == "2026-07-27"
    assert "2026年7月27日" in page.content.decode() and everything() == before
    too_long = act.post("tou", days="31")
    assert too_long.status_code == 409 and "30日" in too_long.content.decode()
    assert not Paper.objects.filter(kind="extension_notice").exists()


def test_a_claim_found_is_asked_for_in_the_draft(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    data = {"claim1-route": "31.6", "added2-text": "拖欠护工工资（虚构）", "added2-route": "31.2"}
    Round(cast, desk, case, "sort-claims", "han", data, "handling").works()
    assert Claim.objects.get(case_id=case.pk, seq=2).subroute == "31.2"
    case = Case.objects.get(pk=case.pk)
    opinion = {
        "claim1-facts": "经核查属系统误判",
        "claim1-outcome": "explain",
        "claim1-decision": "恢复发放",
        "claim1-basis": "社会救助暂行办法 第十二条",
        "claim2-decision": "请申请劳动仲裁",
        "claim2-basis": "劳动争议调解仲裁法 第五条",
        "heard": "on",
        "verified": "on",
    }
    act = Round(cast, desk, case, "draft-opinion", "han", opinion, "signoff", key="a-key-of-the-draft")
    hole = act.post("han", **{"claim2-decision": ""})
    assert hole.status_code == 422 and "decision" in hole.context["form"].rows[1].errors
    preview = act.post("han", preview="1").content.decode()
    assert "仲裁" in preview and "请申请劳动仲裁" in preview
    act.works()
    page = desk("tou").get(f"/desk/case/{case.pk}/sign/").content.decode()
    assert "请申请劳动仲裁" in page and "依法走其他途径" in page


def test_the_case_page_shows_which_notices_are_still_owed(cast: Cast, desk: Desk) -> None:
    case = cast.accepted()
    page = desk("fen").get(f"/desk/case/{case.pk}/")
    assert [row["value"] for row in page.context["notices"]] == ["待告知", "待告知"]
    first = notices.owed(case)[0]
    act = Round(
        cast, desk, case, "give-notice", "fen", {**TOLD, "notices": notices.name_of(first)}, "accepted"
    )
    act.works()
    page = desk("fen").get(f"/desk/case/{case.pk}/")
    assert [row["value"] for row in page.context["notices"]] == ["已告知", "待告知"]
    assert Notice.objects.filter(case_id=case.pk, state="told").count() == 1


def test_an_arbiter_who_does_not_follow_the_case_ends_at_the_worklist(cast: Cast, desk: Desk) -> None:
    Post.objects.filter(staff=cast.staff["sheng"], role="supervisor").delete()
    case = disputed(cast)
    data = {"target": str(cast.organs["anzhou"].pk), "reason": "经办地在安州区"}
    act = Round(cast, desk, case, "decide-organ", "sheng", data, "referred")
    for _ in range(2):
        answer = act.post("sheng")
        assert answer.status_code == 302
        assert answer.headers["Location"].partition("?")[0] == "/desk/"
    assert Step.objects.filter(case_id=case.pk, event="decide_organ").count() == 1


def test_only_the_officer_or_the_head_is_offered_to_stand_back(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    assert desk("gao").get(f"/desk/case/{case.pk}/recuse/").status_code == 409
    assert desk("tou").get(f"/desk/case/{case.pk}/recuse/").status_code == 200


def test_the_case_page_offers_each_act_to_whom_it_is_for(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    offered = {
        "tou": "延长办理期限",
        "tiao": "启动调解",
        "ting": "举行听证",
        "fen": "改派承办人",
        "zhi": "报告重大紧急情况",
        "han": "承办人回避",
    }
    for name, label in offered.items():
        labels = [act["label"] for act in desk(name).get(f"/desk/case/{case.pk}/").context["acts"]]
        assert label in labels, (name, labels)


def test_a_report_case_stays_with_the_report_desk(cast: Cast, desk: Desk) -> None:
    case = cast.filed(kind="report", category="1302").case
    for page in ("give-notice", "urgent-report", "sort-claims"):
        assert desk("tou").get(f"/desk/case/{case.pk}/{page}/").status_code == 404


def test_a_recused_officer_is_refused_with_what_was_typed(cast: Cast, desk: Desk) -> None:
    case = cast.assigned()
    case = handling.recuse(
        cast.load("han", case),
        actor=cast.actor("han"),
        reasons="是亲属",
        replacement=None,
        key=key(),
        when=moment("2026-05-12"),
    )
    data = {"officer": str(cast.staff["han"].pk), "no_interest": "on", "note": "请尽快"}
    act = Round(cast, desk, case, "assign", "fen", data, "handling")
    answer = act.post("fen")
    assert answer.status_code == 409 and "已经回避" in answer.content.decode()
    assert "请尽快" in answer.content.decode()
    assert Step.objects.filter(case_id=case.pk, event="assign").count() == 1


def test_the_turn_to_the_ordinary_procedure(cast: Cast, desk: Desk) -> None:
    case = simple(cast)
    act = Round(cast, desk, case, "to-ordinary", "tou", {"reason": "争议较大"}, "handling")
    page = act.desk("tou").get(act.address)
    assert str(page.context["after"]) == "2026-07-07" and "2026年7月7日" in page.content.decode()
    act.rejects("reason")
    act.wrong_role()
    act.other_organ()
    act.works()
    assert act.desk("tou").get(act.address).status_code == 409
