"""Drafts of the desk's forms (暂存): what an officer has typed and not sent, kept sealed on the server for that officer alone.

One row for each officer, subject and form. What was typed goes into a sealed box; when the form was last open stands beside
it, so that colleagues on the same subject learn that somebody is at it. Nothing here decides who may: the form's page does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from lianxin.petitioners import keys
from lianxin.petitioners.models import DeskDraft

LARGEST = 200_000
"""So many characters of a form are kept at most; the longest opinion on many claims is shorter."""
KEPT = timedelta(days=30)
OPEN_FOR = timedelta(minutes=5)
"""So long after the last sign of life a form counts as open."""
Typed = Mapping[str, Sequence[str]]


class TooLong(ValueError):
    """More was typed than is kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft belongs: whose it is, in which organ, about what, and in which form."""

    staff: int
    organ: int
    subject: int
    form: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, field by field, when, and the marks of the page it was typed on."""

    typed: Typed
    at: datetime
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AtWork:
    """A colleague who has a form about the same subject open."""

    staff: int
    form: str
    at: datetime


def found(place: Place, *, at: datetime) -> tuple[Draft | None, list[AtWork]]:
    """Return the officer's own draft (None for none, or one that does not open) and the colleagues of the same organ who have
    a form about the same subject open, the latest first. One query.
    """
    own = Q(staff_id=place.staff, form=place.form)
    others = Q(organ_id=place.organ, open_at__gte=at - OPEN_FOR) & ~Q(staff_id=place.staff)
    rows = list(DeskDraft.objects.filter(own | others, subject=place.subject).order_by("-open_at"))
    mine = next((row for row in rows if row.staff_id == place.staff), None)
    return _read(mine) if mine else None, [
        AtWork(row.staff_id, row.form, row.open_at) for row in rows if row is not mine
    ]


def opened(place: Place) -> Draft | None:
    """Return the officer's own draft, None for none. One query."""
    row = _rows(place).first()
    return _read(row) if row else None


def save(place: Place, typed: Typed, *, marks: Mapping[str, str], at: datetime) -> None:
    """Keep what was typed in the place of what was kept before. One statement. Raises TooLong."""
    plain = json.dumps(
        {"typed": {k: list(v) for k, v in typed.items()}, "marks": dict(marks)}, ensure_ascii=False
    )
    if len(plain) > LARGEST:
        raise TooLong
    columns = resealed(place.subject, place.staff, place.form, plain.encode())
    _write(
        place, {**columns, "saved_at": at, "open_at": at}, over=(*columns, "saved_at", "organ_id", "open_at")
    )


def touch(place: Place, *, at: datetime) -> None:
    """Note that the officer has the form open; what is kept stays as it is. One statement."""
    _write(place, {"open_at": at}, over=("organ_id", "open_at"))


def forget(place: Place) -> None:
    """Delete the officer's draft of one form. One statement."""
    _rows(place).delete()


def forget_old(*, before: datetime) -> int:
    """Delete the drafts of forms nobody has opened since an instant; return how many."""
    return DeskDraft.objects.filter(open_at__lt=before).delete()[0]


def plain_of(row: DeskDraft) -> bytes:
    """Return what a row holds, as it was sealed. Raises CannotOpen."""
    bound_to = _bound(row.subject, row.staff_id, row.form)
    return keys.open_derived(
        keys.DRAFT, bytes(row.box), bound_to=bound_to, suite=row.suite, key_id=row.key_id
    )


def resealed(subject: int, staff: int, form: str, plain: bytes) -> dict[str, Any]:
    """Return the columns that hold a draft, sealed with the current key in the suite in use."""
    suite, key_id = keys.suite_in_use(), keys.key_id()
    box = keys.seal(keys.draft_key(suite, key_id), plain, bound_to=_bound(subject, staff, form), suite=suite)
    return {"box": box, "suite": suite, "key_id": key_id}


def _read(row: DeskDraft) -> Draft | None:
    if row.saved_at is None:
        return None
    try:
        held = json.loads(plain_of(row))
    except keys.CannotOpen:
        return None
    return Draft(held["typed"], row.saved_at, held["marks"])


def _rows(place: Place) -> Any:
    return DeskDraft.objects.filter(subject=place.subject, staff_id=place.staff, form=place.form)


def _write(place: Place, columns: Mapping[str, Any], *, over: Sequence[str]) -> None:
    row = DeskDraft(
        subject=place.subject, staff_id=place.staff, form=place.form, organ_id=place.organ, **columns
    )
    DeskDraft.objects.bulk_create(
        [row],
        update_conflicts=True,
        update_fields=list(over),
        unique_fields=["subject", "staff_id", "form"],
    )


def _bound(subject: int, staff: int, form: str) -> bytes:
    return f"desk draft|{subject}|{staff}|{form}".encode()
