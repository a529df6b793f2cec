"""Withdrawal through the services: it waits, is looked into by another way, and ends at once where somebody is pressed."""

from __future__ import annotations

from datetime import date

import pytest

from lianxin.cases.history import load
from lianxin.cases.models import Case, Paper, Step, WorkItem
from lianxin.cases.policies import NotYours, may_read_pressure
from lianxin.cases.services import withdrawing
from lianxin.jobs import integrity
from lianxin.procedure.errors import GuardFailed, Refused
from tests.cast import Cast, key, on

DAY = "2026-06-01"
WORDS = "承办人说不撤回就不给办。"


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def ask(cast: Cast, case: Case, *, who: str = "", via: str = "online", day: str = DAY) -> Case:
    actor = cast.actor(who) if who else None
    return withdrawing.ask(load(fresh(case)), via=via, actor=actor, key=key(), when=on(day))


def withdraw(
    cast: Cast,
    case: Case,
    *,
    who: str = "",
    free: bool = True,
    contact: str = "phone",
    record: str = "电话里说是自己想撤回的。",
    day: str = "2026-06-05",
) -> Case:
    actor = cast.actor(who) if who else None
    return withdrawing.withdraw(
        load(fresh(case)), free=free, contact=contact, record=record, actor=actor, key=key(), when=on(day)
    )


def whole(case: Case) -> None:
    assert integrity.check(case.pk).faults == ()


@pytest.mark.parametrize("stage", ["registered", "referred", "accepted", "assigned", "served"])
def test_it_takes_effect_when_confirmed_after_the_waiting_time(cast: Cast, stage: str) -> None:
    case = getattr(cast, stage)()
    state = case.state
    asked = ask(cast, case)
    assert asked.state == state
    wish = withdrawing.wish_of(load(asked))
    assert wish is not None and wish.waits_until == date(2026, 6, 4)
    with pytest.raises(GuardFailed, match="2026-06-04"):
        withdraw(cast, case, day="2026-06-04")
    done = withdraw(cast, case)
    assert (done.state, done.offered_to) == ("withdrawn", None)
    assert not WorkItem.objects.filter(case_id=case.pk).exists()
    paper = Paper.objects.get(case_id=case.pk, kind="withdrawal_confirmation")
    assert "再次提出" in str(paper.content) and "2026-06-01" in str(paper.content)
    whole(done)


def test_without_a_wish_nothing_is_withdrawn(cast: Cast) -> None:
    case = cast.assigned()
    with pytest.raises(GuardFailed, match="先由信访人提出"):
        withdraw(cast, case)
    assert fresh(case).state == "handling"


def test_not_free_is_not_withdrawn(cast: Cast) -> None:
    case = cast.assigned()
    ask(cast, case)
    with pytest.raises(GuardFailed, match="自愿"):
        withdraw(cast, case, free=False)


def test_one_wish_at_a_time_and_it_can_be_taken_back(cast: Cast) -> None:
    case = cast.assigned()
    ask(cast, case)
    with pytest.raises(GuardFailed, match="已经有一份"):
        ask(cast, case)
    kept = withdrawing.keep(load(fresh(case)), contact="", actor=None, key=key(), when=on("2026-06-02"))
    assert (kept.state, withdrawing.wish_of(load(kept))) == ("handling", None)
    assert Step.objects.get(case_id=case.pk, event="keep_open").facts == {
        "contact": "online",
        "pressure": False,
    }
    with pytest.raises(GuardFailed):
        withdraw(cast, case)
    assert ask(cast, case, day="2026-06-03").state == "handling"
    whole(case)


def test_the_clocks_run_on_while_it_waits(cast: Cast) -> None:
    case = cast.assigned()
    before = WorkItem.objects.get(case_id=case.pk)
    ask(cast, case)
    after = WorkItem.objects.get(case_id=case.pk)
    assert (after.clock, after.legal_on) == (before.clock, before.legal_on) == ("HANDLE", date(2026, 7, 7))


