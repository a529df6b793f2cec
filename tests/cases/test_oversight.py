"""Urgent reports, supervision, and the report on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lianxin.cases import selectors
from lianxin.cases.models import Case, Paper, Step, WorkItem
from lianxin.cases.policies import NotYours
from lianxin.cases.services import acts, oversight
from lianxin.jobs import integrity
from lianxin.papers import IncompletePaper, PaperContent, check
from lianxin.procedure.book import load_book
from lianxin.procedure.errors import GuardFailed, Refused
from tests.cast import XIN, Cast, key, on

SEEN = oversight.Emergency(
    seen_on=date(2026, 5, 12),
    time="上午 10 时",
    place="安州区某养老院（虚构）",
    people="约十名老人",
    matter="断水断电，有人身体不适",
    risk="老人可能受到伤害",
    measures="已派人到场，联系供电部门",
)
REPORT = {"done": "已补发", "evidence": "银行流水", "result": "办结", "petitioner_view": "认可"}


def urgent(cast: Cast, case: Case, who: str = "zhi", approver: str = "tou", **changes: object) -> Case:
    return oversight.urgent_report(
        cast.load(who, case),
        actor=cast.actor(who),
        emergency=replace(SEEN, **changes),  # type: ignore[arg-type]
        approver=cast.staff[approver] if approver else None,
        key=key(),
        when=on("2026-05-12", 11),
    )


def supervise(cast: Cast, case: Case, who: str = "du", **changes: object) -> Case:
    found = selectors.case_to_oversee(cast.actor(who), case.pk)
    assert found is not None, f"{who} does not follow case {case.pk}"
    given: dict[str, object] = {
        "trigger": "no_reason_late",
        "facts": "期限已过，没有答复",
        "required": "十日内办结并反馈",
        "report_due_on": date(2026, 7, 20),
        **changes,
    }
    return oversight.supervise(
        acts.load(found),
        actor=cast.actor(who),
        key=key(),
        when=on("2026-07-10"),
        **given,  # type: ignore[arg-type]
    )


def report(cast: Cast, case: Case, who: str = "han", **changes: object) -> Case:
    return oversight.hand_in_report(
        cast.load(who, case),
        actor=cast.actor(who),
        given={**REPORT, **changes},
        key=key(),
        when=on("2026-07-15"),
    )


def whole(case: Case, kind: str) -> None:
    assert integrity.check(case.pk).faults == ()
    paper = Paper.objects.filter(case_id=case.pk).order_by("seq").last()
    assert paper is not None and paper.kind == kind
    check(load_book(case.rulebook).papers[kind], PaperContent(kind, paper.content))
    assert XIN["name"] not in str(paper.content)


@pytest.mark.parametrize(("who", "approver"), [("zhi", "tou"), ("tou", "zhi")])
def test_duty_officer_and_head_report_at_once(cast: Cast, who: str, approver: str) -> None:
    case = cast.assigned()
    before = list(WorkItem.objects.filter(case_id=case.pk).values())
    done = urgent(cast, case, who, approver)
    assert done.state == "handling"
    step = Step.objects.get(case_id=case.pk, event="urgent_report")
    assert step.facts["to"] == cast.organs["mianyang"].pk and step.facts["approval"] == "stated"
    assert "养老院" not in str(step.facts), "place and people stay in the paper"
    assert list(WorkItem.objects.filter(case_id=case.pk).values()) == before
    whole(done, "urgent_report")


def test_an_urgent_report_needs_both_posts_and_every_content(cast: Cast) -> None:
    case = cast.assigned()
    with pytest.raises(Refused, match="值班负责人"):
        urgent(cast, case, approver="")
    with pytest.raises(GuardFailed, match="负责人"):
        urgent(cast, case, approver="han")
    for name in ("time", "place", "people", "matter", "risk", "measures"):
        with pytest.raises(GuardFailed, match="请写明"):
            urgent(cast, case, **{name: " "})
    with pytest.raises(GuardFailed, match="姓名"):
        urgent(cast, case, people=f"{XIN['name']}等人")
    with pytest.raises(GuardFailed, match="发现日期"):
        urgent(cast, case, seen_on=date(2026, 5, 13))
    with pytest.raises(Refused):
        urgent(cast, case, "fen")
    assert not Paper.objects.filter(kind="urgent_report").exists()


def test_a_supervisor_above_sets_a_day_and_the_report_stops_the_clock(cast: Cast) -> None:
    case = cast.assigned()
    done = supervise(cast, case)
    assert (done.state, done.holder) == ("handling", cast.organs["anzhou"])
    clock = next(one for one in cast.load("han", case).running() if one.clock == "ASSIGNED_REPORT")
    assert (clock.deadline.legal, clock.stopped_on) == (date(2026, 7, 20), None)
    whole(done, "supervision_letter")
    done = report(cast, case)
    clock = next(one for one in cast.load("han", case).running() if one.clock == "ASSIGNED_REPORT")
    assert clock.stopped_on == date(2026, 7, 15)
    whole(done, "closing_report")
    with pytest.raises(GuardFailed, match="没有等待反馈的督办"):
        report(cast, case)


def test_the_supervisor_follows_the_case_and_reads_no_word_of_it(cast: Cast) -> None:
    case = cast.assigned()
    supervise(cast, case)
    opened = selectors.open_case(cast.actor("du"), case.pk, purpose="督办", at=on("2026-07-10").at)
    assert opened is not None and opened.text is None and opened.people == ()
    assert selectors.case_to_act_on(cast.actor("du"), case.pk) is None


def test_a_case_that_has_ended_is_still_supervised(cast: Cast) -> None:
    case = cast.served()
    supervise(cast, case, "sheng", trigger="not_carried_out")
    assert Case.objects.get(pk=case.pk).state == "served"


def test_supervision_keeps_to_its_bounds(cast: Cast) -> None:
    case = cast.assigned()
    for changes, words in (
        ({"trigger": "dislike"}, "情形"),
        ({"facts": ""}, "事实"),
        ({"required": ""}, "要求"),
        ({"report_due_on": date(2026, 7, 10)}, "今天以后"),
        ({"facts": f"{XIN['name']}反映"}, "姓名"),
    ):
        with pytest.raises(GuardFailed, match=words):
            supervise(cast, case, **changes)
    for name in ("tou", "wai"):
        found = acts.load(Case.objects.get(pk=case.pk))
        with pytest.raises(NotYours):
            oversight.supervise(
                found,
                actor=cast.actor(name),
                trigger="other",
                facts="事实",
                required="要求",
                report_due_on=date(2026, 7, 20),
                key=key(),
                when=on("2026-07-10"),
            )
    assert selectors.case_to_oversee(cast.actor("wai"), case.pk) is None


def test_a_report_on_nothing_or_without_a_content_is_refused(cast: Cast) -> None:
    case = cast.assigned()
    with pytest.raises(GuardFailed, match="没有等待反馈的督办"):
        report(cast, case)
    supervise(cast, case)
    with pytest.raises(IncompletePaper, match="办理情况"):
        report(cast, case, done="")
    with pytest.raises(Refused):
        report(cast, case, "shen")
