"""Organs of the administrator's part of the tree: list, add, edit, move, end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases import selectors as cases
from lianxin.organs import selectors
from lianxin.organs.models import Organ
from lianxin.organs.policies import manages
from lianxin.organs.services import organs
from lianxin.procedure.errors import Refused
from lianxin.web.clock import now
from lianxin.web.desk.forms import manage as fields
from lianxin.web.desk.forms.fields import near_places
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only

ADMIN = "organ_admin"
T = TypeVar("T")
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@officers_only
@roles_only(ADMIN)
def overview(request: DeskRequest) -> HttpResponse:
    """Show the organs the administrator may edit, found by a word of their name or code."""
    word = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    found = list(
        selectors.managed_organs(request.actor.organ, word=word, on=now().on)[: selectors.LISTED + 1]
    )
    values = {
        "form": fields.WordForm(initial={"q": word}),
        "organs": found[: selectors.LISTED],
        "more": len(found) > selectors.LISTED,
        "listed": selectors.LISTED,
        "word": word,
        "on": now().on,
    }
    return page(request, "manage/organs.html", values, nav="manage")


@form_page
@officers_only
@roles_only(ADMIN)
def add(request: DeskRequest, organ_id: int) -> HttpResponse:
    """Add an organ under another one."""
    parent, actor, on = managed_or_404(request, organ_id), request.actor, now().on
    form = fields.NewOrganForm(request.POST if request.method == "POST" else None, parent=parent, on=on)
    saved = carried_out(
        request, form, lambda: organs.add(actor, parent=parent, at=request.when.at, **form.as_added())
    )
    if isinstance(saved, Organ):
        return redirect("desk:manage_organ", organ_id=saved.pk)
    values = {"form": form, "parent": parent, "near_places": near_places(parent, on=on)}
    return page(request, "manage/organ_add.html", values, nav="manage", status=saved)


@form_page
@officers_only
@roles_only(ADMIN)
def organ(request: DeskRequest, organ_id: int) -> HttpResponse:
    """Show an organ with its posts, and edit its facts."""
    found, actor, on = managed_or_404(request, organ_id), request.actor, now().on
    form = fields.OrganForm(request.POST if request.method == "POST" else None, organ=found, on=on)
    saved = carried_out(
        request, form, lambda: organs.edit(actor, found, facts=form.facts(), on=on, at=request.when.at)
    )
    if isinstance(saved, Organ):
        return redirect(f"/desk/manage/organs/{found.pk}/?done=saved")
    values = {
        "organ": found,
        "form": form,
        "posts": selectors.posts_in(found, on=on),
        "near_places": near_places(found.parent or found, on=on),
        "own": found.pk == actor.organ.pk,
        "done": request.GET.get("done") == "saved",
    }
    return page(request, "manage/organ.html", values, nav="manage", status=saved)


@form_page
@officers_only
@roles_only(ADMIN)
def move(request: DeskRequest, organ_id: int) -> HttpResponse:
    """Put an organ under another one."""
    found, actor, on = managed_or_404(request, organ_id), request.actor, now().on
    targets = [
        one
        for one in selectors.managed_organs(actor.organ, word="", on=on)
        if not one.path.startswith(found.path)
    ]
    form = fields.MoveForm(request.POST if request.method == "POST" else None, targets=targets, organ=found)
    saved = carried_out(
        request,
        form,
        lambda: organs.move(actor, found, parent=form.cleaned_data["parent"], on=on, at=request.when.at),
    )
    if isinstance(saved, Organ):
        return redirect(f"/desk/manage/organs/{found.pk}/?done=saved")
    return page(request, "manage/organ_move.html", {"organ": found, "form": form}, nav="manage", status=saved)


@form_page
@officers_only
@roles_only(ADMIN)
def end(request: DeskRequest, organ_id: int) -> HttpResponse:
    """End an organ that has no open cases, no posts and nothing under it."""
    found, actor = managed_or_404(request, organ_id), request.actor
    open_cases = cases.open_items(actor, found)
    form = fields.EndForm(request.POST if request.method == "POST" else None, open_cases=open_cases)
    saved = carried_out(
        request,
        form,
        lambda: organs.end(
            actor, found, on=form.cleaned_data["on"], at=request.when.at, note=form.cleaned_data["note"]
        ),
    )
    if isinstance(saved, Organ):
        return redirect("desk:manage")
    values = {"organ": found, "form": form, "open_cases": open_cases}
    return page(request, "manage/organ_end.html", values, nav="manage", status=saved)


def managed_or_404(request: DeskRequest, organ_id: int) -> Organ:
    """Return an organ the administrator may edit. Raises Http404 for any other, existing or not."""
    organ = Organ.objects.select_related("region", "parent__region").filter(pk=organ_id).first()
    if organ is None or not manages(request.actor, organ):
        raise Http404
    return organ


def carried_out(request: DeskRequest, form: forms.Form, save: Callable[[], T]) -> T | int:
    """Return what `save` returns, or the status with which the page is to be shown again, errors in the form."""
    if request.method != "POST":
        return 200
    if not form.is_valid():
        return 422
    try:
        return save()
    except Refused as refused:
        form.add_error(None, refused.for_person())
        return 409
