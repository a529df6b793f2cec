"""What the petitioner says of a promise with a date: carried out, or not."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lianxin.cases.services import promises
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.public import case_cookie, promised
from lianxin.web.public.forms_promise import SayingOnPromise
from lianxin.web.public.views.answer import READ_AND_SEND, form_key, tell


@require_http_methods(READ_AND_SEND)
def promise(request: HttpRequest, seq: int) -> HttpResponse:
    """Return the question whether one promise was carried out; a POST keeps the answer with the case."""
    opened, when, key = case_cookie.opened(request), now(), form_key(request)
    if opened is None:
        return redirect("public:follow")
    loaded = opened.loaded
    found = next((one for one in promised.made_to(loaded) if one.seq == seq), None)
    if found is None:
        raise Http404
    form = SayingOnPromise(request.POST if request.method == "POST" else None)
    (line,) = promised.lines([found], when)
    if key in loaded.keys or not line["href"]:
        return redirect("public:case")
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            promises.say(loaded, seq=seq, done=form.cleaned_data["done"] == "yes", key=key, when=when)
            return redirect("public:case")
        except (Refused, Stale) as problem:
            status = tell(form, problem)
    values = {"nav": "follow", "form": form, "key": key, "line": line}
    return render(request, "public/follow/promise.html", values, status=status)
