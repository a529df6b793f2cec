"""The only place that reads and writes the cookie which opens a draft; the draft itself stays sealed on the server."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lianxin.cases.services.acts import Moment
from lianxin.petitioners import drafts
from lianxin.petitioners.drafts import DRAFT_DAYS, Opened

NAME = "lx_draft"
DAYS = DRAFT_DAYS


def opened(request: HttpRequest) -> Opened | None:
    """Return the draft of this browser, or None. One query."""
    handle = request.COOKIES.get(NAME, "")
    return drafts.opened(handle) if handle else None


def begun(when: Moment) -> tuple[str, Opened]:
    """Return the handle and the empty answers of a new draft."""
    handle = drafts.begin(at=when.at)
    return handle, Opened(int(handle.partition(".")[0]), {}, filed=False)


def put(response: HttpResponse, handle: str) -> HttpResponse:
    """Return the response with the cookie that opens the draft for some days."""
    response.set_cookie(
        NAME,
        handle,
        max_age=DAYS * 24 * 3600,
        path="/file/",
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
    return response


def clear(response: HttpResponse) -> HttpResponse:
    """Return the response that makes the browser forget the draft."""
    response.delete_cookie(NAME, path="/file/", samesite="Lax")
    return response
