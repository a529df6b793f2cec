"""The only place that keeps the host name of files apart: it serves nothing else, and no other host name serves them."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

PATH = "/handed/"
Handler = Callable[[HttpRequest], HttpResponse]


def files_host_apart(get_response: Handler) -> Handler:
    """Return the middleware: what was handed in comes from its own origin, where no page, no form and no cookie of ours lives."""

    def answer(request: HttpRequest) -> HttpResponse:
        own = urlsplit(settings.FILES_URL).netloc
        if bool(own and request.get_host() == own) != request.path.startswith(PATH):
            return HttpResponseNotFound()
        return get_response(request)

    return answer
