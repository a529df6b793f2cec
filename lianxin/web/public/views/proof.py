"""The petitioner's proof that nothing was changed: what it is in plain words, the file, and the program that checks it."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from lianxin.ledger import evidence, export
from lianxin.web.public import case_cookie

MOST = 12
"""Digits of a size; more is no size."""
OF_A_REPORT = 1
"""Of a report its petitioner is shown the receipt alone: how many steps follow would tell who works on it."""


@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """Return the page that says what the proof is for, and how it is fetched and checked."""
    opened = case_cookie.opened(request)
    if opened is None:
        return redirect("public:follow")
    found = evidence.outline(opened.case.pk, only=_only(report=opened.case.kind == "report"))
    context = {
        "nav": "follow",
        "number": opened.case.number,
        "proved": found.proved,
        "waits": found.waits,
        "size": found.size,
        "key": evidence.public_key(),
        "program": export.VERIFIER,
    }
    return case_cookie.renew(render(request, "public/follow/proof.html", context), request)


@require_safe
def proof_file(request: HttpRequest) -> HttpResponse:
    """Return the proof as a file. `since` is the size named by an older one: then the growth from there is proved too."""
    opened = case_cookie.opened(request)
    if opened is None:
        return redirect("public:follow")
    typed = request.GET.get("since", "").strip()
    since = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST else None
    report = opened.case.kind == "report"
    found = evidence.bundle(opened.case.pk, every=not report, only=_only(report=report), since=since)
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    return _attached(response, f"proof-{opened.case.number}.json")


@require_safe
def program(request: HttpRequest) -> HttpResponse:
    """Return the verifier as one file, the same for everybody."""
    return _attached(HttpResponse(_program(), content_type="text/x-python; charset=utf-8"), export.VERIFIER)


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Return the latest signed checkpoint with all its signatures, for witnesses and whoever keeps it; 404 before the first."""
    text = evidence.checkpoint()
    status = 200 if text else 404
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def _only(*, report: bool) -> int | None:
    return OF_A_REPORT if report else None


@lru_cache(maxsize=1)
def _program() -> str:
    return export.one_file()


def _attached(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
