"""Writing a letter down beside its scan, and comparing what a colleague wrote; reading by machine is a proposal at most."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianxin.letters import selectors
from lianxin.letters.models import Letter, Stage
from lianxin.letters.policies import READERS
from lianxin.letters.reading import reader
from lianxin.letters.sealing import Contents
from lianxin.letters.services import writing
from lianxin.procedure.errors import LianxinError, Refused, Stale
from lianxin.web.clock import now
from lianxin.web.desk import keeping
from lianxin.web.desk.forms.letters import CompareForm, WriteForm
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.letter import found_or_404, letter_page, picture_of, pictures_of
from lianxin.web.desk.views.letters import NAV, as_shown, key_of, sentence

MOST_READ = 10
"""Pages a machine reads at once."""
SECONDS_READ = 15
"""No further page is begun after so long: nobody should wait for a proposal."""
UNITS = re.compile(r"[，。！？；：\n]|[^，。！？；：\n]+")
"""What is compared as one: a clause, or the mark behind it."""


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*READERS)
def write(request: DeskRequest, letter_id: int) -> HttpResponse:
    """Write a letter down from its scan or from the paper; on request a machine's reading stands beside it."""
    found = found_or_404(request, letter_id)
    held = selectors.read(request.actor, found, at=now().at, why="录入来信")
    if held is None:
        return _closed(request, found)
    place, version = keeping.place_of(request, found.id, "letter_write"), found.version
    if request.method != "POST":
        form = WriteForm(initial={"text": held.text, "hard": found.hard})
        kept = keeping.restored(request, place, form)
        return _page(request, found, held, form, {"kept": kept, "since": _since(kept, version)})
    form = WriteForm(request.POST)
    if keeping.asked(request):
        return keeping.answer(request, place, form)
    if "read" in request.POST:
        form = WriteForm(initial={name: request.POST.get(name, "") for name in ("text", "hard")})
        values = {"readings": _readings(held), "version": _shown(request, version)}
        return _page(request, found, held, form, values)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            writing.transcribe(
                as_shown(found, form),
                request.actor,
                text=data["text"],
                hard=data["hard"],
                key=data["key"],
                when=now(),
            )
        except (Refused, Stale) as problem:
            form.add_error(None, sentence(problem))
            status = 409
        else:
            keeping.forget(request, place)
            return redirect("desk:letter", letter_id=found.id)
    kept = keeping.refused(request, place, form)
    return _page(request, found, held, form, {"kept": kept, "version": version}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*READERS)
def compare(request: DeskRequest, letter_id: int) -> HttpResponse:
    """Compare a colleague's text with the paper and correct it; the differences are shown before they are kept."""
    found = found_or_404(request, letter_id)
    held = selectors.read(request.actor, found, at=now().at, why="校对来信")
    if held is None or found.stage != Stage.PROOFREAD:
        return _closed(request, found)
    if found.typed_by_id == request.actor.staff.pk:
        problem = _("这封信是您录入的，不能由您自己校对。请交给另一位同事。")
        return letter_page(request, found, problem=problem, status=409)
    place, version = keeping.place_of(request, found.id, "letter_compare"), found.version
    if request.method != "POST":
        form = CompareForm(initial={"text": held.text})
        kept = keeping.restored(request, place, form)
        values = {"kept": kept, "since": _since(kept, version), "comparing": True}
        return _page(request, found, held, form, values)
    form = CompareForm(request.POST)
    if keeping.asked(request):
        return keeping.answer(request, place, form)
    valid, status = form.is_valid(), 422
    changes = differences(held.typed, form.cleaned_data.get("text", held.typed))
    if "preview" in request.POST:
        form = CompareForm(initial={"text": request.POST.get("text", "")})
        values = {"comparing": True, "changes": changes, "shown": True, "version": _shown(request, version)}
        return _page(request, found, held, form, values)
    if valid:
        try:
            data = form.cleaned_data
            text, key = data["text"], data["key"]
            writing.proofread(as_shown(found, form), request.actor, text=text, key=key, when=now())
        except (Refused, Stale) as problem:
            form.add_error(None, sentence(problem))
            status = 409
        else:
            keeping.forget(request, place)
            return redirect("desk:letter", letter_id=found.id)
    kept = keeping.refused(request, place, form)
    values = {"kept": kept, "comparing": True, "changes": changes, "shown": True, "version": version}
    return _page(request, found, held, form, values, status=status)


def differences(before: str, after: str) -> list[dict[str, str]]:
    """Return where two texts differ, clause by clause: what stood there, what stands there now."""
    old, new = (UNITS.findall(text.replace("\r\n", "\n")) for text in (before, after))
    found = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        {"before": "".join(old[a:b]), "after": "".join(new[c:d])}
        for how, a, b, c, d in found.get_opcodes()
        if how != "equal"
    ]


def _shown(request: DeskRequest, version: int) -> str:
    """Return which version of the letter the officer has before the eyes, also when only a preview was asked for."""
    return request.POST.get("version", "") or str(version)


def _since(kept: keeping.Restored, version: int) -> str:
    """Return what is said where the letter was changed after the officer typed what is put back; "" where it was not."""
    changed = kept.at and kept.version != str(version)
    return _("有同事改动过这封信，请对照原件再看一遍。") if changed else ""


def _readings(held: Contents) -> list[dict[str, str]]:
    """Return what a machine reads in the first pages, each a proposal that is kept nowhere."""
    machine = reader()
    if machine is None:
        return []
    pages = [(one, n) for one, leaves in zip(held.scans, held.leaves, strict=True) for n in range(leaves)]
    found: list[dict[str, str]] = []
    begun = time.monotonic()
    for number, (one, first) in enumerate(pages[:MOST_READ], start=1):
        if time.monotonic() - begun > SECONDS_READ:
            break
        try:
            words = machine.read(picture_of(one, first))
        except LianxinError:
            words = ""
        found.append({"number": str(number), "words": words})
    return found


def _page(
    request: DeskRequest,
    found: Letter,
    held: Contents,
    form: WriteForm,
    more: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    machine = reader()
    values = {
        "letter": found,
        "form": form,
        "key": key_of(form),
        "version": found.version,
        "kept": None,
        "since": "",
        "pictures": pictures_of(request, found, held),
        "machine": machine.name if machine else "",
        "readings": [],
        "comparing": False,
        "changes": [],
        "shown": False,
        "own": not held.scans,
        "typist": found.typed_by.name if found.typed_by else "",
        **more,
    }
    return page(request, "letters/write.html", values, nav=NAV, status=status)


def _closed(request: DeskRequest, found: Letter) -> HttpResponse:
    """Return the letter's page with the reason why its words are not written now."""
    if found.stage == Stage.VOID:
        raise Http404
    problem = {
        Stage.OPEN: _("这封信还没有拆封登记，请先登记信封。"),
        Stage.DONE: _("这封信已经登记，内容在信访件里。"),
    }.get(Stage(found.stage), _("这封信现在不在等这一步。"))
    return letter_page(request, found, problem=problem, status=409)
