"""Secrets of receivers, sealed for the one receiver they belong to."""

from datetime import datetime

from discreet.foundation.keys import api as keys
from discreet.foundation.keys.api import open_secret, seal_secret
from discreet.foundation.webhooks.models import Subscription, WebhookDelivery


def seal(subscription_id: str, secret: str) -> bytes:
    """Return what is kept of a secret."""
    return seal_secret(secret.encode(), _aad(subscription_id))


def seal_body(key_id: str, message_id: str, body: bytes) -> bytes:
    """Return what is kept of a call's body."""
    return keys.seal(key_id, body, _body_aad(message_id))


def body_of(delivery: WebhookDelivery) -> bytes | None:
    """Return what is sent; None of a call that its sender has taken back."""
    if not delivery.key_id:
        return delivery.body.encode()
    if delivery.body_sealed is None:
        return None
    try:
        return keys.open_sealed(delivery.key_id, bytes(delivery.body_sealed), _body_aad(delivery.delivery_id))
    except keys.KeyDestroyed:
        return None


def valid_secrets(subscription: Subscription, *, now: datetime) -> list[str]:
    """Return the secrets that messages are signed with, the newest first."""
    sealed = [bytes(subscription.sealed_secret)]
    until = subscription.old_secret_until
    if subscription.sealed_old_secret is not None and until is not None and now < until:
        sealed.append(bytes(subscription.sealed_old_secret))
    return [open_secret(one, _aad(subscription.subscription_id)).decode() for one in sealed]


def _body_aad(message_id: str) -> str:
    return f"call/{message_id}"


def _aad(subscription_id: str) -> str:
    return f"webhook/{subscription_id}/secret"
