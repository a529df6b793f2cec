"""How a proof is checked: hashes, inclusion, consistency, checkpoints, signatures. The only place that knows it.

The standard library alone: `export.one_file` joins this module and `verifier` into the offline verifier.
Sources: RFC 9162, 2.1 (trees); C2SP signed-note, tlog-checkpoint, tlog-cosignature; RFC 8032, 5.1.7 (Ed25519).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

LIMIT = 1 << 62
TREE_SUITES = ("sha256", "sm3")
ED25519, COSIGNATURE = 1, 4


class Unreadable(Exception):
    """The input is no proof, checkpoint or export; the sentence says what is wrong with it."""


class Key(NamedTuple):
    """A verifier key `name+hash+base64`: who signs, the key's short hash, its kind, the public key."""

    name: str
    hash: bytes
    kind: int
    public: bytes


class Point(NamedTuple):
    """A checkpoint as read: its signed text and what it says."""

    body: str
    origin: str
    size: int
    root: bytes
    suites: str
    time: int
    signatures: tuple[tuple[str, bytes], ...]


# ---- hashes and trees


def digest(data: bytes, suite: str) -> bytes:
    """Return the hash of `data` under the named suite."""
    if suite not in TREE_SUITES:
        raise Unreadable(f"unknown hash suite {suite!r}")
    try:
        return hashlib.new(suite, data).digest()
    except ValueError:
        raise Unreadable(f"this Python has no {suite}; use one with OpenSSL 1.1.1 or later") from None


def suite_at(suites: str, position: int) -> str:
    """Return the suite in force at a leaf; `suites` reads `0:sha256` or `0:sha256,4096:sm3`."""
    found = ""
    for part in suites.split(","):
        start, _, name = part.partition(":")
        if int(start) <= position:
            found = name
    return found


def leaf_hash(data: bytes, suite: str = "sha256") -> bytes:
    """Return the hash of a leaf (RFC 9162: 0x00 first)."""
    return digest(b"\x00" + data, suite)


def node_hash(left: bytes, right: bytes, suite: str = "sha256") -> bytes:
    """Return the hash of an inner node (RFC 9162: 0x01 first); its suite is the one of its last leaf."""
    return digest(b"\x01" + left + right, suite)


def leaf_data(chain: str, salt: str, row_hash: str) -> bytes:
    """Return what a leaf hashes: chain, salt and row hash in hex. Without the salt nothing can be guessed from it."""
    return f"lianxin/1\n{chain}\n{salt}\n{row_hash}".encode()


def split(width: int) -> int:
    """Return the largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1


def root_of(
    leaf: bytes, position: int, size: int, path: Sequence[bytes], suites: str = "0:sha256"
) -> bytes | None:
    """Return the root an inclusion proof leads to, or None when the proof has the wrong form."""
    if not 0 <= position < size <= LIMIT or any(len(one) != 32 for one in (leaf, *path)):
        return None
    turns, lo, hi = [], 0, size
    while hi - lo > 1:
        middle = lo + split(hi - lo)
        turns.append((position < middle, hi))
        lo, hi = (lo, middle) if position < middle else (middle, hi)
    if len(turns) != len(path):
        return None
    found = leaf
    for sibling, (left, end) in zip(path, reversed(turns), strict=True):
        pair = (found, sibling) if left else (sibling, found)
        found = node_hash(*pair, suite_at(suites, end - 1))
    return found


def consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes], suites: str = "0:sha256"
) -> bool:
    """Tell whether a consistency proof shows that the tree of `old` leaves is the beginning of that of `new`."""
    if not 0 <= old <= new <= LIMIT or any(len(one) != 32 for one in (old_root, new_root, *path)):
        return False
    if old == 0:
        return not path and old_root == digest(b"", suite_at(suites, 0))
    if old == new:
        return not path and old_root == new_root
    rest = list(path)

    def sub(lo: int, hi: int, whole: bool) -> tuple[bytes, bytes]:
        if old == hi:
            found = old_root if whole else rest.pop()
            return found, found
        middle = lo + split(hi - lo)
        other = rest.pop()
        if old <= middle:
            before, after = sub(lo, middle, whole)
            return before, node_hash(after, other, suite_at(suites, hi - 1))
        before, after = sub(middle, hi, False)
        joined = node_hash(other, before, suite_at(suites, old - 1))
        return joined, node_hash(other, after, suite_at(suites, hi - 1))

    try:
        before, after = sub(0, new, True)
    except IndexError:
        return False
    return not rest and before == old_root and after == new_root


class Roots:
    """Takes leaves one by one and knows the root at each size; holds one node per level."""

    def __init__(self, suites: str) -> None:
        self.suites, self.size = suites, 0
        self.stack: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Take the next leaf."""
        self.size += 1
        width, found = 1, leaf
        while self.stack and self.stack[-1][0] == width:
            found = node_hash(self.stack.pop()[1], found, suite_at(self.suites, self.size - 1))
            width *= 2
        self.stack.append((width, found))

    def root(self) -> bytes:
        """Return the root of the leaves taken so far."""
        suite = suite_at(self.suites, max(self.size - 1, 0))
        if not self.stack:
            return digest(b"", suite)
        found = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            found = node_hash(left, found, suite)
        return found


