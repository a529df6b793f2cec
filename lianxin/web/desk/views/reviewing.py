"""The acts of review and re-check: a request on paper, taking it on, refusing it, deciding it, ordering to handle again."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianxin.cases import selectors
from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.services import reviewing
from lianxin.cases.services.approval import may_agree
from lianxin.cases.services.recusal import uninvolved
from lianxin.cases.services.stages import (
    RECHECK,
    REVIEW,
    Stage,
    asked_for,
    begun_on,
    case_for_request,
    organs_to_ask,
    partner,
    was_late,
    window_of,
)
from lianxin.organs.models import Role, Staff
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.desk import words
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms.papered import PaperForm
from lianxin.web.desk.forms.reviewing import (
    DecideForm,
    NumberedRequestForm,
    RefuseForm,
    RemandForm,
    RequestForm,
)
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.shown import claim_cards, reading
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only

OUTCOMES = {"uphold": gettext_lazy("维持"), "revoke": gettext_lazy("撤销"), "change": gettext_lazy("变更")}
GIVEN = frozenset({"opinion_no", "next_step", "last_day"})


@page_of_act
@officers_only
def request_review(request: DeskRequest, case_id: int) -> HttpResponse:
    """Write down a request for review that came on paper."""
    return _ask(request, loaded_or_404(request.actor, case_id), REVIEW)


@page_of_act
@officers_only
def request_recheck(request: DeskRequest, case_id: int) -> HttpResponse:
    """Write down a request for re-check that came on paper."""
    return _ask(request, loaded_or_404(request.actor, case_id), RECHECK)


def _ask(request: DeskRequest, loaded: Loaded, stage: Stage) -> HttpResponse:
    organs = {one.pk: one for one in organs_to_ask(loaded, stage, on=now().on)}

    def form(data: Values | None) -> RequestForm:
        return RequestForm(data, organs=organs.values(), on=now().on)

    sent = form(request.POST if request.method == "POST" else None)

    def carry_out(data: Values, when: Moment) -> object:
        organ = organs[cast(int, data["organ"])]
        return reviewing.ask(
            loaded,
            stage,
            asked=sent.asked(),
            organ=organ,
            actor=request.actor,
            key=str(data["key"]),
            when=when,
        )

    running = window_of(loaded, stage)
    values = {
        "last_day": running.deadline.legal if running else None,
        "how": [line.words(english=words.english()) for line in running.deadline.lines] if running else [],
        "nobody": not organs,
    }
    return act_page(
        request,
        loaded,
        Act(stage.request, "ask_review.html", lambda data: sent, carry_out, lambda form: values),
    )


@page_of_act
@officers_only
@roles_only("window", "intake")
def record_request(request: DeskRequest) -> HttpResponse:
    """Write down a request that came to an organ that may review and does not hold the case; nothing of it is shown."""
    on, actor = now().on, request.actor
    form = NumberedRequestForm(request.POST if request.method == "POST" else None, on=on)
    if request.method != "POST":
        return _numbered(request, form, status=200)
    if not form.is_valid():
        return _numbered(request, form, status=422)
    found = case_for_request(actor, form.cleaned_data["number"], on=on)
    if found is None:
        if (done_id := _done_before(request, form)) is not None:
            return redirect("desk:case", case_id=done_id)
        form.add_error("number", _("没有找到可以由本机构复查、复核的这个编号。请对照意见书再核对一遍。"))
        return _numbered(request, form, status=404)
    loaded, stage = found
    try:
        done = reviewing.ask(
            loaded,
            stage,
            asked=form.asked(),
            organ=actor.organ,
            actor=actor,
            key=form.cleaned_data["key"],
            when=now(),
        )
    except (Refused, Stale) as problem:
        form.add_error(None, problem.for_person() if isinstance(problem, Refused) else str(problem))
        return _numbered(request, form, status=409)
    return redirect("desk:case", case_id=done.pk)


def _done_before(request: DeskRequest, form: NumberedRequestForm) -> int | None:
    """Return the case this very form has already brought to the officer's organ, or None."""
    case_id = selectors.case_by_number(request.actor, form.cleaned_data["number"])
    case = selectors.case_to_act_on(request.actor, case_id) if case_id is not None else None
    return case.pk if case is not None and form.cleaned_data["key"] in load(case).keys else None


def _numbered(request: DeskRequest, form: NumberedRequestForm, *, status: int) -> HttpResponse:
    values = {"form": form, "key": str(form.data.get("key", "")) or fresh_key()}
    return page(request, "review_request.html", values, nav="search", status=status)


@page_of_act
@officers_only
def accept_review(request: DeskRequest, case_id: int) -> HttpResponse:
    """Take a review on."""
    return _accept(request, loaded_or_404(request.actor, case_id), REVIEW)


@page_of_act
@officers_only
def accept_recheck(request: DeskRequest, case_id: int) -> HttpResponse:
    """Take a re-check on."""
    return _accept(request, loaded_or_404(request.actor, case_id), RECHECK)


def _accept(request: DeskRequest, loaded: Loaded, stage: Stage) -> HttpResponse:
    rule = loaded.book.papers[f"{stage.name}_acceptance"]

    def carry_out(data: Values, when: Moment) -> object:
        ground = str(data["paper_ground"])
        return reviewing.accept(
            loaded, stage, actor=request.actor, ground=ground, key=str(data["key"]), when=when
        )

    act = Act(
        stage.accept,
        "review.html",
        lambda data: PaperForm(data, rule=rule, known=GIVEN),
        carry_out,
        lambda form: _beside(request, loaded, stage, purpose=f"受理{stage.word}"),
    )
    return act_page(request, loaded, act)


