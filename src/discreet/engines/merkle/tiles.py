"""Tiles of 256 hashes, and the right edge of a tree that grows. Source: C2SP tlog-tiles.

Tile `number` of level `n` holds the roots of 256 consecutive full tiles of level `n - 1`; level 0 holds leaf
hashes. Only a full tile is hashed into the level above.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from discreet.engines.merkle.tree import EMPTY_ROOT, HASH_BYTES, root_of

TILE_WIDTH = 256
TILE_HEIGHT = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile. `hashes` is 256 hashes side by side, `root` the root over them."""

    level: int
    number: int
    hashes: bytes
    root: bytes


def split_hashes(joined: bytes) -> list[bytes]:
    """Return the hashes that stand side by side in a tile.

    Raises:
        ValueError: the length is not a whole number of hashes.
    """
    if len(joined) % HASH_BYTES:
        raise ValueError("a tile holds whole hashes")
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def tile_path(*, level: int, number: int, width: int = TILE_WIDTH) -> str:
    """Return the address of a tile below a log's prefix, e.g. `tile/0/x001/x234/067.p/12`."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    suffix = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{suffix}"


def widths(size: int) -> list[int]:
    """Return how many hashes (0 to 255) stand in the partial tile of each level of a tree of `size` leaves."""
    found = []
    while size:
        found.append(size % TILE_WIDTH)
        size //= TILE_WIDTH
    return found


@dataclass(slots=True)
class Edge:
    """The partial tiles of a tree: enough to grow it and to know its root.

    `levels[n]` holds the 0 to 255 hashes of level n that are in no full tile yet.
    """

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    def extend(self, leaf_hashes: Iterable[bytes]) -> list[Tile]:
        """Append leaves; return the tiles that became full, lower ones first."""
        full: list[Tile] = []
        for leaf in leaf_hashes:
            self.size += 1
            self._push(0, leaf, full)
        return full

    def extend_tile(self, leaf_hashes: Sequence[bytes]) -> list[Tile]:
        """Append 256 leaves to a tree of whole tiles; like `extend`, faster.

        Raises:
            ValueError: the tree does not end with a full tile, or there are not 256 leaves.
        """
        if self.size % TILE_WIDTH or len(leaf_hashes) != TILE_WIDTH:
            raise ValueError("only a whole tile can be appended to whole tiles")
        tile = Tile(0, self.size // TILE_WIDTH, b"".join(leaf_hashes), root_of(leaf_hashes))
        self.size += TILE_WIDTH
        full = [tile]
        if not self.levels:
            self.levels.append([])
        self._push(1, tile.root, full)
        return full

    def root(self) -> bytes:
        return self.root_with([])

    def root_with(self, leaf_hashes: Sequence[bytes]) -> bytes:
        """Return the root as if these leaves (at most to the end of the last tile) stood after the tree."""
        carried: list[bytes] = list(leaf_hashes)
        for number, level in enumerate(self.levels or [[]]):
            items = level + carried
            if number == 0 and len(items) > TILE_WIDTH:
                raise ValueError("more leaves than the last tile holds")
            carried = [root_of(items)] if items else []
        return carried[0] if carried else EMPTY_ROOT

    def _push(self, level: int, value: bytes, full: list[Tile]) -> None:
        while len(self.levels) <= level:
            self.levels.append([])
        hashes = self.levels[level]
        hashes.append(value)
        if len(hashes) == TILE_WIDTH:
            number = (self.size >> (TILE_HEIGHT * (level + 1))) - 1
            tile = Tile(level, number, b"".join(hashes), root_of(hashes))
            full.append(tile)
            hashes.clear()
            self._push(level + 1, tile.root, full)
