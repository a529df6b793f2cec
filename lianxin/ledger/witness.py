"""The only place for what a witness does: he signs a checkpoint only when it grows out of the last one he signed.

A witness is another organ's server, or anybody's. He needs a key and a state file, and no database. The log itself
keeps such a state beside its key, so that a restored or rewritten database is not signed again.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lianxin.ledger.notes import Signer
from lianxin.ledger.proofs import Key, Point, Unreadable, consistent, read_point, signed_by
from lianxin.procedure.errors import LianxinError


class Fork(LianxinError):
    """The log has shrunk, or was rewritten before the size seen last; the sentence says which."""


class NoProof(LianxinError):
    """The request starts from another size than the one seen last: nothing is known to be wrong, ask again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest checkpoint seen of a log."""

    size: int
    root: bytes
    suites: str


def check_growth(seen: Seen | None, point: Point, path: Sequence[bytes]) -> None:
    """Raise Fork unless the checkpoint grows out of what was seen; `path` is the consistency proof from there."""
    if seen is None:
        return
    if point.size < seen.size:
        raise Fork(f"{point.origin}：日志变短了，原有 {seen.size} 条，现有 {point.size} 条。不予签名。")
    before = [part for part in point.suites.split(",") if int(part.split(":")[0]) < max(seen.size, 1)]
    same = before == [part for part in seen.suites.split(",") if int(part.split(":")[0]) < max(seen.size, 1)]
    if not same or not consistent(seen.size, seen.root, point.size, point.root, path, point.suites):
        raise Fork(f"{point.origin}：日志在第 {seen.size} 条之前被改写，与上次所见不一致。不予签名。")


def read_request(text: str) -> tuple[int, list[bytes], Point, str]:
    """Return old size, consistency path, checkpoint and its note from `old N`, hashes, blank line, note (C2SP tlog-witness).

    A bare checkpoint counts as a request from size 0. Raises Unreadable.
    """
    if not text.startswith("old "):
        return 0, [], read_point(text), text
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    try:
        path = [base64.b64decode(line, validate=True) for line in lines[1:]]
        return int(lines[0].removeprefix("old ")), path, read_point(note), note
    except (ValueError, binascii.Error):
        raise Unreadable("this is no request for a cosignature") from None


def cosign(text: str, *, log: Key, signer: Signer, state: Path, time: int) -> str:
    """Return the cosignature line for a request, after the state file holds the new size.

    Raises Fork when the log has shrunk or was rewritten, or bears no valid signature of `log`; NoProof or Unreadable
    when the request does not serve.
    """
    old, path, point, _ = read_request(text)
    if point.origin != log.name or not signed_by(point, log):
        raise Fork(f"{point.origin}：检查点没有日志 {log.name} 的有效签名。不予签名。")
    with locked(state):
        seen = load(state, point.origin)
        if seen is not None and point.size > seen.size and old != seen.size:
            raise NoProof(f"{point.origin}：请提供从第 {seen.size} 条起的增长证明（现为第 {old} 条起）。")
        path = path if seen is not None and point.size > seen.size else []
        check_growth(seen, point, path)
        save(state, point.origin, Seen(point.size, point.root, point.suites))
    return signer.cosigned(point.body, time=time)


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Let one process at a time read and write a state file."""
    with state.with_name(f"{state.name}.lock").open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def load(state: Path, origin: str) -> Seen | None:
    """Return what was seen of a log, or None. Raises Unreadable for a damaged file: better no signature than a second first one."""
    try:
        rows = json.loads(state.read_text(encoding="utf-8"))
        row = rows.get(origin)
        return None if row is None else Seen(row["size"], bytes.fromhex(row["root"]), row["suites"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{state}: {error}") from None


def save(state: Path, origin: str, seen: Seen) -> None:
    """Write what was seen, safe against a crash, before anything is answered."""
    rows = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
    rows[origin] = {"size": seen.size, "root": seen.root.hex(), "suites": seen.suites}
    part = state.with_name(f"{state.name}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(rows, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(state)
    folder = os.open(state.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
