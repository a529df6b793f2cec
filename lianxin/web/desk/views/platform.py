"""Signing in through the identity platform, and tying one's account to it; the platform may also end sessions from its side."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from lianxin.organs import second_factor
from lianxin.organs.platform import bindings, flow, provider
from lianxin.organs.platform.errors import PlatformError
from lianxin.organs.platform.flow import Person
from lianxin.organs.services import sign_in as services
from lianxin.organs.services.errors import BadRecord
from lianxin.organs.throttle import MINUTE, Rule, Source, spend
from lianxin.web.clock import now
from lianxin.web.desk import platform
from lianxin.web.desk.page import page
from lianxin.web.desk.proving import recently_proved_to_change, wait_words
from lianxin.web.desk.signed_in import PLATFORM_KEY, DeskRequest, Way, officers_only, renew
from lianxin.web.desk.views.account import account_page, alone, changed
from lianxin.web.desk.views.session import come_in, half_way, own_address, refused_page
from lianxin.web.middleware import FOREIGN
from lianxin.web.origin import origin_of

BACK, BIND_BACK = "desk:platform_back", "desk:account_platform_back"
ASKING = Rule("platform", 60, 15 * MINUTE, MINUTE, 15 * MINUTE)


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the platform. A link on another site leads to the sign-in page only: who signs in decides so here."""
    _check_is_set()
    when, goal = now(), own_address(request.GET.get("next", ""))
    if request.META.get("HTTP_SEC_FETCH_SITE") in FOREIGN:
        return redirect("desk:sign_in")
    if until := spend([Source(ASKING, origin_of(request).network)], at=when.at):
        return refused_page(request, wait_words(until, at=when.at), goal, status=429)
    try:
        return redirect(platform.set_off(request, view=BACK, goal=goal, at=when.at))
    except PlatformError as problem:
        sentence, status = platform.trouble(problem)
        return refused_page(request, sentence, goal, status=status)


@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Take the platform's answer; begin the session of the officer bound to it, or ask for the own second factor first."""
    _check_is_set()
    when = now()
    try:
        person, goal = platform.came_back(request, view=BACK, at=when.at)
    except PlatformError as problem:
        sentence, status = platform.trouble(problem)
        return refused_page(request, sentence, own_address(""), status=status)
    staff = services.with_platform(person, origin=origin_of(request), at=when.at, on=when.on)
    if staff is None:
        sentence = _(
            "这个平台账号没有绑定可以登录的工作账号，或者绑定还没有由本人确认，或者现在没有岗位。请用登录名和密码登录，或联系本机构管理员。"
        )
        return refused_page(request, sentence, goal)
    if not person.strong and second_factor.methods_of(staff.pk).any():
        return half_way(request, staff, goal, when, by_platform=True)
    way = Way(platform=True, strong=person.strong, fresh=_just_seen(person, when.at), seen_at=person.seen_at)
    return come_in(request, staff, goal, when, way=way)


@csrf_exempt
@require_POST
def ended(request: HttpRequest) -> HttpResponse:
    """End the sessions of the officer whom a signed logout token names (back-channel logout). No cookie is looked at."""
    _check_is_set()
    when = now()
    try:
        subject = flow.ended_subject(request.POST.get("logout_token", ""), at=when.at)
    except PlatformError as problem:
        platform.trouble(problem)
        return HttpResponse(status=400)
    bindings.end_sessions_of(settings.OIDC_ISSUER, subject, at=when.at, origin=origin_of(request))
    return HttpResponse(status=200)


@require_POST
@officers_only
@recently_proved_to_change
def bind(request: DeskRequest) -> HttpResponse:
    """Show the way to the platform, by a link: its answer ties the account that is signed in there to this one, or confirms
    what an administrator tied. Who came through the platform has to come by his own means first.
    """
    _check_is_set()
    at = request.when.at
    if request.session.get(PLATFORM_KEY):
        return account_page(request, problem=_("请先退出，用登录名和密码登录，再绑定平台账号"), status=409)
    own = bindings.of(request.actor.staff.pk).filter(bound_by=None)
    if not bindings.may_use(request.organs) or own.exists():
        return account_page(request, problem=_("这个账号不能再绑定平台账号"), status=409)
    try:
        address = platform.set_off(request, view=BIND_BACK, goal="", at=at, anew=True)
    except PlatformError as problem:
        sentence, status = platform.trouble(problem)
        return account_page(request, problem=sentence, status=status)
    values = {"address": address, "name": platform.name(), "owed": False}
    return page(request, "account/platform_go.html", values, nav="account")


@require_GET
@officers_only
def bind_back(request: DeskRequest) -> HttpResponse:
    """Take the platform's answer and tie the two accounts; all other sessions end."""
    _check_is_set()
    when, staff = request.when, request.actor.staff
    try:
        person, _goal = platform.came_back(request, view=BIND_BACK, at=when.at, anew=True)
        origin = origin_of(request)
        bindings.bind(staff, person.issuer, person.subject, at=when.at, on=when.on, origin=origin)
    except PlatformError as problem:
        sentence, status = platform.trouble(problem)
        return account_page(request, problem=sentence, status=status)
    except BadRecord as refused:
        return account_page(request, problem=refused.for_person(), status=409)
    renew(request)
    return alone(request, "bound")


@require_POST
@officers_only
@recently_proved_to_change
def unbind(request: DeskRequest, handle: str) -> HttpResponse:
    """Untie one's account from the platform; all other sessions end."""
    staff = request.actor.staff
    if not bindings.unbind(staff, handle, at=request.when.at, origin=origin_of(request)):
        raise Http404
    return changed(request, "unbound")


def _check_is_set() -> None:
    if not provider.is_set():
        raise Http404


def _just_seen(person: Person, at: datetime) -> bool:
    """Tell whether the platform says that it has seen the officer prove himself within the minutes of a proof."""
    if person.seen_at is None:
        return False
    return timedelta(minutes=-1) <= at - person.seen_at <= timedelta(minutes=settings.PROOF_MINUTES)
