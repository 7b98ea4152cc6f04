"""What people were told on the desk, what they have read, and how they want mail. No personal data of customers."""

from django.db import models
from django.db.models import Q


class Digest(models.TextChoices):
    """When somebody wants to be mailed what is new. The values are stored."""

    NONE = "none"
    AT_ONCE = "at_once"
    DAILY = "daily"


class Notification(models.Model):
    """Something that happened. `kind` is a registered text, `params` its ids and counts."""

    key = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    url_name = models.CharField(max_length=80, blank=True)
    url_args = models.JSONField(default=list)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="desk_told_once_a_key"),
        ]


class NotificationTarget(models.Model):
    """Whom a notification is for: every holder of a role, or one account."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="targets")
    role = models.CharField(max_length=24, blank=True)
    staff = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [models.Index(fields=["role", "staff"], name="desk_target")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(role="") & ~Q(staff="")) | (~Q(role="") & Q(staff="")),
                name="desk_target_is_one",
            ),
        ]


class NotificationRead(models.Model):
    """That an account has read something, by its key (`notifications.Item.key`)."""

    staff = models.CharField(max_length=150)
    key = models.CharField(max_length=80)
    read_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "key"], name="desk_read_once")]


class DigestChoice(models.Model):
    """How an account wants to be mailed. `mailed_at`: what became known up to then was in a mail, or was before."""

    staff = models.CharField(max_length=150, unique=True)
    digest = models.CharField(max_length=8, choices=Digest.choices, default=Digest.NONE)
    language = models.CharField(max_length=12, default="en")
    mailed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest__in=Digest.values), name="desk_digest_known"),
        ]
