"""The telephone: one screen for a call, the promised call-backs, and what came of them.

The caller's words go into the sealed draft of a registration or nowhere; the number to call back is sealed at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.calls import selectors, services
from lianxin.calls.models import Call, CallBack
from lianxin.calls.policies import TAKERS, may_take
from lianxin.cases.models import Channel
from lianxin.cases.policies import may_register, may_reveal
from lianxin.cases.selectors import case_to_act_on
from lianxin.knowledge.selectors import Sought, titles
from lianxin.ledger.behind import LogBehind
from lianxin.organs.models import Staff
from lianxin.organs.selectors import posts_in
from lianxin.petitioners import drafts
from lianxin.petitioners.keys import CannotOpen
from lianxin.procedure.book import book_for
from lianxin.procedure.errors import GuardFailed, Refused
from lianxin.web.clock import BEIJING, now
from lianxin.web.desk import arriving, calling, keeping, knowing, words
from lianxin.web.desk.forms.calls import CONSULTATION, WAYS, CallForm, TriedForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views import register

NAV = "calls"
PURPOSE = "按承诺回电"
GONE = "done"


@require_safe
@officers_only
@roles_only(*TAKERS)
def calls(request: DeskRequest) -> HttpResponse:
    """Show the promised call-backs, broken promises first, and the consultations of the last day."""
    when = now()
    backs, more = selectors.open_backs(request.actor, after=_after(request))
    readable = selectors.cases_read(request.actor, (one.became_id for one in backs))
    book = book_for(when.on)
    lately = [
        {
            "at": f"{one.at.astimezone(BEIJING):%m-%d %H:%M}",
            "topic": words.category_label(book, one.category),
            "answer": one.answer,
        }
        for one in selectors.calls_lately(request.actor, at=when.at)
    ]
    later = urlencode({"after": f"{backs[-1].due_at.timestamp()}_{backs[-1].id}"}) if more else ""
    values = {
        "rows": [calling.row(one, when=when, readable=readable) for one in backs],
        "later_href": f"?{later}" if later else "",
        "start_href": reverse("desk:calls") if "after" in request.GET else "",
        "lately": lately,
        "done": request.GET.get("done", ""),
        "emergencies": _emergencies(),
    }
    return page(request, "calls/list.html", values, nav=NAV)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*TAKERS)
def take(request: DeskRequest) -> HttpResponse:
    """Hold a call: look up, answer and note it as a question, or go on with it as a registration."""
    form = _form(request)
    place = keeping.place_of(request, request.actor.staff.pk, "call")
    if keeping.asked(request):
        return keeping.answer(request, place, form)
    if request.method != "POST":
        return _screen(request, form, kept=keeping.restored(request, place, form))
    first = services.known(request.actor, str(form.data.get("key", "")))
    if first is not None:
        return _led_on(first)
    valid = form.is_valid()
    if form.way not in WAYS:
        return _screen(request, form)
    if not valid:
        return _screen(request, form, status=422)
    try:
        call = _consulted(request, form) if form.way == CONSULTATION else _handed_on(request, form)
    except Refused as refused:
        form.add_error(None, refused.for_person())
        return _screen(request, form, status=503 if isinstance(refused, LogBehind) else 409)
    keeping.forget(request, place)
    return _led_on(call)


@require_safe
@officers_only
@roles_only(*TAKERS)
def back(request: DeskRequest, back_id: int) -> HttpResponse:
    """Show one promised call-back."""
    return _back_page(request, _back(request, back_id), TriedForm())


@require_POST
@officers_only
@roles_only(*TAKERS)
@recently_proved_to_change
def number(request: DeskRequest, back_id: int) -> HttpResponse:
    """Show the number to call once, after the look is recorded; the page is not stored."""
    promised, when = _back(request, back_id), now()
    case = case_to_act_on(request.actor, promised.became_id) if promised.became_id is not None else None
    may = case is not None and may_reveal(request.actor, case)
    try:
        found = services.number_of(request.actor, promised, may_reveal=may, purpose=PURPOSE, when=when)
    except LogBehind as behind:
        return _back_page(request, promised, TriedForm(), problem=behind.for_person(), status=503)
    except CannotOpen as problem:
        return _back_page(request, promised, TriedForm(), problem=str(problem), status=409)
    sentence = (
        ""
        if found
        else _("您不能查看这个电话，或者电话已经销毁。登记了信访的，请由能查看身份信息的同事回电。")
    )
    return _back_page(
        request, promised, TriedForm(), number=found, problem=sentence, status=200 if found else 409
    )


@require_POST
@officers_only
@roles_only(*TAKERS)
def tried(request: DeskRequest, back_id: int) -> HttpResponse:
    """Note what came of calling back."""
    promised, when = _back(request, back_id), now()
    form = TriedForm(request.POST)
    if form.data.get("key") and form.data.get("key") == promised.last_key:
        return _to_list(GONE if promised.state == CallBack.State.DONE else "tried")
    if not form.is_valid():
        return _back_page(request, promised, form, status=422)
    tried = form.tried()
    try:
        services.tried(request.actor, promised, tried, key=form.cleaned_data["key"], when=when)
    except Refused as refused:
        form.add_error(None, refused.for_person())
        return _back_page(request, promised, form, status=503 if isinstance(refused, LogBehind) else 409)
    return _to_list(GONE if tried.result is services.Result.DONE else "tried")


def _consulted(request: DeskRequest, form: CallForm) -> Call:
    data = form.cleaned_data
    return services.consulted(
        request.actor,
        answer=data["answer"],
        category=data["topic"],
        shown=_shown(request),
        key=data["key"],
        when=now(),
        promise=form.promise(),
    )


def _handed_on(request: DeskRequest, form: CallForm) -> Call:
    """Begin a registration with the caller's words, and keep the call. Raises Refused; then no draft is left behind."""
    data, when, actor = form.cleaned_data, now(), request.actor
    if not may_register(actor):
        raise GuardFailed("您没有登记岗位", article=services.ARTICLE, instead="请把电话转给登记接待的同事。")
    draft = register.begun(request)
    try:
        call = services.handed_on(
            actor,
            draft_id=draft.id,
            category=data["topic"],
            shown=_shown(request),
            key=data["key"],
            when=when,
            promise=form.promise(),
        )
    except Refused:
        drafts.forget(draft_id=draft.id)
        raise
    if call.draft_id != draft.id:
        drafts.forget(draft_id=draft.id)
        return call
    day = {f"received_on_{part}": str(getattr(when.on, part)) for part in ("year", "month", "day")}
    answers = {
        "channel": Channel.CALL.value,
        "body": data["words"],
        "category": data["topic"],
        "phone": data["phone"],
    }
    answers |= {"people": "1", "kind": "claim", **day, **arriving.mark(arriving.CALL, call.id)}
    drafts.save(draft, {**answers, register.ORGAN: str(actor.organ.pk)}, at=when.at)
    return call


