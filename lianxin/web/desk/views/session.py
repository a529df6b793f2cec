"""Signing in and out, and changing to another organ of one's own."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.organs.actors import actors_of
from lianxin.organs.models import Staff
from lianxin.web.clock import now
from lianxin.web.desk.forms.session import OrganForm, SignInForm
from lianxin.web.desk.signed_in import ORGAN_KEY, DeskRequest, officers_only

HOME = "/desk/"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the sign-in form; on the right name and password begin a new session and go on to `next`."""
    goal = own_address(request.POST.get("next") or request.GET.get("next") or "")
    if request.method != "POST":
        return render(request, "desk/sign_in.html", {"form": SignInForm(), "next": goal})
    form = SignInForm(request.POST)
    if not form.is_valid():
        return render(request, "desk/sign_in.html", {"form": form, "next": goal}, status=422)
    staff = authenticate(request, **form.cleaned_data)
    if not isinstance(staff, Staff) or not actors_of(staff.pk, on=now().on):
        form.add_error(
            None, _("登录名或密码不对，或者现在没有岗位。请核对后再试；忘记密码请联系本机构管理员。")
        )
        return render(request, "desk/sign_in.html", {"form": form, "next": goal}, status=422)
    request.session.pop(ORGAN_KEY, None)
    login(request, staff)
    return redirect(goal)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; the browser forgets the pages it kept."""
    logout(request)
    response = redirect("desk:sign_in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
@officers_only
def switch_organ(request: DeskRequest) -> HttpResponse:
    """Work for another of one's own organs from now on; an organ without a post there is not there."""
    form = OrganForm(request.POST)
    if not form.is_valid() or form.cleaned_data["organ"] not in {one.organ.pk for one in request.organs}:
        raise Http404
    request.session[ORGAN_KEY] = form.cleaned_data["organ"]
    return redirect("desk:worklist")


def own_address(goal: str) -> str:
    """Return `goal` if it is an address of the desk on this site, else the worklist."""
    safe = url_has_allowed_host_and_scheme(goal, allowed_hosts=None) and goal.startswith(HOME)
    return goal if safe and not any(ord(letter) < 33 for letter in goal) else HOME
