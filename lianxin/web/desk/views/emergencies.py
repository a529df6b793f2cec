"""Emergencies (紧急情况): recorded in under a minute, who was called when, the report up the line, the help that followed."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import selectors as cases
from lianxin.cases.models import Channel
from lianxin.cases.policies import may_register
from lianxin.petitioners import drafts
from lianxin.procedure.book import book_for
from lianxin.procedure.clock import told_by
from lianxin.procedure.errors import Refused, Stale
from lianxin.visits import selectors
from lianxin.visits.models import Emergency, EmergencyEntry
from lianxin.visits.policies import RECEIVERS, may_confirm
from lianxin.visits.services import emergencies as services
from lianxin.web.clock import BEIJING, now
from lianxin.web.desk import arriving, words
from lianxin.web.desk.forms.emergencies import EmergencyForm, LineForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views import register

NAV = "emergencies"
What, Whom = EmergencyEntry.What, EmergencyEntry.Whom
NUMBERS = {
    Whom.POLICE: "110",
    Whom.AMBULANCE: "120",
    Whom.FIRE: "119",
    Whom.CHILDREN: "12355",
    Whom.WOMEN: "12338",
}
DEEDS = ("call", "help", "report", "take", "close")


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def listed(request: DeskRequest) -> HttpResponse:
    """Show the emergencies of the organ and those reported to it, those still going on first."""
    actor, when = request.actor, now()
    running = [_row(one, actor.organ.pk, when.at) for one in selectors.open_emergencies(actor)]
    values = {
        "waiting": [one for one in running if one["waits"]],
        "running": [one for one in running if not one["waits"]],
        "over": [_row(one, actor.organ.pk, when.at) for one in selectors.closed_emergencies(actor)],
    }
    return page(request, "visits/emergencies.html", values, nav=NAV)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*RECEIVERS)
def add(request: DeskRequest) -> HttpResponse:
    """Show the form of a new emergency; a POST records it and reports it up."""
    form, status = EmergencyForm(), 200
    if request.method == "POST":
        form, status = EmergencyForm(request.POST), 422
        if form.is_valid():
            try:
                made = services.record(
                    form.seen(), actor=request.actor, key=form.cleaned_data["key"], when=now()
                )
                return redirect("desk:emergency", emergency_id=made.pk)
            except Refused as refused:
                form.add_error(None, refused.for_person())
                status = 409
    values = {
        "form": form,
        "key": str(form.data.get("key", "")) or fresh_key(),
        "above": request.actor.organ.parent_id,
    }
    return page(request, "visits/emergency_add.html", values, nav=NAV, status=status)


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def one(request: DeskRequest, emergency_id: int) -> HttpResponse:
    """Show one emergency: its clock, its calls with their times, its lines."""
    return _page(request, _found(request, emergency_id))


@require_POST
@officers_only
@roles_only(*RECEIVERS)
def do(request: DeskRequest, emergency_id: int) -> HttpResponse:
    """Add what was done: a call, help, the report, its confirmation, the end."""
    found, deed, actor, when = _found(request, emergency_id), request.POST.get("do", ""), request.actor, now()
    if deed not in DEEDS:
        raise Http404
    form = LineForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, deed, status=422)
    data = form.cleaned_data
    given = {"actor": actor, "key": data["key"], "when": when}
    try:
        match deed:
            case "call":
                line = services.Line(What.CALLED, form.at(when), whom=data["whom"], text=data["text"])
                services.add(found, line, **given)
            case "help":
                services.add(found, services.Line(What.HELP, form.at(when), text=data["text"]), **given)
            case "report":
                services.report_up(found, **given)
            case "take":
                services.take(found, text=data["text"], **given)
            case _:
                services.close(found, text=data["text"], **given)
    except (Refused, Stale) as problem:
        form.add_error(None, str(problem))
        return _page(request, _found(request, emergency_id), form, deed, status=409)
    return redirect("desk:emergency", emergency_id=found.pk)


@require_POST
@officers_only
@roles_only(*register.WRITERS)
def to_case(request: DeskRequest, emergency_id: int) -> HttpResponse:
    """Begin the registration of an emergency as an item; the words it has go along."""
    found = _found(request, emergency_id)
    if found.organ_id != request.actor.organ.pk or found.became_id is not None:
        raise Http404
    draft, when = register.begun(request), now()
    day = timezone.localtime(found.seen_at, BEIJING)
    answers = {
        "channel": Channel.VISIT.value,
        "people": str(found.people),
        "body": f"{found.happening}\n{found.place}",
        **{f"received_on_{part}": str(getattr(day, part)) for part in ("year", "month", "day")},
        **arriving.mark(arriving.EMERGENCY, found.pk),
        register.ORGAN: str(request.actor.organ.pk),
    }
    drafts.save(draft, answers, at=when.at)
    return redirect("desk:register_draft", draft_id=draft.id)


def _found(request: DeskRequest, emergency_id: int) -> Emergency:
    found = selectors.emergency(request.actor, emergency_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: DeskRequest,
    found: Emergency,
    form: LineForm | None = None,
    deed: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    actor, when = request.actor, now()
    lines = selectors.lines_of(found)
    own = found.organ_id == actor.organ.pk
    case = cases.case_to_act_on(actor, found.became_id) if found.became_id and own else None
    forms = {name: LineForm(auto_id=f"id_{name}_%s") for name in ("call", "help", "take", "close")}
    if form is not None and deed in forms:
        form.auto_id = f"id_{deed}_%s"
        forms[deed] = form
    values = {
        "emergency": found,
        "kind": Emergency.Kind(found.kind).label,
        "facts": _facts(found),
        "clocks": _clocks(found, when.at),
        "contacts": _contacts(lines),
        "lines": [_line(one) for one in lines],
        "forms": forms,
        "form": form,
        "key": fresh_key(),
        "own": own,
        "open": found.closed_at is None,
        "confirms": may_confirm(actor, found.told_id) and found.taken_at is None,
        "reports": own and found.told_id is None and found.organ.parent_id is not None,
        "registers": own and found.became_id is None and may_register(actor),
        "case": case,
    }
    return page(request, "visits/emergency.html", values, nav=NAV, status=status)


def _contacts(lines: list[EmergencyEntry]) -> list[dict[str, object]]:
    """Return who can be called, with number and the times of the calls made."""
    times: dict[str, list[str]] = {}
    for line in lines:
        if line.what == What.CALLED:
            times.setdefault(line.whom, []).append(_clock(line.at))
    return [
        {
            "whom": whom.value,
            "label": whom.label,
            "number": NUMBERS.get(whom, ""),
            "times": times.get(whom, []),
        }
        for whom in Whom
    ]


def _facts(found: Emergency) -> list[dict[str, object]]:
    rows = [
        (_("记录机构"), found.organ.name),
        (_("发现时间"), _full(found.seen_at)),
        (_("在哪里"), found.place),
        (_("几个人需要帮助"), str(found.people)),
        (_("现在的情况"), found.happening),
    ]
    if found.closed_at:
        rows.append((_("结束时间"), _full(found.closed_at)))
    return [{"key": key, "value": value} for key, value in rows]


def _clocks(found: Emergency, at: datetime) -> list[dict[str, object]]:
    """Return by when head and organ above were to know, and when they did; words, never colour alone."""
    until = told_by(book_for(found.seen_on), found.seen_at)
    rows = [_told(_("告知负责人"), until.head, found.head_at, at)]
    if found.told is not None or found.organ.parent_id is not None:
        above = found.told.name if found.told else (found.organ.parent.name if found.organ.parent else "")
        rows.append(_told(_("报告上级：%(organ)s") % {"organ": above}, until.upper, found.told_at, at))
        if found.told_at:
            rows.append(_told(_("上级确认收到"), None, found.taken_at, at))
    return rows


def _told(label: str, until: datetime | None, done: datetime | None, at: datetime) -> dict[str, object]:
    if done is not None:
        late = until is not None and done > until
        text = _("%(at)s，晚了") if late else _("%(at)s，已完成")
        return {"label": label, "text": text % {"at": _full(done)}, "tone": "red" if late else "green"}
    if until is None:
        return {"label": label, "text": _("还没有确认，可以打电话提醒"), "tone": "amber"}
    if at > until:
        text = _("应当在 %(at)s 以前，已经超过，请马上办") % {"at": _full(until)}
        return {"label": label, "text": text, "tone": "red"}
    return {"label": label, "text": _("请在 %(at)s 以前") % {"at": _full(until)}, "tone": "amber"}


def _line(line: EmergencyEntry) -> dict[str, object]:
    title = str(What(line.what).label)
    if line.whom:
        title = _("%(what)s：%(whom)s") % {"what": title, "whom": Whom(line.whom).label}
    late = (line.written_at - line.at).total_seconds() >= 60
    return {
        "title": title,
        "at": _full(line.at),
        "by": words.by_whom(line.organ.name, line.staff.name),
        "text": line.text,
        "written": _full(line.written_at) if late else "",
    }


def _row(one: Emergency, organ_id: int, at: datetime) -> dict[str, object]:
    theirs = one.organ_id != organ_id
    until = told_by(book_for(one.seen_on), one.seen_at).upper
    if one.closed_at:
        state = {"text": _("已结束"), "tone": "grey"}
    elif one.taken_at:
        state = {"text": _("上级已确认"), "tone": "green"}
    elif one.told_at:
        state = {"text": _("等上级确认"), "tone": "amber"}
    else:
        state = {"text": _("还没有报告上级"), "tone": "red" if at > until else "amber"}
    return {
        "kind": Emergency.Kind(one.kind).label,
        "place": one.place,
        "people": one.people,
        "organ": one.organ.name if theirs else "",
        "at": _full(one.seen_at),
        "state": state,
        "waits": theirs and one.taken_at is None,
        "href": reverse("desk:emergency", args=[one.pk]),
    }


def _clock(at: datetime) -> str:
    return timezone.localtime(at, BEIJING).strftime("%H:%M")


def _full(at: datetime) -> str:
    return timezone.localtime(at, BEIJING).strftime("%Y-%m-%d %H:%M")
