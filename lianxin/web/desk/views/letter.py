"""One letter before it is a case: its envelope, its scans, its words, and the step to its registration."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.cases.services.attaching import Room
from lianxin.files import keeping as files
from lianxin.files.keeping import Kept
from lianxin.files.kinds import IMAGES, MEGA, Unfit
from lianxin.letters import selectors
from lianxin.letters.models import Letter, Stage
from lianxin.letters.policies import DESK, OPENERS, READERS, may_open, may_read
from lianxin.letters.sealing import Contents
from lianxin.letters.services import opening, registering, writing
from lianxin.petitioners import drafts
from lianxin.procedure.errors import LianxinError, Refused, Stale
from lianxin.web import material
from lianxin.web.clock import now
from lianxin.web.desk import arriving
from lianxin.web.desk.forms.letters import (
    EnvelopeForm,
    GiveBackForm,
    ScansForm,
    ShownForm,
    VoidForm,
    enclosure_labels,
)
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views import register
from lianxin.web.desk.views.letters import NAV, TONES, as_shown, key_of, letter_ring, sentence

SALT = "lianxin.letter.scan"
SECONDS = 4 * 3600
"""How long the pictures of a page that was opened may be fetched; each further page is a look of its own."""
WHY_READ = "查看来信"
FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@officers_only
@roles_only(*DESK)
def letter(request: DeskRequest, letter_id: int) -> HttpResponse:
    """Show a letter: where it stands, what is known of its envelope, what can be done next. Its words are not opened."""
    return letter_page(request, found_or_404(request, letter_id))


@FORM
@officers_only
@roles_only(*OPENERS)
def envelope(request: DeskRequest, letter_id: int) -> HttpResponse:
    """Correct what was noted of an envelope."""
    found, when = found_or_404(request, letter_id), now()
    form = EnvelopeForm(request.POST if request.method == "POST" else None, on=when.on, letter=found)

    def carry_out(key: str) -> object:
        return opening.fill_in(found, request.actor, form.seen(), key=key, when=when)

    return _once(request, found, form, carry_out, "letters/envelope.html")


@FORM
@officers_only
@roles_only(*OPENERS)
def void(request: DeskRequest, letter_id: int) -> HttpResponse:
    """Say that a number stands for no letter."""
    found, when = found_or_404(request, letter_id), now()
    form = VoidForm(request.POST if request.method == "POST" else None)

    def carry_out(key: str) -> object:
        return opening.void(found, request.actor, reason=form.cleaned_data["reason"], key=key, when=when)

    return _once(request, found, form, carry_out, "letters/void.html")


@FORM
@officers_only
@roles_only(*OPENERS)
def give_back(request: DeskRequest, letter_id: int) -> HttpResponse:
    """Note how money or valuables went back."""
    found, when = found_or_404(request, letter_id), now()
    form = GiveBackForm(request.POST if request.method == "POST" else None, letter=found, on=when.on)

    def carry_out(key: str) -> object:
        data = form.cleaned_data
        return opening.give_back(found, request.actor, on=data["on"], how=data["how"], key=key, when=when)

    return _once(request, found, form, carry_out, "letters/give_back.html")


@FORM
@officers_only
@roles_only(*OPENERS)
def scans(request: DeskRequest, letter_id: int) -> HttpResponse:
    """Put in scans or photographs of a letter, all of them or none; or go on without."""
    found = found_or_404(request, letter_id)
    if request.method != "POST":
        return _scans_page(request, found, ScansForm())
    form = ScansForm(request.POST, request.FILES)
    if not form.is_valid():
        return _scans_page(request, found, form, status=422)
    key = form.cleaned_data["key"]
    try:
        if "without" in request.POST:
            writing.go_without_scan(found, request.actor, key=key, when=now())
        elif problem := _add(request, found, form, key):
            form.add_error(None, problem)
            return _scans_page(request, found, form, status=422)
    except (Refused, Stale) as refusal:
        form.add_error(None, sentence(refusal))
        return _scans_page(request, found, form, status=409)
    return redirect(
        "desk:letter_write" if found.stage == Stage.TRANSCRIBE else "desk:letter", letter_id=found.id
    )


@require_POST
@officers_only
@roles_only(*OPENERS)
def scan_remove(request: DeskRequest, letter_id: int, seq: int) -> HttpResponse:
    """Throw a spoilt scan away."""
    found, when, form = found_or_404(request, letter_id), now(), ShownForm(request.POST)
    held = selectors.read(request.actor, found, at=when.at, why=WHY_READ)
    if held is None or not 0 < seq <= len(held.scans) or not form.is_valid():
        raise Http404
    name, key = held.scans[seq - 1].name, form.cleaned_data["key"]
    try:
        writing.remove_scan(as_shown(found, form), request.actor, name=name, key=key, when=when)
    except (Refused, Stale) as problem:
        return letter_page(request, found_or_404(request, letter_id), problem=sentence(problem), status=409)
    return redirect("desk:letter_scans", letter_id=found.id)


@require_safe
@officers_only
@roles_only(*READERS)
def scan(request: DeskRequest, letter_id: int, seq: int) -> HttpResponse:
    """Return one page of a scan as a picture made anew; the look was recorded when the page around it was opened."""
    found = found_or_404(request, letter_id)
    held = _recorded(request, found)
    number = request.GET.get("page", "1")
    first = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 4 else 0
    if held is None or not 0 < seq <= len(held.scans) or not 0 <= first < held.leaves[seq - 1]:
        raise Http404
    try:
        picture = picture_of(held.scans[seq - 1], first)
    except LianxinError:
        raise Http404 from None
    response = HttpResponse(picture, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@officers_only
@roles_only(*OPENERS)
def register_letter(request: DeskRequest, letter_id: int) -> HttpResponse:
    """Begin the registration of a letter with what is known of it, or go on with the one begun in this session."""
    found, when = found_or_404(request, letter_id), now()
    try:
        text = registering.text_of(found)
    except Refused as refused:
        return letter_page(request, found, problem=refused.for_person(), status=409)
    there = register.draft_from(request, arriving.mark(arriving.LETTER, found.id))
    if there is None:
        day = found.arrived_on
        known = {
            "channel": "letter",
            "received_on_year": str(day.year),
            "received_on_month": str(day.month),
            "received_on_day": str(day.day),
            "body": text,
            "note": note_of(found),
            register.ORGAN: str(request.actor.organ.pk),
            **arriving.mark(arriving.LETTER, found.id),
        }
        there = register.begun(request)
        drafts.save(there, known, at=when.at)
        selectors.read(request.actor, found, at=when.at, why="登记来信")
    return redirect("desk:register_draft", draft_id=there.id)


def found_or_404(request: DeskRequest, letter_id: int) -> Letter:
    """Return a letter of the officer's organ. Raises Http404: not yours is not there."""
    found = selectors.letter(request.actor, letter_id)
    if found is None:
        raise Http404
    return found


