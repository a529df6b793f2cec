"""The officer's own account: password, one-time codes, passkeys, where one is signed in, and proving oneself again."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases import reading
from lianxin.organs import accounts, passkeys, passwords, second_factor, sessions
from lianxin.organs.platform import bindings
from lianxin.organs.second_factor import Methods
from lianxin.organs.services.errors import BadRecord
from lianxin.organs.services.sign_in import end_session as end_one_session
from lianxin.organs.services.sign_in import end_sessions, proves_password
from lianxin.web.desk import platform, proving
from lianxin.web.desk.forms.account import NewCodeForm, PasskeyForm, PasswordForm
from lianxin.web.desk.page import page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.signed_in import (
    DeskRequest,
    comes_first,
    first_step,
    officers_only,
    proved,
    step_done,
)
from lianxin.web.desk.views.session import own_address
from lianxin.web.origin import origin_of

NEW_SECRET = "totp_new"  # noqa: S105 - a name, no secret
ACCOUNT = "desk:account"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@officers_only
@comes_first
def account(request: DeskRequest) -> HttpResponse:
    """Show what the officer can prove himself with, where he is signed in, and what happened to the account."""
    return account_page(request)


@require_safe
@officers_only
def notice(request: DeskRequest) -> HttpResponse:
    """Tell the officer that somebody tried to sign in under his name, once, right after signing in."""
    typed = request.GET.get("wrong", "")
    values = {
        "wrong": int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0,
        "bound": request.GET.get("bound") == "1",
        "goal": own_address(request.GET.get("next", "")),
        "lines": list(accounts.record(request.actor.staff.pk, limit=10)),
    }
    return page(request, "account/notice.html", values, nav="account")


@sensitive_post_parameters("current", "new", "again")
@form_page
@officers_only
@comes_first
def password(request: DeskRequest) -> HttpResponse:
    """Give oneself a new password; all other sessions end."""
    staff, at = request.actor.staff, request.when.at
    form = PasswordForm(request.POST if request.method == "POST" else None)
    status = 200 if request.method != "POST" else 422
    if form.is_valid():
        origin, data = origin_of(request), form.cleaned_data
        tried = proves_password(staff, data["current"], origin=origin, at=at)
        if tried.wait_until is not None:
            form.add_error(None, proving.wait_words(tried.wait_until, at=at))
            status = 429
        elif tried.staff is None:
            form.add_error("current", _("现在的密码不对"))
        else:
            try:
                passwords.set_own(staff, data["new"], at=at, origin=origin)
            except BadRecord as refused:
                form.add_error("new", refused.for_person())
            else:
                request.session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
                step_done(request, "password")
                return changed(request, "password")
    first = "password" in request.session.get("must", [])
    return _page(request, "account/password.html", {"form": form, "first": first}, status=status)


@form_page
@officers_only
@comes_first
@recently_proved_to_change
def totp(request: DeskRequest) -> HttpResponse:
    """Set up one-time codes: show the secret, take the first code, show the recovery codes once."""
    staff, at = request.actor.staff, request.when.at
    if request.method != "POST" or NEW_SECRET not in request.session:
        request.session[NEW_SECRET] = second_factor.new_secret(staff.pk)
    sealed = request.session[NEW_SECRET]
    form = NewCodeForm(request.POST if request.method == "POST" else None)
    status = 200 if request.method != "POST" else 422
    if form.is_valid():
        try:
            codes = second_factor.turn_on(
                staff, sealed, form.cleaned_data["code"], at=at, origin=origin_of(request)
            )
        except BadRecord as refused:
            form.add_error("code", refused.for_person())
        else:
            del request.session[NEW_SECRET]
            step_done(request, "second")
            changed(request, "totp")
            return _codes_page(request, codes)
    text = second_factor.shown(sealed, staff.pk)
    values = {
        "form": form,
        "letters": " ".join(text[i : i + 4] for i in range(0, len(text), 4)),
        "square": segno.make(second_factor.address(sealed, staff)).svg_data_uri(scale=5, border=4),
        "first": "second" in request.session.get("must", []),
        "passkey": proving.site_of(request) is not None,
        "key_form": PasskeyForm(),
    }
    return _page(request, "account/totp.html", values, status=status)


@require_POST
@officers_only
@recently_proved_to_change
def totp_off(request: DeskRequest) -> HttpResponse:
    """Turn one-time codes off, where another second factor remains or none is asked for."""
    staff = request.actor.staff
    methods = second_factor.methods_of(staff.pk)
    if _is_last(Methods(False, methods.passkeys, 0)):
        return account_page(
            request, problem=_("必须有第二重验证。请先添加通行密钥，再关闭动态口令。"), status=409
        )
    second_factor.turn_off(staff, at=request.when.at, origin=origin_of(request))
    return changed(request, "totp_off")


@require_POST
@officers_only
@recently_proved_to_change
def codes(request: DeskRequest) -> HttpResponse:
    """Make new recovery codes and show them once; the old ones are void."""
    if not second_factor.methods_of(request.actor.staff.pk).any():
        raise Http404
    made = second_factor.new_codes(request.actor.staff, at=request.when.at, origin=origin_of(request))
    return _codes_page(request, made)


@require_POST
@officers_only
@comes_first
def passkey_options(request: DeskRequest) -> HttpResponse:
    """Return what the browser needs to make a passkey for this officer."""
    site = proving.site_of(request)
    if site is None or not proving.is_recent(request):
        raise Http404
    asked = passkeys.ask_new(request.actor.staff, site)
    proving.keep_challenge(request, asked, at=request.when.at)
    return HttpResponse(asked.options, content_type="application/json")


@require_POST
@officers_only
@comes_first
@recently_proved_to_change
def passkey_add(request: DeskRequest) -> HttpResponse:
    """Add the passkey the browser has made; the first one brings recovery codes."""
    staff, at, origin = request.actor.staff, request.when.at, origin_of(request)
    site, challenge = proving.site_of(request), proving.challenge_of(request, at=at)
    form = PasskeyForm(request.POST)
    if site is None or not challenge or not form.is_valid():
        return account_page(request, problem=_("没有添加成功，请再试一次"), status=422)
    data = form.cleaned_data
    try:
        passkeys.add(
            staff, data["credential"], challenge=challenge, site=site, name=data["name"], at=at, origin=origin
        )
    except BadRecord as refused:
        return account_page(request, problem=refused.for_person(), status=422)
    step_done(request, "second")
    done = changed(request, "passkey")
    if second_factor.methods_of(staff.pk).codes:
        return done
    return _codes_page(request, second_factor.new_codes(staff, at=at, origin=origin))


@require_POST
@officers_only
@recently_proved_to_change
def passkey_remove(request: DeskRequest, handle: str) -> HttpResponse:
    """Delete one of the officer's passkeys, where a second factor remains or none is asked for."""
    staff = request.actor.staff
    methods = second_factor.methods_of(staff.pk)
    if _is_last(Methods(methods.totp, methods.passkeys - 1, 0)):
        return account_page(
            request, problem=_("必须有第二重验证。请先添加另一种，再删除这一个。"), status=409
        )
    if not passkeys.remove(staff, handle, at=request.when.at, origin=origin_of(request)):
        raise Http404
    return changed(request, "passkey_off")


