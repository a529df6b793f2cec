"""The only place that computes, adds and checks the hash chains of a case.

An act's entry is a salted commitment to its payload, chained to the one before; looks form a second chain of
the same case, so that reading never competes with acting. The suite is named in each row.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from lianxin.ledger.models import Entry, Look

SUITE = "sha256"
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
    salt = secrets.token_bytes(16)
    row = Entry(
        case_id=case_id,
        seq=seq,
        act=act,
        organ_id=organ_id,
        staff_id=staff_id,
        on=on,
        at=at,
        suite=SUITE,
        salt=salt,
        payload=digest(salt + canonical(payload)),
        prev=prev,
    )
    row.hash = _entry_hash(row)
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
    for _ in range(TRIES):
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
            suite=SUITE,
            prev=prev,
        )
        row.hash = _look_hash(row)
        try:
            if transaction.get_connection().in_atomic_block:
                with transaction.atomic():
                    row.save(force_insert=True)
            else:
                row.save(force_insert=True)
        except IntegrityError:
            continue
        return row
    raise RuntimeError(f"a look at case {case_id} could not be recorded in {TRIES} tries")


def _last_look(case_id: int) -> tuple[int, str]:
    last = Look.objects.filter(case_id=case_id).order_by("-seq").values_list("seq", "hash").first()
    return last or (0, "")


def faults(entries: Iterable[Entry], payloads: Mapping[int, Mapping[str, object]]) -> list[str]:
    """Return what is wrong with the acts of one case, in order; empty when the chain holds.

    `payloads` gives the present payload of each act by seq; a gap, a changed row, a changed payload
    and a broken link are each named with their seq.
    """
    found, prev, seq = [], "", 0
    for row in sorted(entries, key=lambda e: e.seq):
        seq += 1
        if row.seq != seq:
            found.append(f"seq {seq}: missing")
            seq = row.seq
        if row.prev != prev:
            found.append(f"seq {row.seq}: not chained to the act before")
        if row.hash != _entry_hash(row):
            found.append(f"seq {row.seq}: entry was changed")
        payload = payloads.get(row.seq)
        if payload is None:
            found.append(f"seq {row.seq}: step is missing")
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
        if row.hash != _look_hash(row):
            found.append(f"look {row.seq}: was changed")
        prev = row.hash
    return found


def _entry_hash(row: Entry) -> str:
    parts = [
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
    return digest(b"\x00" + canonical(parts), suite=row.suite)


def _look_hash(row: Look) -> str:
    parts = [
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
    return digest(b"\x01" + canonical(parts), suite=row.suite)
