"""What the receipt page says, and how a paper is handed over as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases import numbers, selectors
from lianxin.files.names import disposition
from lianxin.petitioners.drafts import Opened
from lianxin.procedure.errors import Refused
from lianxin.web.public.words import day_words, how_words, instant_words

SEALED_REPORT = "检举控告事项（内容密封）"
"""Printed in place of a report's text; papers are in Chinese whatever the reader's language."""


def receipt_page(draft: Opened, code: str) -> dict[str, Any]:
    """Return the context of the receipt page: number, code, day of receipt, the promise and how it is counted."""
    opened = selectors.followed(draft.id)
    case = opened.case
    promise = next((one.deadline for one in opened.loaded.running() if one.clock == "REG_NOTICE"), None)
    return {
        "nav": "file",
        "number": case.number,
        "code": code,
        "groups": numbers.grouped(code).split("-"),
        "received": instant_words(case.received_at),
        "organ": case.registrar,
        "promised": day_words(promise.legal) if promise else "",
        "how": how_words(promise) if promise else [],
        "report": case.kind == "report",
        "address": settings.PUBLIC_URL.rstrip("/") + reverse("public:follow"),
    }


def printed_words(opened: selectors.Opened) -> str:
    """Return what a printed receipt says of the matter; of a report nothing: the paper may be found at home."""
    if opened.case.kind == "report":
        return SEALED_REPORT
    return opened.text.body if opened.text else ""


def download(request: HttpRequest, name: str, printed: Callable[[], bytes]) -> HttpResponse:
    """Return a PDF to be saved under `name`, never shown inside a page of ours; a sentence when it cannot be made."""
    try:
        pdf = printed()
    except Refused as refused:
        context = {"title": _("这份文书现在打印不出来"), "text": refused.for_person()}
        return render(request, "error.html", context, status=409)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = disposition(name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
