"""Reading a whole ledger: bodies hashed again, tiles and roots built again. Rows, not objects, for speed."""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from discreet.engines.merkle.tiles import TILE_HEIGHT, TILE_WIDTH, Edge, Tile, split_hashes
from discreet.engines.merkle.tree import EMPTY_ROOT, HASH_BYTES
from discreet.foundation.ledger.findings import Fault, Finding, Findings
from discreet.foundation.ledger.models import WaitingEntry
from discreet.foundation.ledger.vouching import is_vouched

CHUNK_TILES = 100
CHUNK = CHUNK_TILES * TILE_WIDTH
WORTH_PROCESSES = 8 * CHUNK
_UNKNOWN = bytes(HASH_BYTES)

# Text is cast to bytes, not decoded: a spoiled byte is then a wrong hash, not an error.
_LEAVES = """
SELECT l.leaf_index, l.leaf_hash, {body},
       {start} || e.act || '","at":"' || e.at || '","subject":"' || e.subject || {end}
FROM ledger_ledgerleaf l LEFT JOIN ledger_ledgerentry e ON e.id = l.entry_id
WHERE l.leaf_index >= %s AND l.leaf_index < %s ORDER BY l.leaf_index
"""
_COUNTS = """
SELECT (SELECT count(*) FROM ledger_ledgerentry), (SELECT count(*) FROM ledger_ledgerleaf),
       (SELECT coalesce(max(leaf_index) + 1, 0) FROM ledger_ledgerleaf),
       (SELECT count(*) FROM ledger_waitingentry w JOIN ledger_ledgerentry e ON e.id = w.entry_id),
       (SELECT count(*) FROM ledger_waitingentry w JOIN ledger_ledgerleaf l ON l.entry_id = w.entry_id)
"""
_NEVER_PLACED = """
SELECT e.id FROM ledger_ledgerentry e
WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerleaf l WHERE l.entry_id = e.id)
  AND NOT EXISTS (SELECT 1 FROM ledger_waitingentry w WHERE w.entry_id = e.id)
ORDER BY e.id LIMIT 100
"""
_TILE_KEYS = "SELECT level, number FROM ledger_ledgertile ORDER BY level, number"
_CHECKPOINTS = "SELECT size, root, note FROM ledger_ledgercheckpoint ORDER BY size"


@dataclass(frozen=True, slots=True)
class SealedRoot:
    """A checkpoint row."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Head:
    """What there is, counted. `size` is what the last checkpoint seals."""

    entries: int
    leaves: int
    end: int
    waiting: int
    placed_and_waiting: int
    tiles: tuple[tuple[int, int], ...]
    checkpoints: tuple[SealedRoot, ...]

    @property
    def size(self) -> int:
        return self.checkpoints[-1].size if self.checkpoints else 0


def read_head() -> Head:
    """Return the counts, then the tiles, then the checkpoints: what is read later can only reach further."""
    entries, leaves, end, waiting, both = (int(value) for value in _rows(_COUNTS)[0])
    tiles = tuple((int(level), int(number)) for level, number in _rows(_TILE_KEYS))
    checkpoints = tuple(
        SealedRoot(size=int(size), root=_as_bytes(root), note=str(note))
        for size, root, note in _rows(_CHECKPOINTS)
    )
    return Head(entries, leaves, end, waiting, both, tiles, checkpoints)


def check_head(head: Head, findings: Findings) -> None:
    """Find leaves beyond the last checkpoint, tiles that cannot be, and entries without a place or not ours."""
    if head.end > head.size:
        findings.add(Fault.LEAF_UNSEALED, head.size)
    for level, number in head.tiles:
        if not 0 <= number < head.size >> (TILE_HEIGHT * (level + 1)):
            findings.add(Fault.TILE_UNEXPECTED, f"{level}/{number}")
    for entry_id, body, given in WaitingEntry.objects.values_list("pk", "entry__body", "voucher").iterator():
        if not is_vouched(entry_id, body, given):
            findings.add(Fault.ENTRY_FORGED, entry_id)
    if head.entries != head.leaves + head.waiting - head.placed_and_waiting:
        for (entry_id,) in _rows(_NEVER_PLACED):
            findings.add(Fault.ENTRY_NEVER_PLACED, entry_id)


def scan_tree(*, size: int, sizes: Iterable[int], findings: Findings) -> dict[int, bytes]:
    """Return the recomputed root at each of `sizes` (those beyond `size` left out), and at `size`."""
    wanted = sorted({one for one in sizes if 0 < one <= size} | ({size} if size else set()), reverse=True)
    roots = {0: EMPTY_ROOT}
    edge = Edge()
    upper = _stored_tiles("level > 0", [])
    for chunk in _hashed_chunks(size):
        hashes = split_hashes(chunk.hashes)
        for finding in chunk.findings:
            findings.add(finding.fault, finding.where)
        numbers = [chunk.first // TILE_WIDTH, chunk.first // TILE_WIDTH + CHUNK_TILES]
        stored = upper | _stored_tiles("level = 0 AND number >= %s AND number < %s", numbers)
        for start in range(0, len(hashes), TILE_WIDTH):
            part = hashes[start : start + TILE_WIDTH]
            while wanted and wanted[-1] <= edge.size + len(part):
                at = wanted.pop()
                roots[at] = edge.root_with(part[: at - edge.size])
            if len(part) == TILE_WIDTH:
                for tile in edge.extend_tile(part):
                    _compare_tile(tile, stored, findings)
    return roots


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The recomputed hashes of the leaves from `first` on, side by side, and what was found in them."""

    first: int
    hashes: bytes
    findings: tuple[Finding, ...]


