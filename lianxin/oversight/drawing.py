"""The only place that draws a sample. Pure: the same seed and frame give the same cases, on any computer.

1. The seed is 32 random bytes in hex, made when the plan is recorded. Its digest SHA-256("lianxin inspection seed\\n" + seed) is
   published with the plan in the ledger, before the frame is known.
2. The frame is the list of case ids that fit the plan on the day of the draw, in ascending order, one a line; its digest is
   SHA-256 of these lines.
3. Each id is given SHA-256(seed + ":" + id). The ids with the smallest values, as many as the plan says, are the sample.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence

PREFIX = "lianxin inspection seed\n"


def new_seed() -> str:
    """Return a seed nobody has chosen."""
    return secrets.token_hex(32)


def seed_digest(seed: str) -> str:
    """Return what is published of a seed before the draw."""
    return hashlib.sha256((PREFIX + seed).encode()).hexdigest()


def frame_lines(ids: Iterable[int]) -> str:
    """Return the frame as it is kept and digested: ascending, one id a line."""
    return "\n".join(map(str, sorted(set(ids))))


def frame_digest(ids: Iterable[int]) -> str:
    """Return the digest of a frame."""
    return hashlib.sha256(frame_lines(ids).encode()).hexdigest()


def draw(seed: str, ids: Iterable[int], size: int) -> tuple[int, ...]:
    """Return the sample, ascending: the `size` ids with the smallest values under the seed."""
    order = sorted(set(ids), key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())
    return tuple(sorted(order[:size]))


def faults(record: Mapping[str, object]) -> list[str]:
    """Return what is wrong with the record of a draw, in sentences; [] when everything can be drawn again.

    `record` holds seed_hash, seed, frame_hash, frame, size and sample, as `lianxin inspection export` writes them.
    """
    try:
        seed, size = str(record["seed"]), int(str(record["size"]))
        frame, sample = _ids(record["frame"]), _ids(record["sample"])
        promised, framed = str(record["seed_hash"]), str(record["frame_hash"])
    except (KeyError, TypeError, ValueError) as problem:
        return [f"记录不完整：{problem}"]
    found = []
    if seed_digest(seed) != promised:
        found.append("公布的种子与方案中承诺的摘要不符")
    if list(frame) != sorted(set(frame)):
        found.append("抽样框没有按编号从小到大排列，或者有重复")
    if frame_digest(frame) != framed:
        found.append("抽样框与公布的摘要不符")
    if draw(seed, frame, size) != tuple(sorted(sample)):
        found.append("用这个种子抽不出这份样本")
    return found


def _ids(value: object) -> Sequence[int]:
    if not isinstance(value, list):
        raise TypeError("frame, sample")
    return [int(str(one)) for one in value]
