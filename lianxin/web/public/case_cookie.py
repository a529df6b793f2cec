"""The only place that remembers, for a while, that a browser has shown number and code of a case.

The cookie is signed and names the case, the instant number and code were shown, and which code it was. It is renewed by
use, never beyond two hours, and ends with its code.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from lianxin.cases import selectors
from lianxin.cases.models import QueryCode
from lianxin.cases.selectors import Opened
from lianxin.ledger import face
from lianxin.web.clock import now

NAME = "lx_follow"
SALT = "lianxin.follow"
SECONDS = 30 * 60
LONGEST = timedelta(hours=2)


def opened(request: HttpRequest, *, erased_too: bool = False) -> Opened | None:
    """Return the case that was opened here, or None: never shown, too long ago, changed by hand, or its code is dead.

    An erased case is there only for the page that says so.
    """
    shown = _read(request)
    if shown is None:
        return None
    case_id, first_shown, mark = shown
    if now().at - datetime.fromisoformat(first_shown) >= LONGEST:
        return None
    face.name(case_id)
    found = selectors.followed(case_id)
    if found.case.erased_on is not None and not erased_too:
        return None
    return found if mark and mark == code_mark(found.case.number) else None


def code_mark(number: str) -> str:
    """Return what tells the live query code of a number from an earlier or later one, "" without one. One query."""
    face.look_up(number)
    issued_at = (
        QueryCode.objects.filter(number=number, dead_at=None).values_list("issued_at", flat=True).first()
    )
    return issued_at.isoformat() if issued_at else ""


def begin(response: HttpResponse, case_id: int, mark: str) -> HttpResponse:
    """Return the response that opens a case whose number and code were shown just now."""
    return _put(response, (case_id, now().at.isoformat(), mark))


def renew(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Return the response that keeps the case open for another half hour; the instant of showing stays."""
    shown = _read(request)
    return _put(response, shown) if shown else response


def clear(response: HttpResponse) -> HttpResponse:
    """Return the response that closes the case in this browser."""
    response.delete_cookie(NAME, path="/follow/", samesite="Lax")
    return response


def _read(request: HttpRequest) -> tuple[int, str, str] | None:
    """Return case, instant of showing and mark of the code as they were signed in the last half hour."""
    try:
        value = signing.loads(request.COOKIES.get(NAME, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    match value:
        case [int(case_id), str(first_shown), str(mark)]:
            return case_id, first_shown, mark
    return None


def _put(response: HttpResponse, shown: tuple[int, str, str]) -> HttpResponse:
    response.set_cookie(
        NAME,
        signing.dumps(shown, salt=SALT),
        max_age=SECONDS,
        path="/follow/",
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
    return response
