"""The acts by which a case leaves the registry other than by referral, acceptance and refusal; `leave` runs their page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import gettext as _

from lianxin.cases.history import Loaded, Moment
from lianxin.cases.services import leaving, reports
from lianxin.cases.services.approval import may_agree
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms import leaving as fields
from lianxin.web.desk.shown import reading
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.routing import proposal_for


def leave(
    request: DeskRequest,
    loaded: Loaded,
    event: str,
    make: Callable[[Values | None], Any],
    carry_out: Callable[[Any, Moment], object],
    more: Callable[[Any], Values] | None = None,
    *,
    template: str = "leaving.html",
) -> HttpResponse:
    """Run the page of an act: `make` makes the form, `carry_out` is given the valid form, `more` adds to the page."""
    made: list[Any] = []

    def form(data: Values | None) -> Any:
        made.append(make(data))
        return made[-1]

    def values(form: Form) -> Values:
        return {
            "warning": "",
            "preview": "",
            "limit": None,
            "proposal": None,
            "reading": reading(request, loaded, purpose="甄别办理"),
            **(more(form) if more else {}),
        }

    act = Act(event, template, form, lambda data, when: carry_out(made[-1], when), values)
    return act_page(request, loaded, act)


def consent(request: DeskRequest, loaded: Loaded, role: str, label: str) -> dict[str, Any]:
    """Return whom the form offers as the second person; none where the officer holds that post."""
    if request.actor.has(role):
        return {}
    return {"people": may_agree(loaded, request.actor.organ, role, on=now().on), "consent": label}


def checkers(request: DeskRequest, loaded: Loaded) -> dict[str, Any]:
    """Return the organ's checkers as those who may consent."""
    return consent(request, loaded, "checker", _("同意的审核人员"))


def heads(request: DeskRequest, loaded: Loaded) -> dict[str, Any]:
    """Return the organ's heads as those who may consent."""
    return consent(request, loaded, "head", _("批准的负责人"))


def no_one(who: dict[str, Any]) -> str:
    """Return the warning where a second person is needed and the organ has none."""
    if "people" not in who or who["people"]:
        return ""
    return _("本机构现在没有可以同意这一步的人员，不能办理。请机构管理员设置岗位。")


def elsewhere_warning(*, ours: bool) -> str:
    """Return what is at stake where a petitioner is told to turn to others; `ours`: by its category it is civil affairs."""
    end = _("办理后这一件就在这里办结，信访人要自己另外去提出。")
    return _("按内容分类，这件事归民政部门办理。") + end if ours else end


@page_of_act
@officers_only
def merge(request: DeskRequest, case_id: int) -> HttpResponse:
    """Link the case into the earlier open item of the same person on the same matter."""
    loaded = loaded_or_404(request.actor, case_id)
    who = checkers(request, loaded)
    rule = loaded.book.papers["merge_notice"]

    def make(data: Values | None) -> fields.MergeForm:
        form = fields.MergeForm(data, rule=rule, known=("earlier_item",), **who)
        form.order_fields(["key", "version", "earlier", "same"])
        return form

    def carry_out(form: fields.MergeForm, when: Moment) -> object:
        data = form.cleaned_data
        return leaving.merge_duplicate(
            loaded,
            actor=request.actor,
            earlier=data["earlier"],
            same=data["same"],
            given=form.paper(),
            key=data["key"],
            when=when,
            approver=form.approver(),
        )

    return leave(request, loaded, "merge_duplicate", make, carry_out, lambda form: {"warning": no_one(who)})


@page_of_act
@officers_only
def seal_report(request: DeskRequest, case_id: int) -> HttpResponse:
    """Forward a report under seal to the organ that has authority over the accused."""
    loaded = loaded_or_404(request.actor, case_id)

    def carry_out(form: fields.ReportForm, when: Moment) -> object:
        data = form.cleaned_data
        return reports.seal_as_report(
            loaded,
            actor=request.actor,
            receiver=form.receiver(),
            accused=data["accused"].splitlines(),
            sealed=data["sealed"],
            given=form.paper(),
            key=data["key"],
            when=when,
        )

    def make(data: Values | None) -> fields.ReportForm:
        return fields.ReportForm(data, book=loaded.book)

    return leave(request, loaded, "seal_as_report", make, carry_out)


@page_of_act
@officers_only
def elsewhere(request: DeskRequest, case_id: int) -> HttpResponse:
    """Tell the petitioner which organ outside civil affairs is competent."""
    loaded = loaded_or_404(request.actor, case_id)
    proposal = proposal_for(loaded)
    first = {"competent_organ": proposal.external if proposal else ""}

    def make(data: Values | None) -> fields.ElsewhereForm:
        form = fields.ElsewhereForm(data, rule=loaded.book.papers["elsewhere_notice"], first=first)
        form.order_fields([*(name for name in form.fields if name != "sure"), "sure"])
        return form

    def carry_out(form: fields.ElsewhereForm, when: Moment) -> object:
        return leaving.tell_elsewhere(
            loaded, actor=request.actor, given=form.paper(), key=form.cleaned_data["key"], when=when
        )

    def more(form: fields.ElsewhereForm) -> Values:
        ours = proposal is not None and not proposal.external
        return {"proposal": proposal, "warning": elsewhere_warning(ours=ours)}

    return leave(request, loaded, "tell_elsewhere", make, carry_out, more)


