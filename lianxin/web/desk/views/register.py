"""Registering at the desk: the form, the check or reading back, and the number with its query code, shown once.

What is typed lies in a sealed draft tied to the officer's session; the draft's id becomes the id of the case,
so that a form sent twice makes one case. Several drafts may be open, one a window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from typing import cast

from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import selectors
from lianxin.cases.models import Case
from lianxin.cases.numbers import grouped
from lianxin.cases.policies import may_read_content
from lianxin.cases.services import intake, papers, routing
from lianxin.cases.texts import normalised
from lianxin.files.names import disposition
from lianxin.organs.actors import Actor
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
from lianxin.web.desk.signed_in import DeskRequest, DeskView, officers_only

DRAFTS_KEY = "desk_drafts"
WRITERS = ("window", "intake")
OPEN_AT_ONCE = 10
ORGAN = "organ"
"""Under this name the sealed draft keeps the organ for which it was begun."""
TOO_MANY = _(
    "已经有 10 份登记没有完成，不能再开始新的。请先完成或者放弃下面列出的其中一份（在新标签页打开），"
    "再回到这一页提交；这一页填写的内容还在页面上。"
)
MOVED = _(
    "您在打开这一页的机构现在没有登记岗位，所以没有保存；填写的内容还在页面上。"
    "请核对页面上方显示的机构，再次提交将登记在这个机构。"
)
GONE = _("这份登记已经被放弃或者清理，没有登记成功；填写的内容还在页面上。要登记请重新保存并核对。")
DraftView = Callable[[DeskRequest, drafts.Opened], HttpResponse]
Guard = Callable[[DraftView], DeskView[[int]]]
Keep = Callable[[intake.Filed], None]


def of_draft(*roles: str) -> Guard:
    """Return what makes a view one of a draft of this session, for the officer in the organ in which it was begun.

    Which organ is chosen now does not matter; who no longer holds one of `roles` in that organ is told so.
    """
    return partial(_of_draft, roles=roles)


def _of_draft(view: DraftView, *, roles: Sequence[str]) -> DeskView[[int]]:
    @wraps(view)
    def found(request: DeskRequest, draft_id: int) -> HttpResponse:
        draft = _draft(request, draft_id)
        writer = _writer(request, draft.answers.get(ORGAN, ""), roles)
        if writer is None:
            return page(
                request, "register_elsewhere.html", {"draft_id": draft.id}, nav="register", status=403
            )
        request.actor = writer
        return view(request, draft)

    return found


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def register(request: DeskRequest) -> HttpResponse:
    """Show the empty form; keep what is sent in a new draft of the organ whose form it was, and go on to the check."""
    writer = _writer(request, request.POST.get("at_organ", ""))
    if writer is None and not request.actor.has(*WRITERS):
        raise Http404
    if request.method != "POST":
        return _form_page(request, _blank(request), None, others=True)
    problem = MOVED if writer is None else TOO_MANY if len(_unfinished(request)) >= OPEN_AT_ONCE else ""
    if problem:
        return _not_kept(request, request.POST, problem)
    request.actor = cast(Actor, writer)
    return _keep_and_check(request, _begin(request))


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@of_draft(*WRITERS)
def register_draft(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """Show the form with what a draft holds; keep what is sent and go on to the check."""
    if draft.filed:
        return redirect("desk:registered", draft_id=draft.id)
    if request.method != "POST":
        return _form_page(request, _blank(request, refilled(draft.answers)), draft)
    return _keep_and_check(request, draft)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@of_draft(*WRITERS)
def check(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """Show what will be registered, an oral statement to be read back; once confirmed, register it."""
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
@of_draft(*WRITERS)
def registered(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """Show number and query code of an item just registered, until the officer puts them away."""
    case = selectors.registered_at(request.actor, draft.id)
    if case is None and draft.filed:
        code, number = draft.answers.get("code", ""), draft.answers.get("number", "")
        values = {"number": number, "groups": grouped(code).split("-") if code else [], "draft_id": draft.id}
        return page(request, "registered_away.html", values, nav="register")
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
@of_draft(*WRITERS)
def receipt(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """Print the receipt of an item just registered, A4 or 58 mm ("narrow")."""
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
    response["Content-Disposition"] = disposition(f"{name}.pdf", shown=True)
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


def _writer(request: DeskRequest, organ: str, roles: Sequence[str] = WRITERS) -> Actor | None:
    """Return the officer in an organ ("" for the one chosen now), None where this person holds none of `roles` there."""
    posts = [one for one in request.organs if str(one.organ.pk) == organ] if organ else [request.actor]
    return next((one for one in posts if one.has(*roles)), None)


def _begin(request: DeskRequest) -> drafts.Opened:
    """Return a new draft of this session. Of the receipts not put away the ten newest are kept, drafts all."""
    handle = drafts.begin(at=now().at)
    kept = {key: (one, drafts.opened(one)) for key, one in _handles(request).items()}
    filed = [key for key, (_one, draft) in kept.items() if draft is not None and draft.filed]
    for oldest in filed[:-OPEN_AT_ONCE]:
        drafts.forget(draft_id=int(oldest))
    gone = {*filed[:-OPEN_AT_ONCE], *(key for key, (_one, draft) in kept.items() if draft is None)}
    handles = {key: one for key, (one, _draft) in kept.items() if key not in gone}
    _set_handles(request, {**handles, handle.partition(".")[0]: handle})
    return cast(drafts.Opened, drafts.opened(handle))


def filed_at_once(request: DeskRequest, write: Callable[[int, Keep], object], *, text: str) -> int:
    """Register without a second page: `write` is given the id of the new case and what keeps its receipt.

    Returns the id under which `registered` shows number and code once. Whatever `write` raises leaves no draft behind.
    """
    draft, at, organ = _begin(request), now().at, request.actor.organ

    def keep(filed: intake.Filed) -> None:
        shown_once = {"number": filed.case.number, "code": filed.code, "text": normalised(text)}
        drafts.finish(draft, {**shown_once, ORGAN: str(organ.pk)}, at=at)

    try:
        write(draft.id, keep)
    except Exception:
        drafts.forget(draft_id=draft.id)
        raise
    return draft.id


def _keep_and_check(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """Keep what was sent in the draft, with the organ it is for; go on to the check when nothing is missing."""
    answers = {**typed_in(request.POST), ORGAN: str(request.actor.organ.pk)}
    drafts.save(draft, answers, at=now().at)
    form = _bound(request, request.POST)
    if not form.is_valid():
        return _form_page(request, form, draft, status=422)
    return redirect("desk:check", draft_id=draft.id)


def _record(
    request: DeskRequest, draft: drafts.Opened, form: RegisterForm, *, read_back: bool
) -> HttpResponse:
    when, organ = now(), request.actor.organ
    petition = petition_of(form.cleaned_data, organ=organ, when=when, read_back=read_back)
    note = normalised(form.cleaned_data["note"])

    def keep(filed: intake.Filed) -> None:
        shown_once = {"number": filed.case.number, "code": filed.code, "text": normalised(petition.body)}
        drafts.finish(draft, {**shown_once, ORGAN: str(organ.pk)}, at=when.at)

    try:
        intake.record(petition, case_id=draft.id, actor=request.actor, when=when, note=note, keep=keep)
    except Refused as refused:
        form.add_error(None, refused.for_person())
        return _form_page(request, form, draft, status=409)
    except drafts.DraftGone:
        return _not_kept(request, draft.answers, GONE)
    except IntegrityError:
        if selectors.registered_at(request.actor, draft.id) is None:
            raise
    return redirect("desk:registered", draft_id=draft.id)


def _not_kept(request: DeskRequest, sent: Mapping[str, object], problem: str | Promise) -> HttpResponse:
    """Return the form with what was typed and no draft, and the sentence that says why nothing was kept."""
    form = _bound(request, sent)
    form.add_error(None, str(problem))
    return _form_page(request, form, None, others=True, status=409)


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
        "at_organ": str(request.actor.organ.pk),
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
