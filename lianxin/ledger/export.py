"""The only place that writes what the offline verifier reads: rows, places, leaves, checkpoints, and the verifier itself.

No identity and, unless asked for, no content leaves the house: of a step only the digest of what is stored now.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lianxin.ledger import chain, proofs, sentences, store, verifier
from lianxin.ledger.models import Checkpoint, Entry, Event, Pad, Place
from lianxin.ledger.store import MODELS

Payloads = Callable[[int], Mapping[int, Mapping[str, object]]]
"""case id -> what is stored now of each act, by seq."""
VERIFIER = "verify_log.py"
BATCH = 2000


def write(
    folder: Path,
    *,
    payloads: Payloads,
    case_ids: Iterable[int],
    contents: bool = False,
    told: Callable[[], object] = lambda: None,
) -> dict[str, int]:
    """Write an export into an empty folder and return the number of rows of each file.

    `case_ids` are all cases there are, also those without entries. `contents` adds payloads and salts of the acts, for
    an auditor who may read them and does not trust this program to compute the digests. Raises FileExistsError when
    the folder holds anything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(str(folder))
    points = list(Checkpoint.objects.order_by("size"))
    size = points[-1].size if points else 0
    counts = {
        "checkpoints": _jsonl(folder / "checkpoints.jsonl", map(_point, points)),
        "rows": _jsonl(folder / "rows.jsonl", _rows(size)),
        "contents": _jsonl(folder / "contents.jsonl", _contents(payloads, case_ids, told, full=contents)),
        "places": _jsonl(folder / "places.jsonl", _places(size)),
        "pads": _jsonl(
            folder / "pads.jsonl",
            Pad.objects.filter(position__lt=size).order_by("position").values("position", "salt"),
        ),
    }
    with (folder / "leaves.txt").open("w", encoding="ascii") as file:
        file.writelines(f"{leaf or '0' * 64}\n" for leaf in store.leaves(size))
    (folder / VERIFIER).write_text(one_file(), encoding="utf-8")
    return {**counts, "leaves": size}


def one_file() -> str:
    """Return the offline verifier as one file that needs nothing but Python: proofs, sentences and verifier joined."""
    plain: set[str] = set()
    names: dict[str, set[str]] = {}
    bodies, about = [], ""
    for module in (proofs, sentences, verifier):
        text = Path(str(module.__file__)).read_text(encoding="utf-8")
        nodes = ast.parse(text).body
        last = 0
        for node in nodes:
            if isinstance(node, ast.Import):
                plain.update(name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.setdefault(node.module, set()).update(name.name for name in node.names)
            elif node is not nodes[0]:
                break
            last = node.end_lineno or last
        lines = text.splitlines()
        about = "\n".join(lines[: nodes[0].end_lineno])
        bodies.append("\n".join(lines[last:]).strip("\n"))
    heads = [f"import {name}" for name in sorted(plain)]
    heads += [
        f"from {name} import {', '.join(sorted(names[name]))}"
        for name in sorted(names)
        if name != "__future__" and not name.startswith("lianxin")
    ]
    head = "\n".join([about, "", "from __future__ import annotations", "", *heads])
    return head + "\n\n" + "\n\n\n".join(bodies) + "\n"


def _jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def _point(point: Checkpoint) -> dict[str, Any]:
    time = int(point.at.timestamp())
    return {
        "size": point.size,
        "root": point.root,
        "suites": point.suites,
        "time": time,
        "note": store.note_of(point),
    }


def _rows(size: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of all chains, chain by chain. A place beyond the last checkpoint counts as none."""
    for name, (_, owner) in MODELS.items():
        last: tuple[int, int] = (-1, -1)
        while batch := store.rows_after(name, last, BATCH):
            subjects = {getattr(row, owner) for row in batch}
            rows = Place.objects.filter(chain=name, subject_id__in=subjects, position__lt=size)
            places = {(s, n): p for s, n, p in rows.values_list("subject_id", "seq", "position")}
            for row in batch:
                subject, seq = row.pk
                yield {
                    "chain": name,
                    "subject": subject,
                    "seq": seq,
                    "parts": chain.parts(row),
                    "hash": row.hash,
                    "salt": chain.leaf_salt(row),
                    "position": places.get((subject, seq)),
                }
            last = batch[-1].pk[0], batch[-1].pk[1]


def _contents(
    payloads: Payloads, case_ids: Iterable[int], told: Callable[[], object], *, full: bool
) -> Iterator[dict[str, Any]]:
    """Yield what acts and events hold now: as digest, or with salt and content."""
    for case_id in case_ids:
        salts = {row.seq: row for row in Entry.objects.filter(case_id=case_id)}
        for seq, payload in sorted(payloads(case_id).items()):
            yield _content("act", case_id, seq, salts.get(seq), payload, full=full)
        told()
    for row in Event.objects.order_by("organ_id", "seq").iterator(BATCH):
        yield _content("event", row.organ_id, row.seq, row, row.facts, full=full)


def _content(
    name: str, subject: int, seq: int, row: Entry | Event | None, payload: Mapping[str, object], *, full: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {"chain": name, "subject": subject, "seq": seq, "digest": ""}
    if row is not None:
        salt = bytes(row.salt)
        found["digest"] = chain.digest(salt + chain.canonical(payload), suite=row.suite)
        if full:
            found |= {"salt": salt.hex(), "content": json.loads(chain.canonical(payload))}
    return found


def _places(size: int) -> Iterator[dict[str, Any]]:
    rows = Place.objects.filter(position__lt=size).order_by("position")
    for subject, name, seq, position in rows.values_list("subject_id", "chain", "seq", "position").iterator(
        BATCH
    ):
        yield {"subject": subject, "chain": name, "seq": seq, "position": position}
