"""The only place that keeps what an officer types into a form of the desk before it is sent (暂存), and puts it back.

A page takes part in three lines: `asked` and `answer` for what the script or the button sends, `restored` when it is drawn for
the first time, `forget` when the form is done. Its form includes `desk/parts/keep.html`, and it loads `lx/lx-keep.js`. Files,
passwords, hidden marks and fields of an identity are never kept; a form names further ones in `never_kept`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianxin.organs.models import Staff
from lianxin.petitioners import desk_drafts, vault
from lianxin.petitioners.desk_drafts import AtWork, Draft, Place, TooLong
from lianxin.web.clock import BEIJING
from lianxin.web.desk.signed_in import SECRETS, DeskRequest

KEEP, KEPT = "keep", "kept"
"""What is sent to keep: the name that asks for it, and the mark of a page of which something is kept."""
BUTTON, DISCARD, OPEN = "1", "discard", "open"
"""What `KEEP` may say: the button was pressed, what is kept is to go, the page was opened. Anything else comes from the script."""
MARKS = ("key", "version")
UNKEPT_WIDGETS = (forms.HiddenInput, forms.PasswordInput, forms.FileInput)
UNKEPT = frozenset(vault.FIELDS) | SECRETS | {"helper_name", "helper_phone"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What a page shows of what is kept: when it was typed, on which version of the case, and which colleagues are at it.

    `fields` tells whether anything on the page can be kept, `mark` that something is.
    """

    address: str
    fields: bool = True
    at: str = ""
    version: str = ""
    mark: bool = False
    colleagues: Sequence[str] = ()


def place_of(request: DeskRequest, subject: int, form: str) -> Place:
    """Return where the officer's draft of a form about something belongs."""
    return Place(request.actor.staff.pk, request.actor.organ.pk, subject, form)


def asked(request: HttpRequest) -> bool:
    """Tell whether a form was sent to be kept, not to be carried out."""
    return request.method == "POST" and KEEP in request.POST


def answer(request: DeskRequest, place: Place, form: forms.BaseForm) -> HttpResponse:
    """Keep what was sent, or forget it; a button leads back to the page, the script gets the time."""
    how = request.POST.get(KEEP, "")
    if how == DISCARD:
        desk_drafts.forget(place)
        return redirect(request.get_full_path())
    if how == OPEN:
        desk_drafts.touch(place, at=request.when.at)
        return HttpResponse(status=204)
    if not save(request, place, form):
        return HttpResponse(status=413)
    if how == BUTTON:
        return redirect(request.get_full_path())
    return JsonResponse({"at": f"{request.when.at.astimezone(BEIJING):%H:%M}"})


def save(request: DeskRequest, place: Place, form: forms.BaseForm) -> bool:
    """Keep what was sent; tell whether it was kept: what is too long is not."""
    marks = {name: request.POST.get(name, "")[:40] for name in MARKS}
    try:
        desk_drafts.save(place, typed_in(form, request.POST), marks=marks, at=request.when.at)
    except TooLong:
        return False
    return True


def restored(
    request: DeskRequest,
    place: Place,
    form: forms.BaseForm,
    *,
    label: Callable[[str], str] = str,
    done: frozenset[str] = frozenset(),
    unseen: frozenset[str] = frozenset(),
) -> Restored:
    """Put what is kept back into a fresh form and return what the page says of it. One query, two where a colleague is at it.

    `label` names a form for people; `done` are the keys of acts that are done, whose drafts are of no use any more; of the
    forms `unseen` no colleague learns that somebody is at them.
    """
    draft, opened = desk_drafts.found(place, at=request.when.at)
    others = [one for one in opened if one.form not in unseen]
    colleagues, fields = at_work(others, request, label) if others else [], has_fields(form)
    if draft is None or draft.marks.get("key") in done or not fields:
        return Restored(request.get_full_path(), fields, colleagues=colleagues)
    put_back(form, draft)
    version = draft.marks.get("version", "")
    return Restored(request.get_full_path(), fields, when_of(draft, request), version, True, colleagues)


