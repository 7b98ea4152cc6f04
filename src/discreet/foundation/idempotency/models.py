"""Which key of a program's call is running, and what the call was answered."""

from django.db import models
from django.db.models import Q


class KeptAnswer(models.Model):
    """One key. `claim` is who runs the call, until `running_until`; then `status` and `sealed` hold its answer.

    Keys and contents stand as keyed hashes only, and the answer sealed: a body may name somebody.
    """

    key_hash = models.CharField(max_length=64, unique=True)
    content_hash = models.CharField(max_length=64)
    claim = models.CharField(max_length=40)
    running_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    sealed = models.BinaryField(default=b"")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__isnull=True, running_until__isnull=False)
                | Q(status__isnull=False, running_until__isnull=True),
                name="idempotency_runs_or_answered",
            ),
        ]