@require_POST
@officers_only
@comes_first
def end_session(request: DeskRequest) -> HttpResponse:
    """End one of the officer's own sessions elsewhere, or all of them."""
    staff_id, own = request.actor.staff.pk, request.session.handle()  # type: ignore[attr-defined]
    chosen = request.POST.get("session", "")
    origin, at = origin_of(request), request.when.at
    if chosen == "all":
        end_sessions(staff_id, origin=origin, at=at, but=own)
    elif chosen == own or not end_one_session(staff_id, chosen, origin=origin, at=at):
        raise Http404
    return redirect("/desk/account/?done=ended")


@sensitive_post_parameters("proof_password", "proof_code")
@form_page
@officers_only
@comes_first
def prove(request: DeskRequest) -> HttpResponse:
    """Prove oneself again and go on to `next`."""
    goal = own_address(request.POST.get("next") or request.GET.get("next") or "")
    if request.method != "POST":
        return proving.asking(request, goal=goal, status=200)
    problem, status = proving.prove(request)
    return proving.asking(request, problem=problem, status=status, goal=goal) if problem else redirect(goal)


@require_POST
@officers_only
@comes_first
def prove_options(request: DeskRequest) -> HttpResponse:
    """Return what the browser needs to prove the officer with one of his passkeys."""
    site = proving.site_of(request)
    if site is None or not passkeys.of(request.actor.staff.pk):
        raise Http404
    asked = passkeys.ask(site, staff_id=request.actor.staff.pk)
    proving.keep_challenge(request, asked, at=request.when.at)
    return HttpResponse(asked.options, content_type="application/json")


