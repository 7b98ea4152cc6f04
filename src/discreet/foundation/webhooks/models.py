"""Who is told of what, the networks that may be reached for it, and each message until it arrived or was given up.

Messages hold ids only; a call to a recipient names people, and is sealed under a key that its sender destroys. Secrets are sealed; a receiver's answer is kept as a status and a code.
"""

from django.db import models
from django.db.models import Q


class SubscriptionState(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"  # by a person, or after days of failures: what happens waits
    DISABLED = "disabled"  # its receiver said 410: what happens is not kept for it


class DeliveryState(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"  # its subscription was disabled


class PermittedNetwork(models.Model):
    """A private network that an administrator permitted messages into, and why. Withdrawn rows stay as a record."""

    network = models.CharField(max_length=50)
    reason = models.CharField(max_length=500)
    permitted_by = models.CharField(max_length=150)
    permitted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network"], condition=Q(withdrawn_at=None), name="webhooks_network_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="webhooks_network_has_a_reason"),
        ]


class Subscription(models.Model):
    """One receiver. `busy_by` sends for it until `busy_until`; it rests until `resting_until`.

    `failing_since`: nothing has arrived since. `asked_at`: a job was asked to send and has not begun.
    """

    subscription_id = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    sealed_secret = models.BinaryField()
    sealed_old_secret = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=SubscriptionState.choices)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    busy_by = models.CharField(max_length=30, default="")
    busy_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_old_secret=None) | Q(old_secret_until__isnull=False),
                name="webhooks_old_secret_ends",
            ),
        ]


class WebhookDelivery(models.Model):
    """One message to one receiver. `delivery_id` stays the same on every try, so that a receiver drops repeats."""

    delivery_id = models.CharField(max_length=40, unique=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=60)
    body = models.TextField(blank=True)
    key_id = models.CharField(max_length=64, blank=True)  # of a call: the key that seals its body
    body_sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=9, choices=DeliveryState.choices)
    made_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["subscription", "next_at"],
                condition=Q(next_at__isnull=False),
                name="webhooks_due",
            ),
            models.Index(fields=["subscription", "-id"], name="webhooks_log"),
            models.Index(fields=["ended_at"], name="webhooks_ended"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", next_at__isnull=False, ended_at=None)
                | (~Q(state="waiting") & Q(next_at=None, ended_at__isnull=False)),
                name="webhooks_waits_or_ended",
            ),
        ]
