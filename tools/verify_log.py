"""Checks proofs and exports of the log offline, and says in Chinese or English what was changed. Run it as one file:

    python3 verify_log.py proof.json --key KEY [--before OLD_PROOF] [--witness KEY … --quorum N]
    python3 verify_log.py FOLDER --key KEY [--against OLD_CHECKPOINT …] [--before OLD_FOLDER]

Exit codes: 0 all holds · 1 something was changed, each entry is named · 2 the input cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import bisect
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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


CHAINS = {"act": ("步骤", "act"), "look": ("查看", "look"), "event": ("事项", "event")}
SAID = {
    "ok_proof": (
        "证明成立：第 {n} 步在日志第 {p} 位，日志共 {size} 条。",
        "Proof holds: step {n} is leaf {p} of {size}.",
    ),
    "ok_export": (
        "全部无误：{rows} 条记录，{size} 个叶子，{points} 个检查点。",
        "All holds: {rows} rows, {size} leaves, {points} checkpoints.",
    ),
    "waiting": ("还没有写入日志的 {n} 条，属正常。", "{n} rows wait for the next batch, as is normal."),
    "erased": ("内容已依规销毁：{name}", "Content was erased on record: {name}"),
    "unsigned": ("检查点 {size} 还没有签名。", "Checkpoint {size} is not signed yet."),
    "signature": ("检查点签名不对：{size}", "The signature of checkpoint {size} is wrong"),
    "quorum": ("见证不够：要 {want} 个，只有 {got} 个", "Too few witnesses: {want} wanted, {got} there"),
    "root": (
        "日志被改写：前 {size} 条与检查点不符",
        "The log was rewritten: its first {size} leaves do not match the checkpoint",
    ),
    "shrunk": (
        "日志变短了：原有 {old} 条，现有 {new} 条",
        "The log has shrunk: {old} leaves before, {new} now",
    ),
    "growth": (
        "与旧检查点不一致：日志在第 {old} 条之前被改写",
        "Inconsistent with the older checkpoint: rewritten before leaf {old}",
    ),
    "no_growth": ("缺少从 {old} 条起的增长证明", "The proof of growth from {old} leaves is missing"),
    "inclusion": ("证明不成立：{name}", "The proof does not hold: {name}"),
    "differs": ("与从前的证明不同：{name}", "Differs from the proof given before: {name}"),
    "moved": ("在日志中的位置变了：{name}", "Its place in the log changed: {name}"),
    "gap": ("缺少记录：{name}", "Row is missing: {name}"),
    "link": ("没有接在前一条之后：{name}", "Not chained to the row before: {name}"),
    "changed": ("记录被改动：{name}", "Row was changed: {name}"),
    "leaf": ("与日志中的不符（第 {p} 位）：{name}", "Not what entered the log at leaf {p}: {name}"),
    "order": ("次序被改动：{name}", "Order was changed: {name}"),
    "later": ("补记：所写时间早于进入日志的时间：{name}", "Recorded later than it says: {name}"),
    "missing": ("没有进入日志：{name}", "Never entered the log: {name}"),
    "deleted": ("记录被删除（日志第 {p} 位）：{name}", "Row was deleted (leaf {p}): {name}"),
    "step": ("步骤内容被改动：{name}", "The step was changed: {name}"),
    "no_step": ("步骤缺失：{name}", "The step is missing: {name}"),
    "no_entry": ("步骤没有记录：{name}", "Step without entry: {name}"),
    "salt": ("盐被销毁而没有销毁记录：{name}", "The salt is gone without a record of erasure: {name}"),
    "rewritten": ("日志第 {p} 位与从前的导出不同：{name}", "Leaf {p} differs from the older export: {name}"),
}


def say(code: str, facts: dict[str, Any], language: str) -> str:
    """Return the sentence of a finding in `zh` or `en`."""
    english = language == "en"
    if "row" in facts:
        chain, subject, seq = facts["row"]
        word = CHAINS[chain][english]
        facts = {**facts, "name": f"{subject} {word} {seq}" if english else f"{subject} 第 {seq} 条{word}"}
    return SAID[code][english].format(**{"name": "\u2014", **facts})


SLACK = 3600
"""Seconds a row may have been under way between its instant and the log."""
TAGS = {"act": b"\x00", "look": b"\x01", "event": b"\x02"}
PLACES = {"act": (6, 7, 8, 9), "look": (7, 8, None, 9), "event": (5, 6, 7, 8)}
"""Where instant, suite, payload and the link to the row before stand among the parts of a row."""
Found = tuple[str, dict[str, Any]]


class Trust(NamedTuple):
    """Whom the reader trusts: the log's key, keys of witnesses, and how many of these must have signed."""

    key: Key
    witnesses: tuple[Key, ...] = ()
    quorum: int = 0


