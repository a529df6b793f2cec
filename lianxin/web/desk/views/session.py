"""Signing in with password, one-time code or passkey, signing out, and changing to another organ of one's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.cases.history import Moment
from lianxin.organs import passkeys, second_factor
from lianxin.organs.accounts import What, account_of, note
from lianxin.organs.models import Staff
from lianxin.organs.platform.flow import end_session_address
from lianxin.organs.services import sign_in as services
from lianxin.organs.throttle import MINUTE, Rule, Source, spend
from lianxin.web.clock import now
from lianxin.web.desk import platform
from lianxin.web.desk.forms.session import CodeForm, OrganForm, SignInForm
from lianxin.web.desk.proving import keep_challenge, site_of, used_passkey, wait_words, wrong_code
from lianxin.web.desk.signed_in import (
    ORGAN_KEY,
    OWN_WAY,
    PLATFORM_KEY,
    DeskRequest,
    Way,
    begin,
    first_step,
    officers_only,
    renew,
)
from lianxin.web.origin import origin_of, remember

HOME = "/desk/"
HALF_KEY = "half"
HALF_LASTS = timedelta(minutes=5)
ASKING = Rule("passkey", 60, 15 * MINUTE, MINUTE, 15 * MINUTE)
TELL_FROM = 3
"""So many wrong tries since the last sign-in are told to the officer."""
form_page = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters("password")
@form_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the sign-in form; on the right name and password begin a session, or ask for the second factor first."""
    goal = own_address(request.POST.get("next") or request.GET.get("next") or "")
    if request.method != "POST":
        return sign_in_page(request, SignInForm(), goal)
    form, when = SignInForm(request.POST), now()
    if not form.is_valid():
        return sign_in_page(request, form, goal, status=422)
    data = form.cleaned_data
    origin = origin_of(request, data["username"])
    tried = services.with_password(data["username"], data["password"], origin=origin, at=when.at, on=when.on)
    if tried.wait_until is not None:
        form.add_error(None, wait_words(tried.wait_until, at=when.at))
        return sign_in_page(request, form, goal, status=429)
    if tried.staff is None:
        form.add_error(
            None, _("登录名或密码不对，或者现在没有岗位。请核对后再试；忘记密码请联系本机构管理员。")
        )
        return sign_in_page(request, form, goal, status=422)
    if second_factor.methods_of(tried.staff.pk).any():
        return half_way(request, tried.staff, goal, when)
    return come_in(request, tried.staff, goal, when)


