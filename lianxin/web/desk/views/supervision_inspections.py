"""The pages of special inspections (专项督查): list, plan, draw, read, find, rectify, close."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.history import leading
from lianxin.cases.selectors import Opened
from lianxin.oversight import selectors
from lianxin.oversight.models import Finding, Inspection
from lianxin.oversight.policies import OVERSEERS, PART, READERS, may_judge, may_rectify, plans
from lianxin.oversight.selectors import Read
from lianxin.oversight.services import inspections as services
from lianxin.procedure.book import book_for
from lianxin.web.desk import course, words
from lianxin.web.desk import shown as case_shown
from lianxin.web.desk.forms.supervision import DoneForm, FindingForm, JudgeForm, Keyed, PlanForm, ReportForm
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

TONES = {"planned": "grey", "drawn": "blue", "closed": "green"}
FINDING_TONES = {"open": "amber", "done": "blue", "accepted": "green"}
SHOW_AND_SEND = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@officers_only
@roles_only(*PART)
def inspections(request: DeskRequest) -> HttpResponse:
    """Show the inspections the officer may know of, newest first."""
    number = page_number(request)
    found = selectors.inspections(request.actor, page=number)
    values = {
        "rows": [
            {
                "one": one,
                "href": reverse("desk:inspection", args=[one.pk]),
                "tag": {"text": one.get_state_display(), "tone": TONES[one.state]},
            }
            for one in shown(found)
        ],
        "plans": plans(request.actor),
        **pages(found, number),
    }
    return drawn(request, "inspections.html", "inspections", values)


@SHOW_AND_SEND
@officers_only
@roles_only("supervisor")
def plan(request: DeskRequest) -> HttpResponse:
    """Ask for the plan of a new inspection and record it with the digest of its seed."""
    actor, when = request.actor, request.when
    form = PlanForm(
        sent(request),
        organs=selectors.organs_overseen(actor),
        people=services.candidates(actor.organ, on=when.on),
        book=book_for(when.on),
    )
    return answered(
        request,
        form,
        lambda: services.plan(form.plan(), actor=actor, key=form.cleaned_data["key"], when=when),
        draw=lambda form, status: drawn(
            request, "plan.html", "inspections", {"form": form, "key": key_of(form)}, status=status
        ),
        to=lambda found: reverse("desk:inspection", args=[found.pk]),
    )


@SHOW_AND_SEND
@officers_only
@roles_only(*PART)
def inspection(request: DeskRequest, inspection_id: int) -> HttpResponse:
    """Show one inspection: plan, seed, sample, findings; a POST draws the sample or closes it with a report."""
    found = found_or_404(selectors.inspection(request.actor, inspection_id))
    actor, when = request.actor, request.when
    drawing, closing = Keyed(sent(request, "draw")), ReportForm(sent(request, "close"))
    if request.method == "POST" and (not plans(actor) or actor.organ.pk != found.organ_id):
        raise Http404

    def draw(form: forms.Form, status: int) -> HttpResponse:
        now_found = found_or_404(selectors.inspection(actor, inspection_id))
        values = _inspection(request, now_found, closing, wrong=form if status > 200 else None)
        return drawn(request, "inspection.html", "inspections", values, status=status)

    def to(done: Inspection) -> str:
        return reverse("desk:inspection", args=[done.pk])

    if drawing.is_bound:
        return answered(
            request, drawing, lambda: services.draw(found, actor=actor, when=when), draw=draw, to=to
        )
    return answered(
        request,
        closing,
        lambda: services.close(found, actor=actor, report=closing.cleaned_data["report"], when=when),
        draw=draw,
        to=to,
    )


def _inspection(
    request: DeskRequest, found: Inspection, closing: forms.Form, *, wrong: forms.Form | None
) -> dict[str, object]:
    """Return what the page of one inspection shows."""
    actor, on = request.actor, request.when.on
    own = actor.organ.pk == found.organ_id and actor.has(*READERS)
    known = found.state != Inspection.State.PLANNED
    rows = selectors.samples(actor, found) if own and known else []
    listed = selectors.findings(actor, inspection=found) if known and actor.has(*READERS) else []
    people = selectors.inspectors_of(found) if own else []
    return {
        "found": found,
        "tag": {"text": found.get_state_display(), "tone": TONES[found.state]},
        "facts": _facts(found, [one.staff.name for one in people]),
        "drawing": _draw_facts(found),
        "samples": [
            {
                "one": one,
                "href": reverse("desk:inspected_case", args=[found.pk, one.case_id]) if readable else "",
            }
            for one, readable in rows
        ],
        "findings": [finding_row(one, on=on) for one in shown(listed)],
        "outcome": selectors.outcome(actor, found) if known else None,
        "runs": found.runs(on),
        "manages": plans(actor) and actor.organ.pk == found.organ_id,
        "own": own,
        "closing": closing,
        "wrong": wrong,
        "key": key_of(closing),
    }


def _facts(found: Inspection, people: list[str]) -> list[dict[str, object]]:
    category = book_for(found.planned_on).categories.groups.get(found.category)
    title = (category[1] if words.english() else category[0]) if category else _("全部")
    return [
        {"key": _("督查机关"), "value": found.organ.name},
        {"key": _("被督查机关（含下级）"), "value": found.scope.name},
        {"key": _("内容分类"), "value": title},
        {
            "key": _("收到日期"),
            "value": f"{found.received_from.isoformat()} – {found.received_to.isoformat()}",
        },
        {"key": _("督查期间"), "value": f"{found.starts_on.isoformat()} – {found.ends_on.isoformat()}"},
        *_named(people),
        {"key": _("抽样件数"), "value": str(found.size)},
    ]


def _named(people: list[str]) -> list[dict[str, object]]:
    return [{"key": _("督查人员"), "value": _("、").join(people)}] if people else []


def _draw_facts(found: Inspection) -> list[dict[str, object]]:
    """Return what makes the draw checkable: the digest before, seed and frame afterwards."""
    rows: list[dict[str, object]] = [{"key": _("事先公布的种子摘要"), "value": found.seed_hash}]
    if found.state == Inspection.State.PLANNED:
        return rows
    return [
        *rows,
        {"key": _("抽样时公布的种子"), "value": found.seed},
        {"key": _("抽样框件数"), "value": str(found.frame_size)},
        {"key": _("抽样框摘要"), "value": found.frame_hash},
        {"key": _("抽样日期"), "value": found.drawn_on.isoformat() if found.drawn_on else ""},
    ]


@SHOW_AND_SEND
@officers_only
@roles_only(*READERS)
def inspected_case(request: DeskRequest, inspection_id: int, case_id: int) -> HttpResponse:
    """Show a drawn case to its inspector, a recorded look; a POST records a finding."""
    actor, when = request.actor, request.when
    found = found_or_404(selectors.inspection(actor, inspection_id))
    read = found_or_404(selectors.open_sampled(actor, found, case_id, at=when.at))
    form = FindingForm(sent(request), claims=[(one.seq, one.text) for one in read.claims])

    def draw(form: forms.Form, status: int) -> HttpResponse:
        values = {"found": found, "form": form, "key": key_of(form), **read_values(read, request)}
        return drawn(request, "inspected.html", "inspections", values, status=status)

    return answered(
        request,
        form,
        lambda: services.find(
            found, case_id, form.wrong_found(), actor=actor, key=form.cleaned_data["key"], when=when
        ),
        draw=draw,
        to=lambda row: reverse("desk:inspection", args=[found.pk]),
    )


def read_values(read: Read, request: DeskRequest) -> dict[str, Any]:
    """Return what a page shows of a case that is read for supervision: words, claims, steps; no party, no file, no act."""
    case, loaded = read.case, read.loaded
    opened = Opened(case, loaded, read.steps, (), (), read.text, read.claims)
    running = leading(loaded.running())
    return {
        "case": case,
        "title": case.summary or words.category_label(loaded.book, case.category),
        "state": {
            "text": words.state_label(loaded.book, case.state),
            "tone": words.TONES.get(case.state, "grey"),
        },
        "ring": words.clock_ring(loaded.book, running, on=request.when.on) if running else None,
        "unit": case.holder.name,
        "text": case_shown.text_of(opened),
        "cards": case_shown.claim_cards(read.claims),
        "timeline": course.timeline(opened, public=True),
    }


@require_safe
@officers_only
@roles_only(*OVERSEERS)
def findings(request: DeskRequest) -> HttpResponse:
    """Show what the officer's organ has to rectify, nearest day first."""
    number = page_number(request)
    found = selectors.findings(request.actor, page=number)
    values = {
        "rows": [finding_row(one, on=request.when.on) for one in shown(found)],
        **pages(found, number),
    }
    return drawn(request, "findings.html", "findings", values)


