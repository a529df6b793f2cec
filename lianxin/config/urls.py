"""All addresses: the public site at the root, the officers' desk below /desk/."""

from __future__ import annotations

from django.urls import include, path

handler400 = "lianxin.web.errors.bad_request"
handler404 = "lianxin.web.errors.not_found"
handler403 = "lianxin.web.errors.refused"
handler500 = "lianxin.web.errors.failed"

urlpatterns = [
    path("", include("lianxin.web.public.urls")),
    path("desk/", include("lianxin.web.desk.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
