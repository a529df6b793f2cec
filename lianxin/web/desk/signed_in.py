"""Who is at work at the desk: loads the officer with today's posts once per request, or asks to sign in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode

from lianxin.organs.actors import Actor, actors_of
from lianxin.web.clock import now

ORGAN_KEY = "organ"
MARKS = frozenset({"csrfmiddlewaretoken", "key", "version", "at_organ"})
P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request of a signed-in officer."""

    actor: Actor
    organs: list[Actor]


DeskView = Callable[Concatenate[DeskRequest, P], HttpResponse]


def officers_only(view: DeskView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Return the view for officers at work. Without a post today a page leads to the sign-in; a form that was sent
    is answered where it is, with what was typed, so that nothing is thrown away.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        found = _at_work(request)
        if not found:
            request.session.flush()
            if request.method == "POST":
                return render(request, "desk/signed_out.html", {"typed": _typed(request)}, status=403)
            return redirect("/desk/sign-in?" + urlencode({"next": request.get_full_path()}))
        desk = cast(DeskRequest, request)
        desk.organs = found
        chosen = request.session.get(ORGAN_KEY)
        desk.actor = next((one for one in found if one.organ.pk == chosen), found[0])
        return view(desk, *args, **kwargs)

    guarded.officers_only = True  # type: ignore[attr-defined]
    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], guarded)


def roles_only(*roles: str) -> Callable[[DeskView[P]], DeskView[P]]:
    """Return a decorator: for officers without one of these roles the page is not there."""

    def decorate(view: DeskView[P]) -> DeskView[P]:
        @wraps(view)
        def guarded(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.actor.has(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        return cast(DeskView[P], guarded)

    return decorate


def _typed(request: HttpRequest) -> list[str]:
    """Return what was typed into the form that came too late, without its hidden marks."""
    sent = [value for name, values in request.POST.lists() if name not in MARKS for value in values]
    return [value for value in sent if len(value.strip()) > 1]


def _at_work(request: HttpRequest) -> list[Actor]:
    """Return the posts of the session's officer; [] when the session is not signed in or the password has changed."""
    session: Any = request.session
    staff_id = session.get(SESSION_KEY)
    if not staff_id:
        return []
    found = actors_of(int(staff_id), on=now().on)
    if found and constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), found[0].staff.get_session_auth_hash()
    ):
        return found
    return []
