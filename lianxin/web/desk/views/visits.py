"""The visit window's queue: tickets given out, called and received, windows and who sits there, the end of the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases.policies import may_register
from lianxin.organs.models import Staff
from lianxin.procedure.errors import Refused, Stale
from lianxin.visits import queue as turns
from lianxin.visits import selectors
from lianxin.visits.models import Booth, Ticket
from lianxin.visits.policies import RECEIVERS, may_plan
from lianxin.visits.services import tickets as services
from lianxin.web.clock import BEIJING, now
from lianxin.web.desk.forms.visits import IssueForm, OutcomesForm, WindowForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only

NAV = "visits"
TONES = {"waiting": "blue", "called": "amber", "absent": "grey", "serving": "green", "done": "grey"}
DEEDS = ("again", "absent", "elsewhere", "left")


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def queue(request: DeskRequest) -> HttpResponse:
    """Show today's queue: the officer's window, who waits in which order, all windows."""
    return _queue(request)


@require_POST
@officers_only
@roles_only(*RECEIVERS)
def issue(request: DeskRequest) -> HttpResponse:
    """Give out a ticket and show its slip."""
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _queue(request, issuing=form, status=422)
    data = form.cleaned_data
    try:
        ticket = services.issue(
            actor=request.actor, need=data["need"], people=data["people"], key=data["key"], when=now()
        )
    except (Refused, Stale) as problem:
        form.add_error(None, str(problem))
        return _queue(request, issuing=form, status=409)
    return redirect("desk:visit_ticket", ticket_id=ticket.id)


@require_POST
@officers_only
@roles_only(*RECEIVERS)
def call_next(request: DeskRequest) -> HttpResponse:
    """Call whose turn it is to a window."""
    form = WindowForm(request.POST, booths=selectors.booths(request.actor, on=now().on))
    if not form.is_valid():
        return _queue(request, calling=form, status=422)
    key = str(request.POST.get("key", ""))[:40] or fresh_key()
    try:
        services.call_next(form.booth(), actor=request.actor, key=key, when=now())
    except (Refused, Stale) as problem:
        form.add_error(None, str(problem))
        return _queue(request, calling=form, status=409)
    return _to_queue(form.booth())


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def ticket(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """Show the slip of a ticket: number, how long it may take, windows and hours."""
    actor, found = request.actor, _found(request, ticket_id)
    today = selectors.tickets_of_day(actor, on=found.on)
    values = {
        "ticket": _row(found, {}),
        "waits": found.state == Ticket.State.WAITING,
        "resumes": found.state == Ticket.State.SERVING and may_register(actor),
        "estimate": waiting_words(turns.estimate(found, today)),
        "hours": hours_of(selectors.booths(actor, on=found.on), weekday=found.on.isoweekday()),
        "closed": selectors.closed_days(actor.organ, since=found.on)[:3],
        "organ": found.organ,
        "part": "queue",
    }
    return page(request, "visits/ticket.html", values, nav=NAV)


@require_POST
@officers_only
@roles_only(*RECEIVERS)
def ticket_do(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """Call a ticket again, say that nobody came, or end it with what became of it."""
    actor, found, deed = request.actor, _found(request, ticket_id), request.POST.get("do", "")
    if deed not in DEEDS:
        raise Http404
    form = WindowForm(request.POST, booths=selectors.booths(actor, on=now().on))
    try:
        if deed == "again":
            if not form.is_valid():
                return _queue(request, calling=form, status=422)
            services.call(found, form.booth(), actor=actor, when=now())
        elif deed == "absent":
            services.absent(found, actor=actor)
        else:
            services.finish(found, actor=actor, outcome=deed, when=now())
    except (Refused, Stale) as problem:
        form.add_error(None, str(problem))
        return _queue(request, calling=form, status=409)
    booth = selectors.booth(actor, found.booth_id) if found.booth_id else None
    return _to_queue(booth)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*RECEIVERS)
def close(request: DeskRequest) -> HttpResponse:
    """Show the tickets, today's and older ones, of which nobody has said what became of them; a POST keeps what is said."""
    actor, when = request.actor, now()
    open_ = selectors.without_outcome(actor, until=when.on)
    form = OutcomesForm(request.POST if request.method == "POST" else None, tickets=open_)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                for one, outcome in form.chosen():
                    services.finish(one, actor=actor, outcome=outcome, when=when)
            except (Refused, Stale) as problem:
                form.add_error(None, str(problem))
                status = 409
            else:
                return redirect(reverse("desk:visit_close") + "?done=kept")
    rows = [{**_row(one, {}), "field": form[f"ticket{one.id}"]} for one in open_]
    values = {"form": form, "rows": rows, "done": request.GET.get("done") == "kept", "part": "close"}
    return page(request, "visits/close.html", values, nav=NAV, status=status)


