"""Following a case with number and query code; both come in the body of a POST, never in an address."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import selectors
from lianxin.cases.services import papers
from lianxin.ledger.chain import Reader
from lianxin.web.clock import now
from lianxin.web.public import budgets, case_cookie, following, mine
from lianxin.web.public.forms import NumberAndCode
from lianxin.web.public.receipt import download, printed_words

OWN_PRINT = "本人下载文书"


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Return the page that asks for number and code; the right pair leads to the case."""
    form = NumberAndCode(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "public/follow/find.html", {"nav": "follow", "form": form})
    if form.is_valid():
        number, at = form.cleaned_data["number"], now().at
        try:
            if until := budgets.look_wait(request, number, at=at):
                return _wait(request, form, budgets.too_many_tries(until, at=at))
            mark = case_cookie.code_mark(number)  # read first: a code replaced between the two opens nothing
            case_id = selectors.case_by_code(number, form.cleaned_data["code"])
            if case_id is not None:
                return case_cookie.begin(redirect("public:case"), case_id, mark)
            budgets.wrong_code(request, number, at=at)
        except budgets.NotCounted:
            return budgets.not_counted_page(request)
        form.add_error(
            None,
            _(
                "编号和查询码对不上。请对照同一张回执再填一次；查询码丢了的，本人可以带编号和身份证件到窗口补发。"
            ),
        )
    return render(request, "public/follow/find.html", {"nav": "follow", "form": form}, status=422)


def _wait(request: HttpRequest, form: NumberAndCode, sentence: str) -> HttpResponse:
    form.add_error(None, sentence)
    return render(request, "public/follow/find.html", {"nav": "follow", "form": form}, status=429)


@require_safe
def case(request: HttpRequest) -> HttpResponse:
    """Return everything the petitioner may know of the case."""
    opened = case_cookie.opened(request, erased_too=True)
    if opened is None:
        return redirect("public:follow")
    if opened.case.erased_on is not None:
        context = mine.erased_page(opened)
        return case_cookie.renew(render(request, "public/follow/erased.html", context), request)
    context = following.page(opened, now())
    return case_cookie.renew(render(request, "public/follow/case.html", context), request)


@require_safe
def paper(request: HttpRequest, seq: int) -> HttpResponse:
    """Return one paper of the case as a PDF; the vault records that the name was opened to print it."""
    opened = case_cookie.opened(request)
    if opened is None:
        return redirect("public:follow")
    shown = {one.seq: one for one in following.shown_papers(opened)}
    if seq not in shown:
        raise Http404
    at = now().at
    return download(
        request,
        f"{shown[seq].number}.pdf",
        lambda: papers.print_paper(shown[seq], reader=Reader(), purpose=OWN_PRINT, at=at),
    )


@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """Return the registration receipt as a PDF, without the query code, which is kept nowhere."""
    opened = case_cookie.opened(request)
    if opened is None:
        return redirect("public:follow")
    body = printed_words(opened)
    return download(
        request,
        f"receipt-{opened.case.number}.pdf",
        lambda: papers.print_receipt(opened.case, text=body, book=opened.loaded.book, code=""),
    )


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the case in this browser."""
    return case_cookie.clear(redirect("public:follow"))
