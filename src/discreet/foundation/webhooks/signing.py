"""Secrets and signatures. Source: Standard Webhooks 1.0.0, "Signature scheme" (symmetric, `v1`)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Return a secret as a receiver gets it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature over id, time and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(valid: Sequence[str], *, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of a try; while two secrets are valid the last one holds two signatures."""
    timestamp = int(now.timestamp())
    signatures = [sign(one, message_id=message_id, timestamp=timestamp, body=body) for one in valid]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
