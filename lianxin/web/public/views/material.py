"""Material handed in by the petitioner: photographs and files with the draft, or later for a case that is followed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lianxin.cases.services import attaching
from lianxin.cases.services.acts import Loaded, Moment
from lianxin.cases.services.attaching import Room
from lianxin.files.keeping import Kept
from lianxin.files.kinds import MEGA
from lianxin.organs import throttle
from lianxin.petitioners import drafts
from lianxin.petitioners.drafts import Opened
from lianxin.procedure.errors import Refused, Stale
from lianxin.web import material
from lianxin.web.clock import now
from lianxin.web.material import MaterialForm, Taken
from lianxin.web.origin import network_of
from lianxin.web.public import case_cookie, draft_cookie, filing, journey
from lianxin.web.public.views.answer import READ_AND_SEND, form_key, tell
from lianxin.web.public.views.file import parts

DAY = timedelta(days=1)


@require_http_methods(READ_AND_SEND)
def with_draft(request: HttpRequest) -> HttpResponse:
    """Return the optional question for material: what is there, with a way to take it away, and a way to add."""
    draft = draft_cookie.opened(request)
    if draft is None:
        return redirect("public:file")
    if draft.filed:
        return redirect("public:receipt")
    asked = journey.QUESTIONS["material"]
    if gap := journey.missing(draft.answers, before=asked):
        return redirect("public:question", gap.name)
    if request.method != "POST":
        return _filing_page(request, draft, MaterialForm())
    form = MaterialForm(request.POST, request.FILES)
    form.is_valid()
    when = now()
    if gone := request.POST.get("remove"):
        return _removed(draft, gone, when)
    there = filing.kept_in(draft.answers)
    room = Room(
        max(settings.FILES_PER_CASE - len(there), 0),
        max(settings.FILES_CASE_MB * MEGA - sum(one.size for one in there), 0),
    )
    taken = material.take(draft.id, form.cleaned_data, request, room=room, spent=_budget(request, when))
    after = drafts.change(draft, lambda now: _with(now, [*filing.kept_in(now), *taken.kept]), at=when.at)
    if after is None:
        taken.throw_away()
        return redirect("public:file")
    draft = after
    if taken.problems:
        return _filing_page(request, draft, _told(form, taken), status=422)
    if "add" in request.POST:
        return redirect("public:material")
    gap = journey.missing(draft.answers)
    return redirect("public:question", gap.name) if gap else redirect("public:check")


def _with(answers: journey.Answers, kept: list[Kept]) -> dict[str, str]:
    return {**answers, "material": filing.as_answer(kept)}


def _removed(draft: Opened, name: str, when: Moment) -> HttpResponse:
    """Take one file away: first from the draft, then from where it lies, so that a case never misses one."""
    gone = [one for one in filing.kept_in(draft.answers) if one.name == name]

    def without(now: journey.Answers) -> dict[str, str]:
        return _with(now, [one for one in filing.kept_in(now) if one.name != name])

    if gone and drafts.change(draft, without, at=when.at):
        material.throw_away(gone)
    return redirect("public:material")


def _filing_page(
    request: HttpRequest, draft: Opened, form: MaterialForm, *, status: int = 200
) -> HttpResponse:
    asked = journey.QUESTIONS["material"]
    there = filing.kept_in(draft.answers)
    rows = [{**line, "name": one.name} for line, one in zip(material.lines(there), there, strict=True)]
    context = {
        "nav": "file",
        "form": form,
        "rows": rows,
        "back": journey.earlier(asked, draft.answers),
        "parts": parts(asked.part, draft.answers),
        **_limits(),
    }
    return render(request, "public/file/material.html", context, status=status)


def _limits() -> dict[str, int]:
    return {"mb": settings.FILES_MAX_MB, "most": settings.FILES_PER_CASE}


def _told(form: MaterialForm, taken: Taken) -> MaterialForm:
    """Put on the form what was not taken, and what was all the same."""
    for problem in taken.problems:
        form.add_error("uploads", problem)
    if n := len(taken.kept):
        form.add_error(
            None, ngettext("另外 %(n)d 个文件已经收下。", "另外 %(n)d 个文件已经收下。", n) % {"n": n}
        )
    return form


def _budget(request: HttpRequest, when: Moment) -> Callable[[int], bool]:
    """Return what takes units of five megabytes from the budget of the sender's network for this day."""
    rule = throttle.Rule("upload", max(settings.FILES_DAY_MB // 5, 1), DAY, DAY, DAY)
    source = throttle.Source(rule, f"{network_of(request)} {when.on}")

    def spent(units: int) -> bool:
        return all(throttle.spend([source], at=when.at) is None for _ in range(units))

    return spent


@require_http_methods(READ_AND_SEND)
def with_case(request: HttpRequest) -> HttpResponse:
    """Return the page that adds material to a case that is followed; a POST adds what can be taken (U08)."""
    opened, when, key = case_cookie.opened(request), now(), form_key(request)
    if opened is None:
        return redirect("public:follow")
    loaded = opened.loaded
    if key in loaded.keys:
        return redirect("public:case")
    if request.method != "POST":
        return _adding_page(request, MaterialForm(), key)
    form = MaterialForm(request.POST, request.FILES)
    form.is_valid()
    room = attaching.room_of(loaded.case.pk)
    taken = material.take(loaded.case.pk, form.cleaned_data, request, room=room, spent=_budget(request, when))
    if taken.kept or not taken.problems:
        try:
            _add(loaded, taken, key, when)
        except (Refused, Stale) as problem:
            return _adding_page(request, form, key, status=tell(form, problem))
        key = "" if taken.problems else key
    if taken.problems:
        return _adding_page(request, _told(form, taken), key or secrets.token_urlsafe(16), status=422)
    return redirect("public:case")


def _add(loaded: Loaded, taken: Taken, key: str, when: Moment) -> None:
    """Add the kept files, or throw them away. Raises Refused, Stale."""
    try:
        attaching.add(loaded, taken.kept, actor=None, key=key, when=when)
    except Exception:
        if not attaching.is_added(loaded.case.pk, key):
            taken.throw_away()
        raise


def _adding_page(request: HttpRequest, form: MaterialForm, key: str, *, status: int = 200) -> HttpResponse:
    context = {"nav": "follow", "form": form, "key": key, **_limits()}
    return render(request, "public/follow/material.html", context, status=status)
