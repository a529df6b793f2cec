"""The addresses of the public site. Neither a query code nor a case number is ever part of one."""

from __future__ import annotations

from django.urls import include, path

from lianxin.web.public.views import answer, file, follow, site

pages = [
    path("", site.home, name="home"),
    path("help/", site.help_page, name="help"),
    path("healthz", site.health, name="health"),
    path("robots.txt", site.robots, name="robots"),
    path("favicon.ico", site.favicon, name="favicon"),
    path("file/", file.start, name="file"),
    path("file/check/", file.check, name="check"),
    path("file/receipt/", file.receipt, name="receipt"),
    path("file/receipt/paper/", file.receipt_paper, name="receipt_paper"),
    path("file/receipt/kept/", file.receipt_kept, name="receipt_kept"),
    path("file/done/", file.done, name="done"),
    path("file/discard/", file.discard, name="discard"),
    path("file/<slug:name>/", file.question, name="question"),
    path("follow/", follow.follow, name="follow"),
    path("follow/case/", follow.case, name="case"),
    path("follow/leave/", follow.leave, name="leave"),
    path("follow/receipt/", follow.receipt, name="case_receipt"),
    path("follow/paper/<int:seq>/", follow.paper, name="paper"),
    path("follow/accept/", answer.accept, name="accept_result"),
    path("follow/evaluate/", answer.evaluate, name="evaluate"),
]

urlpatterns = [
    path("", include((pages, "public"))),
    path("print-size/", site.set_large_print, name="set_large_print"),
]
