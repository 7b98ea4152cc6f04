"""The tree, its tiles and its proofs agree with RFC 6962, read literally."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discreet.engines.merkle.proofs import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    tree_root,
)
from discreet.engines.merkle.tiles import Edge, Tile, split_hashes, tile_path, widths
from discreet.engines.merkle.tree import EMPTY_ROOT, leaf_hash, node_hash, root_of

LEAVES = [leaf_hash(str(number).encode()) for number in range(70_000)]


def mth(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, word by word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], complete: bool) -> list[bytes]:
    """RFC 6962 section 2.1.2, word by word."""
    if m == len(leaves):
        return [] if complete else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], complete), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


class Stored:
    """Tiles in memory: the full ones, and what the edge holds."""

    def __init__(self, size: int) -> None:
        self.edge = Edge()
        self.full: dict[tuple[int, int], Tile] = {}
        for tile in self.edge.extend(LEAVES[:size]):
            self.full[tile.level, tile.number] = tile

    def hashes(self, level: int, number: int) -> Sequence[bytes]:
        tile = self.full.get((level, number))
        return split_hashes(tile.hashes) if tile else self.edge.levels[level]


LARGE = Stored(70_000)
SIZES = st.one_of(st.integers(1, 40), st.integers(200, 700), st.integers(65_400, 65_700))


def test_the_roots_of_the_reference_trees_are_those_other_implementations_compute() -> None:
    """Vectors of the Certificate Transparency reference implementation."""
    bodies = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
    hashes = [leaf_hash(body) for body in bodies]
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(hashes[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert root_of(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@settings(max_examples=60, deadline=None)
@given(SIZES)
def test_the_edge_of_a_growing_tree_gives_the_root_of_the_rfc(size: int) -> None:
    expected = mth(LEAVES[:size])
    edge = Edge()
    edge.extend(LEAVES[:size])
    assert edge.root() == expected
    assert root_of(LEAVES[:size]) == expected
    assert tree_root(LARGE, size) == expected
    assert [len(level) for level in edge.levels] == widths(size)[: len(edge.levels)]


@given(st.integers(0, 4), st.integers(0, 256))
def test_whole_tiles_and_a_rest_give_the_same_root_as_single_leaves(tiles: int, rest: int) -> None:
    whole = Edge()
    for number in range(tiles):
        whole.extend_tile(LEAVES[256 * number : 256 * (number + 1)])
    leaves = LEAVES[: 256 * tiles + rest]
    assert whole.root_with(leaves[256 * tiles :]) == mth(leaves)


@settings(max_examples=150, deadline=None)
@given(SIZES, st.data())
def test_inclusion_proofs_are_those_of_the_rfc_and_verify(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(LARGE, index=index, size=size)
    if size < 1000:
        assert proof == path(index, LEAVES[:size])
    root = tree_root(LARGE, size)
    assert is_included(leaf=LEAVES[index], index=index, size=size, proof=proof, root=root)


@settings(max_examples=150, deadline=None)
@given(SIZES, st.data())
def test_consistency_proofs_are_those_of_the_rfc_and_verify(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size))
    proof = consistency_proof(LARGE, old_size=old_size, new_size=size)
    if size < 1000:
        assert proof == subproof(old_size, LEAVES[:size], True)
    old, new = tree_root(LARGE, old_size), tree_root(LARGE, size)
    assert is_consistent(old_size=old_size, old_root=old, new_size=size, new_root=new, proof=proof)


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 300), st.data())
def test_a_proof_with_any_change_does_not_verify(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = tree_root(LARGE, size)
    proof = inclusion_proof(LARGE, index=index, size=size)
    at = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[at]) ^ (1 << bit)).to_bytes(32)
    changes = [
        [*proof[:at], flipped, *proof[at + 1 :]],
        [*proof[:at], *proof[at + 1 :]],
        [*proof[:at], proof[at], *proof[at:]],
        [*proof, EMPTY_ROOT],
        [],
    ]
    for changed in changes:
        assert not is_included(leaf=LEAVES[index], index=index, size=size, proof=changed, root=root)
    other = data.draw(st.integers(0, size - 1).filter(lambda value: value != index))
    assert not is_included(leaf=LEAVES[index], index=other, size=size, proof=proof, root=root)
    assert not is_included(leaf=LEAVES[other], index=index, size=size, proof=proof, root=root)


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 300), st.data())
def test_a_fork_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(1, size - 1))
    changed_at = data.draw(st.integers(0, old_size - 1))
    forked = [*LEAVES[:changed_at], leaf_hash(b"forged"), *LEAVES[changed_at + 1 : old_size]]
    proof = consistency_proof(LARGE, old_size=old_size, new_size=size)
    new_root = tree_root(LARGE, size)
    assert not is_consistent(
        old_size=old_size, old_root=mth(forked), new_size=size, new_root=new_root, proof=proof
    )
    assert not is_consistent(
        old_size=old_size, old_root=new_root, new_size=size, new_root=new_root, proof=proof
    )


def test_a_proof_for_a_leaf_outside_the_tree_is_refused() -> None:
    with pytest.raises(ValueError, match="not in the tree"):
        inclusion_proof(LARGE, index=5, size=5)
    assert not is_included(leaf=LEAVES[5], index=5, size=5, proof=[], root=LEAVES[5])


def test_the_tiles_of_a_tree_of_70000_are_those_the_specification_names() -> None:
    """C2SP tlog-tiles, "Partial Tiles": the worked example."""
    assert widths(70_000) == [112, 17, 1]
    assert sum(1 for level, _ in LARGE.full if level == 0) == 273
    assert sum(1 for level, _ in LARGE.full if level == 1) == 1
    assert tile_path(level=0, number=1234067) == "tile/0/x001/x234/067"
    assert tile_path(level=2, number=0, width=1) == "tile/2/000.p/1"
