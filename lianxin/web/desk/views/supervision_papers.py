"""The pages of supervision suggestions (三项建议) and of second readings (重新审视)."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.organs.models import Organ
from lianxin.organs.selectors import in_force
from lianxin.oversight import selectors
from lianxin.oversight.models import SecondReading, Suggestion
from lianxin.oversight.policies import OVERSEERS, READERS, may_answer, may_suggest
from lianxin.oversight.services import readings as reading_services
from lianxin.oversight.services import suggestions as services
from lianxin.web.desk.forms.supervision import AskReadingForm, FeedbackForm, ReadingForm, SuggestionForm
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.supervision import (
    answered,
    days_words,
    drawn,
    found_or_404,
    key_of,
    page_number,
    pages,
    sent,
    shown,
)
from lianxin.web.desk.views.supervision_inspections import read_values

SHOW_AND_SEND = require_http_methods(["GET", "HEAD", "POST"])
TONES = {"adopted": "green", "partly": "blue", "not": "grey"}


@require_safe
@officers_only
@roles_only(*OVERSEERS, "auditor")
def suggestions(request: DeskRequest) -> HttpResponse:
    """Show the suggestions sent to the organ, or those it has issued, with the clock of the written feedback."""
    actor, number = request.actor, page_number(request)
    received = request.GET.get("side", "") != "issued"
    found = selectors.suggestions(actor, received=received, page=number)
    values = {
        "rows": [_row(one, request) for one in shown(found)],
        "received": received,
        "issues": bool(_kinds(request)),
        **pages(found, number, side="received" if received else "issued"),
    }
    return drawn(request, "suggestions.html", "suggestions", values)


def _row(one: Suggestion, request: DeskRequest) -> dict[str, object]:
    waits = one.answered_on is None
    tag = {"text": _("等待反馈"), "tone": "amber"}
    if not waits:
        tag = {"text": one.get_adoption_display(), "tone": TONES[one.adoption]}
    return {
        "one": one,
        "href": reverse("desk:suggestion", args=[one.pk]),
        "tag": tag,
        "clock": days_words(one.due_on, on=request.when.on) if waits else "",
        "late": waits and one.due_on < request.when.on,
    }


def _kinds(request: DeskRequest) -> list[str]:
    return [kind for kind in Suggestion.Kind.values if may_suggest(request.actor, kind)]


@SHOW_AND_SEND
@officers_only
@roles_only(*OVERSEERS)
def suggest(request: DeskRequest) -> HttpResponse:
    """Ask for a new suggestion and issue it."""
    actor, when = request.actor, request.when
    above = [int(part) for part in actor.organ.path.strip("/").split("/")]
    organs = Organ.objects.filter(in_force(when.on), path__startswith=actor.organ.path)[:200]
    upper = Organ.objects.filter(in_force(when.on), pk__in=above)
    form = SuggestionForm(
        sent(request),
        organs=[one for one in (*upper, *organs) if one.pk != actor.organ.pk],
        kinds=_kinds(request),
    )

    def save() -> Suggestion:
        data = form.cleaned_data
        return services.issue(
            data["kind"],
            form.organs[int(data["target"])],
            title=data["title"],
            facts=data["facts"],
            basis=data["basis"],
            words=data["words"],
            actor=actor,
            key=data["key"],
            when=when,
        )

    return answered(
        request,
        form,
        save,
        draw=lambda form, status: drawn(
            request, "suggest.html", "suggestions", {"form": form, "key": key_of(form)}, status=status
        ),
        to=lambda found: reverse("desk:suggestion", args=[found.pk]),
    )


@SHOW_AND_SEND
@officers_only
@roles_only(*OVERSEERS, "auditor")
def suggestion(request: DeskRequest, suggestion_id: int) -> HttpResponse:
    """Show one suggestion; a POST is the written feedback."""
    actor, when = request.actor, request.when
    found = found_or_404(selectors.suggestion(actor, suggestion_id))
    form = FeedbackForm(sent(request))
    if request.method == "POST" and not may_answer(actor, found):
        raise Http404

    def draw(form: forms.Form, status: int) -> HttpResponse:
        asks = may_answer(actor, found) and found.answered_on is None
        values = {**_row(found, request), "form": form if asks or status > 200 else None, "key": key_of(form)}
        return drawn(request, "suggestion.html", "suggestions", values, status=status)

    def save() -> Suggestion:
        data = form.cleaned_data
        return services.answer(
            found, adoption=data["adoption"], feedback=data["feedback"], actor=actor, when=when
        )

    return answered(
        request, form, save, draw=draw, to=lambda done: reverse("desk:suggestion", args=[suggestion_id])
    )


@require_safe
@officers_only
@roles_only(*READERS)
def readings(request: DeskRequest) -> HttpResponse:
    """Show the second readings the officer has to write, has asked for, or that say what the organ owes."""
    number = page_number(request)
    found = selectors.readings(request.actor, page=number)
    values = {
        "rows": [_reading(one, request) for one in shown(found)],
        **pages(found, number),
    }
    return drawn(request, "readings.html", "readings", values)


def _reading(one: SecondReading, request: DeskRequest) -> dict[str, object]:
    waits = one.written_on is None
    return {
        "one": one,
        "why": one.get_why_display(),
        "href": reverse("desk:reading_of_case", args=[one.case_id, one.seq]),
        "mine": waits and one.reader_id == request.actor.staff.pk,
        "tag": {"text": _("等待审视"), "tone": "amber"} if waits else {"text": _("已写明"), "tone": "green"},
        "clock": days_words(one.due_on, on=request.when.on) if waits else "",
        "late": waits and one.due_on < request.when.on,
    }


@SHOW_AND_SEND
@officers_only
@roles_only(*OVERSEERS)
def reading_ask(request: DeskRequest, case_id: int) -> HttpResponse:
    """Ask somebody of another unit to read a case anew."""
    actor, when = request.actor, request.when
    case = found_or_404(selectors.owing_case(actor, case_id))
    posts = reading_services.candidates(case, actor=actor)
    form = AskReadingForm(sent(request), posts=posts, why=request.GET.get("why", "")[:8])

    def save() -> SecondReading:
        data = form.cleaned_data
        return reading_services.ask(
            case,
            form.posts[data["reader"]],
            why=data["why"],
            due_on=data["due_on"],
            actor=actor,
            key=data["key"],
            when=when,
        )

    return answered(
        request,
        form,
        save,
        draw=lambda form, status: drawn(
            request,
            "reading_ask.html",
            "debts",
            {"form": form, "key": key_of(form), "number": case.number, "nobody": not posts},
            status=status,
        ),
        to=lambda found: reverse("desk:readings"),
    )


@SHOW_AND_SEND
@officers_only
@roles_only(*READERS)
def reading_of_case(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Show one second reading: to its reader the case, a recorded look, and the form; to the others what was written."""
    actor, when = request.actor, request.when
    found = found_or_404(selectors.reading(actor, case_id, seq))
    read = selectors.open_reading(actor, found, at=when.at)
    form = ReadingForm(sent(request))
    if request.method == "POST" and found.reader_id != actor.staff.pk:
        raise Http404

    def draw(form: forms.Form, status: int) -> HttpResponse:
        values = {
            **_reading(found, request),
            "form": form if read or status > 200 else None,
            "key": key_of(form),
        }
        if read is not None:
            values |= read_values(read, request)
        return drawn(request, "reading.html", "readings", values, status=status)

    return answered(
        request,
        form,
        lambda: reading_services.write(found, texts=form.cleaned_data, actor=actor, when=when),
        draw=draw,
        to=lambda done: reverse("desk:reading_of_case", args=[case_id, seq]),
    )
