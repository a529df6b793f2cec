"""The pages by which a case is kept from an organ or an officer (回避), and by which that ends."""

from __future__ import annotations

from django.forms import Form
from django.http import Http404, HttpResponse

from lianxin.cases import selectors
from lianxin.cases import walls as standing
from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.policies import may_decide_wall
from lianxin.cases.services import alarming, walls
from lianxin.organs.actors import Actor
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms.walls import LiftForm, RaiseForm
from lianxin.web.desk.proving import recently_proved
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def raise_wall(request: DeskRequest, case_id: int) -> HttpResponse:
    """Keep the case from organs and officers; where one of them has it, it goes up.

    Where words of the petitioner wait for this officer, the page needs a fresh proof.
    """
    loaded = _loaded_to_decide(request.actor, case_id)
    waits = walls.words_wait(loaded, actor=request.actor)
    return (recently_proved(_raise_wall) if waits else _raise_wall)(request, loaded)


def _raise_wall(request: DeskRequest, loaded: Loaded) -> HttpResponse:
    """Return the page; words of the petitioner that wait are opened on it, which may alarm the auditors."""
    actor = request.actor
    form = RaiseForm(request.POST if request.method == "POST" else None, near=actor.organ, on=now().on)

    def carry_out(data: Values, when: Moment) -> object:
        return walls.raise_wall(loaded, named=form.named(), actor=actor, key=str(data["key"]), when=when)

    def values(form: Form) -> Values:
        wanted, moment = walls.words_to_decide(loaded, actor=actor, at=now().at), now()
        if wanted:
            alarming.alarm(actor.staff.pk, when=moment)
        return {"wanted": wanted}

    return act_page(
        request, loaded, Act("raise_wall", "raise_wall.html", lambda data: form, carry_out, values)
    )


@page_of_act
@officers_only
def lift_wall(request: DeskRequest, case_id: int) -> HttpResponse:
    """End the keeping apart, with reasons and the consent of a head of an organ above."""
    loaded, actor = loaded_or_404(request.actor, case_id), request.actor
    above = walls.upper_heads(loaded, actor.organ, on=now().on)
    form = LiftForm(
        request.POST if request.method == "POST" else None, walls=standing.standing(case_id), above=above
    )

    def carry_out(data: Values, when: Moment) -> object:
        return walls.lift_wall(
            loaded,
            actor=actor,
            lifted=form.chosen(),
            reasons=str(data["reasons"]),
            approver=form.approver(),
            key=str(data["key"]),
            when=when,
        )

    return act_page(request, loaded, Act("lift_wall", "fields.html", lambda data: form, carry_out, _nothing))


def _loaded_to_decide(actor: Actor, case_id: int) -> Loaded:
    """Return a case the officer may act on, or one below whose walls an organ above decides on. Raises Http404."""
    case = selectors.case_to_act_on(actor, case_id)
    if case is None:
        below = selectors.case_to_oversee(actor, case_id)
        case = below if below is not None and may_decide_wall(actor, below) else None
    if case is None:
        raise Http404
    return load(case)


def _nothing(form: Form) -> Values:
    return {"reading": None}