def waiting_words(found: turns.Estimate) -> str:
    """Return how long one may have to wait, in plain words."""
    if found.ahead == 0:
        ahead = _("前面没有人，马上轮到。")
    else:
        ahead = ngettext("前面还有 %(n)d 个号。", "前面还有 %(n)d 个号。", found.ahead) % {"n": found.ahead}
    if found.least is None or found.most is None:
        return ahead + (_("今天刚开始，还说不准要等多久。") if found.ahead else "")
    return ahead + _("大约要等 %(least)d 到 %(most)d 分钟。") % {"least": found.least, "most": found.most}


def hours_of(booths: Sequence[Booth], *, weekday: int) -> list[dict[str, str]]:
    """Return windows with their purpose and their hours on a weekday."""
    return [
        {
            "key": one.name,
            "value": str(Booth.Purpose(one.purpose).label),
            "note": str(one.hours.get(str(weekday), "")) or _("今天不开"),
        }
        for one in booths
    ]


def clock(at: object) -> str:
    """Return an instant as hours and minutes in Beijing, "" for none."""
    return timezone.localtime(at, BEIJING).strftime("%H:%M") if at else ""  # type: ignore[arg-type]


def _found(request: DeskRequest, ticket_id: int) -> Ticket:
    found = selectors.ticket(request.actor, ticket_id)
    if found is None:
        raise Http404
    return found


def _to_queue(booth: Booth | None) -> HttpResponse:
    return redirect(reverse("desk:visits") + (f"?booth={booth.pk}" if booth else ""))


def _queue(
    request: DeskRequest,
    *,
    issuing: IssueForm | None = None,
    calling: WindowForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the queue's page, with a form that was refused. Three queries of its own."""
    actor, on = request.actor, now().on
    today = selectors.tickets_of_day(actor, on=on)
    booths, seats = selectors.booths(actor, on=on), selectors.seats(actor, on=on)
    here = _here(request, booths, seats)
    names = {one.pk: one.name for one in booths}
    at_window = [one for one in today if one.state in services.AT_WINDOW]
    current = next((one for one in at_window if here and one.booth_id == here.pk), None)
    waiting = turns.in_turn(today)
    values = {
        "issuing": issuing or IssueForm(),
        "calling": calling or WindowForm(booths=booths),
        "key": fresh_key(),
        "call_key": fresh_key(),
        "here": here,
        "current": _row(current, names) if current else None,
        "waiting": [_row(one, names) for one in waiting],
        "absent": [_row(one, names) for one in today if one.state == Ticket.State.ABSENT],
        "windows": [_window(one, seats, at_window, weekday=on.isoweekday()) for one in booths],
        "done": sum(1 for one in today if one.state == Ticket.State.DONE),
        "given": len(today),
        "plans": may_plan(actor),
        "may_record": may_register(actor),
        "part": "queue",
    }
    return page(request, "visits/queue.html", values, nav=NAV, status=status)


def _here(request: DeskRequest, booths: Sequence[Booth], seats: Mapping[int, Staff]) -> Booth | None:
    """Return the window the officer works at: the one chosen, the one planned for today, else the first."""
    wanted = str(request.POST.get("booth") or request.GET.get("booth") or "")
    chosen = next((one for one in booths if str(one.pk) == wanted), None)
    mine = next(
        (one for one in booths if (who := seats.get(one.pk)) and who.pk == request.actor.staff.pk), None
    )
    return chosen or mine or (booths[0] if booths else None)


def _window(
    booth: Booth, seats: Mapping[int, Staff], at_window: Sequence[Ticket], *, weekday: int
) -> dict[str, object]:
    current = next((one for one in at_window if one.booth_id == booth.pk), None)
    staff = seats.get(booth.pk)
    return {
        "name": booth.name,
        "pk": str(booth.pk),
        "purpose": Booth.Purpose(booth.purpose).label,
        "hours": booth.hours.get(str(weekday), "") or _("今天不开"),
        "staff": staff.name if staff else "",
        "number": current.number if current else "",
        "state": Ticket.State(current.state).label if current else _("空闲"),
    }


def _row(ticket: Ticket, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "id": ticket.id,
        "number": ticket.number,
        "on": ticket.on,
        "need": Ticket.Need(ticket.need).label if ticket.first else "",
        "people": ticket.people,
        "state": {"text": Ticket.State(ticket.state).label, "tone": TONES[ticket.state]},
        "called": ticket.state == Ticket.State.CALLED,
        "calls": ticket.calls,
        "issued": clock(ticket.issued_at),
        "at": clock(ticket.called_at),
        "booth": names.get(ticket.booth_id or 0, ""),
        "href": reverse("desk:visit_ticket", args=[ticket.id]),
    }
