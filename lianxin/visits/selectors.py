"""What is read at the visit window, for whom: the queue, receptions, emergencies, reception days. Each list is one query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from lianxin.cases.models import Case
from lianxin.cases.policies import progress_of
from lianxin.cases.walls import clear_of
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Post, Staff
from lianxin.visits.models import (
    Booking,
    Booth,
    ClosedDay,
    Emergency,
    EmergencyEntry,
    Reception,
    ReceptionDay,
    Screen,
    Seat,
    Ticket,
)
from lianxin.visits.policies import RECEIVERS, bookings_of, emergencies_of, may_confirm, receptions_of
from lianxin.visits.queue import in_turn

LISTED = 200
SHOWN = 60
"""So many waiting numbers fit on a screen."""


@dataclass(frozen=True, slots=True)
class Called:
    """One number on the screen of the waiting room: the number, and the window it is called to."""

    number: str
    booth: str


@dataclass(frozen=True, slots=True)
class OnScreen:
    """All a screen shows: who is called, latest first, and who waits, in turn. Numbers and windows only."""

    called: tuple[Called, ...]
    waiting: tuple[str, ...]


def booths(actor: Actor, *, on: date) -> list[Booth]:
    """Return the windows of the officer's organ in use on a day, by name."""
    rows = Booth.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), organ=actor.organ)
    return list(rows.order_by("name")[:LISTED])


def booth(actor: Actor, booth_id: int) -> Booth | None:
    """Return a window of the officer's organ."""
    return Booth.objects.filter(organ=actor.organ, pk=booth_id).first()


def seats(actor: Actor, *, on: date) -> dict[int, Staff]:
    """Return who sits where on a day, by window."""
    rows = Seat.objects.filter(organ=actor.organ, on=on).select_related("staff")
    return {one.booth_id: one.staff for one in rows[:LISTED]}


def closed_days(organ: Organ, *, since: date) -> list[ClosedDay]:
    """Return the days without reception from a day on, soonest first."""
    return list(ClosedDay.objects.filter(organ=organ, on__gte=since).order_by("on")[:LISTED])


def screens(actor: Actor) -> list[Screen]:
    """Return the running screens of the officer's organ, by name."""
    rows = Screen.objects.filter(organ=actor.organ, ended_at=None)
    return list(rows.order_by("name", "id")[:LISTED])


def screen(actor: Actor, screen_id: int) -> Screen | None:
    """Return a screen of the officer's organ."""
    return Screen.objects.filter(organ=actor.organ, pk=screen_id).first()


def receivers(actor: Actor, *, on: date) -> list[Staff]:
    """Return who of the organ can sit at a window on a day, by name."""
    posts = Post.objects.held_on(on).filter(organ=actor.organ, role__in=RECEIVERS, staff__is_active=True)
    people = {post.staff_id: post.staff for post in posts.select_related("staff")[:LISTED]}
    return sorted(people.values(), key=lambda one: (one.name, one.pk))


def tickets_of_day(actor: Actor, *, on: date) -> list[Ticket]:
    """Return the tickets of the officer's organ on a day, in the order they were given out."""
    rows = Ticket.objects.filter(organ=actor.organ, on=on).select_related("staff")
    return list(rows.order_by("issued_at", "id"))


def ticket(actor: Actor, ticket_id: int) -> Ticket | None:
    """Return a ticket of the officer's organ."""
    rows = Ticket.objects.filter(organ=actor.organ, id=ticket_id)
    return rows.select_related("organ", "staff").first()


def ticket_numbered(actor: Actor, number: str, *, on: date) -> Ticket | None:
    """Return the ticket of the organ with this number (A023) on a day."""
    letter, count = number[:1].upper(), number[1:]
    if not (count.isascii() and count.isdigit() and len(count) <= 6):
        return None
    return Ticket.objects.filter(organ=actor.organ, on=on, letter=letter, count=int(count)).first()


def without_outcome(actor: Actor, *, until: date) -> list[Ticket]:
    """Return the tickets of the organ, up to a day, of which nobody has said what became of them; oldest first."""
    rows = Ticket.objects.filter(organ=actor.organ, outcome="", on__lte=until)
    return list(rows.order_by("on", "issued_at", "id")[:LISTED])


def on_screen(organ: Organ, *, on: date) -> OnScreen:
    """Return what the screen of an organ shows on a day: two queries, no column about anybody."""
    rows = list(
        Ticket.objects.filter(organ=organ, on=on, state__in=[Ticket.State.WAITING, Ticket.State.CALLED]).only(
            "organ_id", "id", "letter", "count", "state", "booth_id", "need", "issued_at", "called_at"
        )
    )
    names = dict(Booth.objects.filter(organ=organ).values_list("id", "name"))
    called = [one for one in rows if one.state == Ticket.State.CALLED]
    called.sort(key=lambda one: (one.called_at or one.issued_at, one.id), reverse=True)
    return OnScreen(
        tuple(Called(one.number, names.get(one.booth_id or 0, "")) for one in called),
        tuple(one.number for one in in_turn(rows)[:SHOWN]),
    )


