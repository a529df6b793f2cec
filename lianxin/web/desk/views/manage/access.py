"""What an administrator may do about an officer's sign-ins: end sessions, and take off a lost second factor, two together."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from lianxin.organs import accounts, second_factor, sessions
from lianxin.organs.models import Staff
from lianxin.organs.platform import bindings
from lianxin.organs.policies import check_manages_person
from lianxin.organs.services import sign_in
from lianxin.procedure.errors import Refused
from lianxin.web.desk import platform
from lianxin.web.desk.forms.account import BindingForm, ResetForm
from lianxin.web.desk.page import page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.manage.organs import ADMIN, managed_or_404
from lianxin.web.desk.views.manage.staff import person_or_404
from lianxin.web.origin import origin_of


@require_safe
@officers_only
@roles_only(ADMIN)
def access(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Show where the officer is signed in, with what he proves himself, and what happened to the account."""
    return access_page(request, person_or_404(request, staff_id), ResetForm())


@require_POST
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def end_sessions(request: DeskRequest, staff_id: int) -> HttpResponse:
    """End all sessions of an officer; they are over at their next request."""
    found = person_or_404(request, staff_id)
    try:
        check_manages_person(request.actor, found, on=request.when.on)
    except Refused as refused:
        return access_page(request, found, ResetForm(), problem=refused.for_person(), status=409)
    sign_in.end_sessions(found.pk, origin=origin_of(request), at=request.when.at, by=request.actor.staff)
    return redirect("desk:manage_access", staff_id=found.pk)


@require_POST
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def end_organ_sessions(request: DeskRequest, organ_id: int) -> HttpResponse:
    """End all sessions in an organ and below it, one's own among them if one works there."""
    sign_in.end_organ_sessions(request.actor, managed_or_404(request, organ_id), at=request.when.at)
    return redirect("desk:manage_organ", organ_id=organ_id)


@require_POST
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def reset_second(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Ask that a lost second factor be taken off, or agree to what another administrator asked."""
    found, actor, when = person_or_404(request, staff_id), request.actor, request.when
    form, origin = ResetForm(request.POST), origin_of(request)
    agrees = request.POST.get("act") == "agree"
    if not agrees and not form.is_valid():
        return access_page(request, found, form, status=422)
    try:
        if agrees:
            second_factor.agree_reset(actor, found, at=when.at, on=when.on, origin=origin)
        else:
            why = form.cleaned_data["why"]
            second_factor.ask_reset(actor, found, why=why, at=when.at, on=when.on, origin=origin)
    except Refused as refused:
        return access_page(request, found, ResetForm(), problem=refused.for_person(), status=409)
    return redirect("desk:manage_access", staff_id=found.pk)


def access_page(
    request: DeskRequest,
    found: Staff,
    form: ResetForm,
    *,
    binding: BindingForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the page about an officer's sign-ins, with what was typed and what went wrong."""
    account = accounts.account_of(found.pk)
    values = {
        "person": found,
        "form": form,
        "problem": problem,
        "own": found.pk == request.actor.staff.pk,
        "account": account,
        "asked_by": account.reset_by,
        "asked_by_me": account.reset_by_id == request.actor.staff.pk,
        "methods": second_factor.methods_of(found.pk, account=account),
        "sessions": list(sessions.of(found.pk)),
        "lines": list(accounts.record(found.pk)),
        "platform": platform.name(),
        "bindings": list(bindings.of(found.pk)) if platform.name() else [],
        "binding_form": binding or BindingForm(),
    }
    return page(request, "manage/access.html", values, nav="manage", status=status)
