"""The auditors' pages: who looked when at what kind of thing, and who read more than the limits allow. They change nothing."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianxin.cases import reading
from lianxin.cases.history import BEIJING
from lianxin.cases.reading import Alarm, Tally
from lianxin.ledger.models import Look
from lianxin.organs.models import Role
from lianxin.web.desk import shown
from lianxin.web.desk.forms.reading import ReadingForm
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only

MOST = 50
"""Pages of one officer's looks on a day that can be turned to."""


@require_safe
@officers_only
@roles_only(Role.AUDITOR)
def overview(request: DeskRequest) -> HttpResponse:
    """Show the alarms told to the organ's auditors, and how often each of its officers looked on a day, by name."""
    form, on = _asked(request)
    actor, today = request.actor, request.when.on
    values = {
        "form": form,
        "on": on,
        "earlier_href": _address(on - timedelta(days=1)),
        "later_href": _address(on + timedelta(days=1)) if on < today else "",
        "limits": reading.limits(),
        "alarms": [_alarm(one) for one in reading.alarms(actor, at=request.when.at)],
        "rows": [_row(one, on) for one in reading.tallies(actor, on=on)],
    }
    return page(request, "reading/overview.html", values, nav="reading", status=422 if form.errors else 200)


@require_safe
@officers_only
@roles_only(Role.AUDITOR)
def officer(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Show when one officer looked at what kind of thing on a day; neither the case nor the purpose."""
    form, on = _asked(request)
    number = _number(request.GET.get("page", ""))
    found = reading.looks_of(request.actor, staff_id, on=on, page=number)
    if found is None:
        raise Http404
    staff, looks, count = found
    last = (number - 1) * reading.PAGE + len(looks)
    values = {
        "form": form,
        "on": on,
        "person": staff,
        "rows": [_look(one) for one in looks],
        "count": count,
        "back_href": _address(on),
        "start_href": _address(on, staff_id) if number > 1 else "",
        "later_href": _address(on, staff_id, page=number + 1) if last < count and number < MOST else "",
        "position": _("第 %(first)d 至 %(last)d 条") % {"first": last - len(looks) + 1, "last": last},
    }
    return page(request, "reading/officer.html", values, nav="reading", status=422 if form.errors else 200)


def _asked(request: DeskRequest) -> tuple[ReadingForm, date]:
    """Return the form and the day it asks for; today where none or no real one is asked for."""
    today = request.when.on
    sent = any(name.startswith("day_") for name in request.GET)
    form = ReadingForm(request.GET if sent else None, on=today)
    return form, form.cleaned_data["day"] if form.is_valid() else today


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MOST else 1


def _address(on: date, staff_id: int = 0, *, page: int = 1) -> str:
    """Return the address of a day, of one officer where one is named; a whole day fits into the box of the year."""
    query = {"day_year": on.isoformat(), **({"page": str(page)} if page > 1 else {})}
    path = reverse("desk:reading_officer", args=[staff_id]) if staff_id else reverse("desk:reading")
    return f"{path}?{urlencode(query)}"


def _alarm(one: Alarm) -> dict[str, object]:
    words = {"identities": _("打开身份信息的次数"), "outside": _("打开本机构待办以外信访件的件数")}
    return {
        "name": one.staff.name,
        "organ": one.organ.name,
        "on": one.on,
        "over": [words[name] for name in one.over if name in words],
        "href": _address(one.on, one.staff.pk),
    }


def _row(one: Tally, on: date) -> dict[str, object]:
    return {
        "name": one.staff.name,
        "href": _address(on, one.staff.pk),
        "identities": one.identities,
        "cases": one.cases,
        "others": one.others,
    }


def _look(one: Look) -> dict[str, object]:
    return {
        "at": timezone.localtime(one.at, BEIJING),
        "what": shown.what_seen(one.what),
        "roles": shown.roles_of(one.role),
    }
