"""The acts on a case under way: its claims, another officer, more time, and a notice told."""

from __future__ import annotations

from django.forms import Form
from django.http import Http404, HttpResponse

from lianxin.cases import selectors
from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.services import claims, extending, handling, notices
from lianxin.cases.walls import clear_staff
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.organs.selectors import officers
from lianxin.procedure.clock import Running
from lianxin.web.clock import now
from lianxin.web.desk import words
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms import working as fields
from lianxin.web.desk.shown import reading
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def sort_claims(request: DeskRequest, case_id: int) -> HttpResponse:
    """Sort the claims of a letter: add those found, give each its route."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    there = selectors.claims_of(loaded.case)
    form = fields.SortForm(request.POST if request.method == "POST" else None, claims=there, book=loaded.book)

    def carry_out(data: Values, when: Moment) -> object:
        return claims.sort_claims(
            loaded,
            actor=actor,
            routes=form.routes(),
            added=form.added(),
            key=str(data["key"]),
            note=str(data["note"]),
            when=when,
        )

    def values(form: Form) -> Values:
        return {"reading": reading(request, loaded, purpose="梳理诉求")}

    return act_page(
        request, loaded, Act("sort_claims", "sort_claims.html", lambda data: form, carry_out, values)
    )


@page_of_act
@officers_only
def reassign(request: DeskRequest, case_id: int) -> HttpResponse:
    """Give the case to another of the organ's handlers."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    handlers = _others(request, loaded)

    def form(data: Values | None) -> fields.ReassignForm:
        return fields.ReassignForm(data, handlers=handlers)

    def carry_out(data: Values, when: Moment) -> object:
        officer = next(one for one in handlers if one.pk == data["officer"])
        return handling.reassign(loaded, actor=actor, when=when, **{**data, "officer": officer})  # type: ignore[arg-type]

    return act_page(
        request, loaded, Act("reassign", "assign.html", form, carry_out, lambda form: {"none": not handlers})
    )


@page_of_act
@officers_only
def recuse(request: DeskRequest, case_id: int) -> HttpResponse:
    """Let the officer stand back from the case."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    handlers = _others(request, loaded)

    def form(data: Values | None) -> fields.RecuseForm:
        return fields.RecuseForm(data, others=handlers)

    def carry_out(data: Values, when: Moment) -> object:
        replacement = next((one for one in handlers if one.pk == data["replacement"]), None)
        return handling.recuse(
            loaded,
            actor=actor,
            reasons=str(data["reasons"]),
            replacement=replacement,
            key=str(data["key"]),
            when=when,
        )

    return act_page(request, loaded, Act("recuse", "fields.html", form, carry_out, _nothing))


@page_of_act
@officers_only
def extend(request: DeskRequest, case_id: int) -> HttpResponse:
    """Extend the period, with the last day as it would be; a preview counts it before it is promised."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    running = extending.period(loaded)
    used = running.deadline.extension_days if running else 0
    most = max(running.deadline.rule.extension_max - used, 0) if running else 0

    def form(data: Values | None) -> fields.ExtendForm:
        return fields.ExtendForm(data, most=most)

    def carry_out(data: Values, when: Moment) -> object:
        return extending.extend(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    def values(form: Form) -> Values:
        days = getattr(form, "cleaned_data", {}).get("days")
        fits = isinstance(days, int) and days <= most
        return _promised(
            running, extending.lengthened(loaded, days=int(days or 0), when=now()) if fits else None
        )

    return act_page(request, loaded, Act("extend", "extend.html", form, carry_out, values))


@page_of_act
@officers_only
def to_ordinary(request: DeskRequest, case_id: int) -> HttpResponse:
    """Turn a case from the simple to the ordinary procedure."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor

    def carry_out(data: Values, when: Moment) -> object:
        return extending.to_ordinary(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    def values(form: Form) -> Values:
        return _promised(extending.period(loaded), extending.ordinary_period(loaded, when=now()))

    return act_page(
        request, loaded, Act("to_ordinary", "extend.html", fields.OrdinaryForm, carry_out, values)
    )


@page_of_act
@officers_only
def give_notice(request: DeskRequest, case_id: int) -> HttpResponse:
    """Keep which owed notices the petitioner was told of, how and when."""
    loaded = _loaded_to_tell(request.actor, case_id)
    actor, on = request.actor, now().on
    owed = notices.owed_by(actor, loaded)

    def form(data: Values | None) -> fields.NoticeForm:
        return fields.NoticeForm(data, owed=owed, book=loaded.book, on=on)

    def carry_out(data: Values, when: Moment) -> object:
        return notices.give_notice(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    def values(form: Form) -> Values:
        return {"nothing": not owed}

    return act_page(request, loaded, Act("give_notice", "give_notice.html", form, carry_out, values))


def _loaded_to_tell(actor: Actor, case_id: int) -> Loaded:
    """Return a case for its notices: also one that has gone on since the officer's organ took a step. Raises Http404."""
    case = selectors.case_to_act_on(actor, case_id) or selectors.case_to_oversee(actor, case_id)
    if case is None:
        raise Http404
    return load(case)


def _others(request: DeskRequest, loaded: Loaded) -> list[Staff]:
    """Return the organ's handlers beside the one who has the case."""
    found = clear_staff(loaded.case, officers(request.actor.organ, "handler", on=now().on), on=now().on)
    return [one for one in found if one.pk != loaded.case.officer_id]


def _promised(before: Running | None, after: Running | None) -> Values:
    """Return the last day as it is and as it would be, with its arithmetic."""
    lines = after.deadline.lines if after else ()
    return {
        "before": before.deadline.legal if before else None,
        "after": after.deadline.legal if after else None,
        "lines": [line.words(english=words.english()) for line in lines],
    }


def _nothing(form: Form) -> Values:
    return {"reading": None}
