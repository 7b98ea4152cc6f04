"""The log's name and key."""

from discreet.engines.merkle.note import VerifierKey, verifier_key
from discreet.foundation.keys.api import ledger_signing_key


def log_key() -> VerifierKey:
    """Return the public key that checkpoints are verified with; its name is the log's origin.

    The name is taken from the key, so that no two logs share it.
    """
    private = ledger_signing_key()
    fingerprint = verifier_key(name="", private=private).fingerprint
    return verifier_key(name=f"discreet.ledger/{fingerprint[:16]}", private=private)
