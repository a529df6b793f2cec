"""The pages of a new query code for a lost one (补发查询码): asking at the window, the second officer, the code shown once."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import renewals, selectors
from lianxin.cases.history import load
from lianxin.cases.models import Case, CodeRenewal, State
from lianxin.cases.numbers import grouped
from lianxin.cases.policies import WINDOWS, may_renew_code
from lianxin.cases.services import papers, renewing
from lianxin.cases.services.petitions import Filed
from lianxin.organs.models import Role
from lianxin.papers import IncompletePaper, MissingGlyph
from lianxin.petitioners import drafts
from lianxin.petitioners.vault import FIELDS
from lianxin.procedure.book import load_book
from lianxin.procedure.errors import LianxinError, Refused, Stale
from lianxin.web.clock import BEIJING, now
from lianxin.web.desk import words
from lianxin.web.desk.forms.codes import AskForm, DecideForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.shown import field_label
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.register import Keep, filed_at_once, of_draft, pdf_response

NAV = "search"
MADE_KEY = "codes_made"
SLIP = "{on}补发查询码，原来的查询码已经作废。"
"""What the slip says of the matter: whoever sees to the code need not have read the petition."""
TONES = {"asked": "amber", "agreed": "green", "refused": "grey", "lapsed": "grey", "ended": "green"}


@require_safe
@officers_only
def listed(request: DeskRequest) -> HttpResponse:
    """Show what was asked for in this organ in the last half hour and is not done."""
    if not renewals.may_see_any(request.actor):
        raise Http404
    at = now().at
    rows = [_row(one, at) for one in renewals.waiting(request.actor, at=at)]
    return page(request, "codes/list.html", {"rows": rows}, nav=NAV)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@recently_proved_to_change
def ask(request: DeskRequest, case_id: int) -> HttpResponse:
    """Compare a document with the sealed identity, and ask a colleague to agree to a new code."""
    case = renewals.case_to_renew(request.actor, case_id)
    if case is None or not may_renew_code(request.actor, case):
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _asking(request, form, case, status=200)
    if not form.is_valid():
        return _asking(request, form, case, status=422)
    try:
        done = renewing.ask(case, form.shown(), actor=request.actor, key=form.cleaned_data["key"], when=now())
    except (Refused, Stale) as problem:
        form.add_error(None, _sentence(problem))
        return _asking(request, form, case, status=409)
    return redirect("desk:code", case_id=case_id, seq=done.seq)


@require_safe
@officers_only
def one(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Show one request to the officers of its organ."""
    found, _case = _found(request, case_id, seq)
    return _one(request, found, DecideForm(), status=200)


