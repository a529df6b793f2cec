"""Receiving one visit at the window: the words sealed as they are typed, needs, representatives, the right level kindly told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases.models import Channel, Kind
from lianxin.cases.services import routing
from lianxin.organs.models import Organ
from lianxin.organs.selectors import ladder
from lianxin.petitioners import drafts
from lianxin.procedure.book import book_for
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.errors import Refused, Stale
from lianxin.procedure.questions import ask
from lianxin.visits import selectors
from lianxin.visits.models import Reception
from lianxin.visits.policies import RECEIVERS
from lianxin.visits.services import receptions as services
from lianxin.web.clock import now
from lianxin.web.desk import arriving
from lianxin.web.desk.forms.fields import near_places
from lianxin.web.desk.forms.visits import EndForm, LevelForm, ReceptionForm, rows_filled
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views import register
from lianxin.web.desk.views.visits import NAV, clock

NOTED = "本次来访："
"""How the line of the internal note begins that is made from the needs of the visit."""
TONES = {"open": "amber", "registered": "green", "ended": "grey"}


@require_POST
@officers_only
@roles_only(*register.WRITERS)
def receive(request: DeskRequest, ticket_id: int) -> HttpResponse:
    """Begin to receive who was called; the words go to a sealed draft of this session."""
    ticket = selectors.ticket(request.actor, ticket_id)
    if ticket is None:
        raise Http404
    known = selectors.reception_of_ticket(request.actor, ticket.id)
    if known is not None and register.holds(request, known.draft_id):
        return redirect("desk:visit_reception", draft_id=known.draft_id)
    draft = register.begun(request)
    when = now()
    try:
        reception = services.begin(ticket, actor=request.actor, draft_id=draft.id, when=when)
    except (Refused, Stale) as problem:
        drafts.forget(draft_id=draft.id)
        values = {"sentence": str(problem), "part": "queue"}
        return page(request, "visits/not_now.html", values, nav=NAV, status=409)
    day = {f"received_on_{part}": str(getattr(when.on, part)) for part in ("year", "month", "day")}
    answers = {"channel": Channel.VISIT.value, "people": str(reception.people), **day}
    answers |= arriving.mark(arriving.RECEPTION, reception.id)
    drafts.save(draft, {**answers, register.ORGAN: str(request.actor.organ.pk)}, at=when.at)
    return redirect("desk:visit_reception", draft_id=draft.id)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@register.of_draft(*register.WRITERS)
def reception(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """Show the record of one visit; a POST keeps it and stays, or goes on to the registration and the reading back."""
    if draft.filed:
        return redirect("desk:registered", draft_id=draft.id)
    found = _of(request, draft)
    if request.method != "POST":
        return _page(request, draft, found, ReceptionForm(initial=_filled(found, draft.answers)))
    form = ReceptionForm(request.POST)
    if not form.is_valid():
        return _page(request, draft, found, form, status=422)
    typed = {**draft.answers, **_typed(form, draft.answers)}
    draft = drafts.change(draft, lambda there: {**there, **typed}, at=now().at) or draft
    onward = "onward" in request.POST
    if onward and not form.spoken():
        form.add_error("body", _("请先写下来访人说的事情"))
        return _page(request, draft, found, form, status=422)
    try:
        services.keep(found, form.visit(), actor=request.actor, when=now())
    except (Refused, Stale) as problem:
        form.add_error(None, str(problem))
        return _page(request, draft, found, form, status=409)
    if onward:
        return redirect("desk:register_draft", draft_id=draft.id)
    return redirect(reverse("desk:visit_reception", args=[draft.id]) + "?done=kept")


@require_POST
@officers_only
@register.of_draft(*register.WRITERS)
def end(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """End a reception in which nothing was put forward; its draft is wiped."""
    found = _of(request, draft)
    form = EndForm(request.POST)
    if not form.is_valid():
        return _page(request, draft, found, None, ending=form, status=422)
    try:
        services.end(found, actor=request.actor, why=form.cleaned_data["why"], when=now())
    except (Refused, Stale) as problem:
        form.add_error(None, str(problem))
        return _page(request, draft, found, None, ending=form, status=409)
    drafts.forget(draft_id=draft.id)
    return redirect("desk:visits")


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def listed(request: DeskRequest) -> HttpResponse:
    """Show the receptions of a day: times, numbers of people, needs; no words, no names."""
    day = _day(request.GET.get("day", ""), now().on)
    kept = set(request.session.get(register.DRAFTS_KEY, {}))
    found = selectors.receptions_of_day(request.actor, on=day)
    values = {"rows": [_row(one, kept) for one in found], "day": day, "part": "receptions"}
    return page(request, "visits/receptions.html", values, nav=NAV)


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def levels(request: DeskRequest) -> HttpResponse:
    """Explain where a matter may be received, with a way to leave it here."""
    return _levels(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@register.of_draft(*register.WRITERS)
def levels_of(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """The same for the visit being received; a POST takes it here as a letter, to be passed on."""
    if draft.filed:
        return redirect("desk:registered", draft_id=draft.id)
    if request.method != "POST":
        return _levels(request, draft)
    given = {name: request.POST[name] for name in ("place", "category") if request.POST.get(name)}
    letter = {"channel": Channel.LETTER.value, **given}
    drafts.change(draft, lambda there: {**there, **letter}, at=now().at)
    return redirect("desk:register_draft", draft_id=draft.id)


@require_safe
@officers_only
@roles_only(*RECEIVERS)
def leaflet(request: DeskRequest) -> HttpResponse:
    """Show the leaflet for people who come in a group."""
    return page(request, "visits/leaflet.html", {"organ": request.actor.organ, "part": "leaflet"}, nav=NAV)


def _of(request: DeskRequest, draft: drafts.Opened) -> Reception:
    found = selectors.reception_of_draft(request.actor, draft.id)
    if found is None:
        raise Http404
    return found


def _filled(found: Reception, answers: Mapping[str, str]) -> dict[str, object]:
    first = {name: answers.get(name, "") for name in ("name", "phone", "id_number")}
    people = [first, *arriving.others_of(answers)]
    return {
        "body": answers.get("body", ""),
        "claims": answers.get("claims", ""),
        "people": found.people,
        "needs": found.needs,
        "language": found.language,
        "electing": found.electing,
        "place_offered": found.place_offered,
        **rows_filled([one for one in people if any(one.values())]),
    }


def _typed(form: ReceptionForm, answers: Mapping[str, str]) -> dict[str, str]:
    """Return what the registration is told: the words, who speaks first, the others, a line of the internal note."""
    data, given = form.cleaned_data, form.people_given()
    first = given[0] if given else {}
    others = given[1:] if data["people"] > 1 else []
    noted = [line for line in answers.get("note", "").splitlines() if not line.startswith(NOTED)]
    return {
        "body": data["body"],
        "claims": data["claims"],
        "people": str(data["people"]),
        **{name: first.get(name, "") for name in ("name", "phone", "id_number")},
        **arriving.with_others(others),
        "note": "\n".join([*_note(form), *noted]),
    }


def _note(form: ReceptionForm) -> list[str]:
    """Return the line of the internal note on what this visit needs and who speaks for it."""
    visit = form.visit()
    parts = [str(Reception.Need(need).label) for need in visit.needs]
    if visit.language:
        parts.append(f"语言：{visit.language}")
    if visit.people > 1:
        parts.append(f"{visit.people} 人来访，推选代表 {len(visit.representatives)} 人")
    if visit.electing:
        parts.append(f"推选方式：{visit.electing}")
    return [NOTED + "；".join(parts)] if parts else []


def _page(
    request: DeskRequest,
    draft: drafts.Opened,
    found: Reception,
    form: ReceptionForm | None,
    *,
    ending: EndForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = form or ReceptionForm(initial=_filled(found, draft.answers))
    people = form["people"].value()
    values = {
        "form": form,
        "ending": ending or EndForm(),
        "key": fresh_key(),
        "draft_id": draft.id,
        "reception": found,
        "rows": form.rows(),
        "group": str(people).isdigit() and int(str(people)) > 1,
        "began": clock(found.began_at),
        "kept": request.GET.get("done") == "kept",
        "part": "queue",
    }
    return page(request, "visits/reception.html", values, nav=NAV, status=status)


def _levels(request: DeskRequest, draft: drafts.Opened | None) -> HttpResponse:
    organ, on = request.actor.organ, now().on
    book = book_for(on)
    form = LevelForm(request.GET if "place" in request.GET else None, organ=organ, book=book, on=on)
    values: dict[str, object] = {
        "form": form,
        "draft_id": draft.id if draft else None,
        "near_places": near_places(organ, on=on),
        "part": "levels",
        "place": request.GET.get("place", ""),
        "category": request.GET.get("category", ""),
        "organ": organ,
    }
    status = 200
    if form.is_bound and not form.is_valid():
        status = 422
    elif form.is_bound:
        place, category = form.cleaned_data["place"], form.cleaned_data["category"]
        proposal = routing.propose(
            rulebook=book.id, category=category, kind=Kind.CLAIM.value, place=place, on=on
        )
        organs = ladder(place, on=on)
        competent = next((one for one in organs if proposal.organ and one.code == proposal.organ.code), None)
        values |= {
            "proposal": proposal,
            "competent": competent,
            "receiving": _may_receive(organs, competent, on=on),
            "here": _here(organ, competent, on=on),
        }
    return page(request, "visits/levels.html", values, nav=NAV, status=status)


def _may_receive(organs: list[Organ], competent: Organ | None, *, on: date) -> list[Organ]:
    """Return the organs at which a visit on a matter may be received, by the rulebook (Art 20(1)); below first."""
    if competent is None:
        return []
    above = [one for one in organs if one.path and competent.path.startswith(one.path)]
    return [one for one in above if _here(one, competent, on=on)]


def _here(organ: Organ, competent: Organ | None, *, on: date) -> bool:
    """Tell whether a visit may be received at an organ."""
    if competent is None:
        return False
    facts = {"channel": "visit", "competent_organ": _named(competent), "visited_organ": _named(organ)}
    return ask(book_for(on), "accept_visit", facts, calendar=load_calendar()).allowed


def _named(organ: Organ) -> str:
    return f"{organ.level}.{organ.kind}"


def _row(one: Reception, kept: set[str]) -> dict[str, object]:
    going_on = one.state == Reception.State.OPEN and one.draft_id and str(one.draft_id) in kept
    return {
        "began": clock(one.began_at),
        "ended": clock(one.ended_at),
        "staff": one.staff.name,
        "people": one.people,
        "chosen": one.chosen,
        "needs": [str(Reception.Need(need).label) for need in one.needs if need in Reception.Need.values],
        "language": one.language,
        "state": {"text": Reception.State(one.state).label, "tone": TONES[one.state]},
        "why": Reception.Why(one.why).label if one.why else "",
        "href": reverse("desk:visit_reception", args=[one.draft_id]) if going_on else "",
        "ticket": reverse("desk:visit_ticket", args=[one.ticket_id]),
        "lost": one.state == Reception.State.OPEN and not going_on,
    }


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return min(found, today)
