"""The only place for the round of an act's page: load, offer or say why not, one call, and every way it can end.

A repeated key ends where the first one ended. What was typed survives every refusal; somebody else's act in
between is shown with who and what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianxin.cases import selectors
from lianxin.cases.history import Loaded, Moment, leading, load
from lianxin.cases.models import Case
from lianxin.cases.policies import (
    RELAYED_EVENTS,
    RELAYERS,
    REQUEST_EVENTS,
    check_may,
    may_read_content,
)
from lianxin.cases.services.acts import PETITIONER
from lianxin.cases.services.stages import stage_of
from lianxin.ledger.behind import LogBehind
from lianxin.organs.actors import Actor
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.engine import Offer, offers
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.desk import consequences, words
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest

Values = Mapping[str, object]
page_of_act = require_http_methods(["GET", "HEAD", "POST"])
"""Every act's page is shown and sent, nothing else."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act's page: its event, its template, its form, its call into the domain, and what else the page shows.

    `form` makes the form from the sent data (None for a fresh one); `carry_out` gets the cleaned data.
    """

    event: str
    template: str
    form: Callable[[Values | None], forms.Form]
    carry_out: Callable[[Values, Moment], object]
    values: Callable[[forms.Form], Values] = field(default=lambda form: {})


BROKEN = gettext_lazy("页面不完整，请刷新后再提交")


class KeyForm(forms.Form):
    """An act without further questions: the idempotency key, and the version of the case the officer was shown."""

    key = forms.CharField(
        max_length=40,
        min_length=8,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "max_length": BROKEN, "min_length": BROKEN},
    )
    version = forms.IntegerField(
        min_value=0,
        widget=forms.HiddenInput,
        error_messages={"required": BROKEN, "invalid": BROKEN, "min_value": BROKEN},
    )


def loaded_or_404(actor: Actor, case_id: int) -> Loaded:
    """Return a case the officer may act on, with its acts. Raises Http404: not yours is not there."""
    case = selectors.case_to_act_on(actor, case_id)
    if case is None:
        raise Http404
    return load(case)


def offer_of(loaded: Loaded, actor: Actor, event: str, when: Moment) -> Offer | None:
    """Return the engine's offer of an event, the officer's own standing judged too; None where the state has none."""
    offer = next((one for one in offered(loaded, actor, when) if one.event == event), None)
    return None if offer is None else judged(offer, loaded.case, actor)


def offered(loaded: Loaded, actor: Actor, when: Moment) -> tuple[Offer, ...]:
    """Return the engine's offers for the officer: by the officer's roles, and what a window may write down for the
    petitioner. A request for review stays open after its last day, because there may be a reason.
    """
    book, snapshot, calendar = loaded.book, loaded.snapshot(), load_calendar()
    found = offers(book, snapshot, roles=actor.roles, on=when.on, calendar=calendar)
    if not actor.has(*RELAYERS):
        return found
    relayed = offers(book, snapshot, roles=PETITIONER, on=when.on, calendar=calendar)
    own = {
        one.event: Offer(one.event, one.label, True, "", one.article) if one.event in REQUEST_EVENTS else one
        for one in relayed
        if one.event in RELAYED_EVENTS
    }
    there = stage_of(loaded).request
    return tuple(
        own.get(one.event, one) for one in found if one.event not in REQUEST_EVENTS or one.event == there
    )


def judged(offer: Offer, case: Case, actor: Actor) -> Offer:
    """Return the offer refused where the officer's organ or person is not the one for it."""
    try:
        check_may(actor, case, offer.event)
    except Refused as refused:
        if offer.allowed:
            return Offer(offer.event, offer.label, False, refused.for_person(), refused.article)
    return offer


def act_page(request: DeskRequest, loaded: Loaded, act: Act) -> HttpResponse:
    """Show the act's page, or carry the act out and go back to the case."""
    when = now()
    if request.method != "POST":
        offer = offer_of(loaded, request.actor, act.event, when)
        if offer is None or not offer.allowed:
            return not_now(request, loaded, act.event, offer)
        return _draw(request, loaded, act, act.form(None), status=200)
    form = act.form(request.POST)
    if str(form.data.get("key", "")) in loaded.keys:
        return redirect("desk:case", case_id=loaded.case.pk)
    valid = form.is_valid()
    if form.cleaned_data.get("version", loaded.case.version) != loaded.case.version:
        return _overtaken(request, loaded, act, form)
    if not valid:
        return _draw(request, loaded, act, form, status=422)
    if "preview" in form.data:
        return _draw(request, loaded, act, form, status=200)
    try:
        done = act.carry_out({k: v for k, v in form.cleaned_data.items() if k != "version"}, when)
    except Refused as refused:
        form.add_error(None, refused.for_person())
        status = 503 if isinstance(refused, LogBehind) else 409
    except Stale:
        again = _again(request.actor, loaded)
        if str(form.data.get("key", "")) in again.keys:
            return redirect("desk:case", case_id=again.case.pk)
        return _overtaken(request, again, act, form)
    else:
        return redirect(_after(request.actor, done if isinstance(done, Case) else loaded.case, act.event))
    return _draw(request, _again(request.actor, loaded), act, form, status=status)