@sensitive_post_parameters("code")
@form_page
def second(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of an officer whose password was right, for five minutes; then begin the session."""
    when, half = now(), request.session.get(HALF_KEY, {})
    staff = _half_signed_in(half, when)
    if staff is None:
        if SESSION_KEY not in request.session:  # a link to this page signs nobody out
            request.session.flush()
        return redirect("desk:sign_in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200 if request.method != "POST" else 422
    if form.is_valid():
        checked = second_factor.check(
            staff.pk, form.cleaned_data["code"], at=when.at, origin=origin_of(request)
        )
        if checked.right:
            return come_in(request, staff, half["next"], when, way=_way_of(half))
        sentence, status = wrong_code(checked, at=when.at)
        form.add_error("code", sentence)
    methods = second_factor.methods_of(staff.pk)
    values = {
        "form": form,
        "methods": methods,
        "passkey": methods.passkeys > 0 and site_of(request) is not None,
    }
    return render(request, "desk/sign_in_second.html", values, status=status)


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Return what the browser needs to use a passkey: of the officer half signed in, or any it holds for this site."""
    when, site = now(), site_of(request)
    if site is None:
        raise Http404
    if spend([Source(ASKING, origin_of(request).network)], at=when.at):
        return HttpResponse(status=429)
    staff = _half_signed_in(request.session.get(HALF_KEY, {}), when)
    asked = passkeys.ask(site, staff_id=staff.pk if staff else None)
    keep_challenge(request, asked, at=when.at)
    if SESSION_KEY not in request.session:
        request.session.set_expiry(int(HALF_LASTS.total_seconds()))
    return HttpResponse(asked.options, content_type="application/json")


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey, which is two factors at once; after a password only with one of the same officer."""
    when, half = now(), request.session.get(HALF_KEY, {})
    first = _half_signed_in(half, when)
    goal = half["next"] if first else own_address(request.POST.get("next", ""))
    staff = used_passkey(
        request, request.POST.get("credential", ""), at=when.at, staff_id=first.pk if first else None
    )
    if staff is None or not services.admits(staff.pk, account_of(staff.pk), at=when.at, on=when.on):
        return refused_page(request, _("通行密钥没有通过。请再试一次，或者用密码登录。"), goal)
    return come_in(request, staff, goal, when, way=_way_of(half if first else {}))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; the browser forgets the pages it kept. Who came through the platform is led to its own sign-out."""
    by_platform = bool(request.session.get(PLATFORM_KEY))
    if staff_id := request.session.get(SESSION_KEY):
        note(What.OUT, int(staff_id), at=now().at, origin=origin_of(request))
    logout(request)
    back = request.build_absolute_uri(reverse("desk:sign_in"))
    address = end_session_address(back=back, at=now().at) if by_platform and platform.name() else ""
    response = (
        render(request, "desk/signed_out_here.html", {"address": address, "name": platform.name()})
        if address
        else redirect("desk:sign_in")
    )
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
@officers_only
def switch_organ(request: DeskRequest) -> HttpResponse:
    """Work for another of one's own organs from now on, under a new key; an organ without a post there is not there."""
    form = OrganForm(request.POST)
    if not form.is_valid() or form.cleaned_data["organ"] not in {one.organ.pk for one in request.organs}:
        raise Http404
    request.session[ORGAN_KEY] = form.cleaned_data["organ"]
    renew(request)
    return redirect("desk:worklist")


def own_address(goal: str) -> str:
    """Return `goal` if it is an address of the desk on this site, else the worklist."""
    safe = url_has_allowed_host_and_scheme(goal, allowed_hosts=None) and goal.startswith(HOME)
    return goal if safe and not any(ord(letter) < 33 for letter in goal) else HOME


def sign_in_page(request: HttpRequest, form: SignInForm, goal: str, *, status: int = 200) -> HttpResponse:
    """Return the page with every way to sign in."""
    values = {
        "form": form,
        "next": goal,
        "passkey": site_of(request) is not None,
        "platform": platform.name(),
    }
    return render(request, "desk/sign_in.html", values, status=status)


def refused_page(request: HttpRequest, sentence: str, goal: str, *, status: int = 422) -> HttpResponse:
    """Return the page with every way to sign in, and why one of them led nowhere."""
    form = SignInForm({})
    form.errors.clear()
    form.add_error(None, sentence)
    return sign_in_page(request, form, goal, status=status)


def half_way(
    request: HttpRequest, staff: Staff, goal: str, when: Moment, *, by_platform: bool = False
) -> HttpResponse:
    """Keep that the first factor was right in a session that opens nothing, and go on to the second."""
    request.session.flush()
    request.session[HALF_KEY] = {
        "staff": staff.pk,
        "hash": staff.get_session_auth_hash(),
        "at": when.at.isoformat(),
        "next": goal,
        "platform": by_platform,
    }
    request.session.set_expiry(int(HALF_LASTS.total_seconds()))
    return redirect("desk:sign_in_second")


def _half_signed_in(half: dict[str, Any], when: Moment) -> Staff | None:
    if not half or when.at - datetime.fromisoformat(half["at"]) > HALF_LASTS:
        return None
    staff = Staff.objects.filter(pk=half["staff"], is_active=True).first()
    if staff is None or not constant_time_compare(half["hash"], staff.get_session_auth_hash()):
        return None
    return staff


def _way_of(half: dict[str, Any]) -> Way:
    return Way(platform=bool(half.get("platform")))


def come_in(
    request: HttpRequest, staff: Staff, goal: str, when: Moment, *, way: Way = OWN_WAY
) -> HttpResponse:
    """Begin the session and go where the officer wanted, past what comes first and past the news of wrong tries."""
    origin = origin_of(request)
    news = services.came_in(staff, origin=origin, at=when.at, by_platform=way.platform)
    begin(request, staff, when=when, origin=origin, way=way)
    there = first_step(request) or goal
    if (news.wrong >= TELL_FROM or news.bound) and there == goal:
        told = {
            "wrong": str(news.wrong if news.wrong >= TELL_FROM else 0),
            "bound": "1" if news.bound else "",
        }
        there = "/desk/account/notice?" + urlencode({**told, "next": goal})
    response = redirect(there)
    remember(request, response, staff.username)
    return response
