"""Looking up policies and law: as one types, by day, one article in its editions, and hints of what a household is due."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.knowledge import policies, selectors
from lianxin.knowledge.entitlements import hints
from lianxin.knowledge.models import State
from lianxin.knowledge.selectors import Sought
from lianxin.procedure.book import book_for
from lianxin.web.clock import now
from lianxin.web.desk import knowing
from lianxin.web.desk.forms.fields import near_places
from lianxin.web.desk.forms.knowledge import HouseholdForm, KnowledgeSearchForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only

NAV = "knowledge"
MODES = ("insert", "tick")
"""What a result may be used for: put into a text, or ticked as told to a caller."""


@require_safe
@officers_only
def knowledge(request: DeskRequest) -> HttpResponse:
    """Show the search, its results, and to those who keep knowledge the drafts of their organ."""
    on = now().on
    form = KnowledgeSearchForm(request.GET or None, book=book_for(on), on=on)
    status = 422 if form.is_bound and not form.is_valid() else 200
    sought = _sought(form) if status == 200 else Sought("", on)
    values = {
        "form": form,
        **knowing.found(request.actor, sought),
        "drafts": selectors.drafts(request.actor),
        "may_write": policies.may_write(request.actor),
    }
    return page(request, "knowledge/search.html", values, nav=NAV, status=status)


@require_safe
@officers_only
def found(request: DeskRequest) -> HttpResponse:
    """Return the results alone, for a page that shows them beside something else; with "panel" the search as well."""
    on = now().on
    form = KnowledgeSearchForm(request.GET, book=book_for(on), on=on)
    sought = _sought(form) if form.is_valid() else Sought(request.GET.get("q", "")[:60], on)
    mode = request.GET.get("mode", "")
    chosen = knowing.chosen_in(request.GET) if mode == "tick" else []
    values = {
        **knowing.found(request.actor, sought, chosen=chosen),
        "mode": mode if mode in MODES else "",
        "told": selectors.titles(chosen, on=on) if chosen else [],
    }
    template = "panel.html" if "panel" in request.GET else "found.html"
    return render(request, f"desk/knowledge/{template}", values)


@require_safe
@officers_only
def article(request: DeskRequest, article_id: int) -> HttpResponse:
    """Show one edition: what it says, in plain words, its ready paragraphs, and the other editions."""
    one = selectors.article(request.actor, article_id)
    if one is None:
        raise Http404
    on = now().on
    rows = knowing.editions(selectors.editions(request.actor, one.code), shown=one, on=on)
    holding = next((row for row in rows if row["holds"]), None)
    holds = holding is not None and bool(holding["shown"])
    keeps = one.organ_id == request.actor.organ.pk
    values = {
        "article": one,
        "cite": knowing.cite(one),
        "tag": knowing.state_tag(one, holds=holds),
        "editions": rows,
        "instead": None if holds or one.state != State.PUBLISHED else holding,
        "may_edit": keeps and one.state == State.DRAFT and policies.may_write(request.actor),
        "may_publish": keeps and one.state == State.DRAFT and policies.may_publish_any(request.actor),
        "own": one.writer_id == request.actor.staff.pk,
        "may_follow": keeps and one.state == State.PUBLISHED and policies.may_write(request.actor),
        "may_withdraw": keeps and one.state == State.PUBLISHED and policies.may_publish_any(request.actor),
        "key": fresh_key(),
    }
    return page(request, "knowledge/article.html", values, nav=NAV)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def entitled(request: DeskRequest) -> HttpResponse:
    """Ask of a household, and show what it is likely due, with the arithmetic. Nothing that is typed is kept."""
    on, organ = now().on, request.actor.organ
    form = HouseholdForm(request.POST if request.method == "POST" else None, organ=organ, on=on)
    status, shown = 200, None
    if form.is_bound:
        status = 200 if form.is_valid() else 422
    if form.is_bound and status == 200:
        household = form.household()
        due = hints(household, on=on)
        known = selectors.current((one.benefit.rule for one in due), on=on)
        shown = [knowing.hint(one, household, known=known) for one in due]
    values = {"form": form, "hints": shown, "near_places": near_places(organ, on=on)}
    return page(request, "knowledge/hints.html", values, nav=NAV, status=status)


def _sought(form: KnowledgeSearchForm) -> Sought:
    """Return what a form asks for; without anything, what is in force today."""
    data = form.cleaned_data if form.is_bound else {}
    return Sought(data.get("q", ""), data.get("day") or now().on, data.get("topic", ""))
