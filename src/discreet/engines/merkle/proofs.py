"""Proofs of inclusion and of consistency: made from tiles, checked with nothing but hashes.

Source: RFC 6962 section 2.1.1 and 2.1.2 (making), RFC 9162 section 2.1.3.2 and 2.1.4.2 (checking).
"""

from collections.abc import Sequence
from typing import Protocol

from discreet.engines.merkle.tiles import TILE_HEIGHT, TILE_WIDTH
from discreet.engines.merkle.tree import EMPTY_ROOT, node_hash, root_of


class TileIncomplete(ValueError):
    """A tile lacks hashes that a tree of this size has."""


class TileReader(Protocol):
    def hashes(self, level: int, number: int) -> Sequence[bytes]:
        """Return the hashes of a tile, full or partial."""


def tree_root(reader: TileReader, size: int) -> bytes:
    """Return the root of the tree's first `size` leaves."""
    return _range_root(reader, 0, size) if size else EMPTY_ROOT


def inclusion_proof(reader: TileReader, *, index: int, size: int) -> list[bytes]:
    """Return the sibling hashes from leaf `index` up to the root of the first `size` leaves.

    Raises:
        ValueError: the index is not in the tree.
    """
    if not 0 <= index < size:
        raise ValueError("the index is not in the tree")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_range_root(reader, middle, high))
            high = middle
        else:
            proof.append(_range_root(reader, low, middle))
            low = middle
    return proof[::-1]


def consistency_proof(reader: TileReader, *, old_size: int, new_size: int) -> list[bytes]:
    """Return the hashes which show that the first `old_size` leaves of both trees are the same.

    Raises:
        ValueError: unless 0 < old_size <= new_size.
    """
    if not 0 < old_size <= new_size:
        raise ValueError("the old tree is neither empty nor larger than the new one")
    proof: list[bytes] = []
    low, high = 0, new_size
    is_old_root = True
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            proof.append(_range_root(reader, middle, high))
            high = middle
        else:
            proof.append(_range_root(reader, low, middle))
            low = middle
            is_old_root = False
    if not is_old_root:
        proof.append(_range_root(reader, low, high))
    return proof[::-1]


def is_included(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the proof leads from the leaf hash to the root."""
    if not 0 <= index < size:
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def is_consistent(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the new tree begins with the old one. Every tree begins with the empty one."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if old_size == new_size:
        return not proof and old_root == new_root
    path = [*([old_root] if old_size & (old_size - 1) == 0 else []), *proof]
    if not path:
        return False
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_computed = new_computed = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_computed = node_hash(new_computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_computed == old_root and new_computed == new_root


def _split(count: int) -> int:
    """Return the largest power of two below `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(reader: TileReader, low: int, high: int) -> bytes:
    """Return the root over leaves [low, high), where low is aligned as RFC 6962's splits leave it."""
    count = high - low
    if count & (count - 1) == 0:
        return _subtree_root(reader, count.bit_length() - 1, low)
    middle = low + _split(count)
    return node_hash(_range_root(reader, low, middle), _range_root(reader, middle, high))


def _subtree_root(reader: TileReader, height: int, low: int) -> bytes:
    """Return the root of the full subtree of `2**height` leaves that begins at leaf `low`."""
    level, inner = divmod(height, TILE_HEIGHT)
    first = low >> (TILE_HEIGHT * level)
    number, offset = divmod(first, TILE_WIDTH)
    hashes = reader.hashes(level, number)[offset : offset + (1 << inner)]
    if len(hashes) != 1 << inner:
        raise TileIncomplete(f"tile {level}/{number} lacks hashes")
    return root_of(hashes)
