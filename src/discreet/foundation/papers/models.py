"""What is known of papers: which kind, when, and what became of them. Nothing that stands in one, and no file's name."""

from django.db import models
from django.db.models import Q

from discreet.foundation.papers.rules import MOST_EVER_A_CASE


class PaperAsk(models.Model):
    """Whether a case waits for a paper, and for which. One row a case; the papers of a case are counted under it."""

    case_number = models.CharField(max_length=16, unique=True)
    purpose = models.CharField(max_length=16)
    asked_at = models.DateTimeField()
    is_open = models.BooleanField(default=True)
    received = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(received__lte=MOST_EVER_A_CASE), name="papers_bound_a_case")
        ]


class Paper(models.Model):
    """One paper. As long as `gone_at` is empty, its sealed file lies in HOME/papers."""

    paper_id = models.CharField(max_length=32, unique=True)
    case_number = models.CharField(max_length=16, db_index=True)
    purpose = models.CharField(max_length=16)
    says = models.CharField(
        max_length=24, blank=True, default=""
    )  # `rules.Seen`, as its sender says; unproven
    file_type = models.CharField(max_length=4)
    size = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, blank=True)
    scanned_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=150, blank=True)
    lacking = models.CharField(
        max_length=12, blank=True, default=""
    )  # `rules.Lack`, where it was not accepted
    is_accepted = models.BooleanField(null=True)
    seen = models.CharField(max_length=24, blank=True)
    gone_at = models.DateTimeField(null=True)
    gone_why = models.CharField(max_length=16, blank=True)
    file_removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["received_at"], condition=Q(gone_at__isnull=True), name="papers_lying"),
            models.Index(
                fields=["gone_at"],
                condition=Q(gone_at__isnull=False, file_removed_at__isnull=True),
                name="papers_to_remove",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True) | Q(gone_at__isnull=False),
                name="papers_gone_once_checked",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="infected") | Q(gone_at__isnull=False), name="papers_infected_is_gone"
            ),
            models.CheckConstraint(
                condition=Q(file_removed_at__isnull=True) | Q(gone_at__isnull=False),
                name="papers_removed_once_gone",
            ),
        ]


class PaperLook(models.Model):
    """Who looked at a paper, and why, sealed. A person looks once."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="looks")
    person = models.CharField(max_length=150)
    at = models.DateTimeField()
    reason_sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "person"], name="papers_one_look_a_person")]
