"""Proofs of the tree: the vectors everybody uses, every size to 64, and every way to spoil a proof."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from lianxin.ledger.proofs import Roots, consistent, digest, leaf_hash, root_of, split, suite_at
from lianxin.ledger.tree import Tree
from tests.ledger import trees

VECTORS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Inputs and roots of the RFC 6962 reference implementation (Certificate Transparency, merkle tests)."""


class Stored:
    """Nodes kept as the database keeps them."""

    def __init__(self, leaves: Sequence[bytes], suites: str = "0:sha256", step: int = 7) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.tree = Tree(self.read, suites)
        for first in range(0, len(leaves), step):
            self.nodes |= self.tree.grown(first, leaves[first : first + step])

    def read(self, level: int, first: int, count: int) -> list[bytes]:
        return [self.nodes[level, n] for n in range(first, first + count) if (level, n) in self.nodes]


def leaves(count: int) -> list[bytes]:
    return [trees.leaf(n) for n in range(count)]


@pytest.mark.parametrize("size", ROOTS)
def test_log_06_the_known_vectors(size: int) -> None:
    made = [leaf_hash(bytes.fromhex(text)) for text in VECTORS[:size]]
    assert Stored(made).tree.root(size).hex() == ROOTS[size]
    roots = Roots("0:sha256")
    for leaf in made:
        roots.add(leaf)
    assert roots.root().hex() == ROOTS[size]


def test_log_06_the_empty_tree() -> None:
    assert Stored([]).tree.root(0) == Roots("0:sha256").root() == hashlib.sha256(b"").digest()


def test_log_06_every_inclusion_to_64() -> None:
    all_leaves = leaves(64)
    stored = Stored(all_leaves)
    for size in range(1, 65):
        root = trees.mth(all_leaves[:size])
        for position in range(size):
            path = stored.tree.inclusion(position, size)
            assert path == trees.path(position, all_leaves[:size])
            assert root_of(all_leaves[position], position, size, path) == root


def test_log_06_every_growth_to_64() -> None:
    all_leaves = leaves(64)
    stored = Stored(all_leaves)
    roots = [trees.mth(all_leaves[:size]) for size in range(65)]
    for new in range(1, 65):
        for old in range(new + 1):
            path = stored.tree.consistency(old, new)
            assert path == ([] if old == 0 else trees.proof(old, all_leaves[:new]))
            assert consistent(old, roots[old], new, roots[new], path)


@pytest.mark.parametrize("size", [255, 256, 257, 511, 1000])
def test_log_06_proofs_across_stored_levels(size: int) -> None:
    all_leaves = leaves(size)
    stored = Stored(all_leaves, step=100)
    assert max(level for level, _ in stored.nodes) == (8 if size >= 256 else 0)
    root = trees.mth(all_leaves)
    assert stored.tree.root(size) == root
    for position in (0, 1, 254, size // 2, size - 1):
        path = stored.tree.inclusion(position, size)
        assert root_of(all_leaves[position], position, size, path) == root
    for old in (1, 128, 200, 255, size - 1):
        assert consistent(old, trees.mth(all_leaves[:old]), size, root, stored.tree.consistency(old, size))


def test_log_06_two_levels_of_tiles() -> None:
    all_leaves = leaves(65536 + 300)
    stored = Stored(all_leaves, step=4096)
    assert max(level for level, _ in stored.nodes) == 16
    roots = Roots("0:sha256")
    for leaf in all_leaves:
        roots.add(leaf)
    size = len(all_leaves)
    assert stored.tree.root(size) == roots.root()
    path = stored.tree.inclusion(65535, size)
    assert root_of(all_leaves[65535], 65535, size, path) == roots.root() and len(path) == 17


def spoiled(path: list[bytes]) -> list[list[bytes]]:
    found = [
        path[:-1],
        path[1:],
        [*path, b"\x00" * 32],
        [*path, path[0]],
        path[::-1],
        [],
        [path[0][:31], *path[1:]],
    ]
    found += [[*path[:n], bytes(32), *path[n + 1 :]] for n in range(len(path))]
    found += [[*path[:n], path[n + 1], path[n], *path[n + 2 :]] for n in range(len(path) - 1)]
    return [one for one in found if one != path]


def test_log_06_no_spoiled_inclusion_holds() -> None:
    all_leaves = leaves(13)
    stored, root = Stored(all_leaves), trees.mth(all_leaves)
    for position in range(12):
        path = stored.tree.inclusion(position, 13)
        for wrong in spoiled(path):
            assert root_of(all_leaves[position], position, 13, wrong) != root
        for other in (*range(position), *range(position + 1, 14), -1, 2**31, 2**62):
            assert root_of(all_leaves[position], other, 13, path) != root
        for size in (0, 1, position, 2**31, 2**63):
            assert root_of(all_leaves[position], position, size, path) != root


def test_log_06_no_spoiled_growth_holds() -> None:
    all_leaves = leaves(13)
    stored = Stored(all_leaves)
    roots = [trees.mth(all_leaves[:size]) for size in range(14)]
    for old in range(1, 13):
        path = stored.tree.consistency(old, 13)
        for wrong in spoiled(path):
            assert not consistent(old, roots[old], 13, roots[13], wrong)
        for other in range(1, 14):
            if other != old:
                assert not consistent(old, roots[other], 13, roots[13], path)
                assert not consistent(other, roots[old], 13, roots[13], path)
                assert not consistent(old, roots[old], 13, roots[other - 1], path)
        assert not consistent(old, roots[old], 2**31, roots[13], path)
    assert not consistent(13, roots[13], 12, roots[12], [])
    assert not consistent(13, roots[13], 13, roots[12], [])
    assert not consistent(0, roots[1], 13, roots[13], [])


@pytest.mark.parametrize("change", [1, 5, 8, 256, 300])
def test_log_14_a_suite_changed_at_a_leaf(change: int) -> None:
    size, suites = 520, f"0:sha256,{change}:sm3"
    made = [leaf_hash(str(n).encode(), suite_at(suites, n)) for n in range(size)]
    stored = Stored(made, suites, step=60)

    def root(lo: int, hi: int) -> bytes:
        if hi - lo == 1:
            return made[lo]
        middle = lo + split(hi - lo)
        return digest(b"\x01" + root(lo, middle) + root(middle, hi), suite_at(suites, hi - 1))

    before, after = root(0, change), root(0, size)
    assert stored.tree.root(size) == after
    if change > 1:
        assert before == trees.mth(made[:change])
    for position in (0, change - 1, change, size - 1):
        path = stored.tree.inclusion(position, size)
        assert root_of(made[position], position, size, path, suites) == after
        assert root_of(made[position], position, size, path) != after
    path = stored.tree.consistency(change, size)
    assert consistent(change, before, size, after, path, suites)
    assert not consistent(change, before, size, after, path)
