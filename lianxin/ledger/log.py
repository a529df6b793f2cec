"""The only place that grows the log: rows of the chains become leaves, in padded batches, under signed checkpoints.

An act writes its row and nothing more; `sequence` gathers what is new. It may be killed at any moment and run twice at
once: a batch is one transaction, and its first leaf's position can be taken only once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from lianxin.ledger import chain, notes, store, witness
from lianxin.ledger.models import Checkpoint, Cosignature, Entry, Event, Pad, Place, TreeNode
from lianxin.ledger.proofs import read_key, read_point, signed_by
from lianxin.ledger.store import MODELS, Row
from lianxin.ledger.tree import Tree
from lianxin.procedure.errors import LianxinError

EVERY = timedelta(minutes=10)
"""No second batch sooner: the rhythm of the log tells nothing of when somebody wrote."""
UNDER_WAY = timedelta(hours=1)
"""Longer than any transaction lasts, and than the clocks of two servers differ."""
LEAST, MOST = 16, 4096
"""Leaves of a batch: `LEAST` doubled until all rows fit; what exceeds `MOST` goes into the next batch at once."""


class LogDamaged(LianxinError):
    """The stored tree does not fit its last checkpoint: somebody changed it. Nothing is added to it."""


class When(Protocol):
    """The moment a face hands down."""

    @property
    def at(self) -> datetime:
        """Return the instant."""


@dataclass(frozen=True, slots=True)
class Sequenced:
    """What a run did: rows that became leaves, leaves that stand for nothing, the size now, checkpoints signed."""

    rows: int = 0
    pads: int = 0
    size: int = 0
    signed: int = 0


def sequence(when: When, *, thorough: bool = False) -> Sequenced:
    """Append the rows written since the last batch and sign the checkpoint; does nothing before `EVERY` is over.

    A batch is made also when nothing was written. `thorough` looks through all rows, also for those that were
    written with an old time by the database. Without a signing key checkpoints stay unsigned until there is one.
    Raises LogDamaged or witness.Fork when the stored tree is not the one that was signed.
    """
    signer = _signer()
    if signer is not None:
        _seen(signer.name)
    last = store.last_checkpoint()
    rows = pads = 0
    if last is None or abs(when.at - last.at) >= EVERY:
        while True:
            batch = _append(when.at, thorough=thorough)
            if batch is None:
                break
            rows, pads = rows + batch.rows, pads + batch.pads
            if not batch.more:
                break
    signed = sign()
    last = store.last_checkpoint()
    return Sequenced(rows=rows, pads=pads, size=last.size if last else 0, signed=signed)


class _Batch(NamedTuple):
    """What was appended, and whether rows are left for a further batch."""

    rows: int
    pads: int
    more: bool


def _append(at: datetime, *, thorough: bool) -> _Batch | None:
    """Append one batch and return what it held; None when another process was first."""
    last = store.last_checkpoint()
    size = last.size if last else 0
    since = last.through - UNDER_WAY if last and last.through and not thorough else None
    rows, more = _gather(since)
    through = rows[-1][1].written_at if rows else None
    suites = _suites(last, rows[0][1].suite if rows else chain.suite_in_use())
    width = LEAST
    while width < len(rows):
        width *= 2
    slots = sorted(secrets.SystemRandom().sample(range(size, size + width), len(rows)))
    places, leaves = _placed(rows, slots, suites)
    pads = [
        Pad(position=position, salt=secrets.token_hex(32))
        for position in sorted(set(range(size, size + width)) - set(slots))
    ]
    leaves |= {
        pad.position: store.leaf_of("pad", pad.salt, "", suites=suites, position=pad.position) for pad in pads
    }
    _check(last)
    nodes = store.tree(suites).grown(size, [leaves[position] for position in range(size, size + width)])
    root = _root(size + width, suites, nodes)
    point = Checkpoint(
        size=size + width,
        origin=settings.LOG_ORIGIN,
        root=root.hex(),
        suites=suites,
        at=at.replace(microsecond=0),
        through=max(filter(None, (through, last.through if last else None)), default=None),
    )
    try:
        with transaction.atomic():
            TreeNode.objects.bulk_create(
                TreeNode(level=level, position=position, hash=value.hex())
                for (level, position), value in nodes.items()
            )
            Place.objects.bulk_create(places)
            Pad.objects.bulk_create(pads)
            point.save(force_insert=True)
    except IntegrityError:
        now = store.last_checkpoint()
        if (now.size if now else 0) == size:
            raise LogDamaged(
                f"日志在第 {size} 条之后已有叶子，却没有检查点：有人改动过日志的表。请运行 lianxin log export 核对。"
            ) from None
        return None
    return _Batch(len(rows), len(pads), more)


def _root(size: int, suites: str, new: dict[tuple[int, int], bytes]) -> bytes:
    """Return the root over stored and new nodes."""

    def read(level: int, first: int, count: int) -> list[bytes]:
        known = [new[level, first + n] for n in range(count) if (level, first + n) in new]
        return [*store.read_nodes(level, first, count - len(known)), *known] if len(known) < count else known

    return Tree(read, suites).root(size)


def _check(last: Checkpoint | None) -> None:
    """Raise LogDamaged unless the stored nodes still lead to the last root: a changed tree is not built upon."""
    if last is None:
        return
    try:
        right = store.tree(last.suites).root(last.size).hex() == last.root
    except LookupError:
        right = False
    if not right:
        raise LogDamaged(
            f"日志前 {last.size} 条与检查点不符：有人改动过日志的表。不再追加；请运行 lianxin log export 核对。"
        )


def _gather(since: datetime | None) -> tuple[list[tuple[str, Row]], bool]:
    """Return rows of one suite that have no leaf yet, at most `MOST` in all, in order; and whether others wait.

    A row's leaf has the row's suite, so that a receipt can print it before it stands in the tree.
    """
    found: list[tuple[str, Row]] = []
    for name in MODELS:
        found += [(name, row) for row in _waiting(name, since).order_by("written_at", "pk")[: MOST + 1]]
    found.sort(key=lambda one: (one[1].written_at, one[0], one[1].pk))
    taken = list(takewhile(lambda one: one[1].suite == found[0][1].suite, found[:MOST]))
    return taken, len(taken) < len(found)


def _waiting(name: str, since: datetime | None) -> QuerySet[Any]:
    model, owner = MODELS[name]
    place = Place.objects.filter(subject_id=OuterRef(owner), chain=name, seq=OuterRef("seq"))
    rows = model._default_manager.filter(~Exists(place))
    return rows if since is None else rows.filter(written_at__gte=since)


def _placed(
    rows: list[tuple[str, Row]], slots: list[int], suites: str
) -> tuple[list[Place], dict[int, bytes]]:
    """Return the places of the rows and their leaves; rows of one chain keep their order whatever the clocks said."""
    groups: dict[tuple[str, int], list[int]] = {}
    for slot, (name, row) in zip(slots, rows, strict=True):
        groups.setdefault((name, int(row.pk[0])), []).append(slot)
    places, leaves = [], {}
    for name, row in sorted(rows, key=lambda one: (one[0], one[1].pk)):
        subject, seq = row.pk
        position = groups[name, int(subject)].pop(0)
        places.append(Place(subject_id=subject, chain=name, seq=seq, position=position))
        salt = chain.leaf_salt(row) or secrets.token_hex(32)
        leaves[position] = store.leaf_of(name, salt, row.hash, suites=suites, position=position)
    return places, leaves


def _suites(last: Checkpoint | None, suite: str) -> str:
    """Return the suites with that of the batch added where its first leaf begins a new one."""
    if last is None:
        return f"0:{suite}"
    if last.suites.rpartition(":")[2] == suite:
        return last.suites
    return f"{last.suites},{last.size}:{suite}"


def sign() -> int:
    """Sign the checkpoints that are not signed yet and return how many; 0 without a key.

    A state file beside the key remembers the largest one signed. Raises witness.Fork when the database holds a
    smaller or another tree: it was restored or rewritten, and signing it would prove the opposite of the truth.
    """
    signer = _signer()
    if signer is None:
        return 0
    state, done = _state(), 0
    with witness.locked(state):
        seen = _seen(signer.name)
        start = seen.size if seen else 0
        signed = Cosignature.objects.filter(signer=signer.short, size__gte=start)
        rows = Checkpoint.objects.filter(size__gte=start, origin=signer.name)
        for point in rows.exclude(size__in=list(signed.values_list("size", flat=True))).order_by("size"):
            text = store.text_of(point)
            path = store.tree(point.suites).consistency(seen.size if seen else 0, point.size)
            witness.check_growth(seen, read_point(f"{text}\n"), path)
            seen = witness.Seen(point.size, bytes.fromhex(point.root), point.suites)
            witness.save(state, signer.name, seen)
            Cosignature.objects.get_or_create(
                size=point.size, signer=signer.short, defaults={"line": signer.line(text)}
            )
            done += 1
    return done


def _signer() -> notes.Signer | None:
    """Return who signs here, or None where there is no key."""
    file = settings.LOG_KEY_FILE
    return notes.read_signer(file, settings.LOG_ORIGIN) if file.exists() else None


def _state() -> Path:
    file: Path = settings.LOG_KEY_FILE
    return file.with_name(f"{file.name}.seen")


def _seen(name: str) -> witness.Seen | None:
    """Return the largest checkpoint signed here. Raises Fork when the stored tree is smaller or another one."""
    seen = witness.load(_state(), name)
    if seen is None:
        return None
    last = store.last_checkpoint()
    if last is None or last.size < seen.size:
        raise witness.Fork(
            f"{name}：数据库里的日志只有 {last.size if last else 0} 条，曾签名 {seen.size} 条，可能恢复了旧备份。"
            "不再追加，不再签名；请查明，见 docs/howto/verify.md。"
        )
    if not _holds(last, seen):
        raise witness.Fork(
            f"{name}：日志在第 {seen.size} 条之前被改写，与曾签名的不一致。不再追加，不再签名，请查明。"
        )
    return seen


def _holds(last: Checkpoint, seen: witness.Seen) -> bool:
    try:
        return store.tree(last.suites).root(seen.size) == seen.root
    except LookupError:
        return False


def check_stands() -> None:
    """Raise LogDamaged or witness.Fork unless the log is as it was signed and can go on; for what needs a log to be done."""
    signer = _signer()
    if signer is not None:
        _seen(signer.name)
    _check(store.last_checkpoint())


def waiting_since() -> datetime | None:
    """Return since when the oldest row of the last batches waits to enter the log; None when none waits."""
    last = store.last_checkpoint()
    since = last.through - UNDER_WAY if last and last.through else None
    times = [
        _waiting(name, since).order_by("written_at").values_list("written_at", flat=True).first()
        for name in MODELS
    ]
    return min((time for time in times if time is not None), default=None)


def erase(
    case_id: int,
    *,
    organ_id: int,
    staff_id: int,
    reason: str,
    when: When,
    facts: Mapping[str, object] | None = None,
    also: Callable[[], None] = lambda: None,
) -> Event:
    """Destroy the salts of a case's acts and looks and return the event that records it; the tree stays as it is.

    `facts` are kept with the event; `also` destroys the sealed payload in the same transaction. The event
    is written last: from then on nobody else can write into the organ's chain. Afterwards nobody can tell by the tree what the
    rows held. The database role of the site may not do this; run it as the role for erasure
    (tools/ledger_role.sql). Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("a reason is needed to erase")
    with transaction.atomic():
        for name in ("act", "look"):
            MODELS[name][0]._default_manager.filter(case_id=case_id).update(salt=b"")
        also()
        return chain.record_event(
            kind="erase",
            organ_id=organ_id,
            staff_id=staff_id,
            case_id=case_id,
            at=when.at,
            facts={**(facts or {}), "reason": reason, "acts": Entry.objects.filter(case_id=case_id).count()},
        )


def is_erased(case_id: int) -> bool:
    """Tell whether an event records the erasure of the case."""
    return Event.objects.filter(case_id=case_id, kind="erase").exists()


def accept(text: str) -> int:
    """Take in the cosignatures of known witnesses under a note of ours and return how many were new.

    Raises LogDamaged when the note is not the text of our checkpoint; unknown and wrong signatures are left out.
    """
    point = read_point(text)
    row = Checkpoint.objects.filter(size=point.size).first()
    if row is None or store.text_of(row) != point.body:
        raise LogDamaged(f"第 {point.size} 条的检查点不是本日志的。没有收下。")
    new = 0
    for shown in settings.LOG_WITNESSES:
        key = read_key(shown)
        for line in text.partition("\n\n")[2].splitlines():
            if signed_by(read_point(f"{point.body}\n{line}\n"), key):
                signer = f"{key.name}+{key.hash.hex()}"
                new += Cosignature.objects.get_or_create(
                    size=point.size, signer=signer, defaults={"line": line}
                )[1]
    return new
