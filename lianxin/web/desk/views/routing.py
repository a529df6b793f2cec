"""The acts by which a case finds its organ: register, refer, take, object, and the answer to an objection."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import Form
from django.http import HttpResponse

from lianxin.cases.history import Loaded, Moment
from lianxin.cases.services import disputes, intake, routing
from lianxin.cases.walls import clear_organs
from lianxin.organs.models import Region
from lianxin.organs.selectors import receivers
from lianxin.procedure.routing import Proposal
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, KeyForm, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms import routing as fields
from lianxin.web.desk.forms.fields import near_places
from lianxin.web.desk.shown import reading
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def register(request: DeskRequest, case_id: int) -> HttpResponse:
    """Confirm kind, category, route, place and a summary without identity."""
    loaded = loaded_or_404(request.actor, case_id)
    case, actor, on = loaded.case, request.actor, now().on

    def form(data: Values | None) -> fields.RegisterForm:
        first = proposal_for(loaded) if data is None else None
        proposed = first.route.subroute if first else ""
        return fields.RegisterForm(
            data, case=case, book=loaded.book, organ=actor.organ, on=on, proposed=proposed
        )

    def carry_out(data: Values, when: Moment) -> object:
        return intake.register(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    def values(form: Form) -> Values:
        typed = getattr(form, "cleaned_data", {})
        category, place = typed.get("category") or case.category, typed.get("place") or case.place
        return {
            "reading": reading(request, loaded, purpose="登记甄别"),
            "near_places": near_places(actor.organ, on=on),
            "proposal": propose(loaded, category, typed.get("kind") or case.kind, place),
        }

    return act_page(request, loaded, Act("register", "register.html", form, carry_out, values))


@page_of_act
@officers_only
def refer(request: DeskRequest, case_id: int) -> HttpResponse:
    """Refer the case to another organ: the proposed one, or another with a reason."""
    loaded = loaded_or_404(request.actor, case_id)
    actor, on = request.actor, now().on
    targets = clear_organs(loaded.case, receivers(actor.organ, on=on), on=on)
    proposal = proposal_for(loaded)
    best = proposal.organ if proposal else None
    proposed = best.code if best else ""

    def form(data: Values | None) -> fields.ReferForm:
        return fields.ReferForm(data, targets=targets, proposed=proposed)

    def carry_out(data: Values, when: Moment) -> object:
        return routing.refer(loaded, actor=actor, when=when, proposed=proposed, **data)  # type: ignore[arg-type]

    def values(form: Form) -> Values:
        return {"proposal": proposal, "proposed_is_own": proposed == actor.organ.code}

    return act_page(request, loaded, Act("refer_down", "refer.html", form, carry_out, values))


@page_of_act
@officers_only
def take(request: DeskRequest, case_id: int) -> HttpResponse:
    """Take a referred case over."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor

    def carry_out(data: Values, when: Moment) -> object:
        return routing.take(loaded, actor=actor, key=str(data["key"]), when=when)

    def values(form: Form) -> Values:
        return {"proposal": proposal_for(loaded)}

    return act_page(request, loaded, Act("take", "take.html", KeyForm, carry_out, values))


@page_of_act
@officers_only
def object_to(request: DeskRequest, case_id: int) -> HttpResponse:
    """Object to a referral, with reasons and the organ believed competent."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor

    def carry_out(data: Values, when: Moment) -> object:
        return routing.object_to(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    return act_page(request, loaded, Act("object", "reasons.html", fields.ObjectForm, carry_out))


@page_of_act
@officers_only
def agree_objection(request: DeskRequest, case_id: int) -> HttpResponse:
    """Agree to an objection and take the case back."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor

    def carry_out(data: Values, when: Moment) -> object:
        return routing.agree_objection(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    return act_page(
        request,
        loaded,
        Act("agree_objection", "answer_objection.html", fields.AgreeForm, carry_out, objection(loaded)),
    )


@page_of_act
@officers_only
def reject_objection(request: DeskRequest, case_id: int) -> HttpResponse:
    """Reject an objection with reasons."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor

    def carry_out(data: Values, when: Moment) -> object:
        return routing.reject_objection(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    return act_page(
        request,
        loaded,
        Act("reject_objection", "answer_objection.html", fields.RejectForm, carry_out, objection(loaded)),
    )


def proposal_for(loaded: Loaded) -> Proposal | None:
    """Return which organ and route the rules propose for a case, with the reasons; None without a category."""
    return propose(loaded, loaded.case.category, loaded.case.kind, loaded.case.place)


def propose(loaded: Loaded, category: str, kind: str, place: Region) -> Proposal | None:
    """Return what the rules propose for a matter typed so far; None without a category they know."""
    case = loaded.case
    if category not in loaded.book.categories.leaves:
        return None
    return routing.propose(
        rulebook=case.rulebook, category=category, kind=kind, place=place, on=case.received_on
    )


def objection(loaded: Loaded) -> Callable[[Form], Values]:
    """Return what the pages that answer an objection show of it."""
    said = disputes.objection(loaded)
    return lambda form: {"reasons": str(said.get("reasons", "")), "believed": str(said.get("believed", ""))}