def _shown(request: DeskRequest) -> list[int]:
    """Return which of the ticked articles there are, so that nothing else is kept."""
    return [one.pk for one in titles(knowing.chosen_in(request.POST), on=now().on)]


def _led_on(call: Call) -> HttpResponse:
    """Return where a call leads: to its registration, or back to the list."""
    if call.draft_id is not None:
        return redirect("desk:register_draft", draft_id=call.draft_id)
    return _to_list("logged")


def _to_list(done: str) -> HttpResponse:
    return redirect(reverse("desk:calls") + "?" + urlencode({"done": done}))


def _form(request: DeskRequest) -> CallForm:
    on = now().on
    sent = request.POST if request.method == "POST" else None
    return CallForm(sent, book=book_for(on), on=on, people=_people(request), me=request.actor.staff)


def _people(request: DeskRequest) -> list[Staff]:
    """Return who takes calls in the organ, the officer first. One query."""
    posts = posts_in(request.actor.organ, on=now().on).filter(role__in=TAKERS, staff__is_active=True)
    found = {post.staff_id: post.staff for post in posts}
    me = request.actor.staff
    others = sorted((one for one in found.values() if one.pk != me.pk), key=lambda one: (one.name, one.pk))
    return [me, *others]


def _screen(
    request: DeskRequest, form: CallForm, *, kept: keeping.Restored | None = None, status: int = 200
) -> HttpResponse:
    on = now().on
    chosen = knowing.chosen_in(request.POST)
    asked = str(form.data.get("q", "")) if form.is_bound else ""
    values: Mapping[str, object] = {
        "form": form,
        "key": str(form.data.get("key", "")) or fresh_key(),
        "kept": kept or keeping.Restored(request.path),
        "told": titles(chosen, on=on) if chosen else [],
        **(knowing.found(request.actor, Sought(asked, on), chosen=chosen) if asked else {"cards": []}),
        "mode": "tick",
        "may_hand_on": may_register(request.actor),
        "emergencies": _emergencies(),
    }
    return page(request, "calls/take.html", values, nav=NAV, status=status)


def _back(request: DeskRequest, back_id: int) -> CallBack:
    found = selectors.back(request.actor, back_id)
    if found is None or not may_take(request.actor):
        raise Http404
    return found


def _back_page(
    request: DeskRequest,
    promised: CallBack,
    form: TriedForm,
    *,
    number: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    when = now()
    readable = selectors.cases_read(request.actor, [promised.became_id])
    values = {
        "row": calling.row(promised, when=when, readable=readable),
        "open": promised.state == CallBack.State.OPEN,
        "outcome": promised.outcome,
        "form": form,
        "number": number,
        "problem": problem,
        "key": str(form.data.get("key", "")) or fresh_key(),
    }
    return page(request, "calls/back.html", values, nav=NAV, status=status)


def _after(request: DeskRequest) -> tuple[datetime, int] | None:
    """Return behind which row a page of the list begins, None for the first one or an address nobody wrote."""
    at, _sep, row_id = request.GET.get("after", "").partition("_")
    try:
        return datetime.fromtimestamp(float(at), UTC), int(row_id)
    except (ValueError, OverflowError, OSError):
        return None


def _emergencies() -> str:
    """Return the address of the page for emergencies, "" where there is none."""
    try:
        return reverse("desk:emergencies")
    except NoReverseMatch:
        return ""
