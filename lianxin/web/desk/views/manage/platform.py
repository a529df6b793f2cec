"""What an administrator may do about an officer's account of the identity platform: tie it, and untie it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lianxin.organs.platform import bindings, provider
from lianxin.procedure.errors import Refused
from lianxin.web.desk.forms.account import BindingForm, ResetForm
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.manage.access import access_page
from lianxin.web.desk.views.manage.organs import ADMIN
from lianxin.web.desk.views.manage.staff import person_or_404
from lianxin.web.origin import origin_of


@require_POST
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def bind(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Tie an account of the platform to an officer; it opens nothing before he confirms it."""
    found, when = person_or_404(request, staff_id), request.when
    if not provider.is_set():
        raise Http404
    form = BindingForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            subject, origin = form.cleaned_data["subject"], origin_of(request)
            bindings.bind_for(request.actor, found, subject, at=when.at, on=when.on, origin=origin)
        except Refused as refused:
            form.add_error("subject", refused.for_person())
            status = 409
        else:
            return redirect("desk:manage_access", staff_id=found.pk)
    return access_page(request, found, ResetForm(), binding=form, status=status)


@require_POST
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def unbind(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Untie an officer's account from the platform; his sessions end."""
    found, when, origin = person_or_404(request, staff_id), request.when, origin_of(request)
    handle = request.POST.get("handle", "")
    try:
        gone = bindings.unbind_for(request.actor, found, handle, at=when.at, on=when.on, origin=origin)
    except Refused as refused:
        return access_page(request, found, ResetForm(), problem=refused.for_person(), status=409)
    if not gone:
        raise Http404
    return redirect("desk:manage_access", staff_id=found.pk)
