"""Facts of the ledger about itself: only what leads to a root that the ledger's key signed.

A row that only stands in the table could be anybody's who can write to the database.
"""

import json

from discreet.engines.merkle.checkpoint import Checkpoint, open_checkpoint
from discreet.engines.merkle.note import NoteInvalid
from discreet.engines.merkle.proofs import TileIncomplete, inclusion_proof, is_included
from discreet.engines.merkle.tree import leaf_hash
from discreet.foundation.ledger.models import LedgerCheckpoint, LedgerEntry
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.stored_tiles import StoredTiles


def sealed_facts(act: str) -> list[dict[str, int]]:
    """Return the facts of every sealed entry of the act, oldest first."""
    head = LedgerCheckpoint.objects.order_by("-size").values_list("note", flat=True).first()
    try:
        signed = open_checkpoint(head, key=log_key()) if head else None
    except NoteInvalid:
        signed = None
    if signed is None:
        return []
    rows = LedgerEntry.objects.filter(act=act, leaf__leaf_index__lt=signed.size)
    placed = rows.order_by("leaf__leaf_index").values_list("leaf__leaf_index", "body")
    tiles = StoredTiles()
    return [json.loads(body)["facts"] for index, body in placed if _is_sealed(tiles, signed, index, body)]


def _is_sealed(tiles: StoredTiles, signed: Checkpoint, index: int, body: str) -> bool:
    try:
        proof = inclusion_proof(tiles, index=index, size=signed.size)
    except TileIncomplete:
        return False
    leaf = leaf_hash(body.encode())
    return is_included(leaf=leaf, index=index, size=signed.size, proof=proof, root=signed.root)