def _hashed_chunks(size: int) -> Iterator[_Chunk]:
    """Yield the chunks in order; from a process for each processor where the work is worth it and it is safe.

    A fork is safe only without threads, and when no connection is open that two processes would then share.
    """
    ranges = [(first, min(size, first + CHUNK)) for first in range(0, size, CHUNK)]
    processes = min(os.cpu_count() or 1, 4)
    is_alone = threading.active_count() == 1 and not connection.in_atomic_block
    if size < WORTH_PROCESSES or processes == 1 or not is_alone:
        yield from map(_hash_chunk, ranges)
        return
    connection.close()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap(_hash_chunk, ranges)


def _hash_chunk(bounds: tuple[int, int]) -> _Chunk:
    findings = Findings()
    joined = b"".join(_leaf_hashes(*bounds, findings))
    return _Chunk(first=bounds[0], hashes=joined, findings=tuple(findings.found))


def _leaf_hashes(first: int, end: int, findings: Findings) -> Iterator[bytes]:
    """Yield the hash of every body in [first, end); zeros where there is none."""
    sha256 = hashlib.sha256
    expected = first
    for index, stored, body, prefix in _rows(_leaves_statement(), [first, end]):
        while expected < index:
            findings.add(Fault.LEAF_MISSING, expected)
            yield _UNKNOWN
            expected += 1
        expected += 1
        if body is None:
            findings.add(Fault.ENTRY_MISSING, index)
            yield _UNKNOWN
            continue
        value = sha256(b"\x00" + body).digest()
        if value != stored:
            findings.add(Fault.ENTRY_CHANGED, index)
        elif prefix is None or not body.startswith(prefix):
            findings.add(Fault.COLUMNS_CHANGED, index)
        yield value
    for missing in range(expected, end):
        findings.add(Fault.LEAF_MISSING, missing)
        yield _UNKNOWN


def _compare_tile(tile: Tile, stored: dict[tuple[int, int], tuple[bytes, bytes]], findings: Findings) -> None:
    found = stored.get((tile.level, tile.number))
    if found is None:
        findings.add(Fault.TILE_MISSING, f"{tile.level}/{tile.number}")
    elif found != (tile.hashes, tile.root):
        findings.add(Fault.TILE_CHANGED, f"{tile.level}/{tile.number}")


def _stored_tiles(condition: str, parameters: list[int]) -> dict[tuple[int, int], tuple[bytes, bytes]]:
    statement = f"SELECT level, number, hashes, root FROM ledger_ledgertile WHERE {condition}"  # noqa: S608
    rows = _rows(statement, parameters)
    return {(level, number): (_as_bytes(hashes), _as_bytes(root)) for level, number, hashes, root in rows}


def _leaves_statement() -> str:
    if connection.vendor == "postgresql":
        body, start, end = "convert_to(e.body, 'UTF8')", 'convert_to(\'{"v":1,"act":"\'', "'\",', 'UTF8')"
    else:
        body, start, end = "CAST(e.body AS BLOB)", 'CAST(\'{"v":1,"act":"\'', "'\",' AS BLOB)"
    return _LEAVES.format(body=body, start=start, end=end)


def _as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _rows(statement: str, parameters: list[int] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or [])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