# ---- signatures


def read_key(text: str) -> Key:
    """Return a verifier key. Raises Unreadable when it is none."""
    try:
        name, short, rest = text.strip().split("+", 2)
        raw = base64.b64decode(rest, validate=True)
        key = Key(name, bytes.fromhex(short), raw[0], raw[1:])
    except (ValueError, IndexError, binascii.Error):
        raise Unreadable(f"no verifier key: {text[:60]!r}") from None
    if len(key.public) != 32 or key.hash != key_hash(name, key.kind, key.public):
        raise Unreadable(f"verifier key {name!r} is damaged")
    return key


def key_hash(name: str, kind: int, public: bytes) -> bytes:
    """Return the four bytes that name a key in a signature line."""
    return hashlib.sha256(f"{name}\n".encode() + bytes([kind]) + public).digest()[:4]


def read_point(text: str) -> Point:
    """Return the checkpoint in a signed note. Raises Unreadable when it is none."""
    body, mark, tail = text.partition("\n\n")
    lines = body.split("\n")
    try:
        extra = dict(line.split(" ", 1) for line in lines[3:])
        size, root = int(lines[1]), base64.b64decode(lines[2], validate=True)
        signatures = []
        for line in tail.splitlines():
            dash, name, value = line.split(" ")
            signatures.append((name, base64.b64decode(value, validate=True)))
            if dash != "\u2014":
                raise ValueError
        time, suites = int(extra["time"]), extra["suites"]
        known = all(
            part.split(":")[1] in TREE_SUITES and int(part.split(":")[0]) >= 0 for part in suites.split(",")
        )
    except (ValueError, IndexError, KeyError, binascii.Error):
        raise Unreadable("this is no checkpoint of the log") from None
    if not mark or not lines[0] or lines[1] != str(size) or not 0 <= size <= LIMIT or len(root) != 32:
        raise Unreadable("this is no checkpoint of the log")
    if not known or not suites.startswith("0:"):
        raise Unreadable(f"unknown hash suites {suites!r}")
    return Point(body + "\n", lines[0], size, root, suites, time, tuple(signatures))


def signed_by(point: Point, key: Key) -> bool:
    """Tell whether a checkpoint bears a valid signature (of its log) or cosignature (of a witness) of a key."""
    for name, raw in point.signatures:
        if name != key.name or raw[:4] != key.hash:
            continue
        message, value = point.body.encode(), raw[4:]
        if key.kind == COSIGNATURE:
            time, value = int.from_bytes(raw[4:12], "big"), raw[12:]
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        if key.kind in (ED25519, COSIGNATURE) and ed25519(key.public, message, value):
            return True
    return False


P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Coordinates = tuple[int, int, int, int]


def _add(a: Coordinates, b: Coordinates) -> Coordinates:
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(k: int, point: Coordinates) -> Coordinates:
    found = (0, 1, 1, 0)
    while k:
        if k & 1:
            found = _add(found, point)
        point, k = _add(point, point), k >> 1
    return found


def _point(raw: bytes) -> Coordinates | None:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature is valid (RFC 8032, 5.1.7), in plain Python."""
    base, a, r = (
        _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")),
        _point(public),
        _point(signature[:32]),
    )
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= L or base is None or a is None or r is None:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = _times(s, base), _add(r, _times(h, a))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P
    )
