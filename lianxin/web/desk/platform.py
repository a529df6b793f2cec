"""What the face keeps while an officer is away at the identity platform, and how the platform is called on pages."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.organs.platform import flow, provider
from lianxin.organs.platform.errors import PlatformError, Rejected, Unreachable
from lianxin.organs.platform.flow import Person, Started

PENDING_KEY = "at_platform"
LASTS = timedelta(minutes=10)
ONCE = ("state", "code", "iss", "error")
log = logging.getLogger("lianxin.sign_in")


def name() -> str:
    """Return the name of the platform, "" when this installation has none."""
    if not provider.is_set():
        return ""
    return str(settings.OIDC_NAME or _("统一身份认证平台"))


def set_off(request: HttpRequest, *, view: str, goal: str, at: datetime, anew: bool = False) -> str:
    """Return the platform's address for this browser; the answer will come to `view`. A way begun before is void.

    With `anew` the platform asks who it is, whoever is signed in there. Raises Unreachable.
    """
    started = flow.start(back=_back(request, view), at=at, anew=anew)
    request.session[PENDING_KEY] = {
        "view": view,
        "state": started.state,
        "nonce": started.nonce,
        "verifier": started.verifier,
        "at": at.isoformat(),
        "next": goal,
    }
    if SESSION_KEY not in request.session:
        request.session.set_expiry(int(LASTS.total_seconds()))
    return started.address


def came_back(request: HttpRequest, *, view: str, at: datetime, anew: bool = False) -> tuple[Person, str]:
    """Return whom the platform names and where the officer wanted to go. What was kept is good for one return.

    With `anew` the platform must have seen the person after this way began, to the second. Raises Rejected, Unreachable.
    """
    kept: dict[str, Any] = request.session.pop(PENDING_KEY, {})
    if not kept or kept["view"] != view or at - datetime.fromisoformat(kept["at"]) > LASTS:
        raise Rejected("this browser asked nothing, or too long ago")
    if any(len(request.GET.getlist(part)) > 1 for part in ONCE):
        raise Rejected("the answer says something twice")
    answer = {part: request.GET.get(part, "") for part in ONCE}
    started = Started("", kept["state"], kept["nonce"], kept["verifier"])
    person = flow.finish(answer, started, back=_back(request, view), at=at)
    begun = datetime.fromisoformat(kept["at"]).replace(microsecond=0)
    if anew and (person.seen_at is None or person.seen_at < begun):
        raise Rejected("the platform did not ask anew who it is (auth_time)")
    return person, str(kept["next"])


def trouble(problem: PlatformError) -> tuple[str, int]:
    """Return the sentence and the status for what went wrong; the details go to the log."""
    log.warning("signing in through the platform: %s", problem)
    if isinstance(problem, Unreachable):
        return _("现在连不上%(name)s。请过一会儿再试，或者用登录名和密码登录。") % {"name": name()}, 503
    return _("%(name)s登录没有完成。请再试一次，或者用登录名和密码登录。") % {"name": name()}, 422


def _back(request: HttpRequest, view: str) -> str:
    return request.build_absolute_uri(reverse(view))
