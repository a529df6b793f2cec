"""Leaders' reception days: announced once, booked once, what was agreed stands in the case, what was promised is followed."""

from __future__ import annotations

from datetime import date, time

import pytest

from lianxin.cases.history import load
from lianxin.cases.models import Case, Step
from lianxin.cases.policies import NotYours
from lianxin.cases.selectors import case_to_act_on
from lianxin.cases.services import walls
from lianxin.ledger.models import Entry
from lianxin.procedure.errors import GuardFailed
from lianxin.visits import selectors
from lianxin.visits.models import Booking, ReceptionDay
from lianxin.visits.services import days
from lianxin.visits.services.days import Planned, Result
from tests.cast import XIN, Cast, key, on
from tests.security.walling import named
from tests.visits.conftest import DAY

PLANNED = Planned("here", date(2026, 6, 3), time(9), time(11), "陶局长", "一楼接待室", "低保、救助")


def announced(cast: Cast) -> ReceptionDay:
    return days.announce(PLANNED, actor=cast.actor("tou"), key=key(), when=on(DAY))


def held(cast: Cast, case: Case, result: Result, same: str = "a-key-of-a-form") -> Booking:
    """Return the booking of a case whose reception was held."""
    day = announced(cast)
    booking = days.book(day, actor=cast.actor("ran"), case=case, key=key(), when=on(DAY))
    days.hold(
        booking, day, cast.load("tou", case), result, actor=cast.actor("tou"), key=same, when=on("2026-06-03")
    )
    booking.refresh_from_db()
    return booking


def test_what_was_agreed_stands_in_the_case_and_its_ledger(cast: Cast) -> None:
    case = cast.assigned()
    booking = held(cast, case, Result("七日内补发（虚构）", date(2026, 6, 10), charge=True))
    step = Step.objects.get(case_id=case.pk, event="leader_receive")
    assert (step.rule, step.facts["agreed"], step.facts["leader"]) == ("U25", "七日内补发（虚构）", "陶局长")
    assert (step.facts["due_on"], step.facts["charge"]) == ("2026-06-10", True)
    assert Entry.objects.filter(case_id=case.pk, seq=step.seq).exists()
    assert (booking.held_on, booking.due_on, booking.charge_from) == (
        date(2026, 6, 3), date(2026, 6, 10), date(2026, 6, 3),
    )  # fmt: skip
    state = case.state
    case.refresh_from_db()
    assert case.state == state
    assert "七日内" not in str(list(Booking.objects.values()))


def test_a_repeated_form_writes_one_step(cast: Cast) -> None:
    case = cast.assigned()
    booking = held(cast, case, Result("七日内补发"))
    day = ReceptionDay.objects.get()
    again = cast.load("tou", case)
    days.hold(
        booking,
        day,
        again,
        Result("七日内补发"),
        actor=cast.actor("tou"),
        key="a-key-of-a-form",
        when=on("2026-06-03"),
    )
    assert Step.objects.filter(case_id=case.pk, event="leader_receive").count() == 1


def test_no_name_gets_into_what_was_agreed(cast: Cast) -> None:
    with pytest.raises(GuardFailed, match="姓名"):
        held(cast, cast.assigned(), Result(f"答应{XIN['name']}七日内补发"))
    assert not Step.objects.filter(event="leader_receive").exists()


def test_only_the_organ_that_answers_records(cast: Cast) -> None:
    case = cast.referred()
    day = days.announce(PLANNED, actor=cast.actor("ran"), key=key(), when=on(DAY))
    booking = days.book(day, actor=cast.actor("ran"), case=case, key=key(), when=on(DAY))
    found = case_to_act_on(cast.actor("fen"), case.pk)
    assert found is not None
    with pytest.raises(NotYours):
        days.hold(
            booking,
            day,
            load(found),
            Result("答复"),
            actor=cast.actor("fen"),
            key=key(),
            when=on("2026-06-03"),
        )


def test_a_day_is_not_held_before_it_comes(cast: Cast) -> None:
    case, day = cast.assigned(), announced(cast)
    booking = days.book(day, actor=cast.actor("ran"), case=case, key=key(), when=on(DAY))
    loaded = cast.load("tou", case)
    with pytest.raises(GuardFailed, match="还没有到接访日"):
        days.hold(booking, day, loaded, Result("答复"), actor=cast.actor("tou"), key=key(), when=on(DAY))


def test_one_case_is_booked_once_a_day(cast: Cast) -> None:
    case, day = cast.assigned(), announced(cast)
    made = {days.book(day, actor=cast.actor("ran"), case=case, key=key(), when=on(DAY)).pk for _ in range(2)}
    assert len(made) == 1


def test_a_day_called_off_takes_no_more(cast: Cast) -> None:
    day = announced(cast)
    days.cancel(day, actor=cast.actor("tou"), why="领导外出开会", when=on(DAY))
    day.refresh_from_db()
    with pytest.raises(GuardFailed, match="取消"):
        days.book(day, actor=cast.actor("ran"), case=cast.assigned(), key=key(), when=on(DAY))
    assert (
        selectors.announced(cast.organs["anzhou"], since=date(2026, 6, 1))[0].cancelled_why == "领导外出开会"
    )


@pytest.mark.parametrize(
    "changes",
    [{"on": date(2026, 5, 1)}, {"closes": time(8)}, {"leader": " "}, {"place": ""}],
)
def test_a_day_says_when_where_and_who(cast: Cast, changes: dict[str, object]) -> None:
    values = {name: getattr(PLANNED, name) for name in PLANNED.__slots__} | changes
    with pytest.raises(GuardFailed):
        days.announce(Planned(**values), actor=cast.actor("tou"), key=key(), when=on(DAY))  # type: ignore[arg-type]


def test_what_was_promised_is_listed_until_it_is_done(cast: Cast) -> None:
    booking, ran = held(cast, cast.assigned(), Result("七日内补发", date(2026, 6, 10))), cast.actor("ran")
    assert [one.pk for one in selectors.promised(ran)] == [booking.pk]
    with pytest.raises(GuardFailed):
        days.fulfil(booking, actor=ran, on=date(2026, 6, 30), when=on("2026-06-09"))
    days.fulfil(booking, actor=ran, on=date(2026, 6, 9), when=on("2026-06-09"))
    assert not selectors.promised(ran)


def test_a_word_without_a_promise_is_not_followed(cast: Cast) -> None:
    held(cast, cast.assigned(), Result("当面解释了政策"))
    assert not selectors.promised(cast.actor("ran"))


def test_behind_a_wall_no_booking_is_left(cast: Cast) -> None:
    case = cast.assigned()
    held(cast, case, Result("七日内补发", date(2026, 6, 10)))
    walls.raise_wall(
        cast.load("tou", case),
        named=named(cast, "绵阳市安州区民政局"),
        actor=None,
        key=key(),
        when=on("2026-06-04"),
    )
    assert not selectors.promised(cast.actor("tou")) and not selectors.bookings(
        cast.actor("tou"), ReceptionDay.objects.get()
    )
