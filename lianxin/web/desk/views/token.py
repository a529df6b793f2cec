"""The token of the desk's forms, for a page that was open while its officer signed in anew (`lx-keep.js`)."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe

from lianxin.web.desk.signed_in import DeskRequest, officers_only


@require_safe
@officers_only
def token(request: DeskRequest) -> HttpResponse:
    """Return the token that forms of this browser have to send now."""
    return JsonResponse({"token": get_token(request)})
