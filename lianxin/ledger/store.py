"""The only place that reads the stored tree: nodes, checkpoints and their signed text, the leaf of a row."""

from __future__ import annotations

from collections.abc import Iterator

from lianxin.ledger.models import Checkpoint, Cosignature, Entry, Event, Look, TreeNode
from lianxin.ledger.notes import body
from lianxin.ledger.proofs import leaf_data, leaf_hash, suite_at
from lianxin.ledger.tree import Tree

Row = Entry | Look | Event
MODELS: dict[str, tuple[type[Row], str]] = {
    "act": (Entry, "case_id"),
    "look": (Look, "case_id"),
    "event": (Event, "organ_id"),
}
"""Chain -> its model, and the column that names whose chain it is."""
BATCH = 2000


def read_nodes(level: int, first: int, count: int) -> list[bytes]:
    """Return stored nodes in order; fewer than `count` where some are missing."""
    rows = TreeNode.objects.filter(level=level, position__gte=first, position__lt=first + count)
    return [bytes.fromhex(value) for value in rows.order_by("position").values_list("hash", flat=True)]


def tree(suites: str) -> Tree:
    """Return the stored tree."""
    return Tree(read_nodes, suites)


def last_checkpoint() -> Checkpoint | None:
    """Return the checkpoint of the whole tree, or None for an empty log."""
    return Checkpoint.objects.order_by("-size").first()


def last_signed(origin: str) -> Checkpoint | None:
    """Return the largest checkpoint the log of that name has signed, or None."""
    signed = Cosignature.objects.filter(signer__startswith=f"{origin}+").order_by("-size")
    size = signed.values_list("size", flat=True).first()
    return None if size is None else Checkpoint.objects.get(size=size)


def first_signed(origin: str, *, beyond: int) -> Checkpoint | None:
    """Return the smallest checkpoint the log of that name has signed that holds the leaf at `beyond`, or None."""
    signed = Cosignature.objects.filter(signer__startswith=f"{origin}+", size__gt=beyond).order_by("size")
    size = signed.values_list("size", flat=True).first()
    return None if size is None else Checkpoint.objects.get(size=size)


def text_of(point: Checkpoint) -> str:
    """Return what is signed of a checkpoint."""
    return body(
        origin=point.origin,
        size=point.size,
        root=bytes.fromhex(point.root),
        suites=point.suites,
        time=int(point.at.timestamp()),
    )


def note_of(point: Checkpoint) -> str:
    """Return the signed note of a checkpoint with all its signatures, the log's own first; "" when it has none."""
    lines = dict(Cosignature.objects.filter(size=point.size).values_list("signer", "line"))
    own = sorted(signer for signer in lines if signer.startswith(f"{point.origin}+"))
    if not own:
        return ""
    others = sorted(set(lines) - set(own))
    return f"{text_of(point)}\n" + "".join(f"{lines[signer]}\n" for signer in [*own, *others])


def leaf_of(chain: str, salt: str, row_hash: str, *, suites: str, position: int) -> bytes:
    """Return the leaf of a row; `salt` is the leaf's own (`chain.leaf_salt`)."""
    return leaf_hash(leaf_data(chain, salt, row_hash), suite_at(suites, position))


def leaves(size: int) -> Iterator[str]:
    """Yield the first leaves in hex; "" for one that is missing."""
    for first in range(0, size, BATCH):
        count = min(BATCH, size - first)
        rows = TreeNode.objects.filter(level=0, position__gte=first, position__lt=first + count)
        there = dict(rows.values_list("position", "hash"))
        yield from (there.get(first + n, "") for n in range(count))


def rows_after(chain: str, last: tuple[int, int], count: int) -> list[Row]:
    """Return the next rows of a chain behind (subject, seq), over all subjects in order."""
    rows: list[Row] = list(MODELS[chain][0]._default_manager.filter(pk__gt=last).order_by("pk")[:count])
    return rows
