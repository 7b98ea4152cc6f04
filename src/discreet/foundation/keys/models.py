"""Wrapped keys and the deletable rows that say who a `person_ref` is."""

from django.db import models


class KeyringMark(models.Model):
    """Recognises the keyring this database belongs to. There is one row at most."""

    fingerprint = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="keys_one_mark"),
        ]


class DataKey(models.Model):
    """A company-wide data key, wrapped by the keyring's root key."""

    name = models.CharField(max_length=64, primary_key=True)
    wrapped = models.BinaryField()


class CaseKey(models.Model):
    """The key of one case. Deleting the row destroys everything sealed under it."""

    case_id = models.CharField(max_length=64, primary_key=True)
    wrapped = models.BinaryField()


class PersonRef(models.Model):
    """Who a random reference in the ledger is. Deleting the row leaves the reference meaningless."""

    ref = models.CharField(max_length=40, primary_key=True)
    source = models.CharField(max_length=120)
    table = models.CharField(max_length=250)
    key_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "table", "key_digest"], name="keys_one_ref_per_person"),
        ]


class ScrubDue(models.Model):
    """Deleted keys may still stand in the database's own files until they are scrubbed."""

    since = models.DateTimeField(auto_now_add=True)
