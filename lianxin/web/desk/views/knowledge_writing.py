"""Keeping knowledge: one person writes an edition, another publishes it, and either may be seen to by the organ's head."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.knowledge import policies, selectors, services
from lianxin.knowledge.models import Article
from lianxin.ledger.behind import LogBehind
from lianxin.procedure.book import book_for
from lianxin.procedure.errors import Refused
from lianxin.web.clock import now
from lianxin.web.desk.forms.knowledge import ArticleForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.knowledge import NAV


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def write(request: DeskRequest) -> HttpResponse:
    """Write a new article, or with "earlier" the next edition of one of the organ's own."""
    if not policies.may_write(request.actor):
        raise Http404
    when, earlier = now(), _earlier(request)
    form = _form(request, earlier)
    if request.method != "POST":
        return _draw(request, form, earlier=earlier)
    if not form.is_valid():
        return _draw(request, form, earlier=earlier, status=422)
    try:
        article = services.write(
            request.actor, form.written(), key=form.cleaned_data["key"], at=when.at, earlier=earlier
        )
    except Refused as refused:
        return _refused(request, form, refused, earlier=earlier)
    return redirect("desk:knowledge_article", article_id=article.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def edit(request: DeskRequest, article_id: int) -> HttpResponse:
    """Change a draft."""
    if not policies.may_write(request.actor):
        raise Http404
    draft = _article(request, article_id)
    form = _form(request, draft)
    if request.method != "POST":
        return _draw(request, form, draft=draft)
    if not form.is_valid():
        return _draw(request, form, draft=draft, status=422)
    try:
        services.revise(request.actor, draft, form.written())
    except Refused as refused:
        return _refused(request, form, refused, draft=draft)
    return redirect("desk:knowledge_article", article_id=draft.pk)


@require_POST
@officers_only
def publish(request: DeskRequest, article_id: int) -> HttpResponse:
    """Publish a draft somebody else has written."""
    if not policies.may_publish_any(request.actor):
        raise Http404
    article = _article(request, article_id)
    try:
        services.publish(request.actor, article, at=now().at)
    except Refused as refused:
        return _not_now(request, article, refused)
    return redirect("desk:knowledge_article", article_id=article.pk)


@require_POST
@officers_only
def withdraw(request: DeskRequest, article_id: int) -> HttpResponse:
    """Take an edition out of use."""
    if not policies.may_publish_any(request.actor):
        raise Http404
    article = _article(request, article_id)
    try:
        services.withdraw(request.actor, article, at=now().at)
    except Refused as refused:
        return _not_now(request, article, refused)
    return redirect("desk:knowledge_article", article_id=article.pk)


def _article(request: DeskRequest, article_id: int) -> Article:
    found = selectors.article(request.actor, article_id)
    if found is None:
        raise Http404
    return found


def _earlier(request: DeskRequest) -> Article | None:
    """Return the edition a new one is to follow. Raises Http404 for one that is not there or not the organ's own."""
    asked = request.GET.get("earlier", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    found = _article(request, int(asked))
    if found.organ_id != request.actor.organ.pk:
        raise Http404
    return found


def _form(request: DeskRequest, article: Article | None) -> ArticleForm:
    on = now().on
    sent = request.POST if request.method == "POST" else None
    return ArticleForm(sent, book=book_for(on), on=on, article=article)


def _draw(
    request: DeskRequest,
    form: ArticleForm,
    *,
    draft: Article | None = None,
    earlier: Article | None = None,
    status: int = 200,
) -> HttpResponse:
    key = str(form.data.get("key", "")) or fresh_key()
    values = {"form": form, "draft": draft, "earlier": earlier, "key": key}
    return page(request, "knowledge/write.html", values, nav=NAV, status=status)


def _refused(
    request: DeskRequest,
    form: ArticleForm,
    refused: Refused,
    *,
    draft: Article | None = None,
    earlier: Article | None = None,
) -> HttpResponse:
    form.add_error(None, refused.for_person())
    return _draw(request, form, draft=draft, earlier=earlier, status=_status(refused))


def _not_now(request: DeskRequest, article: Article, refused: Refused) -> HttpResponse:
    values = {"article": article, "sentence": refused.for_person()}
    return page(request, "knowledge/not_now.html", values, nav=NAV, status=_status(refused))


def _status(refused: Refused) -> int:
    return 503 if isinstance(refused, LogBehind) else 409
