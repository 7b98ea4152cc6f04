"""Secrets of receivers, sealed for the one receiver they belong to."""

from datetime import datetime

from discreet.foundation.keys.api import open_secret, seal_secret
from discreet.foundation.webhooks.models import Subscription


def seal(subscription_id: str, secret: str) -> bytes:
    """Return what is kept of a secret."""
    return seal_secret(secret.encode(), _aad(subscription_id))


def valid_secrets(subscription: Subscription, *, now: datetime) -> list[str]:
    """Return the secrets that messages are signed with, the newest first."""
    sealed = [bytes(subscription.sealed_secret)]
    until = subscription.old_secret_until
    if subscription.sealed_old_secret is not None and until is not None and now < until:
        sealed.append(bytes(subscription.sealed_old_secret))
    return [open_secret(one, _aad(subscription.subscription_id)).decode() for one in sealed]


def _aad(subscription_id: str) -> str:
    return f"webhook/{subscription_id}/secret"
