"""Promises with dates: entered with the answer, kept with a proof, broken by the calendar, and back into handling."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.history import Loaded
from lianxin.cases.models import Case, Notice, Paper, Promise, Step, Wall, WorkItem
from lianxin.cases.policies import NotYours
from lianxin.cases.services import evaluation, handling, mediation, promises, reviewing, serving, stages
from lianxin.jobs import integrity, sweeps
from lianxin.jobs import promises as job
from lianxin.procedure.errors import GuardFailed, Stale, WrongRole
from tests.cast import XIN, Cast, key, on


def closed(cast: Cast) -> Case:
    """Return a case whose window is over; its promise falls due on 2026-07-01."""
    case = cast.served()
    return serving.lapse(cast.load_public(case), when=on("2026-06-30"))


def kept(cast: Cast, case: Case, *, day: str = "2026-06-20", who: str = "han", **changes: object) -> Case:
    given = {"seq": 1, "kept_on": date.fromisoformat(day), "evidence": "银行代发流水", **changes}
    return promises.keep(
        cast.load(who, case),
        actor=cast.actor(who),
        key=key(),
        when=on(day),
        **given,  # type: ignore[arg-type]
    )


def only(case: Case) -> Promise:
    return Promise.objects.get(case_id=case.pk)


def test_a_signed_opinion_enters_its_promises(cast: Cast) -> None:
    case = cast.drafted()
    assert not Promise.objects.exists()
    case = handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-05-25"))
    promise = only(case)
    assert (promise.organ.code, promise.what, promise.due_on) == (
        "anzhou",
        "补发八月以来低保金",
        date(2026, 7, 1),
    )
    assert (promise.state, promise.said, promise.claim, promise.step) == ("open", "", 1, case.steps)


def test_a_settlement_enters_its_duties(cast: Cast) -> None:
    case = cast.assigned()
    case = mediation.agree_settlement(
        cast.load("tiao", case),
        actor=cast.actor("tiao"),
        consents=mediation.Consents(
            other_party="某养老院（虚构）", petitioner=True, other=True, how="当面表示同意"
        ),
        duties=[mediation.Duty("退还押金", date(2026, 6, 10)), mediation.Duty("书面道歉", date(2026, 6, 20))],
        signatures="双方签字",
        signed=True,
        lawful=True,
        within_discretion=True,
        approver=cast.staff["shen"],
        key=key(),
        when=on("2026-05-20"),
    )
    assert [one.what for one in promises.of_case(case.pk)] == ["退还押金", "书面道歉"]
    assert job.sweep(when=on("2026-06-10")) == 0
    assert job.sweep(when=on("2026-06-11")) == 1
    case.refresh_from_db()
    assert case.state == "handling" and case.officer == cast.staff["han"]


def test_a_promise_that_is_kept_never_reopens(cast: Cast) -> None:
    case = kept(cast, cast.served())
    assert only(case).state == "kept" and case.state == "served"
    assert sweeps.sweep(when=on("2026-07-02")).broken == 0
    assert Case.objects.get(pk=case.pk).state == "closed_lapsed"


def test_a_broken_promise_puts_an_ended_case_back_into_handling(cast: Cast) -> None:
    case = closed(cast)
    assert not WorkItem.objects.filter(case_id=case.pk).exists()
    assert job.sweep(when=on("2026-07-01")) == 0, "the day itself is still the organ's"
    assert job.sweep(when=on("2026-07-02")) == 1
    case.refresh_from_db()
    step = Step.objects.get(case_id=case.pk, seq=case.steps)
    assert (step.event, step.rule, step.role, step.staff_id) == ("promise_broken", "U35", "system", None)
    assert (case.state, case.holder.code, case.officer) == ("handling", "anzhou", cast.staff["han"])
    promise = only(case)
    assert (promise.state, promise.broken_step, promise.reopened_step) == ("broken", case.steps, case.steps)
    item = WorkItem.objects.get(case_id=case.pk)
    assert (item.organ.code, item.clock, item.turn) == ("anzhou", "HANDLE", "act")
    assert Notice.objects.get(case_id=case.pk, seq=case.steps).kind == "promise_notice"
    assert "补发八月以来低保金" in str(Paper.objects.get(case_id=case.pk, kind="promise_notice").content)
    assert not integrity.check(case.pk).faults


def test_the_sweep_may_be_stopped_and_run_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [closed(cast) for _ in range(3)]
    real, calls = promises.break_it, []

    def crash(*given: object, **more: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(promises, "break_it", crash)
    with pytest.raises(KeyboardInterrupt):
        job.sweep(when=on("2026-07-02"))
    monkeypatch.setattr(promises, "break_it", real)
    assert job.sweep(when=on("2026-07-02")) == 2
    assert job.sweep(when=on("2026-07-02")) == job.sweep(when=on("2026-07-09")) == 0
    events = Step.objects.filter(event="promise_broken")
    assert sorted(events.values_list("case_id", flat=True)) == sorted(case.pk for case in cases)


def test_two_sweeps_at_once_write_one_step(cast: Cast) -> None:
    case = closed(cast)
    promise, first, second = only(case), cast.load_public(case), cast.load_public(case)
    assert promises.break_it(first, promise, when=on("2026-07-02")) is not None
    found = promises.break_it(second, promise, when=on("2026-07-02"))
    assert found is not None and found.state == "handling"
    assert Step.objects.filter(case_id=case.pk, event="promise_broken").count() == 1


def test_the_right_to_ask_for_review_is_not_lost(cast: Cast) -> None:
    """While the petitioner's window is open the case stays; it is handled again when the window has closed it."""
    case = cast.issued()
    case = serving.serve(
        cast.load("ran", case), actor=cast.actor("ran"), method="in_person", served_on=date(2026, 6, 25),
        proof="本人签收", receiver="", refused=False, witness="", key=key(), when=on("2026-06-25"),
    )  # fmt: skip
    assert job.sweep(when=on("2026-07-02")) == 1
    case.refresh_from_db()
    assert case.state == "served" and Step.objects.get(case_id=case.pk, seq=case.steps).rule == "U36"
    assert (only(case).state, only(case).reopened_step) == ("broken", None)
    assert job.sweep(when=on("2026-07-03")) == 0
    assert sweeps.sweep(when=on("2026-07-28")).broken == 1
    case.refresh_from_db()
    assert case.state == "handling" and only(case).reopened_step == case.steps


