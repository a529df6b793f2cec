"""What a petitioner is owed in the corners: the lapsed window for re-check, a refused review, pressure, several supervisors."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.history import load
from lianxin.cases.models import Alert, Case, Notice, Paper, Step
from lianxin.cases.policies import NotYours
from lianxin.cases.selectors import open_alerts
from lianxin.cases.services import intake, notices, oversight, reviewing, routing, stages, withdrawing
from lianxin.cases.services.stages import RECHECK, REVIEW, stage_of
from lianxin.jobs import alerting, integrity, sweeps
from lianxin.organs.models import Organ
from lianxin.procedure.errors import GuardFailed
from tests.cast import Cast, key, on

RECHECK_OVER = "2026-07-23"
ASKED = stages.Asked(("恢复发放低保金",), "补发的数额不对。（虚构）")


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def lapsed_recheck(cast: Cast) -> Case:
    """Return a reviewed case whose window for re-check has lapsed."""
    case = cast.review_served()
    assert sweeps.close_if_over(case.pk, when=on(RECHECK_OVER))
    return fresh(case)


def supervise(cast: Cast, case: Case, who: str, day: str, due: str) -> Case:
    return oversight.supervise(
        load(fresh(case)), actor=cast.actor(who), trigger="procedure", facts="没有告知。", required="请说明。",
        report_due_on=date.fromisoformat(due), key=key(), when=on(day),
    )  # fmt: skip


def test_a_recheck_posted_in_time_is_recorded_after_the_sweep(cast: Cast) -> None:
    case = lapsed_recheck(cast)
    assert case.state == "closed_lapsed" and stage_of(load(case)) is RECHECK
    asked = stages.Asked(
        ASKED.claims, ASKED.reasons, via="post", received_on=date(2026, 7, 24), postmark=date(2026, 7, 20)
    )
    done = reviewing.ask(
        load(case), RECHECK, asked=asked, organ=cast.organs["province"], actor=cast.actor("kun"), key=key(),
        when=on("2026-07-24"),
    )  # fmt: skip
    assert (done.state, done.holder) == ("recheck_requested", cast.organs["province"])
    assert "late_reason" not in Step.objects.get(case_id=case.pk, event="request_recheck").facts
    assert integrity.check(case.pk).faults == ()


def test_after_the_window_for_review_only_review_may_be_asked(cast: Cast) -> None:
    case = cast.served()
    assert sweeps.close_if_over(case.pk, when=on("2026-06-30"))
    assert stage_of(load(fresh(case))) is REVIEW


def test_a_refused_review_is_told_and_its_days_are_given_back(cast: Cast) -> None:
    case = cast.asked_again()
    reviewing.refuse(
        cast.load("fu", case), actor=cast.actor("fu"), ground="new_matter", reasons="提出的是另一件事。",
        approver=cast.staff["shi"], key=key(), when=on("2026-06-16"),
    )  # fmt: skip
    window = next(one for one in load(fresh(case)).running() if one.clock == "REVIEW_WIN")
    assert window.stopped_on is None and window.deadline.legal == date(2026, 7, 3)
    assert "审查申请" in "".join(line.text for line in window.deadline.lines)
    assert sum(line.days for line in window.deadline.lines) == (date(2026, 7, 3) - date(2026, 5, 28)).days
    assert not sweeps.close_if_over(case.pk, when=on("2026-07-03"))
    assert sweeps.close_if_over(case.pk, when=on("2026-07-04"))
    why = str(Paper.objects.get(case_id=case.pk, kind="closing_notice").content)
    assert "没有被受理" in why


def test_a_window_ends_though_a_report_on_a_supervision_is_owed(cast: Cast) -> None:
    case = cast.served()
    supervise(cast, case, "dao", "2026-06-01", "2026-08-31")
    assert case.pk in list(sweeps.served_cases(date(2026, 6, 30)))
    assert sweeps.close_if_over(case.pk, when=on("2026-06-30"))


def test_an_upper_organs_report_day_is_not_replaced_and_both_are_answered(cast: Cast) -> None:
    case = cast.assigned()
    supervise(cast, case, "dao", "2026-05-11", "2026-05-20")
    supervise(cast, case, "du", "2026-05-12", "2026-06-30")
    owed = [one.deadline.legal for one in load(fresh(case)).running() if one.clock == "ASSIGNED_REPORT"]
    assert owed == [date(2026, 5, 20), date(2026, 6, 30)]
    given = {"result": "已告知。", "measures": "补发告知书。", "implemented": "已落实。"}
    rule = load(fresh(case)).book.papers["closing_report"]
    from lianxin.cases.services.papers import FILLED

    texts = {one.key: given.get(one.key, "已办理。") for one in rule.contents if one.key not in FILLED}
    texts |= {name: "2026-05-13" for name in texts if name.endswith("_on")}
    oversight.hand_in_report(
        cast.load("han", case), actor=cast.actor("han"), given=texts, key=key(), when=on("2026-05-13")
    )
    running = [one for one in load(fresh(case)).running() if one.clock == "ASSIGNED_REPORT"]
    assert all(one.stopped_on == date(2026, 5, 13) for one in running)
    alerting.alert(when=on("2026-05-14"))
    told = set(Alert.objects.filter(rule="reported").values_list("organ__code", "addressee"))
    assert told == {("province", "upper"), ("mianyang", "upper")}


def test_pressure_is_not_told_to_the_organ_that_sent_the_case(cast: Cast) -> None:
    case = cast.referred()
    withdrawing.pressed(cast.load_public(case), words="让我撤（虚构）", key=key(), when=on("2026-05-08"))
    alerting.alert(when=on("2026-05-09"))
    assert [one.organ.code for one in Alert.objects.filter(rule="pressed")] == ["province"]


def test_pressure_at_the_top_is_for_the_report_desk_alone(cast: Cast) -> None:
    case = cast.assigned()
    anzhou = cast.organs["anzhou"]
    Organ.objects.filter(pk=anzhou.pk).update(parent=None, path=f"/{anzhou.pk}/")
    withdrawing.pressed(cast.load_public(case), words="让我撤（虚构）", key=key(), when=on("2026-05-12"))
    alerting.alert(when=on("2026-05-13"))
    seen = {who for who in ("tou", "fen", "han", "mi") if "pressed" in rules_seen(cast, who)}
    assert seen == {"mi"}


def rules_seen(cast: Cast, who: str) -> set[str]:
    return {one.alert.rule for one in open_alerts(cast.actor(who))[0]}


def test_alerts_of_a_case_that_is_a_report_now_are_hidden_at_once(cast: Cast) -> None:
    case = cast.filed().case
    alerting.alert(when=on("2026-05-25"))
    assert rules_seen(cast, "tou")
    intake.register(
        cast.load("mi", case), actor=cast.actor("mi"), key=key(), when=on("2026-05-26"), kind="report",
        category="0101", subroute="", summary="反映有关人员问题",
    )  # fmt: skip
    assert not rules_seen(cast, "tou")
    Alert.objects.update(kind="claim")
    alerting.alert(when=on("2026-05-26"))
    assert set(Alert.objects.filter(settled_on=None).values_list("kind", flat=True)) == {"report"}


def test_an_alert_that_is_due_again_is_open_again(cast: Cast) -> None:
    cast.accepted()
    alerting.alert(when=on("2026-08-01"))
    Alert.objects.filter(rule="overdue").update(settled_on=date(2026, 7, 20))
    done = alerting.alert(when=on("2026-08-01"))
    assert done.told and not Alert.objects.filter(rule="overdue").exclude(settled_on=None).exists()


def test_nobody_is_told_in_writing_who_left_no_name(cast: Cast) -> None:
    case = cast.registered(identity={})
    from lianxin.cases.services import handling

    handling.accept(
        cast.load("fen", case),
        actor=cast.actor("fen"),
        key=key(),
        when=on("2026-05-08"),
        approver=cast.staff["tou"],
    )
    assert set(Notice.objects.filter(case_id=case.pk).values_list("kind", flat=True)) == {"receipt"}


def test_the_sender_keeps_its_notice_as_told_after_the_case_was_taken(cast: Cast) -> None:
    case = cast.referred()
    routing.take(cast.load("fen", case), actor=cast.actor("fen"), key=key(), when=on("2026-05-08"))
    owed = Notice.objects.get(case_id=case.pk, kind="referral_notice")
    words = {
        "notices": [notices.name_of(owed)],
        "way": "post",
        "proof": "邮件签收",
        "told_on": date(2026, 5, 9),
    }
    with pytest.raises(NotYours):
        notices.give_notice(
            load(fresh(case)), actor=cast.actor("wai"), key=key(), when=on("2026-05-09"), **words
        )  # type: ignore[arg-type]
    notices.give_notice(load(fresh(case)), actor=cast.actor("shi"), key=key(), when=on("2026-05-09"), **words)  # type: ignore[arg-type]
    owed.refresh_from_db()
    assert owed.state == "told"
    other = Notice.objects.filter(case_id=case.pk, state="owed").exclude(seq=owed.seq)
    for notice in other.exclude(
        seq__in=Step.objects.filter(case_id=case.pk, organ=cast.organs["mianyang"]).values("seq")
    ):
        words["notices"] = [notices.name_of(notice)]
        with pytest.raises((NotYours, GuardFailed)):
            notices.give_notice(
                load(fresh(case)), actor=cast.actor("shi"), key=key(), when=on("2026-05-09"), **words
            )  # type: ignore[arg-type]


def test_the_simple_procedure_is_meant_from_the_registration_on(cast: Cast) -> None:
    case = cast.filed().case
    intake.register(
        cast.load("ran", case), actor=cast.actor("ran"), key=key(), when=on("2026-05-07"), kind="claim",
        category="0101", subroute="31.6", summary="低保金停发", simple=True,
    )  # fmt: skip
    clock = next(one for one in load(fresh(case)).running() if one.clock == "SIMPLE_ACCEPT")
    assert (clock.started_on, clock.deadline.legal) == (date(2026, 5, 6), date(2026, 5, 9))


def test_a_suggestion_has_its_receipt_told_and_no_sixty_days_of_supervision(cast: Cast) -> None:
    case = cast.filed(kind="suggestion").case
    intake.register(
        cast.load("ran", case), actor=cast.actor("ran"), key=key(), when=on("2026-05-07"), kind="suggestion",
        category="0101", subroute="", summary="建议延长窗口时间",
    )  # fmt: skip
    assert "HANDLE" not in {one.clock for one in load(fresh(case)).running(asof=date(2026, 6, 30))}
    receipt = Notice.objects.get(case_id=case.pk, kind="receipt")
    notices.give_notice(
        cast.load("ran", case), actor=cast.actor("ran"), notices=[notices.name_of(receipt)], way="in_person",
        proof="本人签收", told_on=date(2026, 5, 8), key=key(), when=on("2026-05-08"),
    )  # fmt: skip
    clock = next(one for one in load(fresh(case)).running() if one.clock == "REG_NOTICE")
    assert clock.stopped_on == date(2026, 5, 8)
