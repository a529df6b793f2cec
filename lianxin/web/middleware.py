"""What holds for every request before a page sees it: nobody is known yet, and no form from another site is taken."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lianxin.ledger import face
from lianxin.web.errors import csrf_failure

Handler = Callable[[HttpRequest], HttpResponse]
READING = ("GET", "HEAD", "OPTIONS")
FOREIGN = ("cross-site", "same-site")


def nobody_yet(get_response: Handler) -> Handler:
    """Return the middleware: the database is asked for somebody without a desk until a page knows better."""

    def answer(request: HttpRequest) -> HttpResponse:
        with face.worn(face.PUBLIC):
            return get_response(request)

    return answer


def request_rules(get_response: Handler) -> Handler:
    """Return the middleware: what a browser says comes from another site changes nothing, token or not (ASVS 3.5.3)."""

    def answer(request: HttpRequest) -> HttpResponse:
        foreign = request.META.get("HTTP_SEC_FETCH_SITE") in FOREIGN and request.method not in READING
        return csrf_failure(request) if foreign else get_response(request)

    return answer
