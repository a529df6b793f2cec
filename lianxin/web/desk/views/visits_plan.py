"""The reception plan: windows with their hours, who sits where today, days without reception, screens of the waiting room."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.ledger import face
from lianxin.procedure.errors import Refused
from lianxin.visits import selectors
from lianxin.visits.models import Booth
from lianxin.visits.policies import PLANNERS
from lianxin.visits.services import plan as services
from lianxin.web.clock import BEIJING, now
from lianxin.web.desk.forms.visits import BoothForm, ClosedForm, ScreenForm, SeatForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.visits import NAV


@require_safe
@officers_only
@roles_only(*PLANNERS)
def plan(request: DeskRequest) -> HttpResponse:
    """Show the windows, who sits where today, and the days without reception."""
    return _plan(request)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*PLANNERS)
def booth_add(request: DeskRequest) -> HttpResponse:
    """Show the form of a new window; a POST keeps it."""
    return _booth(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*PLANNERS)
def booth(request: DeskRequest, booth_id: int) -> HttpResponse:
    """Show the form of a window; a POST keeps it."""
    found = selectors.booth(request.actor, booth_id)
    if found is None:
        raise Http404
    return _booth(request, found)


@require_POST
@officers_only
@roles_only(*PLANNERS)
def seat(request: DeskRequest, booth_id: int) -> HttpResponse:
    """Say who sits at a window today."""
    actor, on = request.actor, now().on
    found = selectors.booth(actor, booth_id)
    if found is None:
        raise Http404
    form = SeatForm(request.POST, people=selectors.receivers(actor, on=on))
    if not form.is_valid():
        return _plan(request, seating={found.pk: form}, status=422)
    services.seat(found, actor=actor, staff=form.staff(), on=on)
    return redirect("desk:visit_plan")


@require_POST
@officers_only
@roles_only(*PLANNERS)
def closed(request: DeskRequest) -> HttpResponse:
    """Announce a day without reception, or take one back."""
    actor, when = request.actor, now()
    if back := _day(request.POST.get("open", "")):
        services.open_day(actor=actor, on=back)
        return redirect("desk:visit_plan")
    form = ClosedForm(request.POST)
    if not form.is_valid():
        return _plan(request, closing=form, status=422)
    try:
        services.close_day(
            actor=actor, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"], when=when
        )
    except Refused as refused:
        form.add_error("on", refused.for_person())
        return _plan(request, closing=form, status=409)
    return redirect("desk:visit_plan")


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*PLANNERS)
def screens(request: DeskRequest) -> HttpResponse:
    """Show the screens with their addresses; a POST makes one."""
    form, status = ScreenForm(), 200
    if request.method == "POST":
        form = ScreenForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            services.make_screen(actor=request.actor, name=data["name"], key=data["key"], when=now())
            return redirect("desk:visit_screens")
        status = 422
    rows = [
        {
            "id": one.pk,
            "name": one.name,
            "made": timezone.localtime(one.made_at, BEIJING).date(),
            "href": request.build_absolute_uri(reverse("desk:visit_screen", args=[services.token_of(one)])),
        }
        for one in selectors.screens(request.actor)
    ]
    values = {"form": form, "key": fresh_key(), "rows": rows, "part": "screens"}
    return page(request, "visits/screens.html", values, nav=NAV, status=status)


@require_POST
@officers_only
@roles_only(*PLANNERS)
def screen_end(request: DeskRequest, screen_id: int) -> HttpResponse:
    """End a screen; its address shows nothing from now on."""
    found = selectors.screen(request.actor, screen_id)
    if found is None:
        raise Http404
    services.end_screen(found, actor=request.actor, when=now())
    return redirect("desk:visit_screens")


@require_safe
@never_cache
def screen(request: HttpRequest, token: str) -> HttpResponse:
    """Show the screen of a waiting room: numbers and windows, nothing else. The address is all it takes, until it is ended."""
    found = services.screen_of(token)
    if found is None:
        raise Http404
    face.public()
    when = now()
    shown = selectors.on_screen(found.organ, on=when.on)
    values = {"organ": found.organ, "shown": shown, "at": timezone.localtime(when.at, BEIJING)}
    return render(request, "desk/visits/screen.html", values)


def _plan(
    request: DeskRequest,
    *,
    seating: dict[int, SeatForm] | None = None,
    closing: ClosedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, on = request.actor, now().on
    people, seats = selectors.receivers(actor, on=on), selectors.seats(actor, on=on)
    rows = []
    for one in selectors.booths(actor, on=on):
        form = (seating or {}).get(one.pk) or SeatForm(people=people)
        sitting = seats.get(one.pk)
        rows.append(
            {
                "pk": one.pk,
                "name": one.name,
                "purpose": Booth.Purpose(one.purpose).label,
                "hours": _week(one),
                "ends_on": one.ends_on,
                "errors": form.errors.get("staff", []),
                "choices": form.fields["staff"].choices,  # type: ignore[attr-defined]
                "sitting": str(sitting.pk) if sitting else "",
                "field_id": f"seat{one.pk}",
            }
        )
    values = {
        "rows": rows,
        "closing": closing or ClosedForm(),
        "closed": selectors.closed_days(actor.organ, since=on),
        "today": on,
        "part": "plan",
    }
    return page(request, "visits/plan.html", values, nav=NAV, status=status)


def _booth(request: DeskRequest, found: Booth | None) -> HttpResponse:
    form, status = BoothForm(booth=found), 200
    if request.method == "POST":
        form, status = BoothForm(request.POST, booth=found), 422
        if form.is_valid():
            try:
                services.set_booth(
                    found,
                    actor=request.actor,
                    name=form.cleaned_data["name"],
                    purpose=form.cleaned_data["purpose"],
                    hours=form.hours(),
                    ends_on=now().on if form.cleaned_data["ended"] else None,
                )
                return redirect("desk:visit_plan")
            except Refused as refused:
                form.add_error("name", refused.for_person())
                status = 409
    values = {"form": form, "booth": found, "week": form.week(), "part": "plan"}
    return page(request, "visits/booth.html", values, nav=NAV, status=status)


def _week(booth: Booth) -> list[str]:
    """Return the hours of a window, days with the same hours on one line."""
    days: dict[str, list[str]] = {}
    for day, name in WEEKDAYS.items():
        if text := str(booth.hours.get(str(day + 1), "")):
            days.setdefault(text, []).append(str(name))
    return [
        _("%(days)s：%(hours)s") % {"days": _("、").join(names), "hours": text}
        for text, names in days.items()
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
