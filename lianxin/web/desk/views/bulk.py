"""Acts on several rows of the worklist at once: assigning and printing, each after a preview row by row, never a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases import selectors
from lianxin.cases.history import Loaded, load_all
from lianxin.cases.models import Case, Paper
from lianxin.cases.policies import CASE_ROLES
from lianxin.cases.services import bulk as services
from lianxin.cases.services.bulk import Assignment, Result
from lianxin.organs.actors import Actor
from lianxin.organs.models import Staff
from lianxin.organs.selectors import officers
from lianxin.procedure.book import book_for, load_book
from lianxin.web.desk import lists, words
from lianxin.web.desk.acting import offer_of
from lianxin.web.desk.forms.bulk import BulkAssignForm, ChooseOfficerForm, ChoosePaperForm, PrintForm, rows_of
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.register import pdf_response

BULK = {"assign": ("intake",), "print": tuple(CASE_ROLES)}
"""All that can be done to several cases at once, and by which roles. A decision is made case by case."""


def bulk_acts(actor: Actor) -> list[str]:
    """Return what the officer may do to several cases at once."""
    return [name for name, roles in BULK.items() if actor.has(*roles)]


@require_safe
@officers_only
def bulk(request: DeskRequest) -> HttpResponse:
    """Show row by row what would happen to the ticked cases; nothing happens yet."""
    act = request.GET.get("do", "")
    if act not in bulk_acts(request.actor):
        raise Http404
    if not rows_of(request.GET):
        return page(
            request,
            "bulk/none.html",
            {"back_href": _back(request.GET, request.actor)},
            nav="worklist",
            status=422,
        )
    return _assign_preview(request) if act == "assign" else _print_preview(request)


@require_POST
@officers_only
def assign(request: DeskRequest) -> HttpResponse:
    """Assign each ticked case, and show what became of each."""
    _check(request.actor, "assign")
    handlers = _handlers(request)
    form = BulkAssignForm(request.POST, handlers=handlers)
    rows = rows_of(request.POST)
    if not form.is_valid() or not rows:
        if not rows:
            form.add_error(None, _("一件也没有勾选"))
        return _assign_page(request, form, handlers, status=422)
    data = form.cleaned_data
    officer = next(one for one in handlers if one.pk == data["officer"])
    shown = dict(rows)
    found = [(one, shown[one.case.pk]) for one in _loaded(request.actor, list(shown))]
    asked = Assignment(officer, data["no_interest"], data["note"], data["key"])
    results = services.assign_each(found, asked, actor=request.actor, when=request.when)
    return _result_page(request, results, missing=len(rows) - len(found), officer=officer)


@require_POST
@officers_only
def print_papers(request: DeskRequest) -> HttpResponse:
    """Return the chosen papers of the ticked cases as one file; each is a recorded look of its own."""
    _check(request.actor, "print")
    cases, papers = _papers(request.actor, request.POST)
    form = PrintForm(request.POST, kinds=_kinds(papers, request.when.on))
    if not form.is_valid():
        return _print_page(request, form, cases, papers, status=422)
    kind = form.cleaned_data["kind"]
    chosen = [(case, latest) for case in cases if (latest := _latest(papers, case, kind))]
    pdf, results = services.print_together(chosen, actor=request.actor, at=request.when.at)
    if not pdf:
        return _result_page(request, results, missing=0, printing=kind, status=409)
    return pdf_response(
        pdf, f"{words.paper_label(load_book(cases[0].rulebook), kind)}-{request.when.on.isoformat()}"
    )


def _check(actor: Actor, act: str) -> None:
    if act not in bulk_acts(actor):
        raise Http404


def _back(query: QueryDict, actor: Actor) -> str:
    return lists.address(lists.wanted_of(lists.given(query.get("list", "")), actor))


def _handlers(request: DeskRequest) -> list[Staff]:
    return officers(request.actor.organ, "handler", on=request.when.on)


def _loaded(actor: Actor, case_ids: Sequence[int]) -> list[Loaded]:
    """Return the ticked cases the officer may act on, with their acts. Two queries, however many."""
    return load_all(selectors.cases_to_act_on(actor, case_ids))


def _assign_preview(request: DeskRequest) -> HttpResponse:
    handlers = _handlers(request)
    if "officer" not in request.GET:
        return _assign_page(request, ChooseOfficerForm(handlers=handlers), handlers)
    form = ChooseOfficerForm(request.GET, handlers=handlers)
    if not form.is_valid():
        return _assign_page(request, form, handlers, status=422)
    officer = next(one for one in handlers if one.pk == form.cleaned_data["officer"])
    return _assign_page(request, BulkAssignForm(handlers=handlers), handlers, officer=officer)


def _assign_page(
    request: DeskRequest, form: Any, handlers: list[Staff], *, officer: Staff | None = None, status: int = 200
) -> HttpResponse:
    """Return the preview: which cases can be assigned, which not and why; with an officer, to this one."""
    query = request.POST if request.method == "POST" else request.GET
    if officer is None and isinstance(form, BulkAssignForm):
        officer = next((one for one in handlers if str(one.pk) == form.data.get("officer")), None)
        form = form if officer else ChooseOfficerForm(form.data, handlers=handlers)
    asked = rows_of(query)
    found = _loaded(request.actor, [case_id for case_id, _version in asked])
    rows = [_judged(request, one, officer) for one in found]
    values = {
        "form": form,
        "key": str(form.data.get("key", "")) or fresh_key(),
        "officer": officer,
        "rows": rows,
        "able": sum(not row["why"] for row in rows),
        "missing": len(asked) - len(found),
        "nobody": not handlers,
        "list": query.get("list", ""),
        "back_href": _back(query, request.actor),
    }
    return page(request, "bulk/assign.html", values, nav="worklist", status=status)


def _judged(request: DeskRequest, loaded: Loaded, officer: Staff | None) -> dict[str, Any]:
    """Return one row of the preview: the case, and why it cannot be assigned, "" where it can."""
    offer = offer_of(loaded, request.actor, "assign", request.when)
    state = words.state_label(loaded.book, loaded.case.state)
    why = _("现在是“%(state)s”，不能分派。") % {"state": state} if offer is None else ""
    if offer is not None and not offer.allowed:
        why = offer.reason
    if not why and officer is not None:
        why = services.hindrance(loaded, officer, when=request.when)
    return {**_named(loaded.case), "why": why}


def _named(case: Case) -> dict[str, Any]:
    """Return what a row says of a case: what the worklist says, no word more."""
    book = load_book(case.rulebook)
    return {
        "value": f"{case.pk}.{case.version}",
        "id": str(case.pk),
        "number": case.number,
        "subject": case.summary or words.category_label(book, case.category) or _("待登记的信访事项"),
        "state": words.state_label(book, case.state),
    }


def _papers(actor: Actor, query: QueryDict) -> tuple[list[Case], list[Paper]]:
    """Return the ticked cases the officer may read, and their papers. Two queries, however many."""
    cases = selectors.cases_to_act_on(actor, [case_id for case_id, _version in rows_of(query)])
    return cases, selectors.papers_among(cases)


def _kinds(papers: list[Paper], on: date) -> list[tuple[str, str]]:
    """Return the kinds of paper there are among the cases, with how many cases have one."""
    book, cases = book_for(on), {(one.kind, one.case_id) for one in papers}
    count = Counter(kind for kind, _case in cases)
    return [
        (kind, _("%(paper)s（%(n)s 件有）") % {"paper": words.paper_label(book, kind), "n": n})
        for kind, n in sorted(count.items())
    ]


def _latest(papers: list[Paper], case: Case, kind: str) -> Paper | None:
    return next((one for one in reversed(papers) if one.case_id == case.pk and one.kind == kind), None)


def _print_preview(request: DeskRequest) -> HttpResponse:
    cases, papers = _papers(request.actor, request.GET)
    if "kind" not in request.GET:
        return _print_page(request, ChoosePaperForm(kinds=_kinds(papers, request.when.on)), cases, papers)
    form = ChoosePaperForm(request.GET, kinds=_kinds(papers, request.when.on))
    return _print_page(request, form, cases, papers, status=200 if form.is_valid() else 422)


def _print_page(
    request: DeskRequest, form: Form, cases: list[Case], papers: list[Paper], *, status: int = 200
) -> HttpResponse:
    """Return the preview: which paper of which case would be printed, and where there is none."""
    query = request.POST if request.method == "POST" else request.GET
    kind = str(form.cleaned_data.get("kind", "")) if form.is_bound else ""
    rows = []
    for case in cases:
        paper = _latest(papers, case, kind) if kind else None
        rows.append({**_named(case), "paper": paper.number if paper else "", "why": bool(kind) and not paper})
    values = {
        "form": form,
        "kind": kind,
        "label": words.paper_label(book_for(request.when.on), kind),
        "key": fresh_key(),
        "rows": rows,
        "able": sum(bool(row["paper"]) for row in rows),
        "missing": len(rows_of(query)) - len(cases),
        "nothing": not papers,
        "list": query.get("list", ""),
        "back_href": _back(query, request.actor),
    }
    return page(request, "bulk/print.html", values, nav="worklist", status=status)


def _result_page(
    request: DeskRequest,
    results: list[Result],
    *,
    missing: int,
    officer: Staff | None = None,
    printing: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return what became of each case; with papers that could not be printed, a way to print the others."""
    rows = [{**_named(one.case), "done": one.done, "why": one.words} for one in results]
    values = {
        "rows": rows,
        "done": sum(one.done for one in results),
        "left": sum(not one.done for one in results),
        "missing": missing,
        "officer": officer,
        "printing": printing,
        "key": fresh_key(),
        "list": request.POST.get("list", ""),
        "back_href": _back(request.POST, request.actor),
    }
    return page(request, "bulk/result.html", values, nav="worklist", status=status)