def refused(request: DeskRequest, place: Place, form: forms.BaseForm) -> Restored:
    """Keep what was sent and not carried out, and return what the page that shows it again says."""
    fields = has_fields(form)
    return Restored(request.get_full_path(), fields, mark=fields and save(request, place, form))


def forget(request: DeskRequest, place: Place) -> None:
    """Delete what was kept of a form that is done; a page of which nothing is kept costs no query."""
    if KEPT in request.POST:
        desk_drafts.forget(place)


def words_of(
    request: DeskRequest, place: Place, *, done: frozenset[str] = frozenset()
) -> tuple[str, list[str]]:
    """Return when the officer typed what is kept, and the words, for a page that cannot take them any more; "" for none."""
    draft = desk_drafts.opened(place)
    if draft is None or draft.marks.get("key") in done:
        return "", []
    typed = [value for values in draft.typed.values() for value in values if len(value.strip()) > len("on")]
    return (when_of(draft, request), typed) if typed else ("", [])


def when_of(draft: Draft, request: DeskRequest) -> str:
    """Return when a draft was typed: the time of today, day and time of another day."""
    at = draft.at.astimezone(BEIJING)
    return f"{at:%H:%M}" if at.date() == request.when.on else f"{at:%Y-%m-%d %H:%M}"


def at_work(others: Sequence[AtWork], request: DeskRequest, label: Callable[[str], str]) -> list[str]:
    """Return a sentence for each colleague who has a form about the same thing open."""
    names = dict(Staff.objects.filter(pk__in={one.staff for one in others}).values_list("pk", "name"))
    latest = {one.staff: one for one in reversed(others) if one.staff in names}
    return [_sentence(names[one.staff], label(one.form), one, request) for one in latest.values()]


def _sentence(name: str, what: str, one: AtWork, request: DeskRequest) -> str:
    minutes = int((request.when.at - one.at).total_seconds() // 60)
    if minutes < 1:
        return _("%(who)s刚刚还在填写“%(what)s”。") % {"who": name, "what": what}
    sentence = ngettext(
        "%(who)s在 %(n)d 分钟前填写过“%(what)s”。", "%(who)s在 %(n)d 分钟前填写过“%(what)s”。", minutes
    )
    return sentence % {"who": name, "n": minutes, "what": what}


def typed_in(form: forms.BaseForm, data: QueryDict) -> dict[str, list[str]]:
    """Return what was typed into the fields of a form that may be kept, by the names they are sent under."""
    names = [part.add_prefix(name) for part in parts_of(form) for name in keepable(part)]
    mine = (sent for sent in data if any(sent == name or sent.startswith(f"{name}_") for name in names))
    return {sent: data.getlist(sent) for sent in mine}


def put_back(form: forms.BaseForm, draft: Draft) -> None:
    """Let a fresh form show what was typed; a field that was not on the page then keeps what it shows."""
    data: MultiValueDict[str, str] = MultiValueDict(
        {name: list(values) for name, values in draft.typed.items()}
    )
    for part in parts_of(form):
        for name in keepable(part):
            widget, sent = part.fields[name].widget, part.add_prefix(name)
            if not widget.value_omitted_from_data(data, MultiValueDict(), sent):
                part.initial[name] = widget.value_from_datadict(data, MultiValueDict(), sent)


def has_fields(form: forms.BaseForm) -> bool:
    """Tell whether anything of a form can be kept."""
    return any(keepable(part) for part in parts_of(form))


def keepable(form: forms.BaseForm) -> list[str]:
    """Return the names of a form's fields that may be kept."""
    never = UNKEPT | frozenset(getattr(form, "never_kept", ()))
    return [
        name
        for name, one in form.fields.items()
        if name not in never and not isinstance(one.widget, UNKEPT_WIDGETS)
    ]


def parts_of(form: forms.BaseForm) -> Iterator[forms.BaseForm]:
    """Yield a form and its rows."""
    yield form
    yield from getattr(form, "every_row", tuple)()
