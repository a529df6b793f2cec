"""The letter desk: what waits there, the post of a day counted and numbered, envelopes noted one after the other, labels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases.models import WorkItem
from lianxin.letters import selectors
from lianxin.letters.labels import square
from lianxin.letters.models import Batch, Letter, Posting, Stage
from lianxin.letters.policies import DESK, OPENERS, may_check, may_open, may_read
from lianxin.letters.selectors import Checking, LetterDesk
from lianxin.letters.services import opening
from lianxin.organs.actors import Actor
from lianxin.procedure.book import book_for
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.desk import words
from lianxin.web.desk.forms.letters import BatchForm, EnvelopeForm, LabelForm, OnceForm, ShownForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.rings import Ring

NAV = "letters"
SHOWN = 50
TONES = {
    "open": "amber",
    "scan": "blue",
    "transcribe": "blue",
    "proofread": "amber",
    "register": "green",
    "done": "grey",
    "void": "grey",
}
ACTS = {"before": "desk:act_review_before", "after": "desk:act_review_after", "post": "desk:act_post_paper"}
NEXT = {
    "open": "desk:letters_batch",
    "scan": "desk:letter_scans",
    "transcribe": "desk:letter_write",
    "proofread": "desk:letter_compare",
    "register": "desk:letter",
    "valuables": "desk:letter_give_back",
}
"""The page on which the next step of a letter is done."""
OPENED = gettext_lazy("%(label)s同事刚刚拆封登记过，您填的没有保存。请核对标签；要更正的，请打开这封信。")


@require_safe
@officers_only
@roles_only(*DESK)
def letters(request: DeskRequest) -> HttpResponse:
    """Show what the letter desk waits for: a counter a shelf, and the rows of the shelf that is asked for."""
    on = now().on
    found = selectors.desk(request.actor, on=on)
    shelf = request.GET.get("shelf", "")
    shelf = shelf if shelf in selectors.SHELVES else _first_shelf(found, request.actor)
    rows = rows_of(found, shelf, request.actor, on=on)
    values = {
        "counters": counters(found, shelf),
        "shelf": shelf_label(shelf),
        "rows": rows[:SHOWN],
        "left_out": max(len(rows) - SHOWN, 0),
        "find": LabelForm(),
        "opens": may_open(request.actor),
        "batches": selectors.batches(request.actor) if shelf == "open" else [],
    }
    return page(request, "letters/desk.html", values, nav=NAV)


@require_safe
@officers_only
@roles_only(*DESK)
def find(request: DeskRequest) -> HttpResponse:
    """Open the letter whose label was scanned or typed."""
    form = LabelForm(request.GET)
    status = 422
    if form.is_valid():
        letter_id = selectors.labelled(request.actor, *form.cleaned_data["label"])
        if letter_id is not None:
            return redirect("desk:letter", letter_id=letter_id)
        form.add_error("label", _("本机构没有这个标签的来信，请照标签核对。"))
        status = 404
    return page(request, "letters/find.html", {"find": form}, nav=NAV, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*OPENERS)
def batch_add(request: DeskRequest) -> HttpResponse:
    """Count the post of a day: each piece gets its number before it is opened."""
    when = now()
    form = BatchForm(request.POST if request.method == "POST" else None, on=when.on)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            batch = opening.open_batch(request.actor, when=when, **form.cleaned_data)
        except (Refused, Stale) as problem:
            form.add_error(None, sentence(problem))
            status = 409
        else:
            return redirect("desk:letters_batch", batch_id=batch.id)
    return page(
        request, "letters/batch_add.html", {"form": form, "key": key_of(form)}, nav=NAV, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*DESK)
def batch(request: DeskRequest, batch_id: int) -> HttpResponse:
    """Show a batch and the form for the envelope that is opened next; keep what is sent and go on to the one after it."""
    found = _batch(request, batch_id)
    if request.method != "POST":
        return _batch_page(request, *found)
    if not may_open(request.actor):
        raise Http404
    _, listed = found
    typed = request.POST.get("letter", "")
    letter = next((one for one in listed if str(one.id) == typed), None)
    if letter is None:
        raise Http404
    when = now()
    form = EnvelopeForm(request.POST, on=when.on, letter=letter)
    if not form.is_valid():
        return _batch_page(request, *found, form=form, status=422)
    key = form.cleaned_data["key"]
    try:
        if letter.stage != Stage.OPEN and letter.last_key != key:
            raise Stale(OPENED % {"label": letter.label})
        opening.fill_in(as_shown(letter, form), request.actor, form.seen(), key=key, when=when)
    except (Refused, Stale) as problem:
        form.add_error(None, sentence(problem))
        return _batch_page(request, *found, form=form, status=409)
    return redirect("desk:letters_batch", batch_id=batch_id)


@require_POST
@officers_only
@roles_only(*OPENERS)
def piece(request: DeskRequest, batch_id: int) -> HttpResponse:
    """Give one more number to a batch, for a piece that was not counted."""
    found, listed = _batch(request, batch_id)
    form = OnceForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, found, listed, problem=_("页面不完整，请刷新后再提交"), status=422)
    try:
        opening.add_piece(found, request.actor, key=form.cleaned_data["key"])
    except (Refused, Stale) as problem:
        return _batch_page(request, found, listed, problem=sentence(problem), status=409)
    return redirect("desk:letters_batch", batch_id=batch_id)


@require_safe
@officers_only
@roles_only(*DESK)
def labels(request: DeskRequest, batch_id: int) -> HttpResponse:
    """Show the labels of a batch for printing, all or that of one letter (`?letter=`)."""
    found, listed = _batch(request, batch_id)
    asked = request.GET.get("letter", "")
    chosen = [one for one in listed if one.stage != Stage.VOID and asked in ("", str(one.id))]
    if not chosen:
        raise Http404
    printed = [{"label": one.label, "code": one.code, "square": square(one.code)} for one in chosen]
    values = {"batch": found, "labels": printed, "organ": request.actor.organ}
    return page(request, "letters/labels.html", values, nav=NAV)


def sentence(problem: Refused | Stale) -> str:
    """Return what a person is told of a refusal, or of somebody who was first."""
    return problem.for_person() if isinstance(problem, Refused) else str(problem)


def key_of(form: OnceForm) -> str:
    """Return the key a form was sent with, or a fresh one."""
    return str(form.data.get("key", "")) or fresh_key()


def as_shown(letter: Letter, form: ShownForm) -> Letter:
    """Return a letter as the officer was shown it: what a colleague has changed since is not written over (Stale)."""
    version: int | None = form.cleaned_data["version"]
    letter.version = letter.version if version is None else version
    return letter


def letter_ring(letter: Letter, *, on: date) -> Ring:
    """Return the ring of the fifteen days in which the sender must be told, from the day of arrival."""
    due = selectors.notice_due(letter, on=on)
    book = book_for(letter.arrived_on)
    days = words.days_left(due.legal, unit=due.rule.unit, on=on)
    share = max(0, min(100, round(100 * days / due.rule.length)))
    return Ring(days, share, due.rule.unit == "WD", words.clock_label(book, "REG_NOTICE"), due.legal)


def shelf_label(shelf: str) -> str:
    """Return the name of a shelf."""
    if shelf in Stage.values:
        return str(Stage(shelf).label)
    return {
        "valuables": _("待退还财物"),
        "review": _("待复阅、审核"),
        "post": _("待寄出"),
        "result": _("待投递结果"),
    }[shelf]


def counters(found: LetterDesk, shelf: str) -> list[dict[str, object]]:
    """Return the counters on top of the desk."""
    base = reverse("desk:letters")
    return [
        {
            "label": shelf_label(name),
            "count": words.capped(found.count(name)),
            "href": f"{base}?shelf={name}",
            "hint": "",
            "tone": "amber" if name in ("valuables", "review") and found.count(name) else "neutral",
            "current": name == shelf,
        }
        for name in selectors.SHELVES
    ]


def _first_shelf(found: LetterDesk, actor: Actor) -> str:
    """Return the first shelf with anything on it; who checks but opens no envelopes begins at the checklists."""
    last = ("review",) if may_check(actor) and not may_open(actor) else ()
    return next((shelf for shelf in (*last, *selectors.SHELVES) if found.count(shelf)), "open")


def rows_of(found: LetterDesk, shelf: str, actor: Actor, *, on: date) -> list[dict[str, object]]:
    """Return the rows of a shelf as the table prints them."""
    if shelf in ("review", "post"):
        checking = [one for one in found.checking if (one.phase == "post") == (shelf == "post")]
        return [_case_row(one, actor, on=on) for one in checking]
    if shelf == "result":
        return [_posting_row(one) for one in found.postings]
    return [_letter_row(one, shelf, actor, on=on) for one in found.letters.get(shelf, ())]


def _letter_row(letter: Letter, shelf: str, actor: Actor, *, on: date) -> dict[str, object]:
    may = may_read(actor) if shelf in ("transcribe", "proofread") else may_open(actor)
    view = NEXT[shelf] if may or shelf == "open" else "desk:letter"
    key = letter.batch_id if shelf == "open" else letter.id
    about = (
        [str(letter.get_envelope_display()), _("%(n)s 页") % {"n": letter.pages}] if letter.envelope else []
    )
    return {
        "href": reverse(view, args=[key]) + (f"?letter={letter.id}" if shelf == "open" else ""),
        "title": letter.label,
        "number": "",
        "flags": [{"text": _("字迹难辨"), "tone": "amber"}] if letter.hard else [],
        "about": " · ".join([*about, *([letter.shelf] if letter.shelf else [])]),
        "on": letter.arrived_on.isoformat(),
        "clock": None if letter.stage == Stage.DONE else letter_ring(letter, on=on).shown(),
    }


def _case_row(one: Checking, actor: Actor, *, on: date) -> dict[str, object]:
    item: WorkItem = one.item
    ring = words.item_ring(book_for(item.received_on), item, on=on)
    view = ACTS[one.phase] if one.phase == "post" or may_check(actor) else "desk:case"
    phase = {"before": _("办前复阅"), "after": _("发出前审核"), "post": _("待寄出")}[one.phase]
    return {
        "href": reverse(view, args=[item.case_id]),
        "title": item.summary or _("待登记的信访事项"),
        "number": item.number,
        "flags": [{"text": phase, "tone": "blue"}],
        "about": item.officer_name,
        "on": item.received_on.isoformat(),
        "clock": ring.shown() if ring else None,
    }


def _posting_row(one: Posting) -> dict[str, object]:
    book = book_for(one.posted_on)
    back = {"text": one.get_outcome_display(), "tone": "red"}
    act = "desk:act_post_result" if not one.outcome else "desk:case"
    return {
        "href": reverse(act, args=[one.case_id]),
        "title": words.paper_label(book, one.paper_kind),
        "number": one.number,
        "flags": [back, {"text": _("要换一种方式送达"), "tone": "amber"}] if one.outcome else [],
        "about": one.post_no,
        "on": one.posted_on.isoformat(),
        "clock": None,
    }


def _batch(request: DeskRequest, batch_id: int) -> tuple[Batch, Sequence[Letter]]:
    found = selectors.batch(request.actor, batch_id)
    if found is None:
        raise Http404
    return found


def _batch_page(
    request: DeskRequest,
    found: Batch,
    listed: Sequence[Letter],
    *,
    form: EnvelopeForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return a batch's page with the form of the letter that is next, what is the same as before filled in."""
    on, opens = now().on, may_open(request.actor)
    waiting = [one for one in listed if one.stage == Stage.OPEN]
    if form is None and opens and waiting:
        before = next((one for one in reversed(listed) if one.envelope), None)
        asked = request.GET.get("letter", "")
        chosen = next((one for one in waiting if str(one.id) == asked), waiting[0])
        form = EnvelopeForm(on=on, letter=chosen, before=before)
    values = {
        "batch": found,
        "way": found.get_way_display(),
        "form": form,
        "letter": form.letter if form else None,
        "left": len(waiting),
        "key": key_of(form) if form else "",
        "version": form.letter.version if form else "",
        "piece_key": fresh_key(),
        "opens": opens,
        "problem": problem,
        "rows": [
            {"letter": one, "stage": {"text": one.get_stage_display(), "tone": TONES[one.stage]}}
            for one in listed
        ],
    }
    return page(request, "letters/batch.html", values, nav=NAV, status=status)
