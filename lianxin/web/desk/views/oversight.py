"""The acts of watching over a case: an urgent report, a supervision, and the report on it."""

from __future__ import annotations

from django.forms import Form
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from lianxin.cases import selectors
from lianxin.cases.history import Loaded, Moment, load
from lianxin.cases.services import oversight
from lianxin.cases.services.approval import other_post
from lianxin.organs.actors import Actor
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms import oversight as fields
from lianxin.web.desk.forms.papered import PaperForm
from lianxin.web.desk.signed_in import DeskRequest, officers_only
from lianxin.web.desk.views.together import chosen, second


@page_of_act
@officers_only
def urgent_report(request: DeskRequest, case_id: int) -> HttpResponse:
    """Report what threatens to the organ above, duty officer and head together."""
    loaded = loaded_or_404(request.actor, case_id)
    actor, on = request.actor, now().on
    role, people = second(request, loaded, other_post(actor, *oversight.POSTS))
    form = fields.UrgentForm(
        request.POST if request.method == "POST" else None,
        rule=loaded.book.papers["urgent_report"],
        on=on,
        label=_("同意的%(post)s人员") % {"post": role},
        others=people,
    )

    def carry_out(data: Values, when: Moment) -> object:
        return oversight.urgent_report(
            loaded,
            actor=actor,
            emergency=form.emergency(),
            approver=chosen(people, data),
            key=str(data["key"]),
            when=when,
        )

    return act_page(
        request, loaded, Act("urgent_report", "fields.html", lambda data: form, carry_out, _nothing)
    )


@page_of_act
@officers_only
def supervise(request: DeskRequest, case_id: int) -> HttpResponse:
    """Supervise a case of the own organ or of one below; its text stays unseen."""
    loaded = overseen_or_404(request.actor, case_id)
    actor, on = request.actor, now().on
    form = fields.SuperviseForm(
        request.POST if request.method == "POST" else None,
        rule=loaded.book.papers["supervision_letter"],
        on=on,
    )

    def carry_out(data: Values, when: Moment) -> object:
        return oversight.supervise(
            loaded,
            actor=actor,
            trigger=str(data["trigger"]),
            facts=str(data["paper_facts"]),
            required=str(data["paper_required"]),
            report_due_on=data["paper_report_due_on"],  # type: ignore[arg-type]
            key=str(data["key"]),
            when=when,
        )

    return act_page(request, loaded, Act("supervise", "fields.html", lambda data: form, carry_out, _nothing))


@page_of_act
@officers_only
def hand_in_report(request: DeskRequest, case_id: int) -> HttpResponse:
    """Hand in the report a supervision waits for."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    form = PaperForm(
        request.POST if request.method == "POST" else None, rule=loaded.book.papers["closing_report"]
    )

    def carry_out(data: Values, when: Moment) -> object:
        return oversight.hand_in_report(
            loaded, actor=actor, given=form.paper(), key=str(data["key"]), when=when
        )

    return act_page(
        request, loaded, Act("hand_in_report", "fields.html", lambda data: form, carry_out, _nothing)
    )


def overseen_or_404(actor: Actor, case_id: int) -> Loaded:
    """Return a case whose steps the officer may follow, with its acts. Raises Http404: not yours is not there."""
    case = selectors.case_to_oversee(actor, case_id)
    if case is None:
        raise Http404
    return load(case)


def _nothing(form: Form) -> Values:
    return {"reading": None}
