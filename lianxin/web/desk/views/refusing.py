"""The refusals at the registry, and the pages of a matter brought again after the final re-check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect

from lianxin.cases.history import Loaded, Moment
from lianxin.cases.services import refusals
from lianxin.organs.selectors import ladder
from lianxin.procedure.book import book_for
from lianxin.web.clock import now
from lianxin.web.desk.acting import Values, loaded_or_404, page_of_act
from lianxin.web.desk.forms import refusing as fields
from lianxin.web.desk.forms.fields import near_places
from lianxin.web.desk.forms.register import is_oral, petition_of
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.leaving import heads, leave, no_one
from lianxin.web.desk.views.register import filed_at_once

AGAIN_KEY = "desk_filed_again"
"""Under this name the session keeps which form made which new item, so that one sent twice makes one."""


@page_of_act
@officers_only
def in_progress(request: DeskRequest, case_id: int) -> HttpResponse:
    """Refuse an item whose matter is being handled below inside its time."""
    loaded = loaded_or_404(request.actor, case_id)
    who = heads(request, loaded)

    def make(data: Values | None) -> fields.InProgressForm:
        return fields.InProgressForm(data, book=loaded.book, **who)

    def carry_out(form: fields.InProgressForm, when: Moment) -> object:
        data = form.cleaned_data
        return refusals.refuse_in_progress(
            loaded,
            actor=request.actor,
            running=refusals.InProgress(data["number"], data["organ"], data["last_day"]),
            same=data["same"],
            given=form.paper(),
            key=data["key"],
            when=when,
            approver=form.approver(),
        )

    return leave(
        request, loaded, "refuse_in_progress", make, carry_out, lambda form: {"warning": no_one(who)}
    )


@page_of_act
@officers_only
def visit_level(request: DeskRequest, case_id: int) -> HttpResponse:
    """Guide a visitor to the competent level; the item stays registered and other ways stay open."""
    loaded = loaded_or_404(request.actor, case_id)
    organs = ladder(loaded.case.place, on=now().on)

    def make(data: Values | None) -> fields.VisitForm:
        return fields.VisitForm(data, book=loaded.book, organs=organs)

    def carry_out(form: fields.VisitForm, when: Moment) -> object:
        data = form.cleaned_data
        return refusals.refuse_visit_level(
            loaded,
            actor=request.actor,
            competent=form.organs[data["competent"]],
            offered=data["offered"],
            given=form.paper(),
            key=data["key"],
            when=when,
        )

    return leave(request, loaded, "refuse_visit_level", make, carry_out)


@page_of_act
@officers_only
def final(request: DeskRequest, case_id: int) -> HttpResponse:
    """Refuse a matter that a re-check has closed on the same facts and reasons."""

    def act(loaded: Loaded, *, form: fields.FinalForm, **given: Any) -> object:
        organ = form.cleaned_data["recheck_organ"]
        return refusals.refuse_final(loaded, recheck_organ=organ, **given)

    return _no_further(request, case_id, "refuse_final", fields.FinalForm, act)


@page_of_act
@officers_only
def again_same(request: DeskRequest, case_id: int) -> HttpResponse:
    """Refuse the same matter brought again on the finally closed case itself."""

    def act(loaded: Loaded, *, form: fields.FinalForm, **given: Any) -> object:
        return refusals.file_again_same(loaded, **given)

    return _no_further(request, case_id, "file_again_same", fields.SameAgainForm, act)


def _no_further(
    request: DeskRequest,
    case_id: int,
    event: str,
    asking: type[fields.FinalForm],
    act: Callable[..., object],
) -> HttpResponse:
    loaded = loaded_or_404(request.actor, case_id)
    who = heads(request, loaded)
    rule, known = loaded.book.papers["no_further_notice"], refusals.recheck_of(loaded)

    def make(data: Values | None) -> fields.FinalForm:
        return asking(data, rule=rule, first=known, **who)

    def carry_out(form: fields.FinalForm, when: Moment) -> object:
        data = form.cleaned_data
        return act(
            loaded,
            form=form,
            actor=request.actor,
            same=data["same"],
            given=form.paper(),
            key=data["key"],
            when=when,
            approver=form.approver(),
        )

    return leave(request, loaded, event, make, carry_out, lambda form: {"warning": no_one(who)})


@page_of_act
@officers_only
def again_new(request: DeskRequest, case_id: int) -> HttpResponse:
    """Register a new item for new facts after a final re-check; its number and code are shown once, as after registering."""
    loaded, on, actor = loaded_or_404(request.actor, case_id), now().on, request.actor
    case, made = loaded.case, dict(request.session.get(AGAIN_KEY, {}))
    key = str(request.POST.get("key", ""))
    if key in made:
        return redirect("desk:registered", draft_id=made[key])
    first = {
        "kind": case.kind,
        "category": case.category,
        "subroute": case.subroute,
        "place": case.place.full_name,
        "people": case.people,
    }

    def make(data: Values | None) -> fields.AgainForm:
        return fields.AgainForm(data, initial=first, organ=actor.organ, book=book_for(on), on=on)

    def carry_out(form: fields.AgainForm, when: Moment) -> object:
        data = form.cleaned_data
        petition = petition_of(data, organ=actor.organ, when=when, read_back=is_oral(data))

        def write(new_id: int, keep: Any) -> object:
            return refusals.file_again_new(
                loaded,
                actor=actor,
                petition=petition,
                new_facts=data["new_facts"],
                note=data["note"],
                case_id=new_id,
                when=when,
                keep=keep,
            )

        made[key] = filed_at_once(request, write, text=petition.body)
        request.session[AGAIN_KEY] = made
        return case

    def more(form: Form) -> Values:
        return {"near_places": near_places(actor.organ, on=on)}

    answer = leave(request, loaded, "file_again_new", make, carry_out, more, template="again.html")
    return redirect("desk:registered", draft_id=made[key]) if key in made else answer