def test_a_window_writes_down_a_wish(cast: Cast) -> None:
    case = cast.assigned()
    ask(cast, case, who="ran", via="window")
    step = Step.objects.get(case_id=case.pk, event="ask_to_withdraw")
    assert (step.role, step.staff_id, step.facts["via"]) == ("petitioner", cast.staff["ran"].pk, "window")


@pytest.mark.parametrize(
    ("who", "via"), [("han", "window"), ("wai", "window"), ("ran", "online"), ("ran", "dream")]
)
def test_not_everybody_writes_down_a_wish(cast: Cast, who: str, via: str) -> None:
    case = cast.assigned()
    with pytest.raises(Refused):
        ask(cast, case, who=who, via=via)
    assert not Step.objects.filter(case_id=case.pk, event="ask_to_withdraw").exists()


def test_an_officer_asks_by_another_contact_and_is_not_the_cases_own(cast: Cast) -> None:
    case = cast.assigned()
    ask(cast, case, who="ran", via="phone")
    with pytest.raises(NotYours):
        withdraw(cast, case, who="han", contact="visit")
    with pytest.raises(GuardFailed, match="换一种联系方式"):
        withdraw(cast, case, who="ran", contact="phone")
    with pytest.raises(GuardFailed, match="怎样回答"):
        withdraw(cast, case, who="ran", contact="visit", record=" ")
    done = withdraw(cast, case, who="ran", contact="visit")
    step = Step.objects.get(case_id=case.pk, event="withdraw")
    assert (done.state, step.facts) == (
        "withdrawn",
        {"free": True, "recorded": True, "contact": "visit", "papers": step.facts["papers"]},
    )
    assert "上门核实" in str(Paper.objects.get(case_id=case.pk, kind="withdrawal_confirmation").content)
    whole(done)


def test_the_officer_of_the_case_does_not_confirm_even_from_the_window(cast: Cast) -> None:
    case = cast.assigned()
    ask(cast, case)
    Case.objects.filter(pk=case.pk).update(officer=cast.staff["ran"])
    with pytest.raises(NotYours, match="承办人"):
        withdraw(cast, case, who="ran", contact="visit")


def test_an_officer_keeps_the_case_open_with_what_was_said(cast: Cast) -> None:
    case = cast.assigned()
    ask(cast, case)
    with pytest.raises(GuardFailed, match="怎样联系"):
        withdrawing.keep(load(fresh(case)), contact=" ", actor=cast.actor("fen"), key=key(), when=on(DAY))
    kept = withdrawing.keep(
        load(fresh(case)),
        contact="打电话核实，还想继续办。",
        actor=cast.actor("fen"),
        key=key(),
        when=on(DAY),
    )
    assert withdrawing.wish_of(load(kept)) is None
    whole(kept)


@pytest.mark.parametrize("waiting", [True, False])
def test_a_word_of_pressure_ends_it_at_once(cast: Cast, waiting: bool) -> None:
    case = cast.assigned()
    if waiting:
        ask(cast, case)
    same = key()
    for _ in range(2):
        done = withdrawing.pressed(load(fresh(case)), words=WORDS, key=same, when=on("2026-06-02"))
    step = Step.objects.get(case_id=case.pk, event="keep_open")
    assert (done.state, step.facts) == ("handling", {"contact": WORDS, "pressure": True})
    assert withdrawing.wish_of(load(done)) is None
    assert step.note == ""
    with pytest.raises(GuardFailed):
        withdraw(cast, case, day="2026-06-20")
    whole(done)


def test_what_was_said_of_pressure_is_for_supervisors_above(cast: Cast) -> None:
    case = cast.assigned()
    readers = {name for name in cast.staff if may_read_pressure(cast.actor(name), case)}
    assert "dao" in readers
    assert not readers & {"ran", "fen", "han", "tou", "shi", "fu", "wai"}


def test_a_report_is_not_withdrawn(cast: Cast) -> None:
    case = cast.registered()
    Case.objects.filter(pk=case.pk).update(kind="report")
    with pytest.raises(GuardFailed, match="检举控告"):
        ask(cast, case)
    with pytest.raises(GuardFailed, match="检举控告"):
        withdrawing.pressed(load(fresh(case)), words=WORDS, key=key(), when=on(DAY))
