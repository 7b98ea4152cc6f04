"""What a verification can find."""

from dataclasses import dataclass, field
from enum import StrEnum

MAX_FINDINGS = 100


class Fault(StrEnum):
    """What is wrong. A finding's `where` is an index, an entry's id, a size or sizes, a tile or a trigger."""

    ENTRY_CHANGED = "entry_changed"
    COLUMNS_CHANGED = "columns_changed"
    ENTRY_MISSING = "entry_missing"
    ENTRY_FORGED = "entry_forged"
    ENTRY_NEVER_PLACED = "entry_never_placed"
    LEAF_MISSING = "leaf_missing"
    LEAF_UNSEALED = "leaf_unsealed"
    TILE_CHANGED = "tile_changed"
    TILE_MISSING = "tile_missing"
    TILE_UNEXPECTED = "tile_unexpected"
    CHECKPOINT_FORGED = "checkpoint_forged"
    CHECKPOINT_CONTRADICTED = "checkpoint_contradicted"
    CHECKPOINT_MISSING = "checkpoint_missing"
    ROLLED_BACK = "rolled_back"
    FORKED = "forked"
    WITNESS_FORGED = "witness_forged"
    CHECKPOINT_FOREIGN = "checkpoint_foreign"
    WITNESS_BEHIND = "witness_behind"
    WITNESS_EMPTY = "witness_empty"
    GUARD_MISSING = "guard_missing"
    UNREADABLE = "unreadable"


# The second place lacks what the database holds: nothing contradicts, and the sequencer makes up for it.
LACKING = frozenset({Fault.WITNESS_BEHIND, Fault.WITNESS_EMPTY})


@dataclass(frozen=True, slots=True)
class Finding:
    fault: Fault
    where: str


@dataclass(slots=True)
class Findings:
    """What was found so far, up to a limit: a ruined ledger must not fill the memory."""

    found: dict[Finding, None] = field(default_factory=dict)

    def add(self, fault: Fault, where: object) -> None:
        if len(self.found) < MAX_FINDINGS:
            self.found[Finding(fault=fault, where=str(where))] = None
