"""The acts of handling: accept, assign, draft the opinion, send it back, sign it, serve it."""

from __future__ import annotations

from functools import cache

from django.forms import Form
from django.http import Http404, HttpResponse

from lianxin.cases import selectors
from lianxin.cases.history import Loaded, Moment
from lianxin.cases.models import Outcome
from lianxin.cases.services import handling, serving
from lianxin.cases.services.approval import may_agree
from lianxin.cases.walls import clear_staff
from lianxin.organs.models import Staff
from lianxin.organs.selectors import officers
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.clock import deadline
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms import handling as fields
from lianxin.web.desk.shown import claim_cards, reading
from lianxin.web.desk.signed_in import DeskRequest, officers_only


@page_of_act
@officers_only
def accept(request: DeskRequest, case_id: int) -> HttpResponse:
    """Accept the case with a head's approval; the page shows the day that will be promised, with its arithmetic."""
    loaded = loaded_or_404(request.actor, case_id)
    actor, on = request.actor, now().on
    own = actor.has("head")

    @cache
    def heads() -> list[Staff]:
        return may_agree(loaded, actor.organ, "head", on=on)

    def form(data: Values | None) -> fields.AcceptForm:
        return fields.AcceptForm(data, heads=None if own else heads)

    def carry_out(data: Values, when: Moment) -> object:
        approver = None if own else Staff(pk=int(str(data["approver"])))
        return handling.accept(loaded, actor=actor, key=str(data["key"]), when=when, approver=approver)

    def values(form: Form) -> Values:
        return {
            "due": deadline(loaded.book, "HANDLE", on, calendar=load_calendar()),
            "own": own,
            "nobody": not own and not heads(),
        }

    return act_page(request, loaded, Act("accept", "accept.html", form, carry_out, values))


@page_of_act
@officers_only
def assign(request: DeskRequest, case_id: int) -> HttpResponse:
    """Assign the case to one of the organ's handlers."""
    loaded = loaded_or_404(request.actor, case_id)
    actor, on = request.actor, now().on
    handlers = _clear(loaded, officers(actor.organ, "handler", on=on))

    def form(data: Values | None) -> fields.AssignForm:
        return fields.AssignForm(data, handlers=handlers)

    def carry_out(data: Values, when: Moment) -> object:
        officer = next(one for one in handlers if one.pk == data["officer"])
        return handling.assign(loaded, actor=actor, when=when, **{**data, "officer": officer})  # type: ignore[arg-type]

    return act_page(
        request, loaded, Act("assign", "assign.html", form, carry_out, lambda form: {"none": not handlers})
    )


@page_of_act
@officers_only
def draft_opinion(request: DeskRequest, case_id: int) -> HttpResponse:
    """Draft the opinion claim by claim, with a preview; send it for signature."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor
    claims = selectors.claims_of(loaded.case)

    def form(data: Values | None) -> fields.OpinionForm:
        return fields.OpinionForm(data, claims=claims, book=loaded.book)

    def carry_out(data: Values, when: Moment) -> object:
        return handling.draft_opinion(
            loaded,
            actor=actor,
            findings=opinion.findings(),
            heard=bool(data["heard"]),
            verified=bool(data["verified"]),
            key=str(data["key"]),
            when=when,
        )

    opinion = form(request.POST if request.method == "POST" else None)

    def values(form: Form) -> Values:
        text = reading(request, loaded, purpose="拟制处理意见")
        preview = _preview(opinion) if form.is_bound and form.is_valid() else []
        overtaken = form.is_bound and bool(form.non_field_errors())
        stored = claim_cards(selectors.claims_of(loaded.case)) if overtaken else []
        return {"reading": text, "preview": preview, "sent_back": _sent_back(loaded), "stored": stored}

    return act_page(
        request, loaded, Act("draft_opinion", "draft_opinion.html", lambda data: opinion, carry_out, values)
    )


@page_of_act
@officers_only
def send_back(request: DeskRequest, case_id: int) -> HttpResponse:
    """Send a draft opinion back to its handler, with what is missing."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor

    def carry_out(data: Values, when: Moment) -> object:
        return handling.send_back(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    act = Act(
        "send_back", "send_back.html", fields.SendBackForm, carry_out, lambda form: _drafted(request, loaded)
    )
    return act_page(request, loaded, act)


@page_of_act
@officers_only
def sign(request: DeskRequest, case_id: int) -> HttpResponse:
    """Sign the opinion after reading it as it will be printed."""
    loaded = loaded_or_404(request.actor, case_id)
    actor = request.actor

    def carry_out(data: Values, when: Moment) -> object:
        return handling.sign(loaded, actor=actor, key=str(data["key"]), when=when)

    act = Act("sign_opinion", "sign.html", fields.SignForm, carry_out, lambda form: _drafted(request, loaded))
    return act_page(request, loaded, act)


@page_of_act
@officers_only
def serve(request: DeskRequest, case_id: int) -> HttpResponse:
    """Record how the opinion reached the petitioner, and what proves it."""
    loaded = loaded_or_404(request.actor, case_id)
    actor, on = request.actor, now().on
    issued_on = max(
        (act.on for act in loaded.acts if act.event == "sign_opinion"), default=loaded.case.received_on
    )

    def form(data: Values | None) -> fields.ServeForm:
        return fields.ServeForm(data, issued_on=issued_on, on=on)

    def carry_out(data: Values, when: Moment) -> object:
        return serving.serve(loaded, actor=actor, when=when, **data)  # type: ignore[arg-type]

    return act_page(
        request, loaded, Act("serve", "serve.html", form, carry_out, lambda form: {"issued_on": issued_on})
    )


def _drafted(request: DeskRequest, loaded: Loaded) -> Values:
    """Return the drafted opinion as head or checker must read it: the petition and the claims with their findings."""
    opened = selectors.open_case(request.actor, loaded.case.pk, purpose="审签处理意见", at=now().at)
    if opened is None:
        raise Http404
    return {"cards": claim_cards(opened.claims), "text": opened.text}


def _sent_back(loaded: Loaded) -> dict[str, object] | None:
    """Return when and why the latest draft was sent back, None where it was not."""
    last = loaded.latest("draft_opinion", "send_back")
    if last is None or last.event != "send_back":
        return None
    return {"on": last.on, "reasons": str(last.facts.get("reasons", ""))}


def _preview(opinion: fields.OpinionForm) -> list[dict[str, object]]:
    """Return the letter's part for each claim, from what is typed."""
    outcomes = dict(Outcome.choices)
    return [
        {
            "claim": row.claim.text,
            "outcome": outcomes[row.cleaned_data["outcome"]] if not row.elsewhere else row.elsewhere,
            **{
                name: row.cleaned_data.get(name, "")
                for name in ("facts", "decision", "basis", "promise", "promise_on")
            },
        }
        for row in opinion.rows
    ]


def _clear(loaded: Loaded, people: list[Staff]) -> list[Staff]:
    """Return the officers who may have to do with the case."""
    return clear_staff(loaded.case, people, on=now().on)
