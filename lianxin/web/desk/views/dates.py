"""How each date of a case was counted, on a page that can be printed."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from lianxin.cases import selectors
from lianxin.cases.history import load
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.sums import sums


@require_safe
@officers_only
def dates(request: DeskRequest, case_id: int) -> HttpResponse:
    """Show the arithmetic of every clock of a case; it says nothing of the petition, so it is no look."""
    case = selectors.case_to_oversee(request.actor, case_id)
    if case is None:
        raise Http404
    loaded = load(case)
    values = {"case": case, "sums": sums(loaded.book, loaded.running())}
    return page(request, "dates.html", values, nav="worklist")
