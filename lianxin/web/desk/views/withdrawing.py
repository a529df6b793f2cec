"""The acts of withdrawal: writing a wish down, confirming it by another contact, and letting the case go on."""

from __future__ import annotations

from django.http import HttpResponse

from lianxin.cases.history import Moment
from lianxin.cases.services import withdrawing
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms.withdrawing import AskForm, ConfirmForm, KeepForm
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def ask_to_withdraw(request: DeskRequest, case_id: int) -> HttpResponse:
    """Write down that the petitioner asked to withdraw."""
    loaded = loaded_or_404(request.actor, case_id)

    def carry_out(data: Values, when: Moment) -> object:
        return withdrawing.ask(
            loaded, via=str(data["via"]), actor=request.actor, key=str(data["key"]), when=when
        )

    return act_page(
        request, loaded, Act("ask_to_withdraw", "fields.html", AskForm, carry_out, _nothing_beside)
    )


@page_of_act
@officers_only
def withdraw(request: DeskRequest, case_id: int) -> HttpResponse:
    """Confirm a withdrawal after its waiting time, asked by another contact than the one the wish came by."""
    loaded = loaded_or_404(request.actor, case_id)
    wish = withdrawing.wish_of(loaded)
    came_by = wish.via if wish else ""

    def carry_out(data: Values, when: Moment) -> object:
        return withdrawing.withdraw(
            loaded,
            free=bool(data["free"]),
            contact=str(data["contact"]),
            record=str(data["record"]),
            actor=request.actor,
            key=str(data["key"]),
            when=when,
        )

    act = Act(
        "withdraw",
        "fields.html",
        lambda data: ConfirmForm(data, came_by=came_by),
        carry_out,
        _nothing_beside,
    )
    return act_page(request, loaded, act)


@page_of_act
@officers_only
def keep_open(request: DeskRequest, case_id: int) -> HttpResponse:
    """Record that a withdrawal does not stand and the case goes on."""
    loaded = loaded_or_404(request.actor, case_id)

    def carry_out(data: Values, when: Moment) -> object:
        return withdrawing.keep(
            loaded, contact=str(data["contact"]), actor=request.actor, key=str(data["key"]), when=when
        )

    return act_page(request, loaded, Act("keep_open", "fields.html", KeepForm, carry_out, _nothing_beside))


def _nothing_beside(form: object) -> Values:
    return {"reading": None}
