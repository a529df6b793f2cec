"""The page on which an officer looks for other cases of the same person."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lianxin.cases import selectors
from lianxin.cases.models import Case
from lianxin.cases.policies import may_find_others
from lianxin.cases.services import alarming
from lianxin.cases.services import others as service
from lianxin.procedure.book import load_book
from lianxin.procedure.errors import Refused
from lianxin.web.clock import now
from lianxin.web.desk import words
from lianxin.web.desk.forms.others import OthersForm
from lianxin.web.desk.page import page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@recently_proved_to_change
def others(request: DeskRequest, case_id: int) -> HttpResponse:
    """Ask for the purpose, then show once what was found; the page is not stored. Not yours is not there."""
    case = selectors.case_to_act_on(request.actor, case_id)
    if case is None or not may_find_others(request.actor, case):
        raise Http404
    people = service.searchable(case)
    form = OthersForm(request.POST if request.method == "POST" else None, people=people)
    values = {"case": case, "form": form, "people": people, "searched": False, "purpose": "", "rows": []}
    if not people or not form.is_bound:
        return page(request, "others.html", values, nav="worklist")
    if not form.is_valid():
        return page(request, "others.html", values, nav="worklist", status=422)
    moment = now()
    try:
        found = service.find(case, actor=request.actor, at=moment.at, **form.cleaned_data)
    except Refused as refused:
        form.add_error("purpose", refused.for_person())
        return page(request, "others.html", values, nav="worklist", status=409)
    alarming.alarm(request.actor.staff.pk, when=moment)
    values |= {"searched": True, "purpose": form.cleaned_data["purpose"], "rows": _rows(found)}
    return page(request, "others.html", values, nav="worklist")


def _rows(found: Sequence[Case]) -> list[dict[str, object]]:
    """Return what is shown of each case found: what a worklist would show."""
    return [
        {
            "number": one.number,
            "href": reverse("desk:case", args=[one.pk]),
            "summary": one.summary,
            "state": words.state_label(load_book(one.rulebook), one.state),
            "received_on": one.received_on,
            "holder": one.holder.name,
        }
        for one in found
    ]
