"""How each date of one's case was counted, on a page that can be printed and taken along."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from lianxin.web.public import case_cookie
from lianxin.web.sums import sums


@require_safe
def dates(request: HttpRequest) -> HttpResponse:
    """Return the arithmetic of every date of the case that protects the petitioner; of a report none is shown."""
    opened = case_cookie.opened(request)
    if opened is None or opened.case.kind == "report":
        return redirect("public:follow" if opened is None else "public:case")
    running = [one for one in opened.loaded.running() if one.deadline.rule.protects == "petitioner"]
    context = {"nav": "follow", "number": opened.case.number, "sums": sums(opened.loaded.book, running)}
    return case_cookie.renew(render(request, "public/follow/dates.html", context), request)
