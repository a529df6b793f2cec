"""Linking a case to another one, and undoing it; both cases bear the act, neither closes by it."""

from __future__ import annotations

from functools import cache

from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import gettext as _

from lianxin.cases.history import Moment
from lianxin.cases.services import linking
from lianxin.cases.services.approval import may_agree
from lianxin.organs.models import Staff
from lianxin.procedure.engine import Offer
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, not_now, page_of_act
from lianxin.web.desk.forms.linking import LinkForm, UnlinkForm
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def link(request: DeskRequest, case_id: int) -> HttpResponse:
    """Link the case to another one of the organ, found by its number."""
    loaded, actor = loaded_or_404(request.actor, case_id), request.actor

    @cache
    def checkers() -> list[Staff]:
        return may_agree(loaded, actor.organ, "checker", on=now().on)

    def form(data: Values | None) -> LinkForm:
        return LinkForm(data, checkers=None if actor.has("checker") else checkers)

    def carry_out(data: Values, when: Moment) -> object:
        approver = data.get("approver")
        return linking.link_cases(
            loaded,
            actor=actor,
            number=str(data["number"]),
            kind=str(data["kind"]),
            reasons=str(data["reasons"]),
            key=str(data["key"]),
            when=when,
            approver=Staff(pk=int(str(approver))) if approver else None,
        )

    return act_page(request, loaded, Act("link_case", "fields.html", form, carry_out, _nothing))


@page_of_act
@officers_only
def unlink(request: DeskRequest, case_id: int) -> HttpResponse:
    """Undo one of the links of the case; it stays in the record with its day."""
    loaded, actor = loaded_or_404(request.actor, case_id), request.actor
    links = linking.links_to_undo(actor, loaded.case)
    if not links and request.method != "POST":
        nothing = Offer("unlink_case", "", False, _("这一件没有您可以解除的关联。"), "")
        return not_now(request, loaded, "unlink_case", nothing)

    def form(data: Values | None) -> UnlinkForm:
        return UnlinkForm(data, links=links)

    def carry_out(data: Values, when: Moment) -> object:
        return linking.unlink_cases(
            loaded,
            actor=actor,
            link_seq=int(str(data["link_seq"])),
            reasons=str(data["reasons"]),
            key=str(data["key"]),
            when=when,
        )

    return act_page(request, loaded, Act("unlink_case", "fields.html", form, carry_out, _nothing))


def _nothing(form: Form) -> Values:
    return {"reading": None}
