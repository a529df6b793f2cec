"""How material comes to a case: with the petition, or later by the petitioner or a window; and held files looked at again.

A file that was refused or is held never stops a petition. No clock starts or stops for material (U08).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Sum

from lianxin.cases.materials import kept_of
from lianxin.cases.models import Attachment, Case, Step
from lianxin.cases.policies import check_may
from lianxin.cases.services.acts import PETITIONER, Loaded, Moment, Request, Writing, perform
from lianxin.files import keeping
from lianxin.files.keeping import HELD, Kept
from lianxin.files.kinds import MEGA
from lianxin.organs.actors import Actor
from lianxin.petitioners import drafts
from lianxin.procedure.errors import GuardFailed

ARTICLE = "信访工作条例 第十九条第一款"
BATCH = 200
GRACE, LOOKED_BACK = timedelta(days=1), timedelta(days=9)
"""How old a file without a row must be before it is nobody's, and how far back such files are looked for."""


@dataclass(slots=True)
class Rescanned:
    """What another look at the held files came to."""

    looked_at: int = 0
    opened: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """How much more material a case may have: files and bytes."""

    files: int
    size: int


def room_of(case_id: int) -> Room:
    """Return how much more material a case may have. One query."""
    rows = Attachment.objects.filter(case_id=case_id)
    count, size = rows.count(), rows.aggregate(all=Sum("size"))["all"] or 0
    return Room(max(settings.FILES_PER_CASE - count, 0), max(settings.FILES_CASE_MB * MEGA - size, 0))


def add(loaded: Loaded, kept: Sequence[Kept], *, actor: Actor | None, key: str, when: Moment) -> Case:
    """Return the case with the kept files added (U08); `actor` is the officer who writes it down, None for the petitioner.

    The files were taken in under the case's id. Raises NotYours, GuardFailed, Refused, Stale; then the files are the caller's
    to throw away.
    """
    case = loaded.case
    if key in loaded.keys:
        return case
    if actor is not None:
        check_adder(case, actor)
    room = room_of(case.pk)
    if len(kept) > room.files or sum(one.size for one in kept) > room.size:
        raise GuardFailed(
            "这件事的材料已经放不下了", article=ARTICLE, instead="请去掉不要紧的，或者带到窗口、邮寄。"
        )
    request = Request("add_material", key, facts(kept), role=PETITIONER, relayed=actor is not None)

    def write(step: int) -> None:
        write_rows(case.pk, kept, step=step, first=_last(case.pk) + 1, when=when)

    after = perform(loaded, request, actor=actor, when=when, writing=Writing(also=write))
    if after is not case:  # a twin of this click was faster; its files are there, these are not needed
        keeping.throw_away(name for one in kept for name in (one.name, one.original))
    return after


def check_adder(case: Case, actor: Actor) -> None:
    """Raise NotYours unless the officer may write down what a petitioner brought; asked before any file is looked at."""
    check_may(actor, case, "add_material")


def facts(kept: Iterable[Kept]) -> dict[str, object]:
    """Return what the step that brings files holds of them, so that the ledger covers their bytes; nothing for none."""
    listed = [one.digests() for one in kept]
    return {"files": listed} if listed else {}


def write_rows(case_id: int, kept: Sequence[Kept], *, step: int, first: int, when: Moment) -> None:
    """Write the rows of files in the transaction of the step that brings them."""
    Attachment.objects.bulk_create(
        Attachment(
            case_id=case_id,
            seq=first + i,
            step=step,
            name=one.name,
            title=one.title,
            kind=one.kind,
            size=one.size,
            sha256=one.sha256,
            original=one.original,
            original_sha256=one.original_sha256,
            state=one.state,
            reason=one.reason,
            at=when.at,
            settled_at=None if one.state == HELD else when.at,
        )
        for i, one in enumerate(kept)
    )


def is_added(case_id: int, key: str) -> bool:
    """Tell whether the act of this key has been done, however its answer was lost."""
    return Step.objects.filter(case_id=case_id, key=key).exists()


def rescan(*, when: Moment) -> Rescanned:
    """Look again at every held file and return what came of it. May be stopped at any moment and run twice at once.

    It stops at the first file the scanner does not answer for: the next run goes on.
    """
    done = Rescanned()
    for row in _held():
        state, reason = keeping.scanned_again(kept_of(row))
        done.looked_at += 1
        if state == HELD:
            break
        changed = Attachment.objects.filter(case_id=row.case_id, seq=row.seq, state=HELD).update(
            state=state, reason=reason, settled_at=when.at
        )
        done.quarantined += changed * (state == keeping.QUARANTINED)
        done.opened += changed * (state != keeping.QUARANTINED)
    return done


def clear_strays(*, when: Moment) -> int:
    """Throw away files no row and no draft leads to, a day after a killed server has left them; return how many.

    Run at least weekly: folders nothing was put into for longer are not looked into again.
    """
    gone = 0
    for owner, names in keeping.lying(since=when.at - LOOKED_BACK, before=when.at - GRACE):
        if not names or drafts.is_open(owner):
            continue
        rows = Attachment.objects.filter(case_id=owner).values_list("name", "original")
        strays = set(names) - {name for row in rows for name in row}
        keeping.throw_away(strays)
        gone += len(strays)
    return gone


def _held() -> Iterator[Attachment]:
    """Yield the held files, in batches by case."""
    last = 0
    while True:
        cases = (
            Attachment.objects.filter(state=HELD, case_id__gt=last)
            .order_by("case_id")
            .values_list("case_id", flat=True)
            .distinct()[:BATCH]
        )
        batch = list(cases)
        for case_id in batch:
            yield from Attachment.objects.filter(case_id=case_id, state=HELD).order_by("seq")
        if not batch:
            return
        last = batch[-1]


def _last(case_id: int) -> int:
    seq = Attachment.objects.filter(case_id=case_id).order_by("-seq").values_list("seq", flat=True).first()
    return seq or 0