@page_of_act
@officers_only
def route_out(request: DeskRequest, case_id: int) -> HttpResponse:
    """Direct the petitioner to a statutory route outside; the last day is shown before anything is written."""
    loaded, on = loaded_or_404(request.actor, case_id), now().on
    who = checkers(request, loaded)
    proposal = proposal_for(loaded)
    route = loaded.case.subroute or (proposal.route.subroute if proposal else "")

    def make(data: Values | None) -> fields.RouteOutForm:
        return fields.RouteOutForm(data, book=loaded.book, subroute=route, on=on, **who)

    def carry_out(form: fields.RouteOutForm, when: Moment) -> object:
        data = form.cleaned_data
        return leaving.route_out(
            loaded,
            actor=request.actor,
            subroute=data["subroute"],
            hint=data["hint"],
            knew_on=data["knew_on"],
            given=form.paper(),
            key=data["key"],
            when=when,
            approver=form.approver(),
        )

    def more(form: fields.RouteOutForm) -> Values:
        data = getattr(form, "cleaned_data", {})
        limit = (
            leaving.limit_words(loaded, str(data.get("hint", "")), data.get("knew_on"), on=on) if data else {}
        )
        return {
            "warning": no_one(who),
            "preview": _("先看最后一日"),
            "limit": limit or None,
            "proposal": proposal,
        }

    return leave(request, loaded, "route_out", make, carry_out, more)


@page_of_act
@officers_only
def own_route(request: DeskRequest, case_id: int) -> HttpResponse:
    """Open the organ's own statutory procedure with its last day."""
    loaded = loaded_or_404(request.actor, case_id)
    proposal = proposal_for(loaded)
    route = loaded.case.subroute or (proposal.route.subroute if proposal else "")
    first = {"deciding_unit": request.actor.organ.name}

    def make(data: Values | None) -> fields.OwnRouteForm:
        return fields.OwnRouteForm(data, book=loaded.book, subroute=route, first=first)

    def carry_out(form: fields.OwnRouteForm, when: Moment) -> object:
        data = form.cleaned_data
        return leaving.open_own_route(
            loaded,
            actor=request.actor,
            subroute=data["subroute"],
            given=form.paper(),
            key=data["key"],
            when=when,
        )

    return leave(request, loaded, "open_own_route", make, carry_out, lambda form: {"proposal": proposal})


@page_of_act
@officers_only
def finish_route(request: DeskRequest, case_id: int) -> HttpResponse:
    """Finish the organ's own procedure with its decision or answer, served."""
    loaded, on = loaded_or_404(request.actor, case_id), now().on

    def make(data: Values | None) -> fields.FinishRouteForm:
        return fields.FinishRouteForm(data, book=loaded.book, on=on)

    def carry_out(form: fields.FinishRouteForm, when: Moment) -> object:
        data = form.cleaned_data
        return leaving.finish_route(
            loaded,
            actor=request.actor,
            decided_on=data["decided_on"],
            served_on=data["served_on"],
            proof=data["proof"],
            given=form.paper(),
            key=data["key"],
            when=when,
        )

    return leave(request, loaded, "finish_route", make, carry_out)


@page_of_act
@officers_only
def simple(request: DeskRequest, case_id: int) -> HttpResponse:
    """Accept the case by the simple procedure, its conditions asked as plain questions."""
    loaded = loaded_or_404(request.actor, case_id)

    def carry_out(form: fields.SimpleForm, when: Moment) -> object:
        data = form.cleaned_data
        return leaving.accept_simple(
            loaded,
            actor=request.actor,
            answers=form.answers(),
            told_by=data["told_by"],
            key=data["key"],
            when=when,
        )

    return leave(request, loaded, "accept_simple", fields.SimpleForm, carry_out)


@page_of_act
@officers_only
def suggestion(request: DeskRequest, case_id: int) -> HttpResponse:
    """Answer a suggestion: studied, adopted or not, with reasons."""
    loaded = loaded_or_404(request.actor, case_id)
    who = checkers(request, loaded)
    first = {"suggestion": loaded.case.summary}

    def make(data: Values | None) -> fields.SuggestionForm:
        return fields.SuggestionForm(data, book=loaded.book, first=first, **who)

    def carry_out(form: fields.SuggestionForm, when: Moment) -> object:
        data = form.cleaned_data
        return leaving.answer_suggestion(
            loaded,
            actor=request.actor,
            adoption=data["adoption"],
            given=form.paper(),
            key=data["key"],
            when=when,
            approver=form.approver(),
        )

    return leave(request, loaded, "answer_suggestion", make, carry_out, lambda form: {"warning": no_one(who)})
