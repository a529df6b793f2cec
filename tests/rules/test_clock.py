"""Days are counted right for all dates at once, and every explanation adds up."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.procedure.book import load_book, profiles
from lianxin.procedure.calendar import Calendar, load_calendar
from lianxin.procedure.clock import Running, clocks, deadline, nearest, overdue
from lianxin.procedure.engine import Act
from lianxin.procedure.errors import BadDate, RulebookError

BOOK = load_book("national_2022")
ABA = load_book("aba_prefecture")
CALENDAR = load_calendar()
ONE = timedelta(days=1)
days = st.dates(date(2004, 1, 1), date(2030, 12, 31))
counted = st.sampled_from([c.id for c in BOOK.clocks.values() if c.unit in ("CD", "WD", "M")])
spans = st.lists(
    st.tuples(
        st.integers(-10, 80), st.integers(0, 40), st.sampled_from(["hearing", "appraisal", "inspection"])
    ),
    max_size=4,
)


def between(start: date, end: date) -> list[date]:
    return [start + timedelta(days=i) for i in range(1, (end - start).days + 1)]


@settings(max_examples=200, deadline=None)
@given(days, st.integers(1, 90))
def test_exactly_n_working_days_pass(start: date, n: int) -> None:
    end = CALENDAR.add_working(start, n)
    passed = between(start, end)
    assert sum(map(CALENDAR.is_working, passed)) == n == CALENDAR.working_between(start, end)
    assert CALENDAR.is_working(end)


@settings(max_examples=200, deadline=None)
@given(days)
def test_the_next_working_day_is_the_first_one(day: date) -> None:
    later, earlier = CALENDAR.next_working(day), CALENDAR.previous_working(day)
    assert CALENDAR.is_working(later) and CALENDAR.is_working(earlier)
    assert not any(CALENDAR.is_working(one) for one in between(earlier, later - ONE))


@settings(max_examples=300, deadline=None)
@given(days, counted, st.integers(0, 30), spans)
def test_the_explanation_adds_up(
    start: date, clock: str, extension: int, periods: list[tuple[int, int, str]]
) -> None:
    excluded = [
        (start + timedelta(days=a), start + timedelta(days=a + length), kind) for a, length, kind in periods
    ]
    for book in (BOOK, ABA):
        if clock not in book.clocks:
            continue
        found = deadline(book, clock, start, calendar=CALENDAR, extension_days=extension, excluded=excluded)
        assert sum(line.days for line in found.lines) == (found.legal - start).days
        moving = [line for line in found.lines if line.days]
        assert moving[0].from_on == start + ONE and moving[-1].to_on == found.legal
        assert all(a.to_on + ONE == b.from_on for a, b in pairwise(moving))
        assert all(line.days == (line.to_on - line.from_on).days + 1 for line in moving)
        assert found.lines[-1].text.endswith(found.article)


@settings(max_examples=300, deadline=None)
@given(days, counted, st.integers(0, 29))
def test_later_starts_and_longer_extensions_never_end_earlier(
    start: date, clock: str, extension: int
) -> None:
    first = deadline(BOOK, clock, start, calendar=CALENDAR, extension_days=extension)
    later = deadline(BOOK, clock, start + ONE, calendar=CALENDAR, extension_days=extension)
    longer = deadline(BOOK, clock, start, calendar=CALENDAR, extension_days=extension + 1)
    assert first.nominal <= later.nominal and first.legal <= later.legal and first.warn <= later.warn
    assert first.legal <= longer.legal
    assert first.warn <= first.nominal <= first.legal
    assert CALENDAR.is_working(first.legal) and CALENDAR.is_working(first.warn)


@settings(max_examples=200, deadline=None)
@given(days, spans)
def test_excluded_days_are_added_and_capped(start: date, periods: list[tuple[int, int, str]]) -> None:
    excluded = [
        (start + timedelta(days=a), start + timedelta(days=a + length), kind) for a, length, kind in periods
    ]
    plain = deadline(BOOK, "RECHECK", start, calendar=CALENDAR)
    longer = deadline(BOOK, "RECHECK", start, calendar=CALENDAR, excluded=excluded)
    assert 0 <= (longer.nominal - plain.nominal).days <= BOOK.clocks["RECHECK"].exclusion_cap
    hearing = {
        day
        for first, last, kind in excluded
        if kind == "hearing"
        for day in between(first - ONE, last)
        if start < day <= longer.nominal
    }
    assert (longer.nominal - plain.nominal).days <= len(hearing)
    assert deadline(BOOK, "HANDLE", start, calendar=CALENDAR, excluded=excluded) == deadline(
        BOOK, "HANDLE", start, calendar=CALENDAR, excluded=[(start, start)]
    )


def test_the_fast_way_and_the_slow_way_agree() -> None:
    day = date(2012, 1, 1)
    while day < date(2028, 1, 1):
        fast = deadline(BOOK, "RECHECK", day, calendar=CALENDAR)
        slow = deadline(BOOK, "RECHECK", day, calendar=CALENDAR, excluded=[(day, day)])
        assert fast == slow
        day += timedelta(days=3)


def test_a_month_ends_on_its_last_day_where_the_day_is_missing() -> None:
    assert deadline(BOOK, "LITIGATE", date(2024, 8, 31), calendar=CALENDAR).nominal == date(2025, 2, 28)
    assert deadline(BOOK, "LITIGATE", date(2024, 2, 29), calendar=CALENDAR).nominal == date(2024, 8, 29)


def test_a_year_without_notice_is_provisional() -> None:
    assert not deadline(BOOK, "HANDLE", date(2026, 10, 1), calendar=CALENDAR).provisional
    found = deadline(BOOK, "HANDLE", date(2026, 12, 1), calendar=CALENDAR)
    assert found.provisional and any("暂定" in line.text for line in found.lines)
    assert not CALENDAR.announced(2027) and CALENDAR.announced(2004) and CALENDAR.announced(2026)


def test_new_years_eve_2024_was_a_working_day() -> None:
    assert CALENDAR.is_working(date(2024, 2, 9))
    assert CALENDAR.rest_name(date(2024, 2, 10)) == "春节"


@pytest.mark.parametrize(
    "arguments",
    [
        {"clock_id": "HANDLE", "start": date(2024, 1, 1), "extension_days": -1},
        {"clock_id": "ASSIGNED_REPORT", "start": date(2024, 1, 1)},
        {"clock_id": "OWN_ROUTE", "start": date(2024, 1, 2), "set_on": date(2024, 1, 1)},
        {
            "clock_id": "RECHECK",
            "start": date(2024, 1, 2),
            "excluded": [(date(2024, 1, 5), date(2024, 1, 4))],
        },
        {"clock_id": "HANDLE", "start": date(1990, 1, 1)},
        {"clock_id": "OBJECTION", "start": date(2050, 12, 30)},
    ],
)
def test_what_cannot_be_counted_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(BadDate):
        deadline(BOOK, calendar=CALENDAR, **arguments)  # type: ignore[arg-type]


def test_an_unknown_clock_is_refused_by_name() -> None:
    with pytest.raises(RulebookError, match="there is no clock 'HANDEL'"):
        deadline(BOOK, "HANDEL", date(2024, 1, 1), calendar=CALENDAR)
    with pytest.raises(RulebookError, match="national_2005: there is no clock 'OBJECTION'"):
        deadline(load_book("national_2005"), "OBJECTION", date(2019, 1, 1), calendar=CALENDAR)


def test_overdue_begins_the_day_after_the_legal_day() -> None:
    found = deadline(BOOK, "HANDLE", date(2024, 8, 4), calendar=CALENDAR)
    assert overdue(found, done_on=None, asof=found.legal) == (False, 0)
    assert overdue(found, done_on=None, asof=found.legal + ONE) == (True, 1)
    assert overdue(found, done_on=found.legal, asof=date(2025, 1, 1)) == (False, 0)


def _acts(*acts: tuple[str, str, date]) -> list[Act]:
    return [Act(event, state, on, "330102") for event, state, on in acts]


FILED = (("submit", "received", date(2026, 3, 2)), ("register", "registered", date(2026, 3, 3)))


def test_nearest_is_the_first_one_an_organ_owes() -> None:
    referred = _acts(*FILED, ("refer_down", "referred", date(2026, 3, 5)))
    found = nearest(clocks(BOOK, referred, calendar=CALENDAR))
    assert isinstance(found, Running) and found.clock == "OBJECTION"
    served = _acts(("serve", "served", date(2026, 3, 5)))
    assert [one.clock for one in clocks(BOOK, served, calendar=CALENDAR)] == ["REVIEW_WIN"]
    assert nearest(clocks(BOOK, served, calendar=CALENDAR)) is None
    assert nearest(()) is None


def test_silence_starts_the_handling_clock_for_supervision() -> None:
    acts = _acts(*FILED)
    assert len(clocks(BOOK, acts, calendar=CALENDAR, asof=date(2026, 3, 17))) == 1
    running = clocks(BOOK, acts, calendar=CALENDAR, asof=date(2026, 3, 18))
    assert [(one.clock, one.started_on, one.supervisory) for one in running] == [
        ("REG_NOTICE", date(2026, 3, 2), False),
        ("HANDLE", date(2026, 3, 17), True),
    ]


def test_dates_in_facts_may_be_texts() -> None:
    facts = {"received_on": "2026-03-02", "text": "x"}
    (running,) = clocks(
        BOOK, [Act("record_offline", "received", date(2026, 3, 4), "1", facts)], calendar=CALENDAR
    )
    assert running.started_on == date(2026, 3, 2)
    facts = {"received_on": "gestern"}
    with pytest.raises(BadDate, match="gestern"):
        clocks(BOOK, [Act("record_offline", "received", date(2026, 3, 4), "1", facts)], calendar=CALENDAR)


def test_an_act_that_is_no_step_changes_no_clock() -> None:
    acts = [*_acts(*FILED), Act("note", "registered", date(2026, 3, 4), "330102")]
    assert clocks(BOOK, acts, calendar=CALENDAR) == clocks(BOOK, acts[:2], calendar=CALENDAR)


def test_an_act_may_end_a_clock_by_name() -> None:
    acts = _acts(("supervise", "handling", date(2026, 3, 4)), ("supervise", "handling", date(2026, 3, 20)))
    acts = [
        Act(acts[0].event, acts[0].state, acts[0].on, "1", {"due_on": "2026-03-20"}),
        Act("report", "handling", date(2026, 3, 19), "1", {"stops": ["ASSIGNED_REPORT"]}),
    ]
    (running,) = clocks(BOOK, acts, calendar=CALENDAR)
    assert running.stopped_on == date(2026, 3, 19)


def test_every_clock_of_every_book_can_be_counted() -> None:
    for name in ("national_2022", "national_2005", *profiles()):
        book = load_book(name)
        for clock in book.clocks.values():
            set_on = date(2025, 3, 20) if clock.unit == "date" else None
            found = deadline(book, clock.id, date(2025, 1, 17), calendar=CALENDAR, set_on=set_on)
            assert found.article and found.clock == clock.id
            assert sum(line.days for line in found.lines) == (found.legal - found.start).days


def test_an_empty_calendar_counts_weekends_only() -> None:
    bare = Calendar([])
    assert bare.next_working(date(2024, 10, 1)) == date(2024, 10, 1)
    assert bare.provisional(date(2024, 1, 1), date(2024, 1, 2))
