"""The addresses of the public site. Neither a query code nor a case number is ever part of one."""

from __future__ import annotations

from django.urls import include, path

from lianxin.web.public.views import (
    answer,
    avoid,
    dates,
    file,
    follow,
    material,
    own,
    proof,
    review,
    site,
    withdraw,
)

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
    path("file/material/", material.with_draft, name="material"),
    path("file/<slug:name>/", file.question, name="question"),
    path("follow/", follow.follow, name="follow"),
    path("follow/case/", follow.case, name="case"),
    path("follow/leave/", follow.leave, name="leave"),
    path("follow/mine/", own.download, name="mine"),
    path("follow/correct/", own.correct, name="correct"),
    path("follow/receipt/", follow.receipt, name="case_receipt"),
    path("follow/paper/<int:seq>/", follow.paper, name="paper"),
    path("follow/proof/", proof.proof, name="proof"),
    path("follow/proof/file/", proof.proof_file, name="proof_file"),
    path("log/verify_log.py", proof.program, name="verifier"),
    path("log/checkpoint", proof.checkpoint, name="checkpoint"),
    path("follow/dates/", dates.dates, name="dates"),
    path("follow/accept/", answer.accept, name="accept_result"),
    path("follow/evaluate/", answer.evaluate, name="evaluate"),
    path("follow/review/", review.review, name="review"),
    path("follow/avoid/", avoid.avoid, name="avoid"),
    path("follow/withdraw/", withdraw.withdraw, name="withdraw"),
    path("follow/material/", material.with_case, name="add_material"),
]

urlpatterns = [
    path("", include((pages, "public"))),
    path("print-size/", site.set_large_print, name="set_large_print"),
]
