"""Checks proofs and exports of the log offline, and says in Chinese or English what was changed. Run it as one file:

    python3 verify_log.py proof.json --key KEY [--before OLD_PROOF] [--witness KEY … --quorum N]
    python3 verify_log.py FOLDER --key KEY [--against OLD_CHECKPOINT …] [--before OLD_FOLDER]

Exit codes: 0 all holds · 1 something was changed, each entry is named · 2 the input cannot be read.
"""

from __future__ import annotations

import argparse
import bisect
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lianxin.ledger.proofs import (
    Key,
    Point,
    Roots,
    Unreadable,
    consistent,
    digest,
    leaf_data,
    leaf_hash,
    read_key,
    read_point,
    root_of,
    signed_by,
    suite_at,
)
from lianxin.ledger.sentences import say

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
