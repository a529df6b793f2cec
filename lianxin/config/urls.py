"""All addresses: the public site at the root, the officers' desk below /desk/."""

from __future__ import annotations

from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from lianxin.web.handing import handed

handler400 = "lianxin.web.errors.bad_request"
handler404 = "lianxin.web.errors.not_found"
handler403 = "lianxin.web.errors.refused"
handler500 = "lianxin.web.errors.failed"

urlpatterns = [
    path("", include("lianxin.web.public.urls")),
    path("desk/", include("lianxin.web.desk.urls")),
    path("handed/<str:token>/", handed, name="handed"),
    path("i18n/setlang/", require_POST(set_language), name="set_language"),
]
