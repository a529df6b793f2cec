"""Who is at work at the desk: loads the officer with today's posts once per request, or asks to sign in.

A session ends after a time without use, after a time in all, with its last post, and with a change of password. What has to be
done before anything else (a new password, a second factor) is kept in the session and comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode

from lianxin.cases.history import Moment
from lianxin.cases.walls import face_of
from lianxin.ledger import face
from lianxin.organs import passwords
from lianxin.organs.accounts import Origin, account_of
from lianxin.organs.actors import Actor, actors_of
from lianxin.organs.models import Staff
from lianxin.organs.policies import SEPARATE
from lianxin.organs.second_factor import methods_of
from lianxin.organs.sessions import SEEN_EVERY
from lianxin.web.clock import now
from lianxin.web.desk.session_store import BEGUN_KEY

ORGAN_KEY, PROVED_KEY, MUST_KEY, PLATFORM_KEY = "organ", "proved", "must", "by_platform"
BACKEND = "django.contrib.auth.backends.ModelBackend"
FIRST_STEPS = {"password": "/desk/account/password", "second": "/desk/account/second-factor/"}
"""What may have to be done first, in this order, and where."""
PROOFS = frozenset({"proof_password", "proof_code", "proof_passkey"})
SECRETS = PROOFS | {"password", "current", "new", "again", "code", "credential"}
MARKS = frozenset({"csrfmiddlewaretoken", "key", "version", "at_organ", "next"}) | SECRETS
LARGEST = 2**63 - 1
"""The largest id a table holds; an address with a larger number leads nowhere."""
P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request of a signed-in officer; `when` is the moment it came in."""

    actor: Actor
    organs: list[Actor]
    when: Moment


DeskView = Callable[Concatenate[DeskRequest, P], HttpResponse]


def officers_only(view: DeskView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Return the view for officers at work. Without a post today a page leads to the sign-in; a form that was sent
    is answered where it is, with what was typed, so that nothing is thrown away.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        when = now()
        found = _at_work(request, when)
        if not found:
            if SESSION_KEY in request.session:
                request.session.flush()
            if request.method == "POST":
                return render(request, "desk/signed_out.html", {"typed": _typed(request)}, status=403)
            return redirect("/desk/sign-in?" + urlencode({"next": request.get_full_path()}))
        desk = cast(DeskRequest, request)
        desk.organs, desk.when = found, when
        chosen = request.session.get(ORGAN_KEY)
        desk.actor = next((one for one in found if one.organ.pk == chosen), found[0])
        face.wear(face_of(desk.actor))
        if (first := first_step(request)) and not getattr(view, "comes_first", False):
            return redirect(first)
        if any(isinstance(part, int) and part > LARGEST for part in kwargs.values()):
            raise Http404
        return view(desk, *args, **kwargs)

    guarded.officers_only = True  # type: ignore[attr-defined]
    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], guarded)


def comes_first(view: DeskView[P]) -> DeskView[P]:
    """Return the view as one that is open while a new password or a second factor is still owed."""
    view.comes_first = True  # type: ignore[attr-defined]
    return view


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


@dataclass(frozen=True, slots=True)
class Way:
    """How an officer came in: through the platform or not, whether the platform vouches for two factors, whether the
    officer has proved himself just now, and when the platform saw it; it may open the door for somebody it saw hours ago.
    """

    platform: bool = False
    strong: bool = False
    fresh: bool = True
    seen_at: datetime | None = None


OWN_WAY = Way()


def begin(request: HttpRequest, staff: Staff, *, when: Moment, origin: Origin, way: Way = OWN_WAY) -> None:
    """Begin a new session under a new key for an officer who has proved himself; the old one is deleted."""
    account = account_of(staff.pk)
    must = ["password"] if passwords.must_change(staff.pk, at=when.at, account=account) else []
    asked = settings.SECOND_FACTOR == "required" and not way.strong
    if asked and not methods_of(staff.pk, account=account).any():
        must.append("second")
    session: Any = request.session
    session.flush()
    session[BEGUN_KEY] = {
        "at": when.at.isoformat(),
        "network": origin.network,
        "device": origin.device,
    }
    session[MUST_KEY], session[PLATFORM_KEY] = must, way.platform
    if way.fresh:
        session[PROVED_KEY] = min(way.seen_at or when.at, when.at).isoformat()
    login(request, staff, backend=BACKEND)


def renew(request: HttpRequest) -> None:
    """Give the session a new key and keep what it holds; the old key is dead."""
    request.session.cycle_key()


def proved(request: HttpRequest, at: datetime) -> None:
    """Note that the officer has just proved himself again, under a new key."""
    request.session[PROVED_KEY] = at.isoformat()
    renew(request)


def first_step(request: HttpRequest) -> str:
    """Return the address of what has to be done before anything else, "" when nothing is owed."""
    owed = request.session.get(MUST_KEY, [])
    return next((address for step, address in FIRST_STEPS.items() if step in owed), "")


def step_done(request: HttpRequest, step: str) -> None:
    """Note that something that had to be done first is done."""
    request.session[MUST_KEY] = [one for one in request.session.get(MUST_KEY, []) if one != step]


def _typed(request: HttpRequest) -> list[str]:
    """Return what was typed into the form that came too late, without its hidden marks and without secrets."""
    sent = [value for name, values in request.POST.lists() if name not in MARKS for value in values]
    return [value for value in sent if len(value.strip()) > 1]


def _at_work(request: HttpRequest, when: Moment) -> list[Actor]:
    """Return the posts of the session's officer; [] when the session is not signed in, is over, or the password changed."""
    session: Any = request.session
    staff_id = session.get(SESSION_KEY)
    if not staff_id or not _lasts(session, when.at):
        return []
    found = actors_of(int(staff_id), on=when.on)
    if not found or not constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), found[0].staff.get_session_auth_hash()
    ):
        return []
    if session.get(PLATFORM_KEY) and any(one.has(*SEPARATE) for one in found):
        return []
    seen = session.row.seen_at
    if (seen is None or when.at - seen >= SEEN_EVERY) and not session.seen(when.at):
        return []
    return found


def _lasts(session: Any, at: datetime) -> bool:
    """Tell whether the session has been used lately and is not too old."""
    row = session.row
    if row is None or row.started_at is None:
        return False
    used = row.seen_at or row.started_at
    idle, whole = timedelta(minutes=settings.SESSION_IDLE_MINUTES), timedelta(hours=settings.SESSION_HOURS)
    return bool(at - used <= idle and at - row.started_at <= whole)