def _after(actor: Actor, case: Case, event: str) -> str:
    """Return where an act that is done leads: to the case, or to the worklist from one that is a report now."""
    if case.kind == "report" and not may_read_content(actor, case):
        return reverse("desk:worklist") + "?done=report"
    if not may_read_content(actor, case) and selectors.case_to_oversee(actor, case.pk) is None:
        return reverse("desk:worklist") + f"?done={event}"
    return reverse("desk:case", args=[case.pk]) + f"?done={event}"


def not_now(request: DeskRequest, loaded: Loaded, event: str, offer: Offer | None) -> HttpResponse:
    """Return the page that says why an act cannot be taken now, and what the case stands at."""
    state = words.state_label(loaded.book, loaded.case.state)
    reason = offer.reason if offer else _("现在的状态是“%(state)s”，不能办理这一步。") % {"state": state}
    values = {
        "label": words.event_label(loaded.book, event),
        "reason": reason,
        "latest": latest(loaded.case),
        **heading(request, loaded),
    }
    return page(request, "not_now.html", values, nav="worklist", status=409)


def heading(request: DeskRequest, loaded: Loaded) -> dict[str, object]:
    """Return what the head of every page of a case shows."""
    case, book = loaded.case, loaded.book
    running = leading(loaded.running())
    return {
        "case": case,
        "title": case.summary or words.category_label(book, case.category) or _("待登记的信访事项"),
        "state": {"text": words.state_label(book, case.state), "tone": words.TONES.get(case.state, "grey")},
        "ring": words.clock_ring(book, running, on=now().on) if running else None,
        "unit": unit_line(case),
    }


def unit_line(case: Case) -> str:
    """Return who answers for the case now, and to whom it was offered."""
    line = case.holder.name
    if case.officer:
        line = _("%(organ)s · 承办人 %(officer)s") % {"organ": line, "officer": case.officer.name}
    if case.offered_to:
        line = _("%(organ)s · 已转送 %(target)s，等待接收") % {"organ": line, "target": case.offered_to.name}
    return line


def latest(case: Case) -> str:
    """Return one sentence on the last act of a case: who, what, when. One query."""
    step = selectors.last_step(case)
    if step is None:
        return ""
    book = load_book(case.rulebook)
    who = words.by_whom(
        step.organ.name if step.organ else _("信访人或系统"), step.staff.name if step.staff else ""
    )
    return _("最近一步：%(who)s 于 %(on)s 办理了“%(what)s”，现在是“%(state)s”。") % {
        "who": who,
        "on": step.on.isoformat(),
        "what": words.event_label(book, step.event, step.rule),
        "state": words.state_label(book, case.state),
    }


def _draw(request: DeskRequest, loaded: Loaded, act: Act, form: forms.Form, *, status: int) -> HttpResponse:
    values = {
        "form": form,
        "key": str(form.data.get("key", "")) or fresh_key(),
        "version": str(loaded.case.version),
        "label": words.event_label(loaded.book, act.event),
        "consequence": consequences.of(act.event),
        "previewing": form.is_bound and status == 200,
        "latest": latest(loaded.case) if status == 409 else "",
        **heading(request, loaded),
        **act.values(form),
    }
    return page(request, f"acts/{act.template}", values, nav="worklist", status=status)


def _overtaken(request: DeskRequest, loaded: Loaded, act: Act, form: forms.Form) -> HttpResponse:
    """Return the page again with what was typed and the case as it is now, after somebody else was first."""
    form.add_error(
        None, _("同事刚刚办理了这一件，您的操作没有保存；您填写的内容都还在。请看最新情况后再决定。")
    )
    return _draw(request, loaded, act, form, status=409)


def _again(actor: Actor, loaded: Loaded) -> Loaded:
    """Return the case as it is now; as it was read where it has gone to somebody else."""
    case = selectors.case_to_act_on(actor, loaded.case.pk)
    return load(case) if case is not None else loaded
