"""Leaders' reception days (领导接访、下访、包案): the calendar, bookings, what came of each case, what was promised."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import selectors as cases
from lianxin.cases.history import load
from lianxin.cases.models import Case
from lianxin.procedure.errors import Refused, Stale
from lianxin.visits import selectors
from lianxin.visits.models import Booking, ReceptionDay, Ticket
from lianxin.visits.policies import PLANNERS, RECEIVERS, may_plan
from lianxin.visits.services import days as services
from lianxin.web.clock import now
from lianxin.web.desk.forms.reception_days import BookForm, CancelForm, DayForm, DoneForm, ResultForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.visits import NAV

MISSING = _("没有找到这个编号的信访件或者今天的排队号。请对照回执再核对一遍。")


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def listed(request: DeskRequest) -> HttpResponse:
    """Show the days to come, what was promised and is not done, and the last days."""
    actor, on = request.actor, now().on
    promised = selectors.promised(actor)
    found = selectors.cases_of(actor, promised)
    values = {
        "days": [_day_row(one) for one in selectors.days(actor, since=on)],
        "past": [_day_row(one) for one in selectors.days_past(actor, before=on)],
        "promised": [
            {**_row(one, found, {}), "late": bool(one.due_on and one.due_on < on)} for one in promised
        ],
        "plans": may_plan(actor),
        "part": "days",
    }
    return page(request, "visits/days.html", values, nav=NAV)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*PLANNERS)
def add(request: DeskRequest) -> HttpResponse:
    """Show the form of a new day; a POST announces it."""
    form, status = DayForm(), 200
    if request.method == "POST":
        form, status = DayForm(request.POST), 422
        if form.is_valid():
            try:
                made = services.announce(
                    form.planned(), actor=request.actor, key=form.cleaned_data["key"], when=now()
                )
                return redirect("desk:visit_day", day_id=made.pk)
            except Refused as refused:
                form.add_error(None, refused.for_person())
                status = 409
    values = {"form": form, "key": str(form.data.get("key", "")) or fresh_key(), "part": "days"}
    return page(request, "visits/day_add.html", values, nav=NAV, status=status)


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def day(request: DeskRequest, day_id: int) -> HttpResponse:
    """Show one day with its bookings."""
    return _day(request, _found(request, day_id))


@require_POST
@officers_only
@roles_only(*RECEIVERS)
def book(request: DeskRequest, day_id: int) -> HttpResponse:
    """Book a case or a ticket of today for a day."""
    actor, found, when = request.actor, _found(request, day_id), now()
    form = BookForm(request.POST)
    if not form.is_valid():
        return _day(request, found, booking=form, status=422)
    number, case, ticket = form.case_number(), None, None
    if number is not None:
        case_id = cases.case_by_number(actor, number)
        case = cases.case_to_act_on(actor, case_id) if case_id else None
    else:
        ticket = selectors.ticket_numbered(actor, form.ticket_number(), on=when.on)
    if case is None and ticket is None:
        form.add_error("number", MISSING)
        return _day(request, found, booking=form, status=422)
    try:
        services.book(found, actor=actor, case=case, ticket=ticket, key=form.cleaned_data["key"], when=when)
    except Refused as refused:
        form.add_error(None, refused.for_person())
        return _day(request, found, booking=form, status=409)
    return redirect("desk:visit_day", day_id=found.pk)


@require_POST
@officers_only
@roles_only(*PLANNERS)
def cancel(request: DeskRequest, day_id: int) -> HttpResponse:
    """Call a day off."""
    found, form = _found(request, day_id), CancelForm(request.POST)
    if not form.is_valid():
        return _day(request, found, cancelling=form, status=422)
    try:
        services.cancel(found, actor=request.actor, why=form.cleaned_data["why"], when=now())
    except Refused as refused:
        form.add_error(None, refused.for_person())
        return _day(request, found, cancelling=form, status=409)
    return redirect("desk:visit_day", day_id=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*RECEIVERS)
def result(request: DeskRequest, booking_id: int) -> HttpResponse:
    """Show the form for what came of a booked case; a POST writes it into the case."""
    actor, when = request.actor, now()
    booking = selectors.booking(actor, booking_id)
    case = cases.case_to_act_on(actor, booking.became_id) if booking and booking.became_id else None
    day = selectors.day(actor, booking.day_id) if booking else None
    if booking is None or case is None or day is None:
        raise Http404
    form, status = ResultForm(), 200
    if request.method == "POST":
        form, status = ResultForm(request.POST), 422
        if form.is_valid():
            key = form.cleaned_data["key"]
            try:
                loaded = load(case)
                services.hold(booking, day, loaded, form.result(), actor=actor, key=key, when=when)
                return redirect("desk:visit_day", day_id=day.pk)
            except (Refused, Stale) as problem:
                form.add_error(None, str(problem))
                status = 409
    values = {
        "form": form,
        "key": str(form.data.get("key", "")) or fresh_key(),
        "case": case,
        "day": _day_row(day),
        "held": booking.held_on is not None,
        "part": "days",
    }
    return page(request, "visits/result.html", values, nav=NAV, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*RECEIVERS)
def fulfil(request: DeskRequest, booking_id: int) -> HttpResponse:
    """Say on which day what was promised was done."""
    actor, when = request.actor, now()
    booking = selectors.booking(actor, booking_id)
    if booking is None or booking.held_on is None:
        raise Http404
    found = selectors.cases_of(actor, [booking])
    form, status = DoneForm(on=when.on), 200
    if request.method == "POST":
        form, status = DoneForm(request.POST, on=when.on), 422
        if form.is_valid():
            try:
                services.fulfil(booking, actor=actor, on=form.cleaned_data["done_on"], when=when)
                return redirect("desk:visit_days")
            except (Refused, Stale) as problem:
                form.add_error(None, str(problem))
                status = 409
    values = {"form": form, "row": _row(booking, found, {}), "part": "days"}
    return page(request, "visits/fulfil.html", values, nav=NAV, status=status)


def _found(request: DeskRequest, day_id: int) -> ReceptionDay:
    found = selectors.day(request.actor, day_id)
    if found is None:
        raise Http404
    return found


def _day(
    request: DeskRequest,
    found: ReceptionDay,
    *,
    booking: BookForm | None = None,
    cancelling: CancelForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, on = request.actor, now().on
    booked = selectors.bookings(actor, found)
    known, tickets = selectors.cases_of(actor, booked), selectors.tickets_of(actor, booked)
    values = {
        "day": _day_row(found),
        "rows": [_row(one, known, tickets) for one in booked],
        "booking": booking or BookForm(),
        "cancelling": cancelling or CancelForm(),
        "key": fresh_key(),
        "open": not found.cancelled_why and found.on >= on,
        "begun": found.on <= on,
        "plans": may_plan(actor),
        "part": "days",
    }
    return page(request, "visits/day.html", values, nav=NAV, status=status)


def _day_row(one: ReceptionDay) -> dict[str, object]:
    return {
        "pk": one.pk,
        "on": one.on,
        "hours": f"{one.opens:%H:%M}-{one.closes:%H:%M}",
        "kind": ReceptionDay.Kind(one.kind).label,
        "leader": one.leader,
        "place": one.place,
        "topic": one.topic,
        "cancelled": one.cancelled_why,
        "href": reverse("desk:visit_day", args=[one.pk]),
    }


def _row(one: Booking, found: Mapping[int, Case], tickets: Mapping[int, Ticket]) -> dict[str, object]:
    case, ticket = found.get(one.became_id or 0), tickets.get(one.ticket_id or 0)
    return {
        "pk": one.pk,
        "number": case.number if case else ticket.number if ticket else "",
        "summary": case.summary if case else "",
        "case_href": reverse("desk:case", args=[case.pk]) if case else "",
        "of_case": case is not None,
        "held_on": one.held_on,
        "due_on": one.due_on,
        "charge_from": one.charge_from,
        "done_on": one.done_on,
        "result_href": reverse("desk:visit_result", args=[one.pk]),
        "done_href": reverse("desk:visit_fulfil", args=[one.pk]),
    }
