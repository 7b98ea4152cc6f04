"""The tree as it lies in the database, for proofs and for growing it."""

from collections.abc import Sequence

from discreet.engines.merkle.tiles import TILE_HEIGHT, TILE_WIDTH, Edge, split_hashes, widths
from discreet.foundation.ledger.models import LedgerLeaf, LedgerTile


class StoredTiles:
    """Reads tiles: a full one is a row; a partial one is the leaves, or the roots of the tiles below."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], list[bytes]] = {}

    def hashes(self, level: int, number: int) -> Sequence[bytes]:
        if (level, number) not in self._known:
            self._known[level, number] = self._read(level, number)
        return self._known[level, number]

    def _read(self, level: int, number: int) -> list[bytes]:
        full = LedgerTile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
        if full is not None:
            return split_hashes(bytes(full))
        first, end = number * TILE_WIDTH, (number + 1) * TILE_WIDTH
        if level == 0:
            leaves = LedgerLeaf.objects.filter(leaf_index__gte=first, leaf_index__lt=end)
            return [bytes(one) for one in leaves.order_by("leaf_index").values_list("leaf_hash", flat=True)]
        below = LedgerTile.objects.filter(level=level - 1, number__gte=first, number__lt=end)
        return [bytes(one) for one in below.order_by("number").values_list("root", flat=True)]


def load_edge(size: int) -> Edge:
    """Return the right edge of the tree's first `size` leaves, from at most one tile a level."""
    tiles = StoredTiles()
    levels = [
        list(tiles.hashes(level, size >> (TILE_HEIGHT * (level + 1))))[:width] if width else []
        for level, width in enumerate(widths(size))
    ]
    return Edge(size=size, levels=levels)
