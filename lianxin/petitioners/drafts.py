"""Drafts of the public form: kept sealed on the server, opened by the secret in the writer's cookie."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lianxin.files import keeping
from lianxin.ledger import face
from lianxin.ledger.ids import new_id
from lianxin.petitioners import keys
from lianxin.petitioners.models import Draft
from lianxin.procedure.errors import LianxinError

TRIES = 20
DRAFT_DAYS = 7
"""How long a draft nobody goes on with is kept, on the server and in the cookie that opens it."""


class DraftGone(LianxinError):
    """The draft was given up, wiped or filed in between: what was to be written with it must not be."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft in clear: `id` will be the id of the case; `filed` tells that it already became one.

    `box` is what it was read from, by which `change` sees whether somebody wrote in between; empty for one just begun.
    """

    id: int
    answers: dict[str, str]
    filed: bool
    box: bytes = field(default=b"", repr=False, compare=False)


def begin(*, at: datetime) -> str:
    """Start an empty draft and return its handle "id.secret" for the cookie."""
    secret = secrets.token_urlsafe(24)
    row = Draft(id=new_id(), key_hash=_hash(secret), saved_at=at)
    face.name_draft(row.id)
    for name, value in _seal(row.id, {}).items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return f"{row.id}.{secret}"


def opened(handle: str) -> Opened | None:
    """Return the draft of a handle, or None when there is none or the secret is wrong."""
    number, _, secret = handle.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 20 and secret):
        return None
    face.name_draft(int(number))
    row = Draft.objects.filter(id=int(number)).first()
    if row is None or not hmac.compare_digest(row.key_hash, _hash(secret)):
        return None
    face.name(row.id)
    return _read(row)


def _read(row: Draft) -> Opened:
    return Opened(row.id, json.loads(plain_of(row)), row.filed_at is not None, bytes(row.box))


def plain_of(row: Draft) -> bytes:
    """Return what a draft holds, as it was sealed. Raises CannotOpen."""
    return keys.open_derived(
        keys.DRAFT, bytes(row.box), bound_to=_bound(row.id), suite=row.suite, key_id=row.key_id
    )


def save(draft: Opened, answers: Mapping[str, str], *, at: datetime) -> bool:
    """Keep all the answers of an unfiled draft; tell whether it was still there and unfiled."""
    return change(draft, lambda now: answers, at=at) is not None


def change(
    draft: Opened, make: Callable[[Mapping[str, str]], Mapping[str, str]], *, at: datetime
) -> Opened | None:
    """Return an unfiled draft with its answers as `make` makes them of those that are there; None when it is gone or filed.

    Where another window has written in between, `make` is asked again with what that one left: nothing is lost.
    """
    found: Opened = draft
    for _ in range(TRIES):
        answers = dict(make(found.answers))
        box = _seal(draft.id, answers)
        rows = Draft.objects.filter(id=draft.id, filed_at=None)
        if found.box:
            rows = rows.filter(box=found.box)
        if rows.update(**box, saved_at=at):
            return Opened(draft.id, answers, False, box["box"])
        row = Draft.objects.filter(id=draft.id, filed_at=None).first()
        if row is None:
            return None
        found = _read(row)
    raise RuntimeError(f"draft {draft.id} was written by others {TRIES} times")


def finish(draft: Opened, receipt: Mapping[str, str], *, at: datetime) -> None:
    """Put the receipt (number, query code) in the place of the answers of a draft that became a case.

    So a repeated click, or a commit whose answer was lost, still finds the code; `forget` wipes it. Called inside
    the transaction that writes the case. Raises DraftGone, so that there is no case whose code nobody can see.
    """
    open_ = Draft.objects.filter(id=draft.id, filed_at=None)
    if open_.update(**_seal(draft.id, receipt), saved_at=at, filed_at=at) != 1:
        raise DraftGone(f"draft {draft.id} is no longer open")


def is_open(draft_id: int) -> bool:
    """Tell whether a draft is there that has not become a case: its files are still its own."""
    face.name_draft(draft_id)
    return Draft.objects.filter(id=draft_id, filed_at=None).exists()


def is_filed(draft_id: int) -> bool:
    """Tell whether a draft became a case."""
    face.name_draft(draft_id)
    return Draft.objects.filter(id=draft_id, filed_at__isnull=False).exists()


def forget(
    *, draft_id: int | None = None, filed_before: datetime | None = None, saved_before: datetime | None = None
) -> int:
    """Delete one draft, or those filed or left lying before an instant; return how many. The case is not touched.

    The files of a draft that never became a case go with it, after its row: those of a case stay.
    """
    rows = Draft.objects.all()
    if draft_id is not None:
        face.name_draft(draft_id)
        rows = rows.filter(id=draft_id)
    if filed_before is not None:
        rows = rows.filter(filed_at__lt=filed_before)
    if saved_before is not None:
        rows = rows.filter(filed_at=None, saved_at__lt=saved_before)
    filed, unfiled = rows.filter(filed_at__isnull=False), rows.filter(filed_at=None)
    gone = filed.delete()[0]
    for lying in list(unfiled.values_list("id", flat=True)):
        if unfiled.filter(id=lying).delete()[0]:
            gone += 1
            keeping.throw_away_all(lying)
    return gone


def _seal(draft_id: int, answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns of a draft that hold its answers, sealed with the current key."""
    return resealed(draft_id, json.dumps(dict(answers), ensure_ascii=False).encode())


def resealed(draft_id: int, plain: bytes) -> dict[str, Any]:
    """Return the columns that hold what a draft holds, sealed with the current key in the suite in use."""
    suite, key_id = keys.suite_in_use(), keys.key_id()
    box = keys.seal(keys.draft_key(suite, key_id), plain, bound_to=_bound(draft_id), suite=suite)
    return {"box": box, "suite": suite, "key_id": key_id}


def _bound(draft_id: int) -> bytes:
    return f"draft|{draft_id}".encode()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