def _is_last(left: Methods) -> bool:
    return settings.SECOND_FACTOR == "required" and not left.any()


def changed(request: DeskRequest, done: str) -> HttpResponse:
    """Count what was done as a proof, end the officer's other sessions, and lead back to the account or to what is owed."""
    proved(request, request.when.at)
    return alone(request, done)


def alone(request: DeskRequest, done: str) -> HttpResponse:
    """End the officer's other sessions and lead back to the account, or to what is owed."""
    sessions.end_all([request.actor.staff.pk], but=request.session.handle())  # type: ignore[attr-defined]
    return redirect(first_step(request) or f"/desk/account/?done={done}")


def _codes_page(request: DeskRequest, made: list[str]) -> HttpResponse:
    return _page(
        request, "account/codes.html", {"codes": made, "goal": first_step(request) or "/desk/account/"}
    )


def account_page(request: DeskRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Return the page of the officer's account, with what was done or what went wrong."""
    staff_id, own = request.actor.staff.pk, request.session.handle()  # type: ignore[attr-defined]
    words = {
        "password": _("密码已修改，别处的登录都已结束。"),
        "totp": _("动态口令已开启。"),
        "totp_off": _("动态口令已关闭。"),
        "passkey": _("通行密钥已添加。"),
        "passkey_off": _("通行密钥已删除。"),
        "ended": _("已结束别处的登录。"),
        "bound": _("平台账号已绑定。"),
        "unbound": _("平台账号的绑定已解除。"),
    }
    there = platform.name()
    row = accounts.account_of(staff_id)
    tied = list(bindings.of(staff_id)) if there else []
    values = {
        "problem": problem,
        "done": words.get(request.GET.get("done", ""), ""),
        "methods": second_factor.methods_of(staff_id, account=row),
        "password_at": row.password_at,
        "passkeys": passkeys.of(staff_id),
        "key_form": PasskeyForm(),
        "passkey": proving.site_of(request) is not None,
        "platform": there,
        "bindings": tied,
        "waiting": any(one.bound_by_id for one in tied),
        "may_bind": bool(there) and bindings.may_use(request.organs),
        "sessions": [{"row": one, "own": one.session_key == own} for one in sessions.of(staff_id)],
        "lines": list(accounts.record(staff_id)),
        "read": reading.own(request.actor),
        "limits": reading.limits(),
    }
    return _page(request, "account/account.html", values, status=status)


def _page(
    request: DeskRequest, template: str, values: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """Return a page of the account; while something is owed first, without the way to the other parts."""
    if first_step(request):
        values = {**values, "registers": False, "manages": False, "works_on_cases": False, "owed": True}
    return page(request, template, {"owed": False, **values}, nav="account", status=status)
