"""All filters of the worklist on a page, and the filters an officer keeps: saved, shared with the organ, taken away."""

from __future__ import annotations

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases import worklists
from lianxin.cases.policies import may_clear_filter
from lianxin.cases.services import lists as services
from lianxin.cases.worklists import Wanted
from lianxin.organs.actors import Actor
from lianxin.organs.selectors import children
from lianxin.procedure.book import book_for
from lianxin.procedure.errors import Refused
from lianxin.web.desk import lists
from lianxin.web.desk.forms.worklist import FilterForm, SaveForm
from lianxin.web.desk.list_words import chips
from lianxin.web.desk.menu import works_on_cases
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.worklist import saved_link


@require_safe
@officers_only
def filters(request: DeskRequest) -> HttpResponse:
    """Show all filters, filled with those in force, and the saved ones; a sent form leads to the list it asks for."""
    wanted = lists.wanted_of(request.GET, _worker(request.actor))
    if "show" not in request.GET:
        return _page(request, wanted)
    form = _form(request, request.GET)
    if form.is_valid():
        return redirect(lists.address(form.wanted()))
    return _page(request, wanted, form=form, status=422)


@require_POST
@officers_only
def save(request: DeskRequest) -> HttpResponse:
    """Keep the filter in force under a name, and open it; the same form sent twice keeps it once."""
    wanted = lists.wanted_of(lists.given(request.POST.get("list", "")), _worker(request.actor))
    form = SaveForm(request.POST)
    if not form.is_valid():
        return _page(request, wanted, saving=form, status=422)
    try:
        services.save(request.actor, query=lists.query_text(wanted), at=request.when.at, **form.cleaned_data)
    except Refused as refused:
        form.add_error("name", refused.for_person())
        return _page(request, wanted, saving=form, status=409)
    return redirect(lists.address(wanted))


@require_POST
@officers_only
def share(request: DeskRequest, filter_id: int) -> HttpResponse:
    """Share one's own filter with the organ, or keep it to oneself again."""
    if not services.share(_worker(request.actor), filter_id, shared=request.POST.get("shared") == "on"):
        raise Http404
    return redirect(reverse("desk:filters") + "#saved")


@require_POST
@officers_only
def clear(request: DeskRequest, filter_id: int) -> HttpResponse:
    """Take a saved filter away; for one that is gone already the answer is that it is not there."""
    if not services.clear(_worker(request.actor), filter_id):
        raise Http404
    return redirect(reverse("desk:filters") + "#saved")


def _worker(actor: Actor) -> Actor:
    """Return the officer, for whom the page is there only with work on cases. Raises Http404."""
    if not works_on_cases(actor):
        raise Http404
    return actor


def _form(request: DeskRequest, data: QueryDict | None, wanted: Wanted | None = None) -> FilterForm:
    actor, on = request.actor, request.when.on
    initial = {}
    if wanted is not None:
        names = ("queue", "category", "channel", "kind", "clock", "shelf", "until", "since", "till", "mine")
        initial = {name: getattr(wanted, name) for name in names}
        initial |= {"state": wanted.states, "area": str(wanted.area or "")}
    return FilterForm(
        data,
        initial=initial,
        book=book_for(on),
        queues=worklists.queues_of(actor),
        regions=children(actor.organ.region, on=on),
    )


def _page(
    request: DeskRequest,
    wanted: Wanted,
    *,
    form: FilterForm | None = None,
    saving: SaveForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    form = form or _form(request, None, wanted)
    area = next((label for value, label in form.fields["area"].choices if value == str(wanted.area)), "")  # type: ignore[attr-defined]
    rows = [
        {
            "id": one.id,
            "shared": one.shared,
            "own": one.staff_id == actor.staff.pk,
            "may_clear": may_clear_filter(actor, one),
            **saved_link(one, actor),
        }
        for one in worklists.saved_filters(actor)
    ]
    values = {
        "form": form,
        "saving": saving or SaveForm(),
        "chips": chips(book_for(request.when.on), wanted, area),
        "list": lists.query_text(wanted),
        "filtered": not lists.is_bare(wanted),
        "back_href": lists.address(wanted),
        "rows": rows,
    }
    return page(request, "filters.html", values, nav="worklist", status=status)