def canonical(value: object) -> bytes:
    """Return the one byte form of a JSON value, as the ledger hashes it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def check_point(point: Point, trust: Trust) -> Iterator[Found]:
    """Yield what is wrong with the signatures of a checkpoint."""
    if not signed_by(point, trust.key) or point.origin != trust.key.name:
        yield "signature", {"size": point.size}
    got = len({key.public for key in trust.witnesses if signed_by(point, key)})
    if got < trust.quorum:
        yield "quorum", {"want": trust.quorum, "got": got}


# ---- one proof, as a petitioner holds it


def check_proof(
    bundle: dict[str, Any], trust: Trust, before: dict[str, Any] | None = None
) -> Iterator[Found]:
    """Yield what is wrong with a proof, and with its growth since an older proof of the same case."""
    point = read_point(bundle["checkpoint"])
    yield from check_point(point, trust)
    for proof in bundle["proofs"]:
        path = [bytes.fromhex(one) for one in proof["path"]]
        data = leaf_data(proof["chain"], proof["salt"], proof["hash"])
        leaf = leaf_hash(data, suite_at(point.suites, max(proof["position"], 0)))
        if root_of(leaf, proof["position"], point.size, path, point.suites) != point.root:
            yield "inclusion", {"row": _key(proof)}
    if before is None:
        return
    old = read_point(before["checkpoint"])
    yield from check_point(old, trust._replace(quorum=0))
    yield from _growth(old, point, bundle.get("growth"))
    held = {_key(proof): proof for proof in before["proofs"]}
    for proof in bundle["proofs"]:
        was = held.get(_key(proof))
        if was and (was["hash"], was["position"]) != (proof["hash"], proof["position"]):
            yield "differs", {"row": _key(proof)}


def _growth(old: Point, new: Point, growth: dict[str, Any] | None) -> Iterator[Found]:
    if old.size > new.size:
        yield "shrunk", {"old": old.size, "new": new.size}
    elif old.size == new.size and old.root != new.root:
        yield "growth", {"old": old.size}
    elif old.size < new.size and (growth is None or growth["from"] != old.size):
        yield "no_growth", {"old": old.size}
    elif old.size < new.size and growth is not None:
        path = [bytes.fromhex(one) for one in growth["path"]]
        if not consistent(old.size, old.root, new.size, new.root, path, new.suites):
            yield "growth", {"old": old.size}


def _key(row: dict[str, Any]) -> tuple[str, int, int]:
    return row["chain"], row["subject"], row["seq"]


# ---- a whole export


class Export:
    """A folder written by `lianxin log export`, read row by row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.leaves = [bytes.fromhex(line) for line in (folder / "leaves.txt").read_text().split()]
        self.points = list(self.rows("checkpoints"))
        self.sizes = [point["size"] for point in self.points]
        self.suites = str(self.points[-1]["suites"]) if self.points else "0:sha256"

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of one file."""
        with (self.folder / f"{name}.jsonl").open(encoding="utf-8") as file:
            yield from map(json.loads, file)

    def time_before(self, position: int) -> float:
        """Return when the last checkpoint before the batch of a leaf was made; 0 for the first batch."""
        batch = bisect.bisect_right(self.sizes, position)
        return float(self.points[batch - 1]["time"]) if batch else 0.0


def check_export(export: Export, trust: Trust, against: Sequence[Point] = ()) -> Iterator[Found]:
    """Yield everything that is wrong with an export; rows are named by chain, case (or organ) and number."""
    yield from _check_points(export, trust, against)
    claimed = bytearray(len(export.leaves))
    erased = {
        row["parts"][4]
        for row in export.rows("rows")
        if row["chain"] == "event" and row["parts"][2] == "erase"
    }
    yield from _check_rows(export, claimed, erased)
    yield from _check_steps(export, erased)
    for pad in export.rows("pads"):
        position = pad["position"]
        if _is_leaf(export, position, "pad", pad["salt"], ""):
            claimed[position] = 1
    lost = {position for position, there in enumerate(claimed) if not there}
    for place in export.rows("places"):
        if place["position"] in lost:
            lost.discard(place["position"])
            yield "deleted", {"p": place["position"], "row": _key(place)}
    for position in sorted(lost):
        yield "deleted", {"p": position}


def _check_points(export: Export, trust: Trust, against: Sequence[Point]) -> Iterator[Found]:
    wanted: dict[int, list[tuple[bytes, str]]] = {}
    for row in export.points:
        wanted.setdefault(row["size"], []).append((bytes.fromhex(row["root"]), "root"))
        if not row["note"]:
            yield "unsigned", {"size": row["size"]}
            continue
        point = read_point(row["note"])
        yield from check_point(point, trust._replace(quorum=trust.quorum if row is export.points[-1] else 0))
        if (point.size, point.root.hex(), point.time) != (row["size"], row["root"], row["time"]):
            yield "root", {"size": row["size"]}
    for point in against:
        yield from check_point(point, trust._replace(quorum=0))
        wanted.setdefault(point.size, []).append((point.root, "growth"))
    if export.sizes and export.sizes[-1] != len(export.leaves):
        yield "shrunk", {"old": export.sizes[-1], "new": len(export.leaves)}
    roots = Roots(export.suites)
    for size in sorted(wanted):
        if size > len(export.leaves):
            yield "shrunk", {"old": size, "new": len(export.leaves)}
            continue
        for leaf in export.leaves[roots.size : size]:
            roots.add(leaf)
        for root, code in wanted[size]:
            if roots.root() != root:
                yield code, {"size": size, "old": size}


def _is_leaf(export: Export, position: int, chain: str, salt: str, row_hash: str) -> bool:
    if not 0 <= position < len(export.leaves):
        return False
    return (
        leaf_hash(leaf_data(chain, salt, row_hash), suite_at(export.suites, position))
        == export.leaves[position]
    )


def _check_rows(export: Export, claimed: bytearray, erased: set[int]) -> Iterator[Found]:
    group: tuple[str, int] | None = None
    seq, link, last = 0, "", -1
    for row in export.rows("rows"):
        key, parts = _key(row), row["parts"]
        if key[:2] != group:
            group, seq, link, last = key[:2], 0, "", -1
        for missing in range(seq + 1, key[2]):
            yield "gap", {"row": (*group, missing)}
        at, suite, _, prev = PLACES[key[0]]
        if parts[prev] != link:
            yield "link", {"row": key}
        if (parts[0], parts[1]) != key[1:] or digest(
            TAGS[key[0]] + canonical(parts), parts[suite]
        ).hex() != row["hash"]:
            yield "changed", {"row": key}
        yield from _check_leaf(export, row, claimed, erased=key[0] != "event" and key[1] in erased)
        position = row["position"]
        if position is not None and position < last:
            yield "order", {"row": key}
        yield from _check_time(export, row, parts[at])
        seq, link, last = key[2], row["hash"], last if position is None else position


def _check_leaf(export: Export, row: dict[str, Any], claimed: bytearray, *, erased: bool) -> Iterator[Found]:
    position = row["position"]
    if position is None:
        return
    if 0 <= position < len(claimed):
        claimed[position] = 1
    if not row["salt"]:
        yield ("erased" if erased else "salt"), {"row": _key(row)}
    elif not _is_leaf(export, position, row["chain"], row["salt"], row["hash"]):
        yield "leaf", {"row": _key(row), "p": position}


def _check_time(export: Export, row: dict[str, Any], at: float) -> Iterator[Found]:
    position = row["position"]
    if position is not None:
        if at < export.time_before(position) - SLACK:
            yield "later", {"row": _key(row)}
    elif export.points and at < export.points[-1]["time"] - SLACK:
        yield "missing", {"row": _key(row)}
    else:
        yield "waiting", {"row": _key(row), "n": 1}


def _check_steps(export: Export, erased: set[int]) -> Iterator[Found]:
    """Yield the rows whose content is no longer what they committed to."""
    steps = {_key(row): row for row in export.rows("contents")}
    for row in export.rows("rows"):
        _, suite, payload, _ = PLACES[row["chain"]]
        if payload is None:
            continue
        key, parts = _key(row), row["parts"]
        step = steps.pop(key, None)
        if step is None:
            yield "no_step", {"row": key}
            continue
        now = step["digest"]
        if "content" in step:
            now = digest(bytes.fromhex(step["salt"]) + canonical(step["content"]), parts[suite]).hex()
        if now != parts[payload] and not (key[0] == "act" and key[1] in erased):
            yield "step", {"row": key}
    for key in sorted(steps):
        yield "no_entry", {"row": key}


def compare(old: Export, new: Export) -> Iterator[Found]:
    """Yield what an older export held and the new one does not, or holds differently."""
    if len(old.leaves) > len(new.leaves):
        yield "shrunk", {"old": len(old.leaves), "new": len(new.leaves)}
    now = {_key(row): (row["hash"], row["position"]) for row in new.rows("rows")}
    names = {}
    for row in old.rows("rows"):
        names[row["position"]] = _key(row)
        row_hash, position = now.get(_key(row), ("", None))
        if row_hash != row["hash"]:
            yield ("differs" if row_hash else "gap"), {"row": _key(row)}
        elif row["position"] not in (None, position):
            yield "moved", {"row": _key(row)}
    for position, (was, is_) in enumerate(zip(old.leaves, new.leaves, strict=False)):
        if was != is_:
            facts = {"row": names[position]} if position in names else {}
            yield "rewritten", {"p": position, **facts}


# ---- the command


NOTED = frozenset({"waiting", "erased", "unsigned"})
"""What is told, but is no sign of tampering."""


def main(argv: Sequence[str] | None = None) -> int:
    """Check a proof or an export and return the exit code."""
    parser = argparse.ArgumentParser(
        description="离线核对透明日志 Check proofs and exports of the log, offline."
    )
    parser.add_argument("path", type=Path, help="证明文件或导出的文件夹 a proof, or the folder of an export")
    parser.add_argument(
        "--key", required=True, help="日志的公钥，或存放它的文件 key of the log, or a file with it"
    )
    parser.add_argument("--witness", action="append", default=[], help="见证者的公钥 key of a witness")
    parser.add_argument("--quorum", type=int, default=None, help="至少几个见证 witnesses needed; all named")
    parser.add_argument(
        "--against", action="append", default=[], type=Path, help="从前的检查点 old checkpoint"
    )
    parser.add_argument("--before", type=Path, help="从前的证明或导出 older proof or export")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    options = parser.parse_args(argv)
    try:
        found, done = _run(options)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, Unreadable) as error:
        print({"zh": f"无法读取：{error}", "en": f"Cannot be read: {error}"}[options.lang], file=sys.stderr)
        return 2
    waiting = sum(code == "waiting" for code, _ in found)
    for code, facts in found:
        if code != "waiting":
            print(say(code, facts, options.lang))
    if waiting:
        print(say("waiting", {"n": waiting}, options.lang))
    if any(code not in NOTED for code, _ in found):
        return 1
    print(say(*done, options.lang))
    return 0


def _run(options: argparse.Namespace) -> tuple[list[Found], Found]:
    witnesses = tuple(read_key(_text(one)) for one in options.witness)
    quorum = len(witnesses) if options.quorum is None else options.quorum
    trust = Trust(read_key(_text(options.key)), witnesses, quorum)
    if options.path.is_dir():
        export = Export(options.path)
        found = list(check_export(export, trust, [_old_point(file) for file in options.against]))
        if options.before:
            found += compare(Export(options.before), export)
        rows = sum(1 for _ in export.rows("rows"))
        return found, ("ok_export", {"rows": rows, "size": len(export.leaves), "points": len(export.points)})
    bundle = _proof(options.path)
    before = _proof(options.before) if options.before else None
    point, last = read_point(bundle["checkpoint"]), bundle["proofs"][-1]
    done = ("ok_proof", {"n": last["seq"], "p": last["position"], "size": point.size})
    return list(check_proof(bundle, trust, before)), done


def _proof(path: Path) -> dict[str, Any]:
    bundle = json.loads(path.read_text(encoding="utf-8"))
    if bundle["format"] != "lianxin-proof/1" or not bundle.get("proofs"):
        raise Unreadable("no proof yet: the act waits for the next batch 还没有写入日志，请稍后重新取得证明")
    return dict(bundle)


def _old_point(path: Path) -> Point:
    text = path.read_text(encoding="utf-8")
    if text.startswith("{"):
        text = json.loads(text)["checkpoint"]
    return read_point(text.partition("\n\n")[2] if text.startswith("old ") else text)


def _text(given: str) -> str:
    return given if "+" in given else Path(given).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
