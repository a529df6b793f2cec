"""The pages of supervision (督查督办): what runs, the promises, what is owed; and the two acts on a case that belong to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from lianxin.cases.history import Moment
from lianxin.cases.models import Promise, Supervision
from lianxin.cases.services import oversight, promises
from lianxin.ledger.behind import LogBehind
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ
from lianxin.oversight import selectors
from lianxin.oversight.models import SecondReading
from lianxin.oversight.policies import OVERSEERS, PART, READERS
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404, page_of_act
from lianxin.web.desk.forms.supervision import EndForm, KeepForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.oversight import overseen_or_404

NAV = "supervision"
MOST = 40
FORM_TONES = {"reminder": "blue", "letter": "amber", "listed": "red"}
PROMISE_TONES = {"open": "blue", "kept": "green", "broken": "red", "replaced": "grey"}
SAID_TONES = {"done": "green", "undone": "red"}
T = TypeVar("T")


@require_safe
@officers_only
@roles_only(*PART)
def supervision(request: DeskRequest) -> HttpResponse:
    """Show the supervisions that run: those the organ has asked for, and those it has to answer, nearest reply first."""
    actor = request.actor
    if not actor.has(*OVERSEERS):
        return redirect("desk:inspections")
    side, number = request.GET.get("side", ""), page_number(request)
    side = side if side in ("received", "ended") else "asked"
    found = selectors.running_supervisions(
        actor, received=side == "received", ended=side == "ended", page=number
    )
    values = {
        "rows": [_supervision(one, on=request.when.on, received=side == "received") for one in shown(found)],
        "side": side,
        **pages(found, number, side=side),
    }
    return drawn(request, "list.html", "supervision", values)


def _supervision(one: Supervision, *, on: date, received: bool) -> dict[str, object]:
    """Return a row: how it is asked, of whom, by when; no word of the petition."""
    replied = one.reported_on is not None
    return {
        "number": one.number,
        "href": reverse("desk:case", args=[one.case_id]),
        "end_href": reverse("desk:act_end_supervision", args=[one.case_id])
        if replied and not one.ended_on and not received
        else "",
        "again_href": reverse("desk:act_supervise", args=[one.case_id])
        if not one.ended_on and not received
        else "",
        "reply_href": reverse("desk:act_hand_in_report", args=[one.case_id])
        if received and not replied
        else "",
        "tag": {"text": one.get_form_display(), "tone": FORM_TONES[one.form]},
        "trigger": _(one.trigger),
        "organ": one.organ.name if received else one.about.name,
        "asked_on": one.asked_on,
        "due_on": one.due_on,
        "reported_on": one.reported_on,
        "ended_on": one.ended_on,
        "clock": "" if replied or one.ended_on else days_words(one.due_on, on=on),
        "late": not replied and not one.ended_on and one.due_on < on,
    }


@require_safe
@officers_only
@roles_only(*OVERSEERS)
def promised(request: DeskRequest) -> HttpResponse:
    """Show the promises of an organ: due soon, past their day, kept, or all that wait. Numbers, days and what was promised."""
    actor, on, number = request.actor, request.when.on, page_number(request)
    organs = selectors.organs_overseen(actor)
    organ = organ_wanted(request, organs)
    kind = request.GET.get("kind", "")
    kind = kind if kind in ("soon", "over", "kept", "open") else "over"
    found = selectors.promises_for(actor, organ, kind, on=on, page=number)
    values = {
        "rows": [_promise(one, on=on) for one in shown(found)],
        "kind": kind,
        "kinds": [
            {
                "label": label,
                "href": "?" + urlencode({"kind": name, "organ": organ.pk}),
                "current": name == kind,
            }
            for name, label in (
                ("over", _("已过期")),
                ("soon", _("14 天内到期")),
                ("open", _("全部等待落实的")),
                ("kept", _("已落实")),
            )
        ],
        **organ_choice(organs, organ),
        **pages(found, number, kind=kind, organ=organ.pk),
    }
    return drawn(request, "promises.html", "promises", values)


def _promise(one: Promise, *, on: date) -> dict[str, object]:
    """Return a row with its three facts apart: the day, the organ's proof, the petitioner's word."""
    return {
        "number": one.number,
        "href": reverse("desk:case", args=[one.case_id]),
        "what": one.what,
        "due_on": one.due_on,
        "clock": "" if one.state == Promise.State.KEPT else days_words(one.due_on, on=on),
        "tag": {"text": one.get_state_display(), "tone": PROMISE_TONES[one.state]},
        "kept_on": one.kept_on,
        "evidence": one.evidence,
        "said": {
            "text": one.get_said_display() if one.said else _("信访人还没有说是否落实"),
            "tone": SAID_TONES.get(one.said, "grey"),
        },
        "reopened": one.reopened_step is not None,
        "late": one.state != Promise.State.KEPT and one.due_on < on,
    }


@require_safe
@officers_only
@roles_only(*OVERSEERS)
def debts(request: DeskRequest) -> HttpResponse:
    """Show what an organ left unanswered or undone, by kind, oldest first: the organ's debt, nothing of whoever asked."""
    actor, on, number = request.actor, request.when.on, page_number(request)
    organs = selectors.organs_overseen(actor)
    organ = organ_wanted(request, organs)
    why = request.GET.get("why", "")
    why = why if why in selectors.DEBTS else selectors.DEBTS[0]
    found = selectors.debts_for(actor, organ, why, on=on, page=number)
    values = {
        "rows": [
            {
                "debt": one,
                "href": reverse("desk:case", args=[one.case_id]),
                "ask_href": reverse("desk:reading_ask", args=[one.case_id]) + "?" + urlencode({"why": why}),
            }
            for one in shown(found)
        ],
        "why": why,
        "kinds": [
            {
                "label": label,
                "href": "?" + urlencode({"why": name, "organ": organ.pk}),
                "current": name == why,
            }
            for name, label in SecondReading.Why.choices
        ],
        **organ_choice(organs, organ),
        **pages(found, number, why=why, organ=organ.pk),
    }
    return drawn(request, "debts.html", "debts", values)


