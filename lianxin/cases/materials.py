"""The only place where handed-in material is read: who may, the look that is recorded, and the bytes, in one call.

The right is that of the case's content (`policies.content_of`); not yours is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lianxin.cases.history import Loaded
from lianxin.cases.models import Attachment, Case
from lianxin.cases.policies import content_of
from lianxin.cases.walls import face_of
from lianxin.files import keeping
from lianxin.files.keeping import Kept, Previewed
from lianxin.files.kinds import KINDS, MEGA
from lianxin.ledger import face
from lianxin.ledger.chain import record_look
from lianxin.organs.actors import Actor, actors_of
from lianxin.procedure.errors import LianxinError, Refused

PAGES = 5
"""Pages of a preview that are made at once."""


class NotOpen(Refused):
    """The file is there, but its bytes may not leave: held, or quarantined; the sentence says what to do instead."""

    default_code = "FILE_NOT_OPEN"


class NoLongerYours(LianxinError):
    """The right to a file was taken away while it was on its way; the rest of it does not leave."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file on its way out: how it may be saved, its size in bytes (0 where that is not noted), and its bytes.

    Reading on raises NoLongerYours once the right is gone.
    """

    title: str
    mime: str
    size: int
    data: Iterator[bytes]


def files_of(loaded: Loaded) -> tuple[Attachment, ...]:
    """Return the material of a case whose content may be read, oldest first. One query, none where nothing was handed in."""
    if not brought(loaded):
        return ()
    return tuple(Attachment.objects.filter(case_id=loaded.case.pk).order_by("seq"))


def brought(loaded: Loaded) -> int:
    """Return how many files the acts of a case have brought."""
    return sum(len(listed) for act in loaded.acts if isinstance(listed := act.facts.get("files"), list))


def hand_out(
    actor: Actor, case_id: int, seq: int, *, purpose: str, at: datetime, original: bool = False
) -> Handed | None:
    """Return one file for saving after the look is recorded; None when it is not there for this officer.

    `original` asks for the untouched evidence. Raises NotOpen for what is held or quarantined (no look, no bytes), Missing and
    CannotOpen for what is damaged.
    """
    row = _seen(actor, case_id, seq)
    if row is None or (original and not row.original):
        return None
    if not keeping.may_hand_out(row.state):
        raise _not_open(row)
    _look(actor, row, "original" if original else "file", purpose, at)
    data = keeping.handed_out(row.original if original else row.name)
    kind = KINDS[row.kind]
    return Handed(row.title, kind.mime, 0 if original else row.size, _while_allowed(actor, case_id, data))


def preview(
    actor: Actor, case_id: int, seq: int, *, purpose: str, at: datetime, first: int = 0
) -> tuple[Attachment, Previewed] | None:
    """Return one file flattened to pictures or words, from page `first`, after the look is recorded; None as in `hand_out`.

    Raises NotOpen for what may not be looked at either, files.kinds.Unfit when no picture can be made.
    """
    row = _seen(actor, case_id, seq)
    if row is None:
        return None
    if not keeping.may_preview(row.kind, row.state, row.reason):
        raise _not_open(row)
    _look(actor, row, "preview", purpose, at)
    return row, keeping.previewed(row.name, row.kind, first=first, count=PAGES)


def faults(case_id: int, steps: Sequence[tuple[int, object]]) -> list[str]:
    """Return what differs between the rows of the material and what the steps committed to; `steps` are (seq, facts["files"])."""
    rows = list(Attachment.objects.filter(case_id=case_id).order_by("seq"))
    noted = [(step, one) for step, listed in steps if isinstance(listed, list) for one in listed]
    there = [(row.step, kept_of(row).digests()) for row in rows]
    return [] if there == noted else ["a file is missing or was changed"]


def damaged(case_id: int) -> list[str]:
    """Return the material of a case whose stored bytes are gone or are not those of the ledger. Reads every file whole."""
    found = []
    for row in Attachment.objects.filter(case_id=case_id).order_by("seq"):
        for name, digest in ((row.name, row.sha256), (row.original, row.original_sha256)):
            try:
                right = not name or keeping.digest_of(name) == digest
            except Exception:  # whatever is wrong with it, this file is damaged and the next one is looked at
                right = False
            if not right:
                found.append(f"file {row.seq}: its bytes are missing or were changed")
    return found


def kept_of(row: Attachment) -> Kept:
    """Return a row as the files' own layer knows it."""
    return Kept(
        row.name,
        row.title,
        row.kind,
        row.size,
        row.sha256,
        row.state,
        row.reason,
        row.original,
        row.original_sha256,
    )


def _seen(actor: Actor, case_id: int, seq: int) -> Attachment | None:
    if not Case.objects.filter(content_of(actor), pk=case_id).exists():
        return None
    return Attachment.objects.filter(case_id=case_id, seq=seq).first()


def _while_allowed(actor: Actor, case_id: int, data: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes and ask again after each megabyte whether the officer still may. Raises NoLongerYours."""
    sent = 0
    for piece in data:
        if sent >= MEGA and not _still(actor, case_id):
            raise NoLongerYours("您查阅这件材料的权限刚刚被收回，文件没有传完。")
        sent = sent % MEGA + len(piece)
        yield piece


def _still(actor: Actor, case_id: int) -> bool:
    """Tell whether the officer has a post in the same organ that opens the case now."""
    now = [one for one in actors_of(actor.staff.pk, on=actor.on) if one.organ.pk == actor.organ.pk]
    for one in now:
        with face.worn(face_of(one)):
            if Case.objects.filter(content_of(one), pk=case_id).exists():
                return True
    return False


def _look(actor: Actor, row: Attachment, how: str, purpose: str, at: datetime) -> None:
    what = f"{how}.{row.seq}"
    record_look(case_id=row.case_id, what=what, purpose=purpose, reader=actor.reader(), at=at)


def _not_open(row: Attachment) -> NotOpen:
    if row.state == Attachment.State.HELD:
        return NotOpen(
            "这个文件还在等安全检查，现在打不开。",
            article="",
            instead="检查完会自动放开；急用的请联系信访人另外提供。",
        )
    return NotOpen(
        "这个文件没有通过安全检查，原件已经隔离。", article="", instead="请看预览，或者请信访人另外提供一份。"
    )