def test_kept_late_ends_the_clock_and_nothing_is_reopened(cast: Cast) -> None:
    case = cast.under_review(day="2026-06-12")
    assert job.sweep(when=on("2026-07-02")) == 1
    case.refresh_from_db()
    running = {one.clock: one.stopped_on for one in cast.load("han", case).running()}
    assert case.state == "reviewing" and running["CARRY_OUT"] is None
    case = kept(cast, case, day="2026-07-03")
    running = {one.clock: one.stopped_on for one in cast.load("han", case).running()}
    assert running["CARRY_OUT"] == date(2026, 7, 3) and only(case).state == "kept"
    assert only(case).broken_step is not None, "that it was late stays on record"


def test_what_the_petitioner_says_is_a_fact_of_its_own(cast: Cast) -> None:
    case = serving.lapse(cast.load_public(kept(cast, cast.served())), when=on("2026-06-30"))
    case = promises.say(cast.load_public(case), seq=1, done=False, key=key(), when=on("2026-07-05"))
    assert (only(case).state, only(case).said) == ("kept", "undone")
    assert job.sweep(when=on("2026-07-06")) == 1
    case.refresh_from_db()
    assert case.state == "handling" and only(case).state == "broken"


def test_the_evaluation_speaks_of_promises_that_are_due(cast: Cast) -> None:
    case = kept(cast, cast.served())
    case = serving.lapse(cast.load_public(case), when=on("2026-06-30"))
    opinion = evaluation.Opinion(True, True, False, "satisfied", "satisfied")
    case = evaluation.evaluate(cast.load_public(case), opinion=opinion, key=key(), when=on("2026-07-03"))
    assert only(case).said == "undone"
    assert job.sweep(when=on("2026-07-03")) == 1
    assert Case.objects.get(pk=case.pk).state == "handling"


def test_a_new_answer_replaces_the_promises_of_the_old_one(cast: Cast) -> None:
    case = closed(cast)
    job.sweep(when=on("2026-07-02"))
    finding = handling.Finding(
        1,
        "补发到账时间晚于承诺。",
        "support",
        "已经补发。",
        "社会救助暂行办法 第十二条",
        "补发利息",
        date(2026, 8, 1),
    )
    case = handling.draft_opinion(
        cast.load("han", case), actor=cast.actor("han"), findings=[finding], heard=True, verified=True, key=key(),
        when=on("2026-07-06"),
    )  # fmt: skip
    case = handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-07-07"))
    assert [(one.what, one.state) for one in Promise.objects.order_by("seq")] == [
        ("补发八月以来低保金", "replaced"),
        ("补发利息", "open"),
    ]
    assert job.sweep(when=on("2026-07-08")) == 0


def test_a_promise_of_an_opinion_that_a_review_sent_back_is_not_broken(cast: Cast) -> None:
    case = cast.under_review()
    case = reviewing.remand(
        cast.load("fu", case), stages.REVIEW, actor=cast.actor("fu"),
        found=stages.Found("补发数额没有核实。", "应当重新计算。", "remand", "重新计算补发数额。"), due_on=date(2026, 7, 20),
        approver=cast.staff["shi"], key=key(), when=on("2026-06-20"),
    )  # fmt: skip
    assert case.state == "handling" and job.sweep(when=on("2026-07-02")) == 0


