"""The only place that computes, adds and checks the hash chains of a case.

An act's entry is a salted commitment to its payload, chained to the one before; looks form a second chain of
the same case, so that reading never competes with acting; events stand in a chain per organ. The suite is named in
each row. `parts` are what a row's hash is taken over; the offline verifier takes it over the same (verifier.PLACES).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from lianxin.ledger.models import Entry, Event, Look

SUITE = "sha256"
"""Of every digest that stands in no chain; rows and leaves are hashed by `suite_in_use`."""
_HASHES = {"sha256": hashlib.sha256, "sm3": lambda data: hashlib.new("sm3", data)}
TRIES = 20


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: an organ's officer in a role, or the petitioner (all None)."""

    organ_id: int | None = None
    staff_id: int | None = None
    role: str = ""


def canonical(value: object) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no blanks, UTF-8; dates as ISO text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


def digest(data: bytes, *, suite: str = SUITE) -> str:
    """Return the hash of `data` in hex under the named suite (sha256, sm3)."""
    return _HASHES[suite](data).hexdigest()


def suite_in_use() -> str:
    """Return the suite of every row written from now on."""
    return str(settings.LOG_SUITE)


def entry(
    *,
    case_id: int,
    seq: int,
    act: str,
    organ_id: int | None,
    staff_id: int | None,
    on: date,
    at: datetime,
    payload: Mapping[str, object],
    prev: str,
) -> Entry:
    """Return the unsaved entry of an act, chained to `prev` (empty for the first act of a case)."""
    salt, suite = secrets.token_bytes(16), suite_in_use()
    row = Entry(
        case_id=case_id,
        seq=seq,
        act=act,
        organ_id=organ_id,
        staff_id=staff_id,
        on=on,
        at=at,
        suite=suite,
        salt=salt,
        payload=digest(salt + canonical(payload), suite=suite),
        prev=prev,
    )
    row.hash = row_hash(row)
    return row


def record_look(
    *,
    case_id: int,
    what: str,
    purpose: str,
    reader: Reader,
    at: datetime,
    after: tuple[int, str] | None = None,
) -> Look:
    """Add one look to the chain of looks of a case and return it. Raises when it cannot be written: no look, no data.

    `after` is seq and hash of the last look where the caller has just read it, (0, "") for none; it spares a query.
    """
    for turn in range(TRIES):
        _step_aside(turn)
        seq, prev = after if after is not None else _last_look(case_id)
        after = None
        row = Look(
            case_id=case_id,
            seq=seq + 1,
            what=what,
            purpose=purpose,
            organ_id=reader.organ_id,
            staff_id=reader.staff_id,
            role=reader.role,
            at=at,
            suite=suite_in_use(),
            salt=secrets.token_bytes(16),
            prev=prev,
        )
        row.hash = row_hash(row)
        if _added(row):
            return row
    raise RuntimeError(f"a look at case {case_id} could not be recorded in {TRIES} tries")


def record_event(
    *,
    kind: str,
    organ_id: int,
    staff_id: int | None,
    at: datetime,
    facts: Mapping[str, object],
    case_id: int | None = None,
) -> Event:
    """Add one event to the chain of an organ (0: the system) and return it. Raises when it cannot be written.

    `facts` are what happened, never an identity; they must be plain JSON.
    """
    with transaction.atomic():
        _one_at_a_time(organ_id)
        for _ in range(TRIES):
            row = _next_event(organ_id, facts)
            row.kind, row.staff_id, row.case_id, row.at = kind, staff_id, case_id, at
            row.hash = row_hash(row)
            if _added(row):
                return row
    raise RuntimeError(f"the event {kind} could not be recorded in {TRIES} tries")


def _next_event(organ_id: int, facts: Mapping[str, object]) -> Event:
    last = Event.objects.filter(organ_id=organ_id).order_by("-seq").values_list("seq", "hash").first()
    seq, prev = last or (0, "")
    salt, suite = secrets.token_bytes(16), suite_in_use()
    return Event(
        organ_id=organ_id,
        seq=seq + 1,
        facts=dict(facts),
        suite=suite,
        salt=salt,
        payload=digest(salt + canonical(facts), suite=suite),
        prev=prev,
    )


def _one_at_a_time(organ_id: int) -> None:
    """Let those who write into one organ's chain of events wait for each other: a morning's sign-ins are many at once.

    SQLite has one writer anyway.
    """
    connection = transaction.get_connection()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [organ_id])


