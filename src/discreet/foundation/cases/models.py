"""What has an owner, a state, clocks, tasks and a timeline. Its person stands only in the sealed blob."""

from django.db import models
from django.db.models import F, Q


class CaseNumber(models.Model):
    """The last number given out for a prefix: `R` → 1041."""

    prefix = models.CharField(max_length=4, primary_key=True)
    last = models.PositiveIntegerField(default=1000)


class Case(models.Model):
    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=80)
    state = models.CharField(max_length=32)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=150, blank=True)
    subject = models.BinaryField(default=bytes)
    version = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=12)
    closed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The lists' order and counts, read without the rows: of open cases, of ended ones, of all. SQLite takes
            # a partial index for that only if it also holds the column of its condition.
            models.Index(
                F("kind").asc(),
                F("due_at").asc(),
                F("id").desc(),
                F("closed_at").asc(),
                condition=Q(closed_at__isnull=True),
                name="cases_open",
            ),
            models.Index(
                F("kind").asc(),
                F("id").desc(),
                F("closed_at").asc(),
                condition=Q(closed_at__isnull=False),
                name="cases_ended",
            ),
            models.Index(F("kind").asc(), F("due_at").asc(), F("id").desc(), name="cases_all"),
            models.Index(fields=["kind", "state"], name="cases_state"),
            models.Index(fields=["expires_at"], condition=Q(expired_at__isnull=True), name="cases_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(closed_at__isnull=False),
                name="cases_open_never_expires",
            ),
            models.CheckConstraint(
                condition=Q(expired_at__isnull=True) | Q(subject=b""), name="cases_expired_holds_nobody"
            ),
        ]


class CaseToken(models.Model):
    """A public address of a case. Only the SHA-256 of the token is kept."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    is_for_person = models.BooleanField(default=False)  # it left for a contact point that the company held


class CaseClock(models.Model):
    """One legal deadline. `is_unsure`: which law applies, or how it counts, is not settled."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    rule_id = models.CharField(max_length=80)
    law = models.CharField(max_length=24)
    article = models.CharField(max_length=80)
    due_at = models.DateTimeField(db_index=True)
    warn_at = models.DateTimeField()
    is_unsure = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # What runs is little beside what was met: every page of the desk asks for it.
            models.Index(
                fields=["due_at", "id"],
                condition=Q(met_at__isnull=True, paused_at__isnull=True),
                name="cases_clock_running",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "rule_id"], name="cases_one_clock_a_rule"),
            models.CheckConstraint(condition=Q(warn_at__lte=F("due_at")), name="cases_warns_before_due"),
        ]


class CaseTask(models.Model):
    """One thing a person must do. Done by a role or a named person; `barred` must not do it (four eyes)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    key = models.CharField(max_length=48)
    what = models.CharField(max_length=160)
    params = models.JSONField(default=dict)
    role = models.CharField(max_length=24, blank=True)
    assignee = models.CharField(max_length=150, blank=True)
    barred = models.CharField(max_length=150, blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    url_name = models.CharField(max_length=80, blank=True)
    url_args = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["role", "due_at"], condition=Q(done_at__isnull=True), name="cases_task_role")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(done_at__isnull=True), name="cases_one_open_task_a_key"
            ),
            models.CheckConstraint(condition=~(Q(role="") & Q(assignee="")), name="cases_task_has_somebody"),
        ]
