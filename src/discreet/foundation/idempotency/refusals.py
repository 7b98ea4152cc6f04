"""What a repeated call can be refused for."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class KeyReused(Refused):
    code: ClassVar[str] = "key_reused"
    message: ClassVar[str] = gettext_noop(
        "This Idempotency-Key came with another content before. Use a new key for a new call."
    )
    status: ClassVar[int] = 422


class StillRunning(Refused):
    code: ClassVar[str] = "still_running"
    message: ClassVar[str] = gettext_noop(
        "The first call with this Idempotency-Key is still running. Send it again in a moment for its answer."
    )
    status: ClassVar[int] = 409


class BadKey(Refused):
    code: ClassVar[str] = "bad_key"
    message: ClassVar[str] = gettext_noop(
        "An Idempotency-Key has 1 to 200 visible ASCII characters without blanks, with or without quotation marks."
    )
    status: ClassVar[int] = 422
