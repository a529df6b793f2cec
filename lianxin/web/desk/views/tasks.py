"""The asked organ's pages of joint handling (协办): its list, one part with what may be done, one field, one file, the sheet."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianxin.cases.models import Case
from lianxin.cases.services import alarming
from lianxin.files.kinds import Unfit
from lianxin.procedure.book import Rulebook, book_for, load_book
from lianxin.procedure.errors import LianxinError, Refused, Stale
from lianxin.together import selectors, services
from lianxin.together.models import JointTask, PartState, TaskItem
from lianxin.together.policies import may_help, may_see_file
from lianxin.web import material
from lianxin.web.clock import now
from lianxin.web.desk.forms.joint import AnswerPartForm, PartFieldForm, ReturnPartForm, TaskForm
from lianxin.web.desk.joint_cards import help_label, numbers, ring, tag
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.shown import field_label
from lianxin.web.desk.signed_in import DeskRequest, officers_only

NAV = "tasks"
MOST = 40
"""Pages shown; what is further down comes up once the first ones are answered."""


@dataclass(slots=True)
class Forms:
    """The forms of a part's page: those not sent are fresh."""

    answer: AnswerPartForm
    give_back: ReturnPartForm
    take: TaskForm = field(default_factory=TaskForm)


@require_safe
@officers_only
def tasks(request: DeskRequest) -> HttpResponse:
    """Show what other organs have asked of this one, the nearest due first."""
    if not may_help(request.actor):
        raise Http404
    number = _page_number(request)
    found, on = selectors.tasks_on(request.actor, page=number), now().on
    book = book_for(on)
    values = {
        "rows": [_row(book, one, found, on=on) for one in found.open],
        "over": [_row(book, one, found, on=on) for one in found.over] if number == 1 else [],
        "later_href": f"?page={number + 1}" if found.more and number < MOST else "",
        "earlier_href": f"?page={number - 1}" if number > 1 else "",
    }
    return page(request, "joint/list.html", values, nav=NAV)