def finding_row(one: Finding, *, on: Any) -> dict[str, object]:
    """Return a finding as a row of a list."""
    waits = one.state == Finding.State.OPEN
    return {
        "one": one,
        "href": reverse("desk:finding", args=[one.inspection_id, one.seq]),
        "tag": {"text": one.get_state_display(), "tone": FINDING_TONES[one.state]},
        "clock": days_words(one.due_on, on=on) if waits else "",
        "late": waits and one.due_on < on,
    }


@SHOW_AND_SEND
@officers_only
@roles_only(*READERS)
def finding(request: DeskRequest, inspection_id: int, seq: int) -> HttpResponse:
    """Show one finding; a POST says what was done about it, or whether that is enough."""
    actor, when = request.actor, request.when
    found = found_or_404(selectors.finding(actor, inspection_id, seq))
    rectifies = may_rectify(actor, found) and found.state == Finding.State.OPEN
    judges = may_judge(actor, found) and found.state == Finding.State.DONE
    form: forms.Form = JudgeForm(sent(request)) if judges else DoneForm(sent(request))
    if request.method == "POST" and not (may_rectify(actor, found) or may_judge(actor, found)):
        raise Http404

    def save() -> Finding:
        data = form.cleaned_data
        if isinstance(form, JudgeForm):
            enough = data["enough"] == "yes"
            return services.judge(
                found, actor=actor, enough=enough, remark=data["remark"], due_on=data["due_on"], when=when
            )
        return services.rectify(found, actor=actor, done=data["done"], done_on=data["done_on"], when=when)

    def draw(form: forms.Form, status: int) -> HttpResponse:
        values = {
            **finding_row(found, on=when.on),
            "form": form if rectifies or judges or status > 200 else None,
            "judges": judges,
            "key": key_of(form),
        }
        return drawn(request, "finding.html", "findings", values, status=status)

    return answered(
        request, form, save, draw=draw, to=lambda row: reverse("desk:finding", args=[inspection_id, seq])
    )