@page_of_act
@officers_only
def keep_promise(request: DeskRequest, case_id: int) -> HttpResponse:
    """Record that a promise was kept, with its proof."""
    loaded = loaded_or_404(request.actor, case_id)
    sent_now = request.POST if request.method == "POST" else None
    waiting = [one for one in promises.of_case(case_id) if sent_now or one.state in ("open", "broken")]
    form = KeepForm(sent_now, promises=waiting, on=now().on)

    def carry_out(data: Values, when: Moment) -> object:
        given: dict[str, object] = dict(data)
        return promises.keep(loaded, actor=request.actor, when=when, **given)  # type: ignore[arg-type]

    return act_page(
        request, loaded, Act("keep_promise", "fields.html", lambda data: form, carry_out, _nothing)
    )


@page_of_act
@officers_only
def end_supervision(request: DeskRequest, case_id: int) -> HttpResponse:
    """End the supervisions of the officer's organ whose report is enough."""
    loaded = overseen_or_404(request.actor, case_id)
    form = EndForm(request.POST if request.method == "POST" else None)

    def carry_out(data: Values, when: Moment) -> object:
        return oversight.end_supervision(
            loaded, actor=request.actor, reasons=str(data["reasons"]), key=str(data["key"]), when=when
        )

    return act_page(
        request, loaded, Act("end_supervision", "fields.html", lambda data: form, carry_out, _nothing)
    )


def _nothing(form: forms.Form) -> Values:
    return {"reading": None}


# --- what the pages of this part share --------------------------------------------------------------------


