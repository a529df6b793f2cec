"""The pages of an opening by two persons (紧急查阅): the lists, asking, deciding, and the fields while it is open."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import openings
from lianxin.cases.models import Case, Opening, State
from lianxin.cases.numbers import read_number
from lianxin.cases.services import alarming
from lianxin.cases.services import opening as services
from lianxin.organs.models import Role
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import BEIJING, now
from lianxin.web.desk import words
from lianxin.web.desk.forms.opening import AskForm, DecideForm, FieldForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.shown import field_label
from lianxin.web.desk.signed_in import DeskRequest, officers_only

NAV = "openings"
TONES = {"asked": "amber", "agreed": "green", "refused": "grey", "lapsed": "grey", "ended": "grey"}


@require_safe
@officers_only
def listed(request: DeskRequest) -> HttpResponse:
    """Show what waits for this officer's decision, and what this officer has asked for."""
    actor, at = request.actor, now().at
    if not openings.may_ask_any(actor) and not openings.may_decide_any(actor):
        raise Http404
    values = {
        "waiting": [_row(one, at) for one in openings.waiting_for(actor, at=at)],
        "mine": [_row(one, at) for one in openings.asked_by(actor)],
        "asks": openings.may_ask_any(actor),
        "decides": openings.may_decide_any(actor),
    }
    return page(request, "openings/list.html", values, nav=NAV)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@recently_proved_to_change
def ask(request: DeskRequest) -> HttpResponse:
    """Ask for an opening by number. A case that is unknown, hidden or in another tree answers alike."""
    actor = request.actor
    if not openings.may_ask_any(actor):
        raise Http404
    deciders = openings.deciders(actor)
    if request.method != "POST":
        number = read_number(request.GET.get("number", "")) or ""
        return _asking(request, AskForm(deciders=deciders, number=number), status=200)
    form = AskForm(request.POST, deciders=deciders)
    if not form.is_valid():
        return _asking(request, form, status=422)
    case = openings.case_to_open(actor, form.cleaned_data["number"])
    if case is None:
        form.add_error("number", _("没有找到您可以申请紧急查阅的这个编号。请对照回执再核对一遍。"))
        return _asking(request, form, status=404)
    try:
        done = services.ask(case, form.wanted(), actor=actor, key=form.cleaned_data["key"], when=now())
    except (Refused, Stale) as problem:
        form.add_error(None, problem.for_person() if isinstance(problem, Refused) else str(problem))
        return _asking(request, form, status=409)
    return redirect("desk:opening", case_id=done.case_id, seq=done.seq)


