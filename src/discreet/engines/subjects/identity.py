"""What a person says of themselves, and when that is enough to look for them.

Source: GDPR Art. 12(6), 11(2): who asks must be identified; a name alone matches strangers.
"""

from dataclasses import dataclass

from discreet.engines.subjects.limits import EmptyIdentity, NameIsNotEnough

MAX_VALUE_LENGTH = 320  # the longest e-mail address (RFC 5321: 64 + 1 + 255)


def usable(text: str | None) -> str | None:
    """Return `text` stripped, or None where it cannot be a value that finds a person."""
    if text is None:
        return None
    text = text.strip()
    if not text or len(text) > MAX_VALUE_LENGTH or not text.isprintable():
        return None
    return text


@dataclass(frozen=True, slots=True)
class Identity:
    """`region`: ISO 3166 two letters, to read a phone number written without country code."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    customer_number: str | None = None
    region: str | None = None

    @property
    def is_enough(self) -> bool:
        return any(usable(text) for text in (self.email, self.phone, self.customer_number))


def check_identity(*, identity: Identity) -> None:
    """Refuse what cannot find one person.

    Raises:
        EmptyIdentity: nothing usable was given.
        NameIsNotEnough: only a name was given.
    """
    if identity.is_enough:
        return
    if usable(identity.name):
        raise NameIsNotEnough
    raise EmptyIdentity
