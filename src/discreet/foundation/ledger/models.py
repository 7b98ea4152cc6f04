"""Evidence and the tree over it. Triggers (`guards.py`) forbid changing or deleting what is append-only.

Source: RFC 6962 section 2.1 (tree), C2SP tlog-tiles (tiles), C2SP tlog-checkpoint (checkpoints).
"""

from django.db import models


class LedgerEntry(models.Model):
    """One act's evidence. `body` is the truth; `act`, `at`, `subject` copy parts of it for look-ups.

    Append-only. `at` is UTC text of fixed width: its order is the order of time.
    """

    act = models.CharField(max_length=100)
    at = models.CharField(max_length=27)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"]),
            models.Index(fields=["act", "at"]),
        ]


class LedgerLeaf(models.Model):
    """The place of an entry in the tree, given once. Append-only."""

    leaf_index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="leaf")
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(leaf_index__gte=0), name="ledger_leaf_index")
        ]


class LedgerTile(models.Model):
    """A full tile: 256 hashes of one level, and the root over them. Append-only.

    Partial tiles are not stored: they are the leaves, or the roots of tiles, after the last full tile.
    """

    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)
    root = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "number"], name="ledger_tile_once")]


class LedgerCheckpoint(models.Model):
    """A signed statement of size and root. One for each size, so two sequencers cannot fork. Append-only."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()


class WaitingEntry(models.Model):
    """An entry that has no place in the tree yet. Written with the entry, deleted by the sequencer.

    `voucher` shows that Discreet wrote it, and nobody who has only the database: see `vouching.py`.
    """

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, primary_key=True)
    voucher = models.BinaryField(max_length=32)


class PersonSalt(models.Model):
    """What opens an entry's commitment to a person. Deletable: the entry's proof stays valid without it."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT)
    position = models.PositiveIntegerField()
    person_ref = models.CharField(max_length=40, db_index=True)
    salt = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "position"], name="ledger_salt_once")]
