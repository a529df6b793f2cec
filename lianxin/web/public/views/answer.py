"""What the petitioner says of the answer: accepts it, evaluates it."""

from __future__ import annotations

import re
import secrets

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lianxin.cases.services import evaluation
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.public import case_cookie, rights
from lianxin.web.public.forms import Accepting, Evaluating

READ_AND_SEND = ["GET", "HEAD", "POST"]
KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")


@require_http_methods(READ_AND_SEND)
def accept(request: HttpRequest) -> HttpResponse:
    """Return the question whether the result is accepted; a POST with the statement closes the case."""
    opened, when, key = case_cookie.opened(request), now(), form_key(request)
    if opened is None:
        return redirect("public:follow")
    form = Accepting(request.POST if request.method == "POST" else None)
    if key in opened.loaded.keys or not (form.is_bound or rights.may(opened.loaded, when)["accept"]):
        return redirect("public:case")
    status = 422
    if form.is_valid():
        try:
            evaluation.accept_result(opened.loaded, key=key, when=when)
            return redirect("public:case")
        except (Refused, Stale) as problem:
            status = tell(form, problem)
    return _page(request, "accept", form, key, status)


@require_http_methods(READ_AND_SEND)
def evaluate(request: HttpRequest) -> HttpResponse:
    """Return the five questions on the answer; a POST keeps the evaluation, once."""
    opened, when, key = case_cookie.opened(request), now(), form_key(request)
    if opened is None:
        return redirect("public:follow")
    form = Evaluating(request.POST if request.method == "POST" else None)
    if key in opened.loaded.keys or not (form.is_bound or rights.may(opened.loaded, when)["evaluate"]):
        return redirect("public:case")
    status = 422
    if form.is_valid():
        try:
            evaluation.evaluate(opened.loaded, opinion=_opinion(form), key=key, when=when)
            return redirect("public:case")
        except (Refused, Stale) as problem:
            status = tell(form, problem)
    return _page(request, "evaluate", form, key, status)


def _opinion(form: Evaluating) -> evaluation.Opinion:
    given = form.cleaned_data
    return evaluation.Opinion(
        answered=given["answered"] == "yes",
        right=given["right"] == "yes",
        carried_out={"yes": True, "no": False}.get(given["carried_out"]),
        office=given["office"],
        organ=given["organ"],
        words=given["words"],
    )


def form_key(request: HttpRequest) -> str:
    """Return the key that came with the form, or a fresh one: it makes a repeated click find its first result."""
    sent = request.POST.get("key", "")
    return sent if KEY.fullmatch(sent) else secrets.token_urlsafe(16)


def tell(form: forms.Form, problem: Refused | Stale) -> int:
    """Put what the domain refused on the form and return the status of the page."""
    form.add_error(None, problem.for_person() if isinstance(problem, Refused) else str(problem))
    return 409


def _page(request: HttpRequest, name: str, form: forms.Form, key: str, status: int) -> HttpResponse:
    context = {"nav": "follow", "form": form, "key": key, "fields": list(form)}
    return render(request, f"public/follow/{name}.html", context, status=status if form.is_bound else 200)
