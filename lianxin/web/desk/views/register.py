"""Registering at the desk: the form, the check or reading back, and the number with its query code, shown once.

What is typed lies in a sealed draft tied to the officer's session; the draft's id becomes the id of the case,
so that a form sent twice makes one case. Several drafts may be open, one a window.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import selectors
from lianxin.cases.models import Case
from lianxin.cases.numbers import grouped
from lianxin.cases.policies import may_read_content
from lianxin.cases.services import intake, papers, routing
from lianxin.cases.texts import normalised
from lianxin.papers import IncompletePaper, MissingGlyph
from lianxin.petitioners import drafts
from lianxin.procedure.book import book_for
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.procedure.errors import Refused
from lianxin.web.clock import now
from lianxin.web.desk import words
from lianxin.web.desk.forms.fields import near_places
from lianxin.web.desk.forms.register import (
    CheckForm,
    RegisterForm,
    is_oral,
    lines_of,
    petition_of,
    refilled,
    typed_in,
)
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only

DRAFTS_KEY = "desk_drafts"
WRITERS = ("window", "intake")
OPEN_AT_ONCE = 10


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*WRITERS)
def register(request: DeskRequest, draft_id: int | None = None) -> HttpResponse:
    """Show the form, empty or with what a draft holds; keep what is sent and go on to the check."""
    draft = _draft(request, draft_id) if draft_id is not None else None
    if draft is not None and draft.filed:
        return redirect("desk:registered", draft_id=draft.id)
    if request.method != "POST":
        form = _blank(request, refilled(draft.answers) if draft else None)
        return _form_page(request, form, draft, others=draft is None)
    draft = draft or _begin(request)
    drafts.save(draft, typed_in(request.POST), at=now().at)
    form = _bound(request, request.POST)
    if not form.is_valid():
        return _form_page(request, form, draft, status=422)
    return redirect("desk:check", draft_id=draft.id)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*WRITERS)
def check(request: DeskRequest, draft_id: int) -> HttpResponse:
    """Show what will be registered, an oral statement to be read back; once confirmed, register it."""
    draft = _draft(request, draft_id)
    if draft.filed:
        return redirect("desk:registered", draft_id=draft.id)
    form = _bound(request, draft.answers)
    if not form.is_valid():
        return _form_page(request, form, draft, status=422)
    oral = is_oral(form.cleaned_data)
    confirm = CheckForm(request.POST if request.method == "POST" else None, oral=oral)
    if request.method == "POST" and confirm.is_valid():
        return _record(request, draft, form, read_back=oral)
    return _check_page(request, draft, form, confirm, status=422 if request.method == "POST" else 200)


@require_safe
@officers_only
@roles_only(*WRITERS)
def registered(request: DeskRequest, draft_id: int) -> HttpResponse:
    """Show number and query code of an item just registered, until the officer puts them away."""
    draft = _draft(request, draft_id)
    case = selectors.registered_at(request.actor, draft.id)
    if case is None:
        return redirect("desk:register_draft", draft_id=draft.id)
    book = book_for(case.received_on)
    due = deadline(book, "REG_NOTICE", case.received_on, calendar=load_calendar())
    code = draft.answers.get("code", "") if draft.filed else ""
    values = {
        "case": case,
        "draft_id": draft.id,
        "groups": grouped(code).split("-") if code else [],
        "dates": [{"label": words.clock_label(book, "REG_NOTICE"), "on": due.legal}],
        "proposal": _proposal(case),
        "readable": may_read_content(request.actor, case),
    }
    return page(request, "registered.html", values, nav="register")


@require_safe
@officers_only
@roles_only(*WRITERS)
def receipt(request: DeskRequest, draft_id: int) -> HttpResponse:
    """Print the receipt of an item just registered, A4 or 58 mm ("narrow")."""
    draft = _draft(request, draft_id)
    case = selectors.registered_at(request.actor, draft.id)
    if case is None or not draft.answers.get("code"):
        raise Http404
    variant = "narrow" if request.GET.get("paper") == "narrow" else "a4"
    text, code = draft.answers.get("text", ""), draft.answers["code"]
    try:
        pdf = papers.print_receipt(
            case, text=text, book=book_for(case.received_on), code=code, variant=variant
        )
    except (IncompletePaper, MissingGlyph) as problem:
        return page(request, "cannot_print.html", {"sentence": str(problem)}, nav="register", status=409)
    return pdf_response(pdf, f"{case.number}-D00")


@require_POST
@officers_only
@roles_only(*WRITERS)
def discard(request: DeskRequest, draft_id: int) -> HttpResponse:
    """Wipe a draft, or the query code that was shown; the case itself is not touched."""
    draft = _draft(request, draft_id)
    filed = draft.filed
    drafts.forget(draft_id=draft.id)
    _set_handles(request, {key: one for key, one in _handles(request).items() if key != str(draft.id)})
    return redirect("desk:worklist" if filed else "desk:register")


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """Return a PDF to be shown in the browser under a name."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _handles(request: DeskRequest) -> dict[str, str]:
    return dict(request.session.get(DRAFTS_KEY, {}))


