"""Tickets: numbers by row and day, called in turn, each step from one state alone, each with an outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lianxin.cases.policies import NotYours
from lianxin.procedure.errors import GuardFailed, Stale
from lianxin.visits import queue, selectors
from lianxin.visits.models import Ticket
from lianxin.visits.services import tickets
from tests.cast import Cast, key, on
from tests.visits.conftest import DAY, Hall


def test_numbers_run_by_row_and_day(hall: Hall) -> None:
    numbers = [
        hall.ticket().number,
        hall.ticket("aged").number,
        hall.ticket().number,
        hall.ticket("ill").number,
    ]
    assert numbers == ["A001", "B001", "A002", "B002"]
    assert hall.ticket(day="2026-06-02").number == "A001"


def test_each_organ_counts_for_itself(cast: Cast, hall: Hall) -> None:
    hall.ticket()
    other = tickets.issue(actor=cast.actor("wai"), need="ordinary", people=1, key=key(), when=on(DAY))
    assert other.number == "A001"
    assert selectors.ticket(cast.actor("ran"), other.id) is None


def test_a_repeated_key_gives_one_ticket(cast: Cast) -> None:
    same = key()
    made = [
        tickets.issue(actor=cast.actor("ran"), need="ordinary", people=2, key=same, when=on(DAY))
        for _ in range(2)
    ]
    assert made[0].id == made[1].id and Ticket.objects.count() == 1


def test_only_the_window_gives_out_tickets(cast: Cast) -> None:
    with pytest.raises(NotYours):
        tickets.issue(actor=cast.actor("han"), need="ordinary", people=1, key=key(), when=on(DAY))


def test_who_needs_it_comes_sooner_and_nobody_waits_without_end(hall: Hall) -> None:
    first, late = hall.ticket(hour=9), hall.ticket(hour=11)
    aged = hall.ticket("aged", hour=10)
    young = hall.ticket("child", hour=9)
    assert [one.id for one in queue.in_turn([first, late, aged, young])] == [
        young.id,
        first.id,
        aged.id,
        late.id,
    ]
    assert timedelta(minutes=30) == queue.HEAD_START


def test_the_turn_does_not_ask_who_somebody_is(hall: Hall) -> None:
    """Nothing but need and time is known of a ticket: there is no column by which history could count."""
    known = {one.name for one in Ticket._meta.concrete_fields}
    assert known == {
        *("organ", "id", "on", "letter", "count", "need", "people", "state", "outcome", "booth_id", "staff"),
        *("issued_at", "called_at", "began_at", "ended_at", "calls", "key", "call_key"),
    }


def test_a_window_calls_one_at_a_time(hall: Hall) -> None:
    booth = hall.booth()
    first, second = hall.ticket(), hall.ticket()
    called = hall.next(booth)
    assert called is not None and called.id == first.id and called.calls == 1
    with pytest.raises(GuardFailed, match="A001"):
        hall.next(booth)
    other = hall.booth("2 号窗口")
    assert (hall.next(other) or first).id == second.id
    assert hall.next(hall.booth("3 号窗口")) is None


def test_the_same_press_calls_one(cast: Cast, hall: Hall) -> None:
    booth, same = hall.booth(), key()
    hall.ticket()
    hall.ticket()
    called = [tickets.call_next(booth, actor=cast.actor("ran"), key=same, when=on(DAY)) for _ in range(2)]
    assert called[0] is not None and called[1] is not None and called[0].id == called[1].id
    assert Ticket.objects.filter(state="called").count() == 1


def test_not_there_and_back_again(cast: Cast, hall: Hall) -> None:
    booth, ran = hall.booth(), cast.actor("ran")
    ticket = hall.ticket()
    called = hall.next(booth)
    assert called is not None
    tickets.absent(called, actor=ran)
    tickets.call(called, booth, actor=ran, when=on(DAY, 11))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.calls) == ("called", 2)
    tickets.serve(ticket, actor=ran, when=on(DAY, 11))
    with pytest.raises(Stale):
        tickets.absent(ticket, actor=ran)


def test_what_is_over_stays_over(cast: Cast, hall: Hall) -> None:
    ticket = hall.ticket()
    tickets.finish(ticket, actor=cast.actor("ran"), outcome="left", when=on(DAY, 17))
    with pytest.raises(Stale):
        tickets.finish(ticket, actor=cast.actor("ran"), outcome="received", when=on(DAY, 17))
    with pytest.raises(GuardFailed):
        tickets.finish(hall.ticket(), actor=cast.actor("ran"), outcome="sent away", when=on(DAY, 17))


def test_the_database_wants_an_outcome(hall: Hall) -> None:
    ticket = hall.ticket()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(id=ticket.id).update(state="done")


def test_every_ticket_without_outcome_is_found_on_later_days_too(cast: Cast, hall: Hall) -> None:
    old, new = hall.ticket(day="2026-05-29"), hall.ticket()
    ran = cast.actor("ran")
    assert [one.id for one in selectors.without_outcome(ran, until=on(DAY).on)] == [old.id, new.id]
    tickets.finish(old, actor=ran, outcome="left", when=on(DAY))
    assert [one.id for one in selectors.without_outcome(ran, until=on(DAY).on)] == [new.id]


def test_the_estimate_is_plain(hall: Hall) -> None:
    waiting = [hall.ticket() for _ in range(4)]
    assert queue.estimate(waiting[3], waiting) == queue.Estimate(3)
    done = [hall.ticket() for _ in range(3)]
    for one in done:
        one.state, one.booth_id = "done", 7
        one.began_at, one.ended_at = on(DAY, 9).at, on(DAY, 9).at + timedelta(minutes=20)
    found = queue.estimate(waiting[3], [*waiting, *done])
    assert (found.ahead, found.least, found.most) == (3, 60, 100)


def test_the_screen_shows_numbers_and_windows(cast: Cast, hall: Hall) -> None:
    booth = hall.booth()
    hall.ticket()
    hall.ticket("aged")
    hall.next(booth)
    shown = selectors.on_screen(cast.organs["anzhou"], on=on(DAY).on)
    assert [(one.number, one.booth) for one in shown.called] == [("B001", "1 号窗口")]
    assert shown.waiting == ("A001",)
