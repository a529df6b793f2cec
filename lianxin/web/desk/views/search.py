"""Finding a case by its item number."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianxin.cases import selectors
from lianxin.web.desk.forms.search import SearchForm
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@require_safe
@officers_only
def search(request: DeskRequest) -> HttpResponse:
    """Go to the case with the typed number; a case that is not one's own answers like one that is not there."""
    if "number" not in request.GET:
        return page(request, "search.html", {"form": SearchForm()}, nav="search")
    form = SearchForm(request.GET)
    if not form.is_valid():
        return page(request, "search.html", {"form": form}, nav="search", status=422)
    case_id = selectors.case_by_number(request.actor, form.cleaned_data["number"])
    if case_id is not None:
        return redirect("desk:case", case_id=case_id)
    form.add_error(
        "number", _("没有找到您可以查看的这个编号。请对照回执再核对一遍；其他机构的信访件在这里查不到。")
    )
    return page(request, "search.html", {"form": form}, nav="search", status=404)
