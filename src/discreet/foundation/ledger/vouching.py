"""What shows that an entry without a place was written by Discreet: a hash under a key of the keyring.

Without it whoever can write to the database could put rows before the sequencer, and have them signed.
"""

import hmac

from discreet.foundation.keys.api import hmac_company


def voucher(*, entry_id: int, body: str) -> bytes:
    """Return what vouches for this entry, and for no other with the same body."""
    return hmac_company("ledger.waiting", f"{entry_id}\0{body}".encode())


def is_vouched(entry_id: int, body: str, given: bytes | memoryview) -> bool:
    return hmac.compare_digest(voucher(entry_id=entry_id, body=body), bytes(given))