def letter_page(request: DeskRequest, found: Letter, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Return a letter's page."""
    actor, on = request.actor, now().on
    case = selectors.case_of(actor, found)
    values = {
        "letter": found,
        "stage": {"text": found.get_stage_display(), "tone": TONES[found.stage]},
        "ring": letter_ring(found, on=on) if found.stage not in (Stage.DONE, Stage.VOID) else None,
        "facts": facts_of(found),
        "opens": may_open(actor),
        "reads": may_read(actor),
        "writable": found.stage in writing.TYPED,
        "own_typing": found.typed_by_id == actor.staff.pk,
        "case": case,
        "problem": problem,
        "key": fresh_key(),
    }
    return page(request, "letters/letter.html", values, nav=NAV, status=status)


def facts_of(found: Letter) -> list[dict[str, object]]:
    """Return what is known of a letter without reading it, as a summary list."""
    day = found.postmark_on.isoformat() if found.postmark_on else ""
    mark = f"{day} {found.postmark_place}".strip()
    labels = enclosure_labels()
    inside = _("、").join(f"{labels[kind]} {n}" for kind, n in found.enclosures.items())
    back = _("%(on)s 退还：%(how)s") % {"on": found.returned_on, "how": found.returned_how}
    rows = [
        (_("收到日期"), found.arrived_on.isoformat()),
        (_("信封"), found.get_envelope_display() if found.envelope else ""),
        (_("邮件编号"), found.post_number),
        (_("邮戳"), mark),
        (_("页数"), str(found.pages) if found.pages else ""),
        (_("附件"), inside),
        (_("财物退还"), back if found.returned_on else _("尚未退还") if found.owes_valuables else ""),
        (_("存放位置"), found.shelf),
        (_("录入"), found.typed_by.name if found.typed_by else ""),
        (_("校对"), found.proofread_by.name if found.proofread_by else ""),
        (_("空号原因"), found.void_reason),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def note_of(found: Letter) -> str:
    """Return the inner note of a registration: the label and the envelope, in Chinese as all notes are."""
    parts = [f"来信标签 {found.label}", f"{found.pages} 页"]
    if found.post_number:
        parts.append(f"邮件编号 {found.post_number}")
    if found.postmark_on or found.postmark_place:
        parts.append(f"邮戳 {found.postmark_on or ''} {found.postmark_place}".strip())
    if found.shelf:
        parts.append(f"存放 {found.shelf}")
    return "；".join(parts)


def pictures_of(request: DeskRequest, found: Letter, held: Contents) -> list[dict[str, object]]:
    """Return the pages of a letter's scans in order, each with an address that may be fetched while this page is open."""
    token = signing.dumps([request.actor.staff.pk, found.id], salt=SALT)
    return [
        {
            "href": f"{reverse('desk:letter_scan', args=[found.id, seq])}?page={n}&t={token}",
            "title": one.title,
        }
        for seq, (one, leaves) in enumerate(zip(held.scans, held.leaves, strict=True), start=1)
        if _has_picture(one)
        for n in range(1, leaves + 1)
    ]


def picture_of(kept: Kept, first: int) -> bytes:
    """Return one page of a scan as JPEG. Raises LianxinError where there is none."""
    if not _has_picture(kept):
        raise Unfit("broken")
    seen = files.previewed(kept.name, kept.kind, first=first, count=1)
    if not seen.pictures:
        raise Unfit("no_pages")
    return seen.pictures[0]


def _has_picture(kept: Kept) -> bool:
    return (kept.kind in IMAGES or kept.kind == "pdf") and files.may_preview(
        kept.kind, kept.state, kept.reason
    )


def _recorded(request: DeskRequest, found: Letter) -> Contents | None:
    """Return what a letter holds: without another look where the page around was opened by this officer just now."""
    try:
        opened_by = signing.loads(request.GET.get("t", ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        opened_by = None
    if opened_by == [request.actor.staff.pk, found.id] and found.stage in writing.TYPED:
        return selectors.reread(request.actor, found)
    return selectors.read(request.actor, found, at=now().at, why=WHY_READ)


def _once(
    request: DeskRequest, found: Letter, form: ShownForm, carry_out: Callable[[str], object], template: str
) -> HttpResponse:
    """Show a form about a letter, or carry it out once and go back to the letter."""
    status, version = 422 if form.is_bound else 200, found.version
    if form.is_bound and form.is_valid():
        as_shown(found, form)
        try:
            carry_out(form.cleaned_data["key"])
        except (Refused, Stale) as problem:
            form.add_error(None, sentence(problem))
            status = 409
        else:
            return redirect("desk:letter", letter_id=found.id)
    values = {"form": form, "letter": found, "key": key_of(form), "version": version}
    return page(request, template, values, nav=NAV, status=status)


def _add(request: DeskRequest, found: Letter, form: ScansForm, key: str) -> str:
    """Take the files in and add them; where one is refused none is kept, and the sentence says why. Raises Refused, Stale."""
    room = Room(writing.SCANS, settings.FILES_CASE_MB * MEGA)
    taken = material.take(found.id, form.cleaned_data, request, room=room)
    if taken.problems or not taken.kept:
        taken.throw_away()
        return "".join(taken.problems) or _("请选择扫描件或者照片；不扫描的，点“不扫描，直接录入”。")
    try:
        writing.add_scans(found, request.actor, taken.kept, key=key, when=now())
    except Exception:
        taken.throw_away()
        raise
    return ""


def _scans_page(request: DeskRequest, found: Letter, form: ScansForm, *, status: int = 200) -> HttpResponse:
    held = selectors.read(request.actor, found, at=now().at, why=WHY_READ)
    values = {
        "form": form,
        "letter": found,
        "key": key_of(form),
        "lines": material.lines(held.scans) if held else [],
        "writable": held is not None,
        "mb": settings.FILES_MAX_MB,
        "most": writing.SCANS,
    }
    return page(request, "letters/scans.html", values, nav=NAV, status=status)
