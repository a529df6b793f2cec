"""Material at the desk: looking at it flattened, saving it, and putting in what a petitioner brought to a window."""

from __future__ import annotations

import base64
from typing import cast

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases import materials, selectors
from lianxin.cases.history import Loaded, Moment
from lianxin.cases.models import Case
from lianxin.cases.services import attaching
from lianxin.files.kinds import Unfit
from lianxin.organs.actors import Actor
from lianxin.procedure.errors import GuardFailed, LianxinError
from lianxin.web import handing, material
from lianxin.web.desk.acting import Act, Values, act_page, loaded_or_404
from lianxin.web.desk.forms.material import AddMaterialForm
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only

PURPOSE = "查阅材料"
LAST_PAGE = 500


@require_safe
@officers_only
def preview(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Show one file as pictures or words made in a limited process; a recorded look. The file itself is not shown."""
    found = selectors.case_to_act_on(request.actor, case_id)
    first = _page_number(request) * materials.PAGES
    if found is None:
        raise Http404
    try:
        seen = materials.preview(
            request.actor, case_id, seq, purpose=PURPOSE, at=request.when.at, first=first
        )
    except Unfit:
        return _cannot(
            request, found, _("这个文件做不出预览。请另存后在办公电脑上打开，或者请信访人另外提供。")
        )
    except LianxinError as problem:
        return _cannot(request, found, _sentence(problem))
    if seen is None:
        raise Http404
    row, shown = seen
    after = first + materials.PAGES
    values = {
        "case": found,
        "line": material.lines([row])[0],
        "seq": seq,
        "pictures": ["data:image/jpeg;base64," + base64.b64encode(one).decode() for one in shown.pictures],
        "words": shown.words,
        "first": first + 1,
        "pages": shown.pages,
        "earlier": f"?page={first // materials.PAGES - 1}" if first else "",
        "later": f"?page={after // materials.PAGES}" if after < shown.pages else "",
    }
    return page(request, "file.html", values, nav="worklist")


def _page_number(request: DeskRequest) -> int:
    asked = request.GET.get("page", "")
    return min(int(asked), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0


@require_safe
@officers_only
def save(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Hand one file out to be saved; a recorded look."""
    return _handed(request, case_id, seq, original=False)


@require_safe
@officers_only
def original(request: DeskRequest, case_id: int, seq: int) -> HttpResponse:
    """Hand the untouched evidence out to be saved, with place and device in it; a recorded look of its own."""
    return _handed(request, case_id, seq, original=True)


def _handed(request: DeskRequest, case_id: int, seq: int, *, original: bool) -> HttpResponse:
    found = selectors.case_to_act_on(request.actor, case_id)
    if found is None:
        raise Http404
    if settings.FILES_URL:
        return redirect(handing.address_of(request.actor, case_id, seq, original=original))
    try:
        given = handing.given(request.actor, case_id, seq, original=original, at=request.when.at)
    except LianxinError as problem:
        return _cannot(request, found, _sentence(problem))
    return cast(HttpResponse, given)


def _sentence(problem: LianxinError) -> str:
    return problem.for_person() if isinstance(problem, materials.NotOpen) else str(problem)


def _cannot(request: DeskRequest, case: Case, sentence: str) -> HttpResponse:
    return page(request, "file_closed.html", {"case": case, "sentence": sentence}, nav="worklist", status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def add_material(request: DeskRequest, case_id: int) -> HttpResponse:
    """Put in what the petitioner brought or sent: scans, photographs, files. All of them, or none."""
    loaded, actor = loaded_or_404(request.actor, case_id), request.actor

    def form(data: Values | None) -> AddMaterialForm:
        return AddMaterialForm(data, request.FILES if data is not None else None)

    def carry_out(data: Values, when: Moment) -> object:
        return _add(request, loaded, actor, data, when)

    limits = {"mb": settings.FILES_MAX_MB, "most": settings.FILES_PER_CASE}
    return act_page(
        request, loaded, Act("add_material", "material.html", form, carry_out, lambda form: limits)
    )


def _add(request: DeskRequest, loaded: Loaded, actor: Actor, data: Values, when: Moment) -> Case:
    """Take the files in and add them; where one is refused, none is kept. Raises GuardFailed, NotYours, Refused, Stale."""
    case_id, key = loaded.case.pk, str(data["key"])
    attaching.check_adder(loaded.case, actor)
    taken = material.take(case_id, data, request, room=attaching.room_of(case_id))
    if taken.problems:
        taken.throw_away()
        raise GuardFailed(
            "".join(taken.problems), article=attaching.ARTICLE, instead=_("其他文件也没有保存。")
        )
    try:
        return attaching.add(loaded, taken.kept, actor=actor, key=key, when=when)
    except Exception:
        if not attaching.is_added(case_id, key):
            taken.throw_away()
        raise
