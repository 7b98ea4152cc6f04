"""What people chose, by keyed digests of who they are. Pseudonymous personal data; no identifier in clear."""

from django.db import models
from django.db.models import F, Q

from discreet.foundation.permission.rules import Channel, Decision, Kind


class Choice(models.Model):
    """One choice of one person. `said_key` is what was said by whom: the same words stand once."""

    ref = models.CharField(max_length=32, unique=True)
    said_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    law = models.CharField(max_length=16)
    article = models.CharField(max_length=60)
    purpose = models.CharField(max_length=60, blank=True)
    data_set = models.CharField(max_length=200, blank=True)
    only_profiling = models.BooleanField(default=False)
    since = models.DateTimeField(db_index=True)
    last_said_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    decision = models.CharField(max_length=12, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=250, blank=True)
    grounds_sealed = models.BinaryField(default=bytes)
    channel = models.CharField(max_length=10)
    origin = models.CharField(max_length=60, blank=True)
    said_by = models.CharField(max_length=250)
    told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, db_index=True)
    ended_by = models.CharField(max_length=250, blank=True)
    ended_how = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["origin"], condition=~Q(origin=""), name="permission_origin")]
        constraints = [
            models.UniqueConstraint(
                fields=["said_key"], condition=Q(ended_at__isnull=True), name="permission_said_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in Kind]), name="permission_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[one.value for one in Channel]), name="permission_known_channel"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=[one.value for one in Decision]), name="permission_known_decision"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("since")),
                name="permission_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.OVERRIDDEN.value) | ~Q(grounds_sealed=b""),
                name="permission_overridden_on_grounds",
            ),
        ]


class ChoiceKey(models.Model):
    """A digest that a choice is found by. `since`: a row may tie an identifier to a choice later."""

    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="keys")
    digest = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=16)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["choice", "digest"], name="permission_key_once")]


class OptInAsk(models.Model):
    """The first of the two steps of opting in. Source: 11 CCR 7028(a)."""

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=20)
    digests = models.JSONField()
    browser_digest = models.CharField(max_length=64, blank=True)  # only what this browser said ends
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    confirmed_at = models.DateTimeField(null=True)


class TellingList(models.Model):
    """The choices of one kind and day of which recipients are told together.

    Who the people are is sealed under a key of the list's own, which is destroyed once the list is settled.
    `case_number`: the case that carries the notices; "" where nobody had to be told.
    """

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=20)
    ends_at = models.DateTimeField(db_index=True)
    handed_over_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    case_number = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(handed_over_at__isnull=False),
                name="permission_settled_after_handed_over",
            ),
        ]


class ListedPerson(models.Model):
    """Whose choice it is, as the person said it, until the list is settled."""

    choice = models.OneToOneField(Choice, on_delete=models.CASCADE, related_name="listed")
    telling_list = models.ForeignKey(TellingList, on_delete=models.CASCADE, related_name="people")
    person_sealed = models.BinaryField(null=True)