def reception_of_draft(actor: Actor, draft_id: int) -> Reception | None:
    """Return the reception whose words lie in a draft."""
    return Reception.objects.filter(receptions_of(actor), draft_id=draft_id).select_related("staff").first()


def reception_of_ticket(actor: Actor, ticket_id: int) -> Reception | None:
    """Return the reception a ticket led to."""
    return Reception.objects.filter(receptions_of(actor), ticket_id=ticket_id).first()


def receptions_of_day(actor: Actor, *, on: date) -> list[Reception]:
    """Return the receptions of a day, newest first."""
    rows = Reception.objects.filter(receptions_of(actor), on=on).select_related("staff")
    return list(rows.order_by("-began_at")[:LISTED])


def open_emergencies(actor: Actor) -> list[Emergency]:
    """Return the emergencies of the own organ and those reported to it that are not over, newest first."""
    return _emergencies(emergencies_of(actor) & Q(closed_at=None))


def unconfirmed(actor: Actor) -> int:
    """Return how many reports from below nobody here has confirmed; none for who does not confirm. One query at most."""
    if not may_confirm(actor, actor.organ.pk):
        return 0
    waiting = Q(told_id=actor.organ.pk, taken_at=None, closed_at=None)
    return Emergency.objects.filter(waiting & clear_of(actor, "became_id")).count()


def closed_emergencies(actor: Actor) -> list[Emergency]:
    """Return the emergencies that are over, the last ones first."""
    return _emergencies(emergencies_of(actor) & Q(closed_at__isnull=False))[:50]


def _emergencies(which: Q) -> list[Emergency]:
    rows = Emergency.objects.filter(which).select_related("organ", "told")
    return list(rows.order_by("-seen_at", "-id")[:LISTED])


def emergency(actor: Actor, emergency_id: int) -> Emergency | None:
    """Return an emergency this officer may see."""
    rows = Emergency.objects.filter(emergencies_of(actor), pk=emergency_id)
    return rows.select_related("organ__parent", "told", "staff").first()


def lines_of(emergency: Emergency) -> list[EmergencyEntry]:
    """Return the lines of an emergency as they were written."""
    rows = EmergencyEntry.objects.filter(emergency_id=emergency.pk).select_related("organ", "staff")
    return list(rows.order_by("seq"))


def days(actor: Actor, *, since: date) -> list[ReceptionDay]:
    """Return the reception days of the organ from a day on, soonest first."""
    return list(
        ReceptionDay.objects.filter(organ=actor.organ, on__gte=since).order_by("on", "opens")[:LISTED]
    )


def days_past(actor: Actor, *, before: date) -> list[ReceptionDay]:
    """Return the latest reception days that are over, newest first."""
    return list(ReceptionDay.objects.filter(organ=actor.organ, on__lt=before).order_by("-on")[:12])


def announced(organ: Organ, *, since: date) -> list[ReceptionDay]:
    """Return what an organ publishes: its days from a day on, those called off too."""
    return list(ReceptionDay.objects.filter(organ=organ, on__gte=since).order_by("on", "opens")[:LISTED])


def day(actor: Actor, day_id: int) -> ReceptionDay | None:
    """Return a reception day of the officer's organ."""
    return ReceptionDay.objects.filter(organ=actor.organ, pk=day_id).first()


def bookings(actor: Actor, day: ReceptionDay) -> list[Booking]:
    """Return the bookings of a day, in order."""
    return list(
        Booking.objects.filter(bookings_of(actor), day_id=day.pk).order_by("booked_at", "id")[:LISTED]
    )


def booking(actor: Actor, booking_id: int) -> Booking | None:
    """Return a booking this officer may see."""
    return Booking.objects.filter(bookings_of(actor), pk=booking_id).first()


def promised(actor: Actor) -> list[Booking]:
    """Return what was promised on reception days and is not done, by the day promised; without a day last."""
    rows = Booking.objects.filter(bookings_of(actor), held_on__isnull=False, done_on=None)
    asked = rows.filter(Q(due_on__isnull=False) | Q(charge_from__isnull=False))
    return list(asked.order_by(F("due_on").asc(nulls_last=True), "id")[:LISTED])


def cases_of(actor: Actor, rows: Iterable[Booking]) -> dict[int, Case]:
    """Return the cases of bookings whose progress this officer may follow, by id. One query; number and summary alone."""
    ids = [one.became_id for one in rows if one.became_id]
    found = Case.objects.filter(progress_of(actor), pk__in=ids).only("id", "number", "summary", "state")
    return {one.pk: one for one in found}


def tickets_of(actor: Actor, rows: Sequence[Booking]) -> dict[int, Ticket]:
    """Return the tickets of bookings, by id. One query."""
    ids = [one.ticket_id for one in rows if one.ticket_id]
    return {one.id: one for one in Ticket.objects.filter(organ=actor.organ, id__in=ids)}
