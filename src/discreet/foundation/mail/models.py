"""Outgoing messages. Address and parameters stand only in a sealed blob, until the message is gone."""

from django.db import models
from django.db.models import F, Q


class MessageState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"  # over the mailbox's limit of what anybody can cause
    FAILED = "failed"


class OutgoingMessage(models.Model):
    """`message_id` is also the local part of the Message-ID header, so a second delivery is recognised."""

    message_id = models.CharField(max_length=40, unique=True)
    case_number = models.CharField(max_length=16, blank=True, db_index=True)
    template = models.CharField(max_length=64)
    language = models.CharField(max_length=12)
    sealed = models.BinaryField()
    state = models.CharField(max_length=12, choices=MessageState.choices)
    attempts = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    problem = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="mail_due"),
            models.Index(fields=["expires_at"], name="mail_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | Q(state="waiting"), name="mail_done_is_not_due"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(sealed=b""), name="mail_gone_holds_nobody"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="mail_lives_for_a_while"),
        ]


class MailboxSlot(models.Model):
    """One of a mailbox's three mails a day of what anybody can cause. Unique slots make the limit hold in races."""

    mailbox = models.CharField(max_length=64)
    slot = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "slot"], name="mail_slot_once"),
            models.CheckConstraint(condition=Q(slot__lt=3), name="mail_three_a_day"),
        ]
