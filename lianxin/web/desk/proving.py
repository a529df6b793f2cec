"""The only place where an officer who is signed in proves himself again before something grave (step-up).

`recently_proved` stands before a view. Without a proof of the last minutes it asks for one where the officer is: what was typed
goes along in the form, and the same click that proves carries out what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianxin.organs import passkeys, second_factor
from lianxin.organs.accounts import What, note
from lianxin.organs.passkeys import Asked, Site
from lianxin.organs.services import sign_in
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import (
    PROOFS,
    PROVED_KEY,
    DeskRequest,
    DeskView,
    P,
    proved,
)
from lianxin.web.origin import origin_of

CHALLENGE_KEY = "challenge"
CHALLENGE_LASTS = timedelta(minutes=5)
SAFE = ("GET", "HEAD", "OPTIONS")


def recently_proved(view: DeskView[P]) -> DeskView[P]:
    """Return the view for officers who proved themselves in the last minutes; others are asked first, by each method."""
    return _guarded(view, safe_too=True)


def recently_proved_to_change(view: DeskView[P]) -> DeskView[P]:
    """As `recently_proved`, but looking at the page is free: only what is sent by it needs the proof."""
    return _guarded(view, safe_too=False)


def _guarded(view: DeskView[P], *, safe_too: bool) -> DeskView[P]:
    @wraps(view)
    def guarded(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        reading = request.method in SAFE
        if (reading and not safe_too) or is_recent(request):
            return view(request, *args, **kwargs)
        problem, status = "", 403
        if not reading and PROOFS.intersection(request.POST):
            problem, status = prove(request)
            if not problem:
                return view(request, *args, **kwargs)
        return asking(request, problem=problem, status=status)

    guarded.asks_for_proof = True  # type: ignore[attr-defined]
    return cast(DeskView[P], guarded)


def is_recent(request: DeskRequest) -> bool:
    """Tell whether the officer proved himself in the last LIANXIN_PROOF_MINUTES."""
    last = request.session.get(PROVED_KEY)
    if not last:
        return False
    age = request.when.at - datetime.fromisoformat(last)
    return timedelta(0) <= age <= timedelta(minutes=settings.PROOF_MINUTES)


def prove(request: DeskRequest) -> tuple[str, int]:
    """Check the proof that was sent; return ("", 200) and note it, or the sentence and the status to answer with.

    Who has one-time codes proves with one, who has none with the password; a passkey does for both.
    """
    staff, at, origin = request.actor.staff, request.when.at, origin_of(request)
    if answer := request.POST.get("proof_passkey", ""):
        right = used_passkey(request, answer, at=at, staff_id=staff.pk) is not None
        problem, status = (_("通行密钥没有通过，请再试一次"), 422)
    elif second_factor.methods_of(staff.pk).totp:
        checked = second_factor.check(staff.pk, request.POST.get("proof_code", ""), at=at, origin=origin)
        right = checked.right
        problem, status = wrong_code(checked, at=at)
    else:
        tried = sign_in.proves_password(staff, request.POST.get("proof_password", ""), origin=origin, at=at)
        right = tried.staff is not None
        problem, status = (
            (wait_words(tried.wait_until, at=at), 429)
            if tried.wait_until
            else (_("密码不对，请再试一次"), 422)
        )
    if not right:
        return problem, status
    note(What.PROVED, staff.pk, at=at, origin=origin)
    proved(request, at)
    return "", 200


def asking(request: DeskRequest, *, problem: str = "", status: int = 403, goal: str = "") -> HttpResponse:
    """Return the page that asks for a proof, with what was typed in hidden fields; a file has to be chosen again."""
    carried = request.method == "POST" and not request.FILES and not goal
    leave_out = PROOFS | {"csrfmiddlewaretoken"}
    typed = [
        (name, value)
        for name, values in (request.POST.lists() if carried else [])
        if name not in leave_out
        for value in values
    ]
    methods = second_factor.methods_of(request.actor.staff.pk)
    values: Mapping[str, object] = {
        "problem": problem,
        "typed": typed,
        "action": request.get_full_path() if carried else "/desk/account/prove",
        "goal": goal or ("" if carried else request.get_full_path()),
        "files": bool(request.FILES),
        "code": methods.totp,
        "passkey": methods.passkeys > 0 and site_of(request) is not None,
        "minutes": settings.PROOF_MINUTES,
    }
    return page(request, "account/prove.html", values, status=status)


def site_of(request: HttpRequest) -> Site | None:
    """Return the site that passkeys are bound to; None where there can be none: by address, or without https."""
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if ":" in host and not host.endswith("]") else host
    if name.startswith("[") or name.replace(".", "").isdigit():
        return None
    if not request.is_secure() and name != "localhost":
        return None
    return Site(name, f"{request.scheme}://{host}")


def keep_challenge(request: HttpRequest, asked: Asked, *, at: datetime) -> None:
    """Keep the challenge for the answer; the one before is void."""
    request.session[CHALLENGE_KEY] = {"value": asked.challenge, "at": at.isoformat()}


def challenge_of(request: HttpRequest, *, at: datetime) -> str:
    """Return the challenge and forget it, "" when there is none or it is too old: each is good for one answer."""
    kept: dict[str, Any] = request.session.pop(CHALLENGE_KEY, {})
    if not kept or at - datetime.fromisoformat(kept["at"]) > CHALLENGE_LASTS:
        return ""
    return str(kept["value"])


def used_passkey(request: HttpRequest, answer: str, *, at: datetime, staff_id: int | None = None) -> Any:
    """Return the officer whose passkey answered the challenge of this session, or None."""
    site, challenge = site_of(request), challenge_of(request, at=at)
    if site is None or not challenge:
        return None
    return passkeys.proven(answer, challenge=challenge, site=site, at=at, staff_id=staff_id)


def wait_words(until: datetime, *, at: datetime) -> str:
    """Return how long to wait, in minutes, rounded up."""
    minutes = max(1, -int(-(until - at).total_seconds() // 60))
    return ngettext("试的次数太多，请过 %(n)d 分钟再试。", "试的次数太多，请过 %(n)d 分钟再试。", minutes) % {
        "n": minutes
    }


def wrong_code(checked: second_factor.Checked, *, at: datetime) -> tuple[str, int]:
    """Return the sentence and the status for a code that was not right."""
    if checked.wait_until is not None:
        return wait_words(checked.wait_until, at=at), 429
    if checked.clock:
        return _("验证码不对：手机和服务器的时间不一致。请先校准手机时间；还不行请告诉系统管理员。"), 422
    return _("验证码不对，或者已经用过。请等手机显示新的验证码再试。"), 422


__all__ = [
    "asking",
    "challenge_of",
    "is_recent",
    "keep_challenge",
    "prove",
    "recently_proved",
    "recently_proved_to_change",
    "site_of",
    "used_passkey",
    "wait_words",
    "wrong_code",
]
