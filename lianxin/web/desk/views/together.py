"""The acts at which several sides sit: mediation, settlement, hearing, and disputes between organs."""

from __future__ import annotations

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lianxin.cases import selectors
from lianxin.cases.history import Loaded, Moment
from lianxin.cases.services import disputes, extending, hearings, mediation
from lianxin.cases.services.approval import may_agree, other_post
from lianxin.organs.models import Role, Staff
from lianxin.procedure.acts import day_in
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms import together as fields
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def start_mediation(request: DeskRequest, case_id: int) -> HttpResponse:
    """Begin a mediation both sides have agreed to."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    form = fields.TableForm(request.POST if request.method == "POST" else None)

    def carry_out(data: Values, when: Moment) -> object:
        return mediation.start_mediation(
            loaded, actor=actor, consents=form.consents(), key=str(data["key"]), when=when
        )

    def values(form: Form) -> Values:
        running = extending.period(loaded)
        return {"before": running.deadline if running else None}

    return act_page(
        request, loaded, Act("start_mediation", "mediation.html", lambda data: form, carry_out, values)
    )


@page_of_act
@officers_only
def agree_settlement(request: DeskRequest, case_id: int) -> HttpResponse:
    """Close a case by a signed agreement, mediator and checker together."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    role, people = second(request, loaded, other_post(actor, *mediation.POSTS))
    form = fields.SettlementForm(
        request.POST if request.method == "POST" else None,
        label=_("同意的%(post)s人员") % {"post": role},
        others=people,
    )

    def carry_out(data: Values, when: Moment) -> object:
        return mediation.agree_settlement(
            loaded,
            actor=actor,
            consents=form.consents(),
            duties=form.duties(),
            signatures=str(data["signatures"]),
            signed=bool(data["signed"]),
            lawful=bool(data["lawful"]),
            within_discretion=bool(data["within_discretion"]),
            approver=chosen(people, data),
            key=str(data["key"]),
            when=when,
        )

    return act_page(request, loaded, Act("agree_settlement", "settlement.html", lambda data: form, carry_out))


@page_of_act
@officers_only
def hold_hearing(request: DeskRequest, case_id: int) -> HttpResponse:
    """Call a hearing, or, once one is called, keep its record; ?again=1 calls another one instead."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    notice = hearings.called(loaded)
    records = notice is not None and "again" not in request.GET
    rule = loaded.book.papers["hearing_record"]
    data = request.POST if request.method == "POST" else None
    record, call = fields.HearingRecordForm(data, rule=rule), fields.HearingForm(data)

    def carry_out(data: Values, when: Moment) -> object:
        key = str(data["key"])
        if records:
            return hearings.record_hearing(loaded, actor=actor, held=record.held(), key=key, when=when)
        return hearings.call_hearing(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    def values(form: Form) -> Values:
        days = notice.facts.get("hearing_days") if notice else None
        planned = day_in({"on": days[0]}, "on") if isinstance(days, list) and days else None
        return {"planned": planned, "records": records, "excludes": hearings.leaves_out(loaded)}

    form = record if records else call
    return act_page(
        request, loaded, Act("hold_hearing", "hearing.html", lambda data: form, carry_out, values)
    )


@page_of_act
@officers_only
def escalate_dispute(request: DeskRequest, case_id: int) -> HttpResponse:
    """Report a dispute over competence to an organ above both sides, or to the joint conference."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    arbiters = disputes.arbiters(loaded.case, on=now().on)
    form = fields.EscalateForm(request.POST if request.method == "POST" else None, arbiters=arbiters)

    def carry_out(data: Values, when: Moment) -> object:
        return disputes.escalate_dispute(
            loaded,
            actor=actor,
            arbiter=form.arbiter_chosen(),
            reasons=str(data["reasons"]),
            others=str(data["others"]).splitlines(),
            key=str(data["key"]),
            when=when,
        )

    def values(form: Form) -> Values:
        case = loaded.case
        return {
            "conference": not arbiters,
            "sides": [organ.name for organ in (case.holder, case.offered_to) if organ],
            "objection": str(disputes.objection(loaded).get("reasons", "")),
        }

    return act_page(
        request, loaded, Act("escalate_dispute", "escalate.html", lambda data: form, carry_out, values)
    )


@page_of_act
@officers_only
def decide_organ(request: DeskRequest, case_id: int) -> HttpResponse:
    """Designate the organ of a disputed case; afterwards the arbiter has it no longer, so a repeated form ends as the first."""
    actor = request.actor
    if disputes.decided_before(actor, case_id, request.POST.get("key", "")):
        follows = selectors.case_to_oversee(actor, case_id) is not None
        return redirect("desk:case", case_id=case_id) if follows else redirect("desk:worklist")
    loaded = loaded_or_404(actor, case_id)
    targets = disputes.candidates(loaded, on=now().on)
    conference = disputes.by_conference(loaded)
    form = fields.DesignateForm(
        request.POST if request.method == "POST" else None, targets=targets, conference=conference
    )

    def carry_out(data: Values, when: Moment) -> object:
        target = form.organs[str(data["target"])]
        return disputes.decide_organ(
            loaded, actor=actor, target=target, reason=str(data["reason"]), key=str(data["key"]), when=when
        )

    def values(form: Form) -> Values:
        told = loaded.latest("escalate_dispute")
        return {
            "conference": conference,
            "sides": [organ.name for organ in (loaded.case.holder, loaded.case.offered_to) if organ],
            "objection": str(disputes.objection(loaded).get("reasons", "")),
            "reasons": str(told.facts.get("reasons", "")) if told else "",
        }

    return act_page(
        request, loaded, Act("decide_organ", "designate.html", lambda data: form, carry_out, values)
    )


def second(request: DeskRequest, loaded: Loaded, role: str) -> tuple[str, list[Staff] | None]:
    """Return the label of the other post an act needs and who may agree in it; "" and None where none is needed."""
    if not role:
        return "", None
    return str(Role(role).label), may_agree(loaded, request.actor.organ, role, on=now().on)


def chosen(people: list[Staff] | None, data: Values) -> Staff | None:
    """Return the person chosen as the one who agrees, None where the officer holds both posts."""
    return next((one for one in people or () if one.pk == data.get("approver")), None)
