"""The only place that hands out proofs: the bundle of a case for its receipt, requests to witnesses, the receipt's promise."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from lianxin.ledger import chain, store
from lianxin.ledger.models import Entry, Place
from lianxin.ledger.notes import NoLogKey, read_signer
from lianxin.ledger.proofs import leaf_data, leaf_hash

FORMAT = "lianxin-proof/1"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a receipt says of an act: its leaf, and once a signed checkpoint holds it, where: position, size of the log, root."""

    leaf: str
    position: int | None = None
    size: int = 0
    root: str = ""


def standing(case_id: int, seq: int = 1) -> Standing | None:
    """Return where an act stands in the first signed checkpoint that holds it, without a position while it waits.

    None for an act that is not there or was erased. The same answer for ever once there is a position.
    """
    row = Entry.objects.filter(case_id=case_id, seq=seq).first()
    if row is None or not row.salt:
        return None
    leaf = promised_leaf(row)
    place = Place.objects.filter(subject_id=case_id, chain="act", seq=seq).values_list("position", flat=True)
    position = place.first()
    point = None if position is None else store.first_signed(settings.LOG_ORIGIN, beyond=position)
    return Standing(leaf) if point is None else Standing(leaf, position, point.size, point.root)


def bundle(
    case_id: int, *, every: bool = False, since: int | None = None, only: int | None = None
) -> dict[str, Any]:
    """Return the proof of a case's last act as plain JSON: what the offline verifier reads and a receipt carries.

    `every` proves each act of the case, `only` the act with that number and none else. `since` adds the growth of the log
    from that size, which an older proof of the same reader has. While the act waits for the next batch `proofs` is empty and
    `promise` holds the leaf that is to come. A case without acts raises KeyError.
    """
    rows = list(Entry.objects.filter(case_id=case_id).order_by("seq"))
    rows = [row for row in rows if only in (None, row.seq)]
    if not rows:
        raise KeyError(case_id)
    wanted = rows if every else rows[-1:]
    promise = {"chain": "act", "subject": case_id, "seq": rows[-1].seq, "leaf": promised_leaf(rows[-1])}
    found: dict[str, Any] = {"format": FORMAT, "checkpoint": "", "proofs": [], "promise": promise}
    point = store.last_signed(settings.LOG_ORIGIN)
    if point is None:
        return found
    tree = store.tree(point.suites)
    places = dict(Place.objects.filter(subject_id=case_id, chain="act").values_list("seq", "position"))
    found["checkpoint"] = store.note_of(point)
    found["proofs"] = [
        {
            "chain": "act",
            "subject": case_id,
            "seq": row.seq,
            "hash": row.hash,
            "salt": chain.leaf_salt(row),
            "position": places[row.seq],
            "path": [one.hex() for one in tree.inclusion(places[row.seq], point.size)],
        }
        for row in wanted
        if places.get(row.seq, point.size) < point.size
    ]
    if since is not None and 0 <= since <= point.size:
        path = tree.consistency(since, point.size)
        found["growth"] = {"from": since, "path": [one.hex() for one in path]}
    if found["proofs"] and found["proofs"][-1]["seq"] == rows[-1].seq:
        del found["promise"]
    return found


@dataclass(frozen=True, slots=True)
class Outline:
    """What a proof would hold: how many acts it proves, whether the last one still waits, the size of the log, 0 for none."""

    proved: int
    waits: bool
    size: int


def outline(case_id: int, *, only: int | None = None) -> Outline:
    """Return what `bundle` would hold for each act, or for `only` one, without a path. A case without acts raises KeyError."""
    places = Place.objects.filter(subject_id=case_id, chain="act")
    acts = Entry.objects.filter(case_id=case_id)
    if only is not None:
        acts, places = acts.filter(seq=only), places.filter(seq=only)
    last = acts.order_by("-seq").values_list("seq", flat=True).first()
    if last is None:
        raise KeyError(case_id)
    point = store.last_signed(settings.LOG_ORIGIN)
    size = point.size if point else 0
    inside = set(places.filter(position__lt=size).values_list("seq", flat=True))
    return Outline(len(inside), last not in inside, size)


def public_key() -> str:
    """Return the log's public key as a verifier takes it, "" where this process has no access to the key."""
    try:
        return read_signer(settings.LOG_KEY_FILE, settings.LOG_ORIGIN).shown()
    except NoLogKey:
        return ""


def promised_leaf(row: Entry) -> str:
    """Return the leaf an act will be, in hex. It is known when the act is written, so that a receipt can print it at once."""
    return leaf_hash(leaf_data("act", chain.leaf_salt(row), row.hash), row.suite).hex()


def checkpoint() -> str:
    """Return the largest signed checkpoint with all its signatures; "" before the first."""
    point = store.last_signed(settings.LOG_ORIGIN)
    return "" if point is None else store.note_of(point)


def request(since: int) -> str:
    """Return what a witness is asked with who has seen the log at size `since` (C2SP tlog-witness, add-checkpoint).

    Raises ValueError when the log is smaller, or holds no signed checkpoint yet.
    """
    point = store.last_signed(settings.LOG_ORIGIN)
    if point is None:
        raise ValueError("no signed checkpoint yet")
    path = store.tree(point.suites).consistency(since, point.size)
    lines = [f"old {since}", *(base64.b64encode(one).decode() for one in path)]
    return "\n".join(lines) + "\n\n" + store.note_of(point)
