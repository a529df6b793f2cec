"""Filing a petition: one question a page, a draft kept on the server, a receipt that survives a lost answer."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import selectors
from lianxin.cases.services import papers
from lianxin.cases.services.acts import Moment
from lianxin.petitioners import drafts
from lianxin.petitioners.drafts import Opened
from lianxin.procedure.errors import Refused
from lianxin.web.clock import now
from lianxin.web.public import budgets, draft_cookie, filing, journey
from lianxin.web.public.forms import NumberAndCode
from lianxin.web.public.journey import Question
from lianxin.web.public.limits import promises
from lianxin.web.public.receipt import download, printed_words, receipt_page
from lianxin.web.public.why import why_here

READ_AND_SEND = ["GET", "HEAD", "POST"]


@require_http_methods(READ_AND_SEND)
def start(request: HttpRequest) -> HttpResponse:
    """Return the page before the first question; a POST begins a draft, or goes on with the one that is open."""
    when = now()
    draft = draft_cookie.opened(request)
    if request.method != "POST":
        gap = journey.missing(draft.answers) if draft and draft.answers and not draft.filed else None
        context = {
            "nav": "file",
            "draft": draft,
            "gap": gap,
            "days": draft_cookie.DAYS,
            "limits": promises(when.on),
        }
        return render(request, "public/file/start.html", context)
    if draft is None:
        if until := budgets.draft_wait(request, at=when.at):
            return budgets.refused_page(request, until, at=when.at)
        handle, _draft = draft_cookie.begun(when)
        return draft_cookie.put(redirect("public:question", "story"), handle)
    return redirect("public:receipt") if draft.filed else _onward(draft)


@require_http_methods(READ_AND_SEND)
def question(request: HttpRequest, name: str) -> HttpResponse:
    """Return one question, or keep its answer and lead on. What was typed is shown again when it cannot be kept."""
    asked = journey.QUESTIONS.get(name)
    if asked is None:
        raise Http404
    when = now()
    draft = draft_cookie.opened(request)
    if draft is None and request.method != "POST":
        return redirect("public:file")
    if draft and draft.filed:
        return redirect("public:receipt")
    answers = draft.answers if draft else {}
    gap = journey.missing(answers, before=asked)
    if gap and (draft or asked is not journey.ORDER[0]):
        return redirect("public:question", gap.name)
    make = asked.form(answers, when.on)
    if request.method != "POST":
        return _ask(request, asked, make(initial=_initial(asked, answers)), answers, when)
    form = make(request.POST)
    if not form.is_valid():
        return _ask(request, asked, form, answers, when, status=422)
    if draft is None and (until := budgets.draft_wait(request, at=when.at)):
        form.add_error(None, budgets.too_many_petitions(until, at=when.at))
        return _ask(request, asked, form, answers, when, status=429)
    return _keep(request, draft, asked, form.cleaned_data, when)


def _keep(
    request: HttpRequest, draft: Opened | None, asked: Question, given: dict[str, Any], when: Moment
) -> HttpResponse:
    """Save the answer and lead to the next question; without a draft (cookie lost, draft lapsed) begin one."""
    handle = ""
    if draft is None:
        handle, draft = draft_cookie.begun(when)
    saved = drafts.change(draft, lambda now: journey.answered(asked, now, given, when.on), at=when.at)
    gap = journey.missing(saved.answers if saved else draft.answers)
    response = redirect("public:question", gap.name) if gap else redirect("public:check")
    return draft_cookie.put(response, handle or request.COOKIES[draft_cookie.NAME])


def _ask(
    request: HttpRequest,
    asked: Question,
    form: Any,
    answers: journey.Answers,
    when: Moment,
    *,
    status: int = 200,
) -> HttpResponse:
    back = journey.earlier(asked, answers)
    context = {
        "nav": "file",
        "form": form,
        "question": asked,
        "back": back,
        "parts": parts(asked.part, answers),
        "why": why_here(form, answers, when.on) if asked.name == "organ" else None,
        "report": answers.get("kind") == "report",
        "fields": list(form),
    }
    return render(
        request, f"public/file/{TEMPLATES.get(asked.name, 'question')}.html", context, status=status
    )


TEMPLATES = {"organ": "organ", "contact": "contact", "story": "story"}


def parts(current: str, answers: journey.Answers) -> list[dict[str, object]]:
    """Return the steps shown above each question: done, current, to come."""
    names = list(journey.PARTS)
    here = names.index(current)
    gap = journey.missing(answers)
    reached = names.index(gap.part) if gap else len(names) - 1
    states = ["current" if i == here else "done" if i < max(here, reached) else "" for i in range(len(names))]
    return [{"text": journey.PARTS[name], "state": state} for name, state in zip(names, states, strict=True)]


def _initial(asked: Question, answers: journey.Answers) -> dict[str, str]:
    whole = asked.name in ("city", "county") and answers.get(asked.name) == ""
    found = {key: answers[key] for key in (*asked.keys, *journey.CONTACT) if key in answers}
    return {**found, asked.name: journey.WHOLE} if whole else found


def _onward(draft: Opened) -> HttpResponse:
    gap = journey.missing(draft.answers)
    return redirect("public:question", gap.name) if gap else redirect("public:check")


@require_http_methods(READ_AND_SEND)
def check(request: HttpRequest) -> HttpResponse:
    """Return all answers to be looked over once more; a POST files them and leads to the receipt."""
    when = now()
    draft = draft_cookie.opened(request)
    if draft is None:
        return redirect("public:file")
    if draft.filed:
        return redirect("public:receipt")
    if journey.missing(draft.answers):
        return _onward(draft)
    problem, status = "", 409
    if request.method == "POST" and (until := budgets.filing_wait(request, at=when.at)):
        problem, status = budgets.too_many_petitions(until, at=when.at), 429
    elif request.method == "POST":
        try:
            filing.submit(draft, when=when)
            return redirect("public:receipt")
        except filing.Gone as gone:
            return redirect("public:question", gone.question)
        except drafts.DraftGone:
            return _discarded_meanwhile(request)
        except Refused as refused:
            problem = refused.for_person()
    back = journey.earlier(None, draft.answers)
    context = {
        "nav": "file",
        "rows": filing.rows(draft.answers, when.on),
        "problem": problem,
        "back": back,
        "parts": parts("check", draft.answers),
        "limits": promises(when.on),
        "anonymous": draft.answers["who"] == "anonymous",
    }
    return render(request, "public/file/check.html", context, status=status if problem else 200)


def _discarded_meanwhile(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("草稿已经删掉，没有提交"),
        "text": _("这份草稿在另一个窗口里删掉了，这里没有提交任何内容。仍想提出的，请重新填写。"),
    }
    return draft_cookie.clear(render(request, "error.html", context, status=409))


@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """Return the receipt of the petition just filed, until its owner says that number and code are kept."""
    draft = draft_cookie.opened(request)
    if draft is None:
        return redirect("public:done")
    if not draft.filed:
        return _onward(draft)
    context = receipt_page(draft, draft.answers["code"])
    return render(request, "public/file/receipt.html", context)


@require_POST
def receipt_paper(request: HttpRequest) -> HttpResponse:
    """Return the receipt as a PDF (A4, or 58 mm) to whoever shows number and code; both come in the body."""
    form = NumberAndCode(request.POST)
    variant = "narrow" if request.POST.get("variant") == "narrow" else "a4"
    if not form.is_valid():
        return redirect("public:follow")
    number, code, at = form.cleaned_data["number"], form.cleaned_data["code"], now().at
    try:
        if budgets.look_wait(request, number, at=at):
            return redirect("public:follow")
        case_id = selectors.case_by_code(number, code)
        if case_id is None:
            budgets.wrong_code(request, number, at=at)
            return redirect("public:follow")
    except budgets.NotCounted:
        return budgets.not_counted_page(request)
    opened = selectors.followed(case_id)
    body = printed_words(opened)
    book = opened.loaded.book
    return download(
        request,
        f"receipt-{number}.pdf",
        lambda: papers.print_receipt(opened.case, text=body, book=book, code=code, variant=variant),
    )


@require_POST
def receipt_kept(request: HttpRequest) -> HttpResponse:
    """Wipe the receipt from the server and the browser: its owner has written number and code down."""
    draft = draft_cookie.opened(request)
    if draft and draft.filed:
        drafts.forget(draft_id=draft.id)
    return draft_cookie.clear(redirect("public:done"))


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Return what to do next, after the receipt was put away."""
    return render(request, "public/file/done.html", {"nav": "file"})


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Delete an unfiled draft from the server and the browser, for those on a borrowed telephone."""
    draft = draft_cookie.opened(request)
    if draft and not draft.filed:
        drafts.forget(draft_id=draft.id)
        return draft_cookie.clear(redirect("public:file"))
    return redirect("public:file")
