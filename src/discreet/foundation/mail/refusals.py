"""What mail refuses."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class UnusableAddress(Refused):
    """The stored address is not one plain address. It is never repaired: mail goes to what is stored."""

    code: ClassVar[str] = "unusable_address"
    message: ClassVar[str] = gettext_noop(
        "The stored e-mail address cannot receive mail. "
        "Correct it in the source, or reach the person by other means."
    )
    status: ClassVar[int] = 409


class UnsafeText(Refused):
    """A parameter may not stand in a mail: it could carry text that somebody submitted."""

    code: ClassVar[str] = "unsafe_text"
    message: ClassVar[str] = gettext_noop(
        "Mails carry numbers, dates and our own links only: %(names)s is neither."
    )
    status: ClassVar[int] = 400


class BadMailSettings(Refused):
    code: ClassVar[str] = "bad_mail_settings"
    message: ClassVar[str] = gettext_noop(
        "DISCREET_SMTP_URL must read smtp://user:password@host:port or smtps://…"
    )
    status: ClassVar[int] = 500
