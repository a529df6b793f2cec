"""Withdrawing online: asked, confirmed days later, taken back, or said to have been pressed for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lianxin.cases.services import withdrawing
from lianxin.cases.services.acts import Loaded, Moment
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.public import case_cookie, rights
from lianxin.web.public.forms import Withdrawing
from lianxin.web.public.views.answer import READ_AND_SEND, form_key, tell


@require_http_methods(READ_AND_SEND)
def withdraw(request: HttpRequest) -> HttpResponse:
    """Return what withdrawing means and what may be chosen now; a POST carries out the choice."""
    opened, when, key = case_cookie.opened(request), now(), form_key(request)
    if opened is None:
        return redirect("public:follow")
    loaded = opened.loaded
    if key in loaded.keys or not rights.may(loaded, when)["withdraw"]:
        return redirect("public:case")
    wish = rights.waiting_wish(loaded, when)
    form = Withdrawing(
        request.POST if request.method == "POST" else None,
        waiting=wish is not None,
        ripe=wish is not None and bool(wish["ripe"]),
    )
    status = 422
    if form.is_valid():
        try:
            _carry_out(loaded, form, key, when)
            return redirect("public:case")
        except (Refused, Stale) as problem:
            status = tell(form, problem)
    context = {"nav": "follow", "form": form, "key": key, "fields": list(form), "wish": wish}
    return render(request, "public/follow/withdraw.html", context, status=status if form.is_bound else 200)


def _carry_out(loaded: Loaded, form: Withdrawing, key: str, when: Moment) -> None:
    """Carry out what was chosen. Raises Refused, Stale."""
    match form.cleaned_data["wish"]:
        case "ask":
            withdrawing.ask(loaded, via="online", actor=None, key=key, when=when)
        case "back":
            withdrawing.keep(loaded, contact="", actor=None, key=key, when=when)
        case "pressed":
            withdrawing.pressed(loaded, words=form.cleaned_data["words"], key=key, when=when)
        case _:
            withdrawing.withdraw(
                loaded, free=True, contact="online", record="", actor=None, key=key, when=when
            )
