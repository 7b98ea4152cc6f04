"""Keyed hashes for blind indexes and tombstones. Source: RFC 2104, FIPS 198-1."""

import hashlib
import hmac

from discreet.engines.envelope.sealing import derive


def keyed_hash(*, key: bytes, purpose: str, message: bytes) -> bytes:
    """Return HMAC-SHA256 of `message` under the subkey of `key` for `purpose` (32 bytes)."""
    return hmac.digest(derive(key=key, purpose=f"hmac/{purpose}"), message, hashlib.sha256)
