"""The way in and the way out of kept files: `take_in` looks and keeps, `handed_out` and `previewed` give back.

Whoever calls the way out has asked whether the reader may, and has recorded the look (`cases.materials` does both).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO

from django.conf import settings

from lianxin.files import limited, scanner
from lianxin.files.kinds import AUDIO, HEAD, IMAGES, KINDS, MEGA, Unfit, kind_of
from lianxin.files.names import title_of
from lianxin.files.sealing import opened, sealed
from lianxin.files.store import new_name, spool, store, told_if_full

HELD, CLEAN, CHECKED, QUARANTINED = "held", "clean", "checked", "quarantined"
OPEN = frozenset({CLEAN, CHECKED})
ACTIVE = frozenset({"macro", "embedded", "external", "script", "locked"})
"""Why a file is kept from readers though its content may be seen flattened."""
PIECE = 256 * 1024
REBUILT = 4
"""How many times the largest file a picture painted anew may be: PNG packs a photograph badly."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept file: where it lies, what it is, and whether it may be opened. `original` names the untouched evidence, or "".

    `size` and `sha256` are of what readers get; `original_sha256` of the evidence. `reason` is "" or says what is wrong.
    """

    name: str
    title: str
    kind: str
    size: int
    sha256: str
    state: str
    reason: str = ""
    original: str = ""
    original_sha256: str = ""

    def as_plain(self) -> dict[str, object]:
        """Return it as plain JSON, for a draft."""
        return asdict(self)

    def digests(self) -> dict[str, object]:
        """Return what the step that brings the file commits to: what it is and its bytes, never its name."""
        said: dict[str, object] = {"kind": self.kind, "size": self.size, "sha256": self.sha256}
        return {**said, "original": self.original_sha256} if self.original else said


@dataclass(frozen=True, slots=True)
class Previewed:
    """A file as it may be looked at: pictures of some pages (JPEG), or words; `pages` counts all of them."""

    pages: int = 0
    pictures: tuple[bytes, ...] = ()
    words: str = ""


def take_in(owner: int, upload: IO[bytes], name: str, *, evidence: bool = False) -> Kept:
    """Return a file that was looked at, rebuilt where its kind allows it, scanned, and kept sealed for its owner.

    With `evidence` the untouched original of a picture is sealed beside it. Raises Unfit (see `sentences`): nothing is kept.
    """
    with told_if_full(), spool() as body, spool() as anew:
        upload.seek(0)
        size, digest = _copied(upload, body, most=settings.FILES_MAX_MB * MEGA)
        said, made = limited.run("check", kind_of(_head(body)), body)
        with made:
            anew_size, anew_digest = _copied(made, anew, most=REBUILT * settings.FILES_MAX_MB * MEGA)
        kind = KINDS[str(said["kind"])]
        state, reason = _judged(body, str(said["flag"]))
        title, name = title_of(name, kind), new_name(owner)
        if not kind.rebuilt:
            return _laid_down(Kept(name, title, kind.id, size, digest, state, reason), body, body)
        sealed_too = evidence and kind.id in IMAGES and state != QUARANTINED
        original = (new_name(owner), digest) if sealed_too else ("", "")
        return _laid_down(
            Kept(name, title, kind.id, anew_size, anew_digest, state, reason, *original), anew, body
        )


def _copied(source: IO[bytes], target: IO[bytes], *, most: int) -> tuple[int, str]:
    """Copy what is left of a file while counting; return size and digest. Raises Unfit once there is more than is allowed."""
    size, digest = 0, hashlib.sha256()
    while part := source.read(PIECE):
        size += len(part)
        if size > most:
            raise Unfit("too_big")
        digest.update(part)
        target.write(part)
    return size, digest.hexdigest()


def _head(body: IO[bytes]) -> bytes:
    body.seek(0)
    return body.read(HEAD)


def _laid_down(kept: Kept, reader: IO[bytes], body: IO[bytes]) -> Kept:
    """Seal and store what readers get, and the evidence beside it; both or neither."""
    store().put(kept.name, sealed(kept.name, _read(reader)))
    try:
        if kept.original:
            store().put(kept.original, sealed(kept.original, _read(body)))
    except BaseException:
        store().drop(kept.name)
        raise
    return kept


def _read(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(PIECE):
        yield part


def _judged(body: IO[bytes], flag: str) -> tuple[str, str]:
    """Return state and reason of a file that could be opened; without a scanner the checks of the content alone count."""
    if not scanner.is_set():
        return (QUARANTINED if flag else CHECKED), flag
    try:
        found = scanner.scan(_read(body))
    except scanner.ScannerDown:
        return HELD, flag
    if found:
        return QUARANTINED, f"virus:{found}"
    return (QUARANTINED if flag else CLEAN), flag


def scanned_again(kept: Kept) -> tuple[str, str]:
    """Return state and reason of a held file after another try; held again while the scanner does not answer."""
    if not scanner.is_set():
        return (QUARANTINED if kept.reason else CHECKED), kept.reason
    try:
        found = scanner.scan(_plain(kept.name))
        if not found and kept.original:
            found = scanner.scan(_plain(kept.original))
    except scanner.ScannerDown:
        return HELD, kept.reason
    if found:
        return QUARANTINED, f"virus:{found}"
    return (QUARANTINED if kept.reason else CLEAN), kept.reason


def may_hand_out(state: str) -> bool:
    """Tell whether the bytes of a file in this state may leave."""
    return state in OPEN


def may_preview(kind: str, state: str, reason: str) -> bool:
    """Tell whether a file may be looked at flattened: what passed, and what was quarantined for acting by itself."""
    return kind not in AUDIO and (state in OPEN or (state == QUARANTINED and reason in ACTIVE))


def handed_out(name: str) -> Iterator[bytes]:
    """Yield the bytes of a kept file as they were sealed; the first piece is opened at once, so that a fault is told in time."""
    plain = _plain(name)
    first = next(plain, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from plain

    return rest()


def previewed(name: str, kind: str, *, first: int = 0, count: int = 5) -> Previewed:
    """Return a kept file flattened by the limited process. Raises Unfit when it cannot be shown."""
    with spool() as body:
        for part in _plain(name):
            body.write(part)
        said, made = limited.run("preview", kind, body, str(first), str(count))
    with made:
        pictures = tuple(made.read(int(size)) for size in said.get("sizes", ()))
    return Previewed(int(said.get("pages", 0)), pictures, str(said.get("words", "")))


def digest_of(name: str) -> str:
    """Return the digest of what lies under a name, for comparison with the ledger. Raises Missing, CannotOpen."""
    found = hashlib.sha256()
    for part in _plain(name):
        found.update(part)
    return found.hexdigest()


def throw_away(names: Iterable[str]) -> None:
    """Throw kept files away."""
    for name in names:
        if name:
            store().drop(name)


def throw_away_all(owner: int) -> None:
    """Throw away everything kept for a draft that never became a case."""
    throw_away(store().names(owner))


def lying(*, since: datetime, before: datetime) -> Iterator[tuple[int, list[str]]]:
    """Yield the owners that were given files since an instant, each with the names of those that are older than another.

    What a killed server began before that and never ended is thrown away on the way.
    """
    store().sweep(before=before)
    yield from store().lying(since=since, before=before)


def _plain(name: str) -> Iterator[bytes]:
    return opened(name, store().get(name))