def _set_handles(request: DeskRequest, handles: Mapping[str, str]) -> None:
    request.session[DRAFTS_KEY] = dict(handles)


def _draft(request: DeskRequest, draft_id: int) -> drafts.Opened:
    """Return a draft of this session. Raises Http404 for any other."""
    handle = _handles(request).get(str(draft_id))
    draft = drafts.opened(handle) if handle else None
    if draft is None:
        raise Http404
    return draft


def _begin(request: DeskRequest) -> drafts.Opened:
    """Return a new draft, the newest of at most ten of this session."""
    handle = drafts.begin(at=now().at)
    handles = {**_handles(request), handle.partition(".")[0]: handle}
    for oldest in list(handles)[:-OPEN_AT_ONCE]:
        drafts.forget(draft_id=int(oldest))
        del handles[oldest]
    _set_handles(request, handles)
    return cast(drafts.Opened, drafts.opened(handle))


def _record(
    request: DeskRequest, draft: drafts.Opened, form: RegisterForm, *, read_back: bool
) -> HttpResponse:
    when = now()
    petition = petition_of(form.cleaned_data, organ=request.actor.organ, at=when.at, read_back=read_back)
    note = normalised(form.cleaned_data["note"])
    try:
        filed = intake.record(petition, case_id=draft.id, actor=request.actor, when=when, note=note)
    except Refused as refused:
        form.add_error(None, refused.for_person())
        return _form_page(request, form, draft, status=409)
    except IntegrityError:
        if selectors.registered_at(request.actor, draft.id) is None:
            raise
        return redirect("desk:registered", draft_id=draft.id)
    shown_once = {"number": filed.case.number, "code": filed.code, "text": normalised(petition.body)}
    drafts.finish(draft, shown_once, at=when.at)
    return redirect("desk:registered", draft_id=draft.id)


def _form_page(
    request: DeskRequest,
    form: RegisterForm,
    draft: drafts.Opened | None,
    *,
    others: bool = False,
    status: int = 200,
) -> HttpResponse:
    values = {
        "form": form,
        "draft_id": draft.id if draft else None,
        "others": _unfinished(request) if others else [],
        "near_places": near_places(request.actor.organ, on=now().on),
    }
    return page(request, "register.html", values, nav="register", status=status)


def _unfinished(request: DeskRequest) -> list[dict[str, object]]:
    """Return the drafts of this session that are not filed, newest first."""
    found = [drafts.opened(handle) for handle in reversed(_handles(request).values())]
    return [
        {
            "id": draft.id,
            "channel": words.channel_label(draft.answers.get("channel", "")),
            "summary": draft.answers.get("summary", ""),
        }
        for draft in found
        if draft is not None and not draft.filed
    ]


def _check_page(
    request: DeskRequest, draft: drafts.Opened, form: RegisterForm, confirm: CheckForm, *, status: int
) -> HttpResponse:
    data, book = form.cleaned_data, book_for(form.cleaned_data["received_on"])
    proposal = routing.propose(
        rulebook=book.id,
        category=data["category"],
        kind=data["kind"],
        place=data["place"],
        on=data["received_on"],
    )
    values = {
        "form": confirm,
        "draft_id": draft.id,
        "oral": is_oral(data),
        "data": data,
        "body": normalised(data["body"]),
        "claims": lines_of(data["claims"]),
        "labels": {
            "channel": words.channel_label(data["channel"]),
            "kind": words.kind_label(data["kind"]),
            "category": words.category_label(book, data["category"]),
            "route": words.route_label(book, data["subroute"]),
        },
        "named": bool(data["name"]),
        "proposal": proposal,
    }
    return page(request, "check.html", values, nav="register", status=status)


def _proposal(case: Case) -> object:
    return routing.propose(
        rulebook=case.rulebook, category=case.category, kind=case.kind, place=case.place, on=case.received_on
    )


def _blank(request: DeskRequest, typed: Mapping[str, str] | None = None) -> RegisterForm:
    """Return the form as it is first shown, with what a draft holds."""
    on = now().on
    return RegisterForm(initial=typed, organ=request.actor.organ, book=book_for(on), on=on)


def _bound(request: DeskRequest, sent: Mapping[str, object]) -> RegisterForm:
    """Return the form with what was sent, to be judged."""
    on = now().on
    return RegisterForm(sent, organ=request.actor.organ, book=book_for(on), on=on)
