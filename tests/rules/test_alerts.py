"""Alerts: which grade is due on which day, for whom, once; and what the loader refuses."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.procedure.acts import Act, Snapshot
from lianxin.procedure.alerts import Alert, alerts
from lianxin.procedure.book import FOLDER, load_book, profiles, read_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.catalogue import AlertRule
from lianxin.procedure.clock import Running, clocks, deadline
from lianxin.procedure.errors import RulebookError

BOOK = load_book("national_2022")
CALENDAR = load_calendar()
START = date(2026, 3, 9)
ONE = timedelta(days=1)
RECEIVED = Act("submit", "received", START, "1")
REGISTERED = Act("register", "registered", START, "1")
ACCEPTED = Act("accept", "accepted", START, "1")
ASSIGNED = Act("assign", "handling", START, "1")
OPEN = (RECEIVED, REGISTERED, ACCEPTED, ASSIGNED)


def case(acts: Sequence[Act], *, state: str = "") -> Snapshot:
    return Snapshot(state or acts[-1].state, acts[0].on, "online", "claim", "31.6", tuple(acts), "1")


def due(
    acts: Sequence[Act],
    on: date,
    *,
    running: Sequence[Running] | None = None,
    state: str = "",
    has_officer: bool = True,
    at_top: bool = False,
) -> tuple[Alert, ...]:
    return alerts(
        BOOK,
        case(acts, state=state),
        running=clocks(BOOK, acts, calendar=CALENDAR) if running is None else running,
        on=on,
        calendar=CALENDAR,
        has_officer=has_officer,
        at_top=at_top,
    )


def marks(found: Sequence[Alert]) -> list[str]:
    return [one.mark for one in found]


HANDLE = deadline(BOOK, "HANDLE", START, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("on", "rules"),
    [
        (START + timedelta(days=29), []),
        (START + timedelta(days=30), ["reminder"]),
        (HANDLE.warn - ONE, ["reminder"]),
        (HANDLE.warn, ["warning", "reminder"]),
        (HANDLE.legal, ["warning", "reminder"]),
        (HANDLE.legal + ONE, ["overdue", "warning", "reminder"]),
    ],
)
def test_the_grades_of_one_clock_come_on_their_days(on: date, rules: list[str]) -> None:
    found = due(OPEN, on)
    assert [one.rule for one in found] == rules
    assert all(one.clock == "HANDLE" and one.started_on == START for one in found)
    assert marks(found) == [f"{rule} HANDLE 2026-03-09" for rule in rules]


def test_each_alert_names_its_day_and_its_readers() -> None:
    found = {one.rule: (one.due_on, one.to) for one in due(OPEN, HANDLE.legal + timedelta(days=9))}
    assert found == {
        "reminder": (HANDLE.half, ("handler",)),
        "warning": (HANDLE.warn, ("handler", "head")),
        "overdue": (HANDLE.legal + ONE, ("head", "upper")),
    }


@pytest.mark.parametrize(
    ("act", "reminded"),
    [
        (Act("hold_hearing", "handling", START + ONE, "1"), False),
        (Act("hold_hearing", "handling", START, "1"), True),
        (Act("note", "handling", START + ONE, "1"), True),
        (Act("supervise", "handling", START + ONE, "2"), True),
        (Act("evaluate", "handling", START + ONE, "1"), True),
    ],
)
def test_a_step_of_the_organ_after_the_start_day_spares_it_the_reminder(act: Act, reminded: bool) -> None:
    rules = [one.rule for one in due((*OPEN, act), START + timedelta(days=31))]
    assert ("reminder" in rules) is reminded


def test_a_letter_entered_late_is_no_step_on_its_own_clock() -> None:
    late = Act("record_offline", "received", START + timedelta(days=3), "1", {"received_on": str(START)})
    found = due([late], START + timedelta(days=8))
    assert marks(found) == ["reminder REG_NOTICE 2026-03-09"]
    registered = Act("register", "registered", START + timedelta(days=4), "1")
    assert not due([late, registered], START + timedelta(days=8))


def test_only_running_clocks_that_organs_owe_give_alerts() -> None:
    served = (
        *OPEN,
        Act("sign_opinion", "issued", START + ONE, "1"),
        Act("serve", "served", START + ONE, "1"),
    )
    running = clocks(BOOK, served, calendar=CALENDAR)
    assert {one.clock for one in running if one.stopped_on is None} == {"REVIEW_WIN"}
    assert not due(served, date(2027, 3, 1))
    late = (*OPEN, Act("sign_opinion", "issued", HANDLE.legal + timedelta(days=9), "1"))
    assert not due(late, HANDLE.legal + timedelta(days=10))


SECOND = (*OPEN, Act("supervise", "handling", START, "2", {"due_on": "2026-06-30"}))
ASSIGNED_REPORT = date(2026, 6, 30)


def test_a_second_overdue_clock_is_listed_and_the_first_is_not() -> None:
    assert "listed" not in [one.rule for one in due(SECOND, ASSIGNED_REPORT)]
    listed = [one for one in due(SECOND, ASSIGNED_REPORT + ONE) if one.rule == "listed"]
    assert marks(listed) == ["listed ASSIGNED_REPORT 2026-03-09"]
    assert listed[0].to == ("top",) and listed[0].due_on == ASSIGNED_REPORT + ONE


def test_a_clock_that_stopped_too_late_counts_as_the_first() -> None:
    for stopped_on, listed in ((HANDLE.legal, False), (HANDLE.legal + ONE, True)):
        acts = (*SECOND, Act("sign_opinion", "issued", stopped_on, "1"))
        found = due(acts, ASSIGNED_REPORT + ONE)
        assert ("listed ASSIGNED_REPORT 2026-03-09" in marks(found)) is listed


def test_a_clock_stopped_too_late_counts_even_if_it_was_missed_later() -> None:
    report = Act("report", "handling", date(2026, 7, 5), "1", {"stops": ["ASSIGNED_REPORT"]})
    (listed,) = [one for one in due((*SECOND, report), date(2026, 7, 5)) if one.rule == "listed"]
    assert (listed.mark, listed.due_on) == ("listed HANDLE 2026-03-09", ASSIGNED_REPORT + ONE)


def test_no_warning_lies_before_its_clock() -> None:
    saturday = date(2026, 3, 14)
    acts = (*OPEN, Act("supervise", "handling", saturday, "2", {"due_on": saturday}))
    (warning,) = [one for one in due(acts, saturday) if one.rule == "warning"]
    assert (warning.clock, warning.due_on) == ("ASSIGNED_REPORT", saturday)


def test_what_the_petitioner_let_pass_does_not_count() -> None:
    window = Running("REVIEW_WIN", START, None, deadline(BOOK, "REVIEW_WIN", START, calendar=CALENDAR))
    running = (window, *clocks(BOOK, OPEN, calendar=CALENDAR))
    assert "listed" not in [one.rule for one in due(OPEN, date(2026, 12, 1), running=running)]


def test_at_the_top_the_own_head_is_told_and_nothing_is_skipped() -> None:
    below, top = (due(SECOND, date(2026, 9, 1), at_top=at_top) for at_top in (False, True))
    assert marks(below) == marks(top)
    assert {one.rule: one.to for one in top} == {
        "listed": ("head",),
        "overdue": ("head",),
        "warning": ("handler", "head"),
        "reminder": ("handler",),
    }


def test_where_nobody_is_responsible_the_head_is_told() -> None:
    found = due(OPEN, date(2026, 9, 1), has_officer=False)
    assert all(one.to and "handler" not in one.to for one in found)


@pytest.mark.parametrize(
    ("received", "day"), [(date(2026, 3, 9), date(2026, 3, 12)), (date(2026, 2, 13), date(2026, 2, 25))]
)
def test_a_case_nobody_has_is_told_after_three_working_days(received: date, day: date) -> None:
    acts = [replace(RECEIVED, on=received)]
    nobody = f"nobody {received}"
    assert nobody not in marks(due(acts, day - ONE, has_officer=False))
    (found,) = [one for one in due(acts, day, has_officer=False) if one.rule == "nobody"]
    assert (found.mark, found.due_on, found.clock, found.started_on) == (nobody, day, "", None)
    assert nobody not in marks(due(acts, day, has_officer=True))
    assert nobody not in marks(due(acts, day, has_officer=False, state="withdrawn"))


def test_two_objections_are_told_once() -> None:
    back = [
        Act(event, state, START + timedelta(days=n), "1")
        for n, (event, state) in enumerate(
            [("refer_down", "referred"), ("object", "objected"), ("agree_objection", "registered")] * 3
        )
    ]
    opening = [RECEIVED, REGISTERED]
    assert not [one for one in due([*opening, *back[:5]], date(2026, 4, 1)) if one.rule == "bounced"]
    for acts in (back[:6], back):
        found = [one for one in due([*opening, *acts], date(2026, 4, 1)) if one.rule == "bounced"]
        assert [(one.mark, one.due_on) for one in found] == [("bounced 2026-03-14", date(2026, 3, 14))]
    assert not [
        one for one in due([*opening, *back], date(2026, 4, 1), state="merged") if one.rule == "bounced"
    ]


def test_two_supervisions_on_one_day_have_an_alert_each() -> None:
    other = Act("supervise", "handling", START, "3", {"due_on": "2026-06-29"})
    both = due((*SECOND, other), ASSIGNED_REPORT + ONE)
    found = [one.mark for one in both if one.rule == "overdue" and one.clock == "ASSIGNED_REPORT"]
    assert sorted(found) == ["overdue ASSIGNED_REPORT 2026-03-09", "overdue ASSIGNED_REPORT 2026-03-09 #2"]
    alone = due(SECOND, ASSIGNED_REPORT + ONE)
    assert found[0] in marks(alone) or found[1] in marks(alone), "the first keeps the mark it had"


def test_a_closed_case_alerts_only_about_what_outlives_it() -> None:
    found = due(SECOND, date(2026, 9, 1), state="withdrawn")
    assert {one.clock for one in found} == {"ASSIGNED_REPORT"}


def test_a_lengthened_clock_warns_anew() -> None:
    extended = (*OPEN, Act("extend", "handling", HANDLE.warn, "1", {"extension_days": 30}))
    longer = deadline(BOOK, "HANDLE", START, calendar=CALENDAR, extension_days=30)
    assert not due(extended, longer.warn - ONE)
    assert marks(due(extended, longer.warn)) == ["warning HANDLE 2026-03-09 +30"]


def test_cases_nobody_has_then_sent_back_then_the_top_come_first() -> None:
    objected = [Act("agree_objection", "registered", START, "1")] * 2
    acts = [RECEIVED, REGISTERED, *objected]
    below = due(acts, date(2026, 9, 1), has_officer=False)
    top = due(acts, date(2026, 9, 1), has_officer=False, at_top=True)
    assert [one.rule for one in below[:2]] == ["nobody", "bounced"]
    first = max(one.order for one in below[:2])
    assert first < min(one.order for one in top[2:])
    assert max(one.order for one in top) < min(one.order for one in below[2:])


EVENTS = [
    ("register", "registered"), ("refer_down", "referred"), ("object", "objected"), ("agree_objection", "registered"),
    ("accept", "accepted"), ("assign", "handling"), ("extend", "handling"), ("supervise", "handling"),
    ("sign_opinion", "issued"), ("serve", "served"), ("request_review", "review_requested"), ("note", "handling"),
]  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Act]:
    """Return acts in order of days; not every one leads on from the one before, nothing here needs it."""
    day = draw(st.dates(date(2023, 1, 1), date(2026, 12, 31)))
    acts = [replace(RECEIVED, on=day)]
    for event, state in draw(st.lists(st.sampled_from(EVENTS), max_size=9)):
        day += timedelta(days=draw(st.integers(0, 50)))
        facts: dict[str, object] = {"extension_days": 30} if event == "extend" else {}
        if event == "supervise":
            facts = {"due_on": day + timedelta(days=draw(st.integers(0, 20)))}
        acts.append(Act(event, state, day, "1", facts))
    return acts


@settings(max_examples=300, deadline=None)
@given(histories(), st.integers(0, 200), st.integers(0, 200), st.booleans(), st.booleans())
def test_waiting_only_adds_alerts_and_each_mark_is_there_once(
    acts: list[Act], wait: int, longer: int, has_officer: bool, at_top: bool
) -> None:
    on = acts[-1].on + timedelta(days=wait)
    later = on + timedelta(days=longer)
    early, late = (
        due(
            acts,
            day,
            running=clocks(BOOK, acts, calendar=CALENDAR, asof=day),
            has_officer=has_officer,
            at_top=at_top,
        )
        for day in (on, later)
    )
    assert set(early) <= set(late)
    for found, day in ((early, on), (late, later)):
        assert len(set(marks(found))) == len(found)
        assert list(found) == sorted(found, key=lambda one: one.order)
        assert all(one.to and one.due_on <= day for one in found)
        if at_top:
            assert all({"upper", "top"}.isdisjoint(one.to) for one in found)
    assert all(one.due_on > on for one in set(late) - set(early))


def bare(rule: AlertRule) -> AlertRule:
    return replace(rule, basis="", place="")


def test_every_book_has_the_same_alerts_on_its_own_basis() -> None:
    for name in ("national_2005", *profiles()):
        found = load_book(name).alerts
        assert list(found) == list(BOOK.alerts)
        assert all(one.basis.startswith("信访条例 ") for one in found.values())
        assert all(bare(one) == bare(BOOK.alerts[one.id]) for one in found.values())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('when     = "half"', 'when = "third"', "alert 'reminder': 'when' is 'third'; known"),
        ('when     = "half"', 'when = "half"\ncolour = "blue"', "alert 'reminder': unknown key(s) ['colour']"),
        ("after    = 3\n", "", "alert 'nobody': 'after' 0 does not fit"),
        ('when     = "half"', 'when = "half"\nafter = 3', "alert 'reminder': 'after' 3 does not fit"),
        ('to       = ["top"]', 'to = ["boss"]', "alert 'listed': 'to' is ['boss']; known"),
        ('to       = ["top"]', "to = []", "alert 'listed': 'to' is []"),
        ('to       = ["top"]', 'to = ["top", "top"]', "alert 'listed': 'to' is ['top', 'top']"),
        ('tag      = "P"\norder    = 5', "order = 5", "alert 'listed': key 'tag' is missing"),
        ('basis    = "信访工作条例 第三十九条、第四十条第一款"\n', "", "alert 'listed': key 'basis' is missing"),
        ("order    = 5\n", "order = 4\n", "alert 'listed': 'order' 4 must be above 4"),
        ("order    = 5\n", "", "alert 'listed': key 'order' is missing"),
        ('label    = "挂牌督办"', 'label = ""', "alert 'listed': 'label' is empty"),
        ('id       = "listed"', 'id = "overdue"', "alert 'overdue' is written twice"),
    ],
)  # fmt: skip
def test_the_loader_refuses(tmp_path: Path, old: str, new: str, told: str) -> None:
    root = tmp_path / "rulebooks"
    shutil.copytree(FOLDER, root)
    path = root / "national/2022/alerts.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulebookError, match=r"national/2022/alerts\.toml") as refused:
        read_book("national_2022", root=root)
    assert told in str(refused.value)


def test_a_case_that_loses_its_officer_again_is_told_again() -> None:
    back = Act("recuse", "accepted", date(2026, 4, 1), "1")
    found = [one for one in due([*OPEN, back], date(2026, 4, 10), has_officer=False) if one.rule == "nobody"]
    assert [one.mark for one in found] == ["nobody 2026-04-01"]


def test_a_case_that_waits_for_its_petitioner_needs_nobody() -> None:
    served = [*OPEN, Act("sign_opinion", "issued", START, "1"), Act("serve", "served", START, "1")]
    assert not [one for one in due(served, date(2026, 4, 1), has_officer=False) if one.rule == "nobody"]


def test_an_urgent_report_is_told_for_ten_working_days_and_first() -> None:
    acts = [*OPEN, Act("urgent_report", "handling", START, "1")]
    first = due(acts, START)[0]
    assert (first.rule, first.to, first.due_on) == ("urgent", ("head", "upper"), START)
    assert "urgent" in {one.rule for one in due(acts, CALENDAR.add_working(START, 10))}
    assert "urgent" not in {one.rule for one in due(acts, CALENDAR.add_working(START, 11))}


def test_only_a_withdrawal_under_pressure_is_told_upward() -> None:
    for pressure in (True, False):
        acts = [*OPEN, Act("keep_open", "handling", START, "1", {"contact": "x", "pressure": pressure})]
        assert ("pressed" in {one.rule for one in due(acts, START)}) is pressure
