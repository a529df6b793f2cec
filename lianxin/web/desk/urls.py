"""Addresses of the officers' desk, below /desk/."""

from __future__ import annotations

from django.urls import path

from lianxin.web.desk.views import register, search, session, worklist

app_name = "desk"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("sign-in", session.sign_in, name="sign_in"),
    path("sign-out", session.sign_out, name="sign_out"),
    path("switch-organ", session.switch_organ, name="switch_organ"),
    path("search/", search.search, name="search"),
    path("register/", register.register, name="register"),
    path("register/<int:draft_id>/", register.register, name="register_draft"),
    path("register/<int:draft_id>/check/", register.check, name="check"),
    path("register/<int:draft_id>/done/", register.registered, name="registered"),
    path("register/<int:draft_id>/receipt.pdf", register.receipt, name="receipt"),
    path("register/<int:draft_id>/discard/", register.discard, name="discard"),
]
