"""Error pages: what happened, what to do, whom to call; never a word about whether something exists."""

from __future__ import annotations

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

RETRY_SECONDS = 10
log = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for an address that leads nowhere, or to something that is not the reader's."""
    return _page(
        request, 404, _("没有找到这个页面"), _("地址可能写错了，或者您没有权限查看。请检查地址，或回到首页。")
    )


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a function that is not open to the reader."""
    return _page(
        request, 403, _("不能使用这项功能"), _("您现在的岗位不能使用这项功能。如果需要，请联系本机构管理员。")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that came from a page opened too long ago, or from elsewhere."""
    return _page(
        request,
        403,
        _("页面打开太久了，没有提交成功"),
        _(
            "请按浏览器的返回键回到上一页，先把写好的内容复制下来，刷新后再提交一次。如果浏览器禁用了 Cookie，请先允许。"
        ),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for what cannot be read at all: far too large, or not a form."""
    return _page(
        request,
        400,
        _("没能收下您提交的内容"),
        _("内容太大，或者格式不对。请按浏览器的返回键回到上一页，改短以后再提交。"),
    )


def failed(request: HttpRequest) -> HttpResponse:
    """Return the page for a fault of ours; where the database does not answer, the one that says so."""
    if isinstance(problem := sys.exc_info()[1], OperationalError | InterfaceError):
        return _unavailable(request, problem)
    return _page(
        request,
        500,
        _("系统出错了，没有提交成功"),
        _("不是您的问题。请过几分钟按返回键回到上一页，再提交一次；重复提交不会办理两次。"),
    )


def _unavailable(request: HttpRequest, problem: Exception) -> HttpResponse:
    """Return the page for a database that is down, full or overloaded: one line in the log, and nothing of it on the page."""
    line = next(iter(str(problem).splitlines()), "")[:200]
    log.error("database unavailable: %s: %s", type(problem).__name__, line)
    response = _page(
        request,
        503,
        _("系统暂时不能使用，没有提交成功"),
        _(
            "不是您的问题，已经交上来的都还在。请过一分钟按返回键回到上一页，再提交一次；重复提交不会办理两次。有急事请打电话或者直接到窗口，窗口照常收件。"
        ),
    )
    response["Retry-After"] = str(RETRY_SECONDS)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would add the traceback
    return response


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "error.html", {"title": title, "text": text}, status=status)