@require_safe
@officers_only
def task(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Show one part to who was asked: the question and what belongs to it. Opening it is a recorded look."""
    found = selectors.open_task(request.actor, case_id, seq, at=now().at)
    if found is None:
        raise Http404
    return _draw(request, *found, status=200)


@require_safe
@officers_only
def sheet(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Show the part as one page to print and take along, without anything of the person; a recorded look."""
    found = selectors.open_task(request.actor, case_id, seq, at=now().at)
    if found is None:
        raise Http404
    row, case = found
    values = {"task": row, "case": case, "what": help_label(row.what), "claims": numbers(row.of_claims)}
    return page(request, "joint/sheet.html", values, nav=NAV)


@require_POST
@officers_only
def take(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Take the part: from now on this officer is the one who answers it."""
    row, case = _found(request, case_id, seq)
    form = TaskForm(request.POST)

    def do() -> object:
        return services.take(case, row, actor=request.actor, key=form.cleaned_data["key"], when=now())

    return _done(request, row, case, form, do, Forms(_answering(row), ReturnPartForm(), take=form))


@require_POST
@officers_only
def answer(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Answer the part: the day and what was done or found."""
    row, case = _found(request, case_id, seq)
    form = _answering(row, request)

    def do() -> object:
        return services.answer(case, row, actor=request.actor, when=now(), **form.cleaned_data)

    return _done(request, row, case, form, do, Forms(form, ReturnPartForm()))


@require_POST
@officers_only
def give_back(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Return the part to its lead, with the reason."""
    row, case = _found(request, case_id, seq)
    form = ReturnPartForm(request.POST)

    def do() -> object:
        return services.give_back(case, row, actor=request.actor, when=now(), **form.cleaned_data)

    return _done(request, row, case, form, do, Forms(_answering(row), form))


@require_POST
@officers_only
@recently_proved_to_change
def reveal(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Show one named field once to the officer who took the part, after the look is recorded; the page is not stored."""
    row, case = _found(request, case_id, seq)
    form, when = PartFieldForm(request.POST), now()
    if not form.is_valid():
        raise Http404
    wanted = form.cleaned_data
    try:
        value = services.reveal(case, row, actor=request.actor, when=when, **wanted)
    except KeyError:
        raise Http404 from None
    alarming.alarm(request.actor.staff.pk, when=when)
    values = {
        "task": row,
        "label": field_label(wanted["field"]),
        "value": value or _("没有填写"),
        "need": row.need,
    }
    return page(request, "joint/value.html", values, nav=NAV)


@require_safe
@officers_only
def file(request: DeskRequest, case_id: int, seq: int, file_seq: int) -> HttpResponse:
    """Show one file the lead named, as pictures or words made anew; a recorded look. The file itself is never handed out."""
    row, case = _found(request, case_id, seq)
    if not may_see_file(request.actor, case, row, file_seq):
        raise Http404
    values: dict[str, object] = {"task": row, "case": case}
    try:
        seen = selectors.preview(request.actor, row, case, file_seq, at=now().at)
    except (Unfit, LianxinError):
        seen = None
    if seen is None:
        return page(request, "joint/file.html", values, nav=NAV, status=409)
    found, shown = seen
    values |= {
        "line": material.lines([found])[0],
        "pictures": ["data:image/jpeg;base64," + base64.b64encode(one).decode() for one in shown.pictures],
        "words": shown.words,
    }
    return page(request, "joint/file.html", values, nav=NAV)


def _found(request: DeskRequest, case_id: int, seq: int) -> tuple[JointTask, Case]:
    found = selectors.task_of(request.actor, case_id, seq)
    if found is None:
        raise Http404
    return found


def _answering(row: JointTask, request: DeskRequest | None = None) -> AnswerPartForm:
    return AnswerPartForm(request.POST if request else None, on=now().on, asked_on=row.asked_on)


def _done(
    request: DeskRequest, row: JointTask, case: Case, form: forms.Form, do: Callable[[], object], all_: Forms
) -> HttpResponse:
    """Carry out what was sent and go back to the part; what was typed survives every refusal."""
    if not form.is_valid():
        return _draw(request, row, case, all_, status=422)
    try:
        do()
    except Refused as refused:
        form.add_error(None, refused.for_person())
    except Stale:
        form.add_error(
            None, _("牵头单位刚刚办理了这一件，您的操作没有保存；您填写的内容都还在，请再提交一次。")
        )
    else:
        return redirect("desk:task", case_id=row.case_id, seq=row.seq)
    again = selectors.task_of(request.actor, row.case_id, row.seq)
    return _draw(request, *(again or (row, case)), all_, status=409)


def _draw(
    request: DeskRequest, row: JointTask, case: Case, all_: Forms | None = None, *, status: int
) -> HttpResponse:
    on, actor = now().on, request.actor
    book = load_book(case.rulebook)
    ended = book.states[case.state].ends
    mine = row.state == PartState.TAKEN and row.officer_id == actor.staff.pk
    forms_ = all_ or Forms(_answering(row), ReturnPartForm())
    values = {
        "task": row,
        "rows": _facts(row, case),
        "state": tag(row.state),
        "ring": ring(book, row.asked_on, row.due_on, on=on) if row.runs and not ended else None,
        "what": help_label(row.what),
        "ended": ended and row.runs,
        "takes": row.runs and not mine and not ended,
        "passes_on": row.state == PartState.TAKEN and not mine,
        "answers": mine and not ended,
        "returns": row.runs and not ended and (mine or row.state == PartState.OFFERED),
        "forms": forms_,
        "broken": [one for one in (forms_.take, forms_.answer, forms_.give_back) if one.errors],
        "key": fresh_key(),
        "files": [{"seq": one.seq, "title": one.title} for one in ([] if ended else selectors.files_of(row))],
        "people": _people(case, row) if mine and row.identity and not ended else [],
    }
    return page(request, "joint/one.html", values, nav=NAV, status=status)


def _people(case: Case, row: JointTask) -> list[dict[str, object]]:
    """Return the parties as pseudonyms with those fields that were given and that the lead named."""
    return [
        {
            "seq": one.seq,
            "name": one.name,
            "fields": [
                {"field": name, "label": field_label(name)} for name in one.given if name in row.identity
            ],
        }
        for one in services.people_of(case)
    ]


def _facts(row: JointTask, case: Case) -> list[dict[str, str]]:
    through = row.through.name if row.through else ""
    facts = [
        (_("编号"), case.number),
        (_("牵头单位"), row.lead.name),
        (_("牵头单位电话"), row.lead.phone),
        (_("经由"), through),
        (_("问题发生地"), case.place.full_name),
        (
            _("涉及的诉求"),
            _("第 %(numbers)s 项") % {"numbers": numbers(row.of_claims)} if row.of_claims else "",
        ),
        (_("请求协办的日期"), row.asked_on.isoformat()),
        (_("要求答复"), row.due_on.isoformat()),
        (_("协办人员"), row.officer.name if row.officer else ""),
        (_("办理日期"), row.done_on.isoformat() if row.done_on else ""),
    ]
    return [{"key": key, "value": value} for key, value in facts if value]


def _row(book: Rulebook, one: TaskItem, found: selectors.Tasks, *, on: date) -> dict[str, object]:
    closed = one.ended_on is None and one.case_id in found.closed
    runs = one.ended_on is None and not closed
    return {
        "href": reverse("desk:task", args=[one.case_id, one.seq]),
        "number": one.number,
        "lead": one.lead_name,
        "what": help_label(one.what),
        "question": one.question,
        "place": one.place_name,
        "officer": one.officer_name,
        "ended_on": one.ended_on,
        "state": {"text": _("信访件已经办结，不用再办"), "tone": "grey"} if closed else tag(one.state),
        "ring": ring(book, one.asked_on, one.due_on, on=on).shown() if runs else None,
    }


def _page_number(request: DeskRequest) -> int:
    asked = request.GET.get("page", "")
    return (
        min(int(asked), MOST)
        if asked.isascii() and asked.isdigit() and 0 < len(asked) < 4 and int(asked)
        else 1
    )
