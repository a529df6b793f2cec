"""Keeping a case from somebody after it was filed: at once for organs and officers that are found, sealed for others."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lianxin.cases.services import walls
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.public import case_cookie
from lianxin.web.public.forms_avoid import KeepAway
from lianxin.web.public.views.answer import READ_AND_SEND, form_key, tell


@require_http_methods(READ_AND_SEND)
def avoid(request: HttpRequest) -> HttpResponse:
    """Return the page that asks from whom the case is to be kept; a POST looks for organs, or raises the wall."""
    opened, when, key = case_cookie.opened(request), now(), form_key(request)
    if opened is None:
        return redirect("public:follow")
    loaded = opened.loaded
    if key in loaded.keys or loaded.case.erased_on is not None:
        return redirect("public:case")
    form = KeepAway(request.POST if request.method == "POST" else None, near=loaded.case.holder, on=when.on)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            walls.raise_wall(loaded, named=form.named(), actor=None, key=key, when=when)
            return redirect("public:case")
        except (Refused, Stale) as problem:
            status = tell(form, problem)
    context = {"nav": "follow", "form": form, "key": key}
    return render(request, "public/follow/avoid.html", context, status=status)