def test_a_proof_needs_a_day_a_paper_and_no_name(cast: Cast) -> None:
    case = cast.served()
    with pytest.raises(GuardFailed, match="落实的日期"):
        kept(cast, case, kept_on=date(2026, 6, 21))
    with pytest.raises(GuardFailed, match="落实的凭据"):
        kept(cast, case, evidence=" ")
    with pytest.raises(GuardFailed, match="姓名"):
        kept(cast, case, evidence=f"{XIN['name']}签收")
    with pytest.raises(GuardFailed, match="没有等待落实"):
        kept(cast, case, seq=2)
    assert only(case).state == "open"


def test_only_the_organ_that_promised_says_that_it_was_kept(cast: Cast) -> None:
    case = cast.under_review()
    with pytest.raises(NotYours):
        kept(cast, case, who="fu")
    with pytest.raises(WrongRole):
        kept(cast, cast.served(), who="shen")


def test_of_two_who_record_at_once_the_second_is_told(cast: Cast) -> None:
    case = cast.served()
    first, second = cast.load("han", case), cast.load("tou", case)
    for loaded, who, fails in ((first, "han", False), (second, "tou", True)):
        given = {
            "seq": 1,
            "kept_on": date(2026, 6, 20),
            "evidence": "流水",
            "key": key(),
            "when": on("2026-06-20"),
        }
        if fails:
            with pytest.raises((Stale, GuardFailed)):
                promises.keep(loaded, actor=cast.actor(who), **given)  # type: ignore[arg-type]
        else:
            promises.keep(loaded, actor=cast.actor(who), **given)  # type: ignore[arg-type]


def served_late(cast: Cast) -> Case:
    """Return a case answered on 2026-06-25, so that the window for review is open when its promise falls due."""
    case = cast.issued()
    return serving.serve(
        cast.load("ran", case), actor=cast.actor("ran"), method="in_person", served_on=date(2026, 6, 25),
        proof="本人签收", receiver="", refused=False, witness="", key=key(), when=on("2026-06-25"),
    )  # fmt: skip


def test_a_proof_that_comes_in_while_the_sweep_runs_is_seen(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, real, calls = closed(cast), promises.of_case, []

    def meanwhile(case_id: int) -> list[Promise]:
        rows = real(case_id)
        calls.append(case_id)
        if len(calls) == 1:
            kept(cast, case, day="2026-07-02")
        return rows

    monkeypatch.setattr(promises, "of_case", meanwhile)
    assert job.sweep(when=on("2026-07-02")) == 0
    assert only(case).state == "kept" and Case.objects.get(pk=case.pk).state == "closed_lapsed"


def test_a_proof_given_late_and_denied_has_the_case_handled_again(cast: Cast) -> None:
    case = served_late(cast)
    assert job.sweep(when=on("2026-07-02")) == 1
    case = kept(cast, Case.objects.get(pk=case.pk), day="2026-07-03")
    promises.say(cast.load_public(case), seq=1, done=False, key=key(), when=on("2026-07-05"))
    assert job.sweep(when=on("2026-07-06")) == 0, "the window for review is still open"
    assert sweeps.sweep(when=on("2026-08-01")).broken == 1
    assert Case.objects.get(pk=case.pk).state == "handling" and only(case).state == "broken"
    assert job.sweep(when=on("2026-08-02")) == 0


def test_a_promise_denied_after_its_proof_takes_a_proof_again(cast: Cast) -> None:
    case = kept(cast, served_late(cast), day="2026-06-28")
    promises.say(cast.load_public(case), seq=1, done=False, key=key(), when=on("2026-07-02"))
    assert job.sweep(when=on("2026-07-02")) == 1
    case = kept(cast, Case.objects.get(pk=case.pk), day="2026-07-03")
    running = {one.clock: one.stopped_on for one in cast.load("han", case).running()}
    assert only(case).state == "kept" and running["CARRY_OUT"] == date(2026, 7, 3)


def test_who_has_stood_back_does_not_get_it_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = closed(cast)
    monkeypatch.setattr(Loaded, "stood_back", lambda self: frozenset({cast.staff["han"].pk}))
    assert job.sweep(when=on("2026-07-02")) == 1
    assert Case.objects.get(pk=case.pk).officer == cast.staff["tou"]


def test_what_the_petitioner_says_was_carried_out_is_not_broken(cast: Cast) -> None:
    case = closed(cast)
    case = promises.say(cast.load_public(case), seq=1, done=True, key=key(), when=on("2026-07-01"))
    assert job.sweep(when=on("2026-07-02")) == 0 and only(case).state == "open"
    promises.say(cast.load_public(case), seq=1, done=False, key=key(), when=on("2026-07-09"))
    assert job.sweep(when=on("2026-07-10")) == 1


def test_a_case_whose_officer_is_behind_a_wall_goes_to_a_head(cast: Cast) -> None:
    case = closed(cast)
    Case.objects.filter(pk=case.pk).update(officer=cast.staff["han"])
    Wall.objects.create(case_id=case.pk, seq=1, staff=cast.staff["han"], raised_step=case.steps)
    assert job.sweep(when=on("2026-07-02")) == 1
    assert Case.objects.get(pk=case.pk).officer == cast.staff["tou"]
