"""Drafts of the public form: kept sealed on the server, opened by the secret in the writer's cookie."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lianxin.ledger.ids import new_id
from lianxin.petitioners import keys
from lianxin.petitioners.models import Draft
from lianxin.procedure.errors import LianxinError

DRAFT_DAYS = 7
"""How long a draft nobody goes on with is kept, on the server and in the cookie that opens it."""


class DraftGone(LianxinError):
    """The draft was given up, wiped or filed in between: what was to be written with it must not be."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft in clear: `id` will be the id of the case; `filed` tells that it already became one."""

    id: int
    answers: dict[str, str]
    filed: bool


def begin(*, at: datetime) -> str:
    """Start an empty draft and return its handle "id.secret" for the cookie."""
    secret = secrets.token_urlsafe(24)
    row = Draft(id=new_id(), key_hash=_hash(secret), saved_at=at)
    row.box = _seal(row.id, {})
    row.save(force_insert=True)
    return f"{row.id}.{secret}"


def opened(handle: str) -> Opened | None:
    """Return the draft of a handle, or None when there is none or the secret is wrong."""
    number, _, secret = handle.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 20 and secret):
        return None
    row = Draft.objects.filter(id=int(number)).first()
    if row is None or not hmac.compare_digest(row.key_hash, _hash(secret)):
        return None
    plain = keys.open_box(keys.draft_key(), bytes(row.box), bound_to=f"draft|{row.id}".encode())
    return Opened(row.id, json.loads(plain), row.filed_at is not None)


def save(draft: Opened, answers: Mapping[str, str], *, at: datetime) -> None:
    """Keep the answers of an unfiled draft."""
    Draft.objects.filter(id=draft.id, filed_at=None).update(box=_seal(draft.id, answers), saved_at=at)


def finish(draft: Opened, receipt: Mapping[str, str], *, at: datetime) -> None:
    """Put the receipt (number, query code) in the place of the answers of a draft that became a case.

    So a repeated click, or a commit whose answer was lost, still finds the code; `forget` wipes it. Called inside
    the transaction that writes the case. Raises DraftGone, so that there is no case whose code nobody can see.
    """
    open_ = Draft.objects.filter(id=draft.id, filed_at=None)
    if open_.update(box=_seal(draft.id, receipt), saved_at=at, filed_at=at) != 1:
        raise DraftGone(f"draft {draft.id} is no longer open")


def is_filed(draft_id: int) -> bool:
    """Tell whether a draft became a case."""
    return Draft.objects.filter(id=draft_id, filed_at__isnull=False).exists()


def forget(
    *, draft_id: int | None = None, filed_before: datetime | None = None, saved_before: datetime | None = None
) -> int:
    """Delete one draft, or those filed or left lying before an instant; return how many. The case is not touched."""
    rows = Draft.objects.all()
    if draft_id is not None:
        rows = rows.filter(id=draft_id)
    if filed_before is not None:
        rows = rows.filter(filed_at__lt=filed_before)
    if saved_before is not None:
        rows = rows.filter(filed_at=None, saved_at__lt=saved_before)
    return rows.delete()[0]


def _seal(draft_id: int, answers: Mapping[str, str]) -> bytes:
    plain = json.dumps(dict(answers), ensure_ascii=False).encode()
    return keys.seal(keys.draft_key(), plain, bound_to=f"draft|{draft_id}".encode())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