def drawn(
    request: DeskRequest, template: str, tab: str, values: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Return a page of this part with its tabs."""
    return page(
        request,
        f"supervision/{template}",
        {"tabs": tabs(request.actor, tab), **values},
        nav=NAV,
        status=status,
    )


def tabs(actor: Actor, current: str) -> list[dict[str, object]]:
    """Return the pages of this part that are there for the officer."""
    found = (
        ("supervision", _("督办"), OVERSEERS),
        ("promises", _("承诺台账"), OVERSEERS),
        ("inspections", _("专项督查"), PART),
        ("findings", _("整改"), OVERSEERS),
        ("suggestions", _("三项建议"), (*OVERSEERS, "auditor")),
        ("debts", _("还欠的"), OVERSEERS),
        ("readings", _("重新审视"), READERS),
    )
    return [
        {"label": label, "href": reverse(f"desk:{name}"), "current": name == current}
        for name, label, roles in found
        if actor.has(*roles)
    ]


def answered(
    request: DeskRequest,
    form: forms.Form,
    save: Callable[[], T],
    *,
    draw: Callable[[forms.Form, int], HttpResponse],
    to: Callable[[T], str],
) -> HttpResponse:
    """Show a form, or carry it out and go on: 422 with what was typed for bad input, 409 for what is refused."""
    if request.method != "POST":
        return draw(form, 200)
    if not form.is_valid():
        return draw(form, 422)
    try:
        done = save()
    except (Refused, Stale) as problem:
        form.add_error(None, problem.for_person() if isinstance(problem, Refused) else str(problem))
        return draw(form, 503 if isinstance(problem, LogBehind) else 409)
    return redirect(to(done))


def key_of(form: forms.Form) -> str:
    """Return the key a form was sent with, else a fresh one."""
    return str(form.data.get("key", "")) or fresh_key()


def sent(request: DeskRequest, do: str = "") -> Any:
    """Return what was sent with a form, None for another form of the page or none."""
    return request.POST if request.method == "POST" and request.POST.get("do", "") == do else None


def found_or_404(found: T | None) -> T:
    """Return what was found. Raises Http404: not yours is not there."""
    if found is None:
        raise Http404
    return found


def days_words(due_on: date, *, on: date) -> str:
    """Return how far a day is: left, today, or past."""
    days = (due_on - on).days
    if days == 0:
        return _("今天到期")
    if days > 0:
        return ngettext("还有 %(n)d 天", "还有 %(n)d 天", days) % {"n": days}
    return ngettext("已超过 %(n)d 天", "已超过 %(n)d 天", -days) % {"n": -days}


def page_number(request: DeskRequest) -> int:
    """Return the number of the page asked for."""
    typed = request.GET.get("page", "")
    return int(typed) if re.fullmatch(r"[0-9]{1,3}", typed) and 1 <= int(typed) <= MOST else 1


def shown(found: Sequence[T]) -> Sequence[T]:
    """Return the rows of one page."""
    return found[: selectors.PAGE]


def pages(found: Sequence[object], number: int, **kept: object) -> dict[str, str]:
    """Return where the pages before and after lead."""

    def at(place: int) -> str:
        return "?" + urlencode({**kept, "page": place})

    later = len(found) > selectors.PAGE and number < MOST
    return {
        "later_href": at(number + 1) if later else "",
        "start_href": at(1) if number > 1 else "",
    }


def organ_wanted(request: DeskRequest, organs: Sequence[Organ]) -> Organ:
    """Return the organ whose rows are asked for: the officer's own unless another one of the list is named."""
    typed = request.GET.get("organ", "")
    wanted = next((one for one in organs if str(one.pk) == typed), None)
    return wanted or next((one for one in organs if one.pk == request.actor.organ.pk), request.actor.organ)


def organ_choice(organs: Sequence[Organ], organ: Organ) -> dict[str, object]:
    """Return the organs to choose from; none where there is only one."""
    listed = [{"value": one.pk, "label": one.name, "chosen": one.pk == organ.pk} for one in organs]
    return {"organs_listed": listed if len(listed) > 1 else [], "organ": organ}