@require_POST
@officers_only
@recently_proved_to_change
def decide(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Agree to a new code as the second officer, or refuse it."""
    found, case = _found(request, case_id, seq)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _one(request, found, form, status=422)
    try:
        renewing.decide(
            found,
            case,
            actor=request.actor,
            agrees=form.agrees(),
            remark=form.cleaned_data["remark"],
            when=now(),
        )
    except (Refused, Stale) as problem:
        form.add_error(None, _sentence(problem))
        return _one(request, found, form, status=409)
    return redirect("desk:code", case_id=case_id, seq=seq)


@require_POST
@officers_only
@recently_proved_to_change
def issue(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Make the new code, which kills the old one, and show it once; a second click finds the first code."""
    found, case = _found(request, case_id, seq)
    made = request.session.get(MADE_KEY, {})
    if (draft_id := made.get(str(found))) is not None and drafts.is_filed(draft_id):
        return redirect("desk:code_made", draft_id=draft_id)

    def write(_draft_id: int, keep: Keep) -> None:
        fresh: list[str] = []

        def kept(code: str) -> None:
            fresh.append(code)
            keep(Filed(case, code))

        renewing.issue(found, load(case), actor=request.actor, when=now(), keep=kept)
        if not fresh:
            raise Stale(_("这份申请刚刚已经补发过了。请刷新后再看。"))

    try:
        draft_id = filed_at_once(request, write, text=SLIP.format(on=now().on.isoformat()))
    except LianxinError as problem:
        form = DecideForm()
        return _one(request, found, form, status=409, problem=_sentence(problem))
    request.session[MADE_KEY] = {**made, str(found): draft_id}
    return redirect("desk:code_made", draft_id=draft_id)


@require_safe
@officers_only
@of_draft(*WINDOWS)
def made(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """Show the new code until the officer puts it away."""
    code = draft.answers.get("code", "") if draft.filed else ""
    case = _case_of(request, draft)
    values = {"case": case, "draft_id": draft.id, "groups": grouped(code).split("-") if code else []}
    return page(request, "codes/made.html", values, nav=NAV)


@require_safe
@officers_only
@of_draft(*WINDOWS)
def slip(request: DeskRequest, draft: drafts.Opened) -> HttpResponse:
    """Print the receipt with the new code, A4 or 58 mm ("narrow")."""
    case, code, text = _case_of(request, draft), draft.answers.get("code", ""), draft.answers.get("text", "")
    if not code:
        raise Http404
    variant = "narrow" if request.GET.get("paper") == "narrow" else "a4"
    try:
        pdf = papers.print_receipt(case, text=text, book=load_book(case.rulebook), code=code, variant=variant)
    except (IncompletePaper, MissingGlyph) as problem:
        return page(request, "cannot_print.html", {"sentence": str(problem)}, nav=NAV, status=409)
    return pdf_response(pdf, f"{case.number}-D00")


def _case_of(request: DeskRequest, draft: drafts.Opened) -> Case:
    """Return the case whose new code lies in a draft. Raises Http404 for any other draft."""
    case_id = selectors.case_by_number(request.actor, draft.answers.get("number", ""))
    case = renewals.case_to_renew(request.actor, case_id) if case_id is not None else None
    if case is None or not draft.filed:
        raise Http404
    return case


def _found(request: DeskRequest, case_id: int, seq: int) -> tuple[CodeRenewal, Case]:
    found = renewals.renewal_of(request.actor, case_id, seq)
    if found is None:
        raise Http404
    return found


def _asking(request: DeskRequest, form: AskForm, case: Case, *, status: int) -> HttpResponse:
    values = {"form": form, "case": case, "key": str(form.data.get("key", "")) or fresh_key()}
    return page(request, "codes/ask.html", values, nav=NAV, status=status)


def _one(
    request: DeskRequest, found: CodeRenewal, form: DecideForm, *, status: int, problem: str = ""
) -> HttpResponse:
    at, mine = now().at, found.staff_id == request.actor.staff.pk
    values = {
        "renewal": found,
        "rows": _facts(found),
        "state": _state(found, at),
        "form": form,
        "mine": mine,
        "decides": not mine and found.waits(at),
        "issues": mine and found.is_open(at),
        "waits": found.waits(at),
        "problem": problem,
    }
    return page(request, "codes/one.html", values, nav=NAV, status=status)


def _row(found: CodeRenewal, at: datetime) -> dict[str, object]:
    return {
        "number": found.number,
        "href": reverse("desk:code", args=[found.case_id, found.seq]),
        "state": _state(found, at),
        "by": found.staff.name,
        "at": timezone.localtime(found.asked_at, BEIJING),
    }


def _state(found: CodeRenewal, at: datetime) -> dict[str, str]:
    """Return the state in words as it is now."""
    state = State(found.state)
    if (state is State.ASKED and not found.waits(at)) or (state is State.AGREED and not found.is_open(at)):
        state = State.LAPSED
    text = _("已补发") if state is State.ENDED and found.ended_at else str(state.label)
    return {"text": text, "tone": TONES[state.value]}


def _facts(found: CodeRenewal) -> list[dict[str, str]]:
    decided = words.by_whom(found.decided_by.name, _role(found.decided_role)) if found.decided_by else ""
    rows = [
        (_("编号"), found.number),
        (_("窗口人员"), words.by_whom(found.staff.name, _role(found.role))),
        (_("申请时间"), _clock(found.asked_at)),
        (_("出示的证件"), _(renewing.DOCUMENTS.get(found.document, found.document))),
        (_("与登记一致的项目"), _("、").join(field_label(one) for one in FIELDS if one in found.checked)),
        (_("决定人"), decided),
        (_("决定时间"), _clock(found.decided_at)),
        (_("说明"), found.remark),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def _role(code: str) -> str:
    return str(Role(code).label) if code in Role.values else ""


def _clock(at: datetime | None) -> str:
    return timezone.localtime(at, BEIJING).strftime("%Y-%m-%d %H:%M") if at else ""


def _sentence(problem: LianxinError) -> str:
    return problem.for_person() if isinstance(problem, Refused) else str(problem)
