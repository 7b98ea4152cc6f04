"""What each fault means, as a template for `gettext`."""

from discreet.foundation.ledger.findings import Fault
from discreet.vocabulary.text import gettext_noop

FAULTS: dict[Fault, str] = {
    Fault.ENTRY_CHANGED: gettext_noop("An entry was changed, moved or replaced"),
    Fault.COLUMNS_CHANGED: gettext_noop("An entry's look-up columns contradict its body"),
    Fault.ENTRY_MISSING: gettext_noop("An entry was removed"),
    Fault.ENTRY_FORGED: gettext_noop("An entry that Discreet did not write waits for its place"),
    Fault.ENTRY_NEVER_PLACED: gettext_noop("An entry was kept from getting its place"),
    Fault.LEAF_MISSING: gettext_noop("A place in the tree is empty"),
    Fault.LEAF_UNSEALED: gettext_noop("Entries stand behind the last checkpoint: checkpoints were removed"),
    Fault.TILE_CHANGED: gettext_noop("The tree contradicts the entries"),
    Fault.TILE_MISSING: gettext_noop("A part of the tree was removed"),
    Fault.TILE_UNEXPECTED: gettext_noop("The tree holds parts that cannot be"),
    Fault.CHECKPOINT_FORGED: gettext_noop("A checkpoint is not signed with the ledger's key"),
    Fault.CHECKPOINT_CONTRADICTED: gettext_noop("The entries contradict a signed checkpoint"),
    Fault.CHECKPOINT_MISSING: gettext_noop("A checkpoint that was given out is missing"),
    Fault.ROLLED_BACK: gettext_noop(
        "The end was cut off or the database rolled back: a later checkpoint exists"
    ),
    Fault.FORKED: gettext_noop("History was rewritten: it contradicts a checkpoint that was given out"),
    Fault.WITNESS_FORGED: gettext_noop(
        "The second place holds something that is not a checkpoint of this ledger"
    ),
    Fault.CHECKPOINT_FOREIGN: gettext_noop("The checkpoint given is not signed with this ledger's key"),
    Fault.WITNESS_BEHIND: gettext_noop("The second place lacks a checkpoint"),
    Fault.WITNESS_EMPTY: gettext_noop(
        "The second place (DISCREET_CHECKPOINT_DIR) holds no checkpoint here, so a cut or rolled-back end would "
        "not be seen; machines that share a database share this folder too"
    ),
    Fault.GUARD_MISSING: gettext_noop("A trigger that forbids changes was removed"),
    Fault.UNREADABLE: gettext_noop("The database or the second place cannot be read"),
}