@require_safe
@officers_only
def one(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Show one opening to who asked or who is to decide; never the identity."""
    found, case = _found(request, case_id, seq)
    return _one(request, found, case, DecideForm(), status=200)


@require_POST
@officers_only
@recently_proved_to_change
def decide(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Agree to an opening, or refuse it."""
    found, case = _found(request, case_id, seq)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _one(request, found, case, form, status=422)
    try:
        services.decide(
            found,
            case,
            actor=request.actor,
            agrees=form.agrees(),
            remark=form.cleaned_data["remark"],
            when=now(),
        )
    except (Refused, Stale) as problem:
        form.add_error(None, problem.for_person() if isinstance(problem, Refused) else str(problem))
        return _one(request, found, case, form, status=409)
    return redirect("desk:opening", case_id=case_id, seq=seq)


@require_POST
@officers_only
@recently_proved_to_change
def reveal(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Show one named field once to the officer who asked, after the look is recorded; the page is not stored."""
    found, case = _found(request, case_id, seq)
    form = FieldForm(request.POST)
    if not form.is_valid():
        raise Http404
    data, when = form.cleaned_data, now()
    try:
        value = services.reveal(
            found, case, actor=request.actor, seq=data["seq"], field=data["field"], when=when
        )
    except KeyError:
        raise Http404 from None
    except Refused as problem:
        decision = DecideForm()
        return _one(request, found, case, decision, status=409, problem=problem.for_person())
    alarming.alarm(request.actor.staff.pk, when=when)
    values = {
        "opening": found,
        "label": field_label(data["field"]),
        "value": value or _("没有填写"),
        "purpose": services.purpose(found),
    }
    return page(request, "openings/value.html", values, nav=NAV)


def _found(request: DeskRequest, case_id: int, seq: int) -> tuple[Opening, Case]:
    found = openings.opening_of(request.actor, case_id, seq)
    if found is None:
        raise Http404
    return found


def _asking(request: DeskRequest, form: AskForm, *, status: int) -> HttpResponse:
    values = {
        "form": form,
        "key": str(form.data.get("key", "")) or fresh_key(),
        "nobody": not form.deciders,
    }
    return page(request, "openings/ask.html", values, nav=NAV, status=status)


def _one(
    request: DeskRequest, found: Opening, case: Case, form: DecideForm, *, status: int, problem: str = ""
) -> HttpResponse:
    at = now().at
    mine = found.staff_id == request.actor.staff.pk
    is_open = mine and found.is_open(at)
    values = {
        "opening": found,
        "rows": _facts(found),
        "state": _state(found, at),
        "form": form,
        "mine": mine,
        "decides": not mine and found.waits(at),
        "open_until": timezone.localtime(found.until, BEIJING) if is_open and found.until else None,
        "people": _people(found, case) if is_open else [],
        "problem": problem,
    }
    return page(request, "openings/one.html", values, nav=NAV, status=status)


def _people(found: Opening, case: Case) -> list[dict[str, object]]:
    """Return the parties as pseudonyms with those fields that were given and are named in the opening."""
    rows = [
        (person, [field for field in person.given if field in found.fields])
        for person in services.parties(case)
    ]
    return [
        {
            "seq": person.seq,
            "name": person.name,
            "fields": [{"field": field, "label": field_label(field)} for field in fields],
        }
        for person, fields in rows
    ]


def _row(found: Opening, at: datetime) -> dict[str, object]:
    return {
        "number": found.number,
        "href": reverse("desk:opening", args=[found.case_id, found.seq]),
        "state": _state(found, at),
        "why": Opening.Why(found.why).label,
        "by": found.organ.name,
        "decider": found.decider.name,
        "at": timezone.localtime(found.asked_at, BEIJING),
    }


def _state(found: Opening, at: datetime) -> dict[str, str]:
    """Return the state in words as it is now: what its time has ended is over before a sweep says so."""
    state = State(found.state)
    if state is State.ASKED and not found.waits(at):
        state = State.LAPSED
    if state is State.AGREED and not found.is_open(at):
        state = State.ENDED
    return {"text": str(state.label), "tone": TONES[state.value]}


def _facts(found: Opening) -> list[dict[str, str]]:
    asker = words.by_whom(found.organ.name, found.staff.name)
    decided = ""
    if found.decided_by is not None:
        decided = words.by_whom(
            words.by_whom(found.decider.name, found.decided_by.name), _role(found.decided_role)
        )
    rows = [
        (_("编号"), found.number),
        (_("申请人"), words.by_whom(asker, _role(found.role))),
        (_("申请时间"), _clock(found.asked_at)),
        (_("事由"), str(Opening.Why(found.why).label)),
        (_("理由"), found.reason),
        (_("要查看的信息"), _("、").join(field_label(field) for field in found.fields)),
        (_("决定的机构"), found.decider.name),
        (_("决定人"), decided),
        (_("决定时间"), _clock(found.decided_at)),
        (_("说明"), found.remark),
        (_("可以查看到"), _clock(found.until)),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def _role(code: str) -> str:
    return str(Role(code).label) if code in Role.values else ""


def _clock(at: datetime | None) -> str:
    return timezone.localtime(at, BEIJING).strftime("%Y-%m-%d %H:%M") if at else ""