@page_of_act
@officers_only
def refuse_review(request: DeskRequest, case_id: int) -> HttpResponse:
    """Refuse a review with reasons; the case goes back to the organ that handled it."""
    loaded = loaded_or_404(request.actor, case_id)
    people, label = _partner(request, loaded, REVIEW)

    def carry_out(data: Values, when: Moment) -> object:
        return reviewing.refuse(
            loaded,
            actor=request.actor,
            ground=str(data["ground"]),
            reasons=str(data["reasons"]),
            approver=_approver(data),
            key=str(data["key"]),
            when=when,
        )

    act = Act(
        "refuse_review",
        "review.html",
        lambda data: RefuseForm(data, people=people, label=label),
        carry_out,
        lambda form: _beside(request, loaded, REVIEW, purpose="决定是否受理复查"),
    )
    return act_page(request, loaded, act)


@page_of_act
@officers_only
def review_uphold(request: DeskRequest, case_id: int) -> HttpResponse:
    """Uphold the opinion on review, served with proof."""
    return _decide(request, case_id, REVIEW, "review_uphold", ("uphold",))


@page_of_act
@officers_only
def review_change(request: DeskRequest, case_id: int) -> HttpResponse:
    """Revoke or change the opinion on review, served with proof."""
    return _decide(request, case_id, REVIEW, "review_change", ("revoke", "change"))


@page_of_act
@officers_only
def recheck_decide(request: DeskRequest, case_id: int) -> HttpResponse:
    """Decide the re-check, which ends the matter."""
    return _decide(request, case_id, RECHECK, "recheck_decide", ("uphold", "revoke", "change"))


def _decide(
    request: DeskRequest, case_id: int, stage: Stage, event: str, outcomes: tuple[str, ...]
) -> HttpResponse:
    loaded = loaded_or_404(request.actor, case_id)
    people, label = _partner(request, loaded, stage)

    def form(data: Values | None) -> DecideForm:
        return DecideForm(
            data,
            outcomes={code: OUTCOMES[code] for code in outcomes},
            begun_on=begun_on(loaded, stage),
            on=now().on,
            people=people,
            label=label,
            final=stage is RECHECK,
        )

    sent = form(request.POST if request.method == "POST" else None)

    def carry_out(data: Values, when: Moment) -> object:
        return reviewing.decide(
            loaded,
            stage,
            actor=request.actor,
            found=sent.found(),
            service=sent.service(),
            approver=_approver(data),
            key=str(data["key"]),
            when=when,
            publish=bool(data.get("publish")),
            consent=bool(data.get("consent")),
        )

    act = Act(
        event,
        "review.html",
        lambda data: sent,
        carry_out,
        lambda form: _beside(request, loaded, stage, purpose=f"作出{stage.word}意见"),
    )
    return act_page(request, loaded, act)


@page_of_act
@officers_only
def review_remand(request: DeskRequest, case_id: int) -> HttpResponse:
    """Order on review that the matter be handled again."""
    return _remand(request, case_id, REVIEW)


@page_of_act
@officers_only
def recheck_remand(request: DeskRequest, case_id: int) -> HttpResponse:
    """Order on re-check that the matter be handled again."""
    return _remand(request, case_id, RECHECK)


def _remand(request: DeskRequest, case_id: int, stage: Stage) -> HttpResponse:
    loaded = loaded_or_404(request.actor, case_id)
    people, label = _partner(request, loaded, stage)
    sent = RemandForm(request.POST if request.method == "POST" else None, people=people, label=label)

    def carry_out(data: Values, when: Moment) -> object:
        return reviewing.remand(
            loaded,
            stage,
            actor=request.actor,
            found=sent.found(),
            due_on=sent.cleaned_data["due_on"],
            approver=_approver(data),
            key=str(data["key"]),
            when=when,
        )

    act = Act(
        stage.remand,
        "review.html",
        lambda data: sent,
        carry_out,
        lambda form: _beside(request, loaded, stage, purpose=f"作出{stage.word}意见"),
    )
    return act_page(request, loaded, act)


def _partner(request: DeskRequest, loaded: Loaded, stage: Stage) -> tuple[list[Staff] | None, str]:
    """Return who may be named as having agreed, and the label of that field; None where nobody else is needed."""
    role = partner(request.actor, stage)
    if not role:
        return None, ""
    label = _("已经同意的%(role)s") % {"role": str(Role(role).label)}
    people = may_agree(loaded, request.actor.organ, role, on=now().on)
    return uninvolved(loaded, stage, people), label


def _approver(data: Values) -> Staff | None:
    return Staff(pk=int(str(data["approver"]))) if data.get("approver") else None


def _beside(request: DeskRequest, loaded: Loaded, stage: Stage, *, purpose: str) -> Values:
    """Return what stands beside the form: what is asked, and the petition's text; the look is recorded."""
    rows = [{"key": row["label"], "value": _joined(row["value"])} for row in asked_for(loaded.case, stage)]
    return {
        "asked": rows,
        "late": was_late(loaded, stage),
        "cards": claim_cards(selectors.claims_of(loaded.case)),
        "reading": reading(request, loaded, purpose=purpose),
    }


def _joined(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
