"""The only place that seals the bytes of a file: piece by piece, each bound to its name, its number, and being the last.

Layout: the line `LXF1 <suite> <key id>`, then boxes of CHUNK plain bytes (nonce + ciphertext + tag). A piece that is missing,
moved, changed, or cut off at the end does not open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lianxin.organs.keys import (
    KEY_BYTES,
    NONCE,
    TAG,
    CannotOpen,
    derived,
    key_id,
    open_box,
    seal,
    suite_in_use,
)

CHUNK = 64 * 1024
MAGIC = "LXF1"
LONGEST_HEAD = 80


def sealed(name: str, plain: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the sealed bytes of a file that will lie under `name`."""
    suite, named = suite_in_use(), key_id()
    yield f"{MAGIC} {suite} {named}\n".encode()
    key, number, waiting = derived(f"file {name}", suite, named), 0, None
    for piece in _pieces(plain, CHUNK):
        if waiting is not None:
            yield seal(key, waiting, bound_to=_bound(name, number, last=False), suite=suite)
            number += 1
        waiting = piece
    yield seal(key, waiting or b"", bound_to=_bound(name, number, last=True), suite=suite)


def opened(name: str, boxes: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the plain bytes. Raises CannotOpen at the first piece that is not what was sealed under `name`."""
    suite, named, stream = opened_head(boxes)
    key, number, waiting = derived(f"file {name}", suite, named), 0, None
    for box in _pieces(stream, CHUNK + NONCE + TAG):
        if waiting is not None:
            yield open_box(key, waiting, bound_to=_bound(name, number, last=False), suite=suite)
            number += 1
        waiting = box
    if waiting is None or len(waiting) < NONCE + TAG:
        raise CannotOpen("这个文件被截断了，无法打开。")
    yield open_box(key, waiting, bound_to=_bound(name, number, last=True), suite=suite)


def opened_head(boxes: Iterable[bytes]) -> tuple[str, str, Iterator[bytes]]:
    """Return suite and key name of a sealed file, and the boxes that follow. Raises CannotOpen for what is none of ours."""
    stream = iter(boxes)
    head = b""
    while b"\n" not in head and len(head) < LONGEST_HEAD:
        try:
            head += next(stream)
        except StopIteration:
            break
    line, newline, rest = head.partition(b"\n")
    words = line.decode("ascii", "replace").split(" ")
    if not newline or len(words) != 3 or words[0] != MAGIC or words[1] not in KEY_BYTES:
        raise CannotOpen("这个文件不是本系统密封的，或者已经损坏。")
    return words[1], words[2], _before(rest, stream)


def _before(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _pieces(data: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the data in pieces of `size`, the last one shorter."""
    held = bytearray()
    for part in data:
        held += part
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _bound(name: str, number: int, *, last: bool) -> bytes:
    return f"file|{name}|{number}|{'last' if last else 'more'}".encode()