def _step_aside(turn: int) -> None:
    """Wait a moment that is drawn after somebody was faster, longer each time: many who look at one case come in turn."""
    if turn:
        time.sleep(secrets.randbelow(4 * turn) / 1000)


def _added(row: Look | Event) -> bool:
    """Tell whether the row took its number; False when somebody was faster."""
    try:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                row.save(force_insert=True)
        else:
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _last_look(case_id: int) -> tuple[int, str]:
    last = Look.objects.filter(case_id=case_id).order_by("-seq").values_list("seq", "hash").first()
    return last or (0, "")


def faults(
    entries: Iterable[Entry], payloads: Mapping[int, Mapping[str, object]], *, erased: bool = False
) -> list[str]:
    """Return what is wrong with the acts of one case, in order; empty when the chain holds.

    `payloads` gives the present payload of each act by seq; a gap, a changed row, a changed payload
    and a broken link are each named with their seq. `erased` is true when an event records the erasure of the case
    (`log.is_erased`): then its payloads can no longer be compared.
    """
    found, prev, seq = [], "", 0
    for row in sorted(entries, key=lambda e: e.seq):
        seq += 1
        if row.seq != seq:
            found.append(f"seq {seq}: missing")
            seq = row.seq
        if row.prev != prev:
            found.append(f"seq {row.seq}: not chained to the act before")
        if row.hash != row_hash(row):
            found.append(f"seq {row.seq}: entry was changed")
        payload = payloads.get(row.seq)
        if payload is None:
            found.append(f"seq {row.seq}: step is missing")
        elif erased and not row.salt:
            pass
        elif not row.salt:
            found.append(f"seq {row.seq}: salt is gone without a record of erasure")
        elif row.payload != digest(bytes(row.salt) + canonical(payload), suite=row.suite):
            found.append(f"seq {row.seq}: step was changed")
        prev = row.hash
    found += [
        f"seq {extra}: step without entry" for extra in sorted(set(payloads) - {e.seq for e in entries})
    ]
    return found


def look_faults(looks: Iterable[Look]) -> list[str]:
    """Return what is wrong with the looks of one case, in order; empty when their chain holds."""
    found, prev, seq = [], "", 0
    for row in sorted(looks, key=lambda look: look.seq):
        seq += 1
        if row.seq != seq:
            found.append(f"look {seq}: missing")
            seq = row.seq
        if row.prev != prev:
            found.append(f"look {row.seq}: not chained to the one before")
        if row.hash != row_hash(row):
            found.append(f"look {row.seq}: was changed")
        prev = row.hash
    return found


def leaf_salt(row: Entry | Look | Event) -> str:
    """Return the salt of a row's leaf in hex, "" after erasure. It is derived, so that showing it opens no payload."""
    salt = bytes(row.salt)
    return digest(b"\x03" + salt, suite=row.suite) if salt else ""


def row_hash(row: Entry | Look | Event) -> str:
    """Return the hash a row must bear."""
    tag = {Entry: b"\x00", Look: b"\x01", Event: b"\x02"}[type(row)]
    return digest(tag + canonical(parts(row)), suite=row.suite)


def is_whole(event: Event) -> bool:
    """Tell whether an event stands as it was recorded: its row by its hash, its facts by the digest in that row."""
    facts = bytes(event.salt) + canonical(event.facts)
    return event.hash == row_hash(event) and event.payload == digest(facts, suite=event.suite)


def parts(row: Entry | Look | Event) -> list[object]:
    """Return what the hash of a row is taken over, in order."""
    if isinstance(row, Entry):
        return [
            row.case_id,
            row.seq,
            row.act,
            row.organ_id,
            row.staff_id,
            row.on.isoformat(),
            row.at.timestamp(),
            row.suite,
            row.payload,
            row.prev,
        ]
    if isinstance(row, Event):
        who = [row.organ_id, row.seq, row.kind, row.staff_id, row.case_id]
        return [*who, row.at.timestamp(), row.suite, row.payload, row.prev]
    return [
        row.case_id,
        row.seq,
        row.what,
        row.purpose,
        row.organ_id,
        row.staff_id,
        row.role,
        row.at.timestamp(),
        row.suite,
        row.prev,
    ]
