"""The only place that makes proofs from the tree: roots, inclusion and consistency paths (RFC 9162, 2.1), new nodes.

Pure: it reads stored nodes through a function. Stored are the leaves (level 0) and each node of level 8, 16, …;
a node between is computed from at most 128 stored ones, so that a proof in a tree of any size takes few reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lianxin.ledger.proofs import digest, node_hash, split, suite_at

TILE = 8
Read = Callable[[int, int, int], Sequence[bytes]]
"""(level, first position, count) -> the stored nodes from there on; level is a multiple of TILE."""


class Tree:
    """A tree of which only some nodes are stored; `suites` names the hash in force from each leaf on."""

    def __init__(self, read: Read, suites: str) -> None:
        self._read = read
        self.suites = suites

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves."""
        return self._over(0, size) if size else digest(b"", suite_at(self.suites, 0))

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """Return the path from a leaf to the root over `size` leaves. Raises ValueError outside the tree."""
        if not 0 <= position < size:
            raise ValueError(f"leaf {position} is not in a tree of {size}")
        path, lo, hi = [], 0, size
        while hi - lo > 1:
            middle = lo + split(hi - lo)
            if position < middle:
                path.append(self._over(middle, hi))
                hi = middle
            else:
                path.append(self._over(lo, middle))
                lo = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the path that shows the tree of `old` leaves to be the beginning of that of `new`."""
        if not 0 <= old <= new:
            raise ValueError(f"a tree of {new} cannot have grown from {old}")
        if old in (0, new):
            return []
        path, lo, hi, whole = [], 0, new, True
        while old != hi:
            middle = lo + split(hi - lo)
            if old <= middle:
                path.append(self._over(middle, hi))
                hi = middle
            else:
                path.append(self._over(lo, middle))
                lo, whole = middle, False
        if not whole:
            path.append(self._over(lo, hi))
        return path[::-1]

    def grown(self, old: int, leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
        """Return the nodes to be stored, by level and position, when `leaves` follow the first `old`."""
        new = {(0, old + n): leaf for n, leaf in enumerate(leaves)}
        size, stored = old + len(leaves), self._read

        def read(level: int, first: int, count: int) -> list[bytes]:
            known = [new[level, first + n] for n in range(count) if (level, first + n) in new]
            return [*stored(level, first, count - len(known)), *known] if len(known) < count else known

        overlay, level = Tree(read, self.suites), TILE
        while size >> level:
            for position in range(old >> level, size >> level):
                new[level, position] = overlay.node(level, position)
            level += TILE
        return new

    def node(self, level: int, position: int) -> bytes:
        """Return a complete node, computed from the stored level below it."""
        below = (level - 1) // TILE * TILE if level else 0
        count = 1 << level - below
        row = list(self._read(below, position * count, count))
        if len(row) != count:
            raise LookupError(f"nodes of level {below} are missing near {position * count}")
        while len(row) > 1:
            below += 1
            first = (position << level - below) + 1
            row = [
                node_hash(row[n], row[n + 1], suite_at(self.suites, (first + n // 2 << below) - 1))
                for n in range(0, len(row), 2)
            ]
        return row[0]

    def _over(self, lo: int, hi: int) -> bytes:
        """Return the hash over the leaves from `lo` to before `hi`; `lo` is aligned as the tree's ranges are."""
        width = hi - lo
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            if level % TILE == 0:
                found = self._read(level, lo >> level, 1)
                if len(found) != 1:
                    raise LookupError(f"node {level}/{lo >> level} is missing")
                return found[0]
            return self.node(level, lo >> level)
        middle = lo + split(width)
        return node_hash(self._over(lo, middle), self._over(middle, hi), suite_at(self.suites, hi - 1))
