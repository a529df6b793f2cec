"""The only place that remembers, for half an hour, that a browser has shown number and code of a case."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

NAME = "lx_follow"
SALT = "lianxin.follow"
SECONDS = 30 * 60


def case_id(request: HttpRequest) -> int | None:
    """Return the id of the case that was opened, or None: never shown, too long ago, or changed by hand."""
    try:
        value = signing.loads(request.COOKIES.get(NAME, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return value if isinstance(value, int) else None


def put(response: HttpResponse, value: int) -> HttpResponse:
    """Return the response that keeps the case open for another half hour."""
    response.set_cookie(
        NAME,
        signing.dumps(value, salt=SALT),
        max_age=SECONDS,
        path="/follow/",
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
    return response


def clear(response: HttpResponse) -> HttpResponse:
    """Return the response that closes the case in this browser."""
    response.delete_cookie(NAME, path="/follow/", samesite="Lax")
    return response
