"""What a person gives to be found by: the one rule for every door.

Blanks of any width become a space, and those at the ends are dropped. What then holds a character that cannot
be seen is refused, never repaired: controls (NUL, line ends), lone surrogates, unassigned characters, and the
formatting ones, among them those that turn the direction of text and let one name look like another.
Source: issue "One person, found and erased for real", Bad input and faults; Unicode TR 36, section 2.
"""

import re
import unicodedata
from collections.abc import Mapping

from discreet.engines.subjects.identity import MAX_VALUE_LENGTH, Identity, check_identity
from discreet.mechanisms.rights.refusals import NotAnEmail, NotAPhone, NotReadable, TooLong
from discreet.vocabulary.normalise import normalise_email
from discreet.vocabulary.text import gettext_noop

#: How many characters each value may have.
MOST: Mapping[str, int] = {"email": MAX_VALUE_LENGTH, "phone": 40, "customer_number": 64, "name": 200}
_NAMES = {
    "email": gettext_noop("The e-mail address"),
    "phone": gettext_noop("The phone number"),
    "customer_number": gettext_noop("The customer number"),
    "name": gettext_noop("The name"),
}
_FEWEST_DIGITS, _MOST_DIGITS = 5, 20
_PHONE = re.compile(r"\+?[\d ().\-/\u2010-\u2015]+")


def tidy(text: str | None) -> str:
    """Return the text with ordinary spaces, and none at its ends."""
    return "".join(" " if unicodedata.category(char) == "Zs" else char for char in text or "").strip()


def tidied(claim: Identity) -> Identity:
    """Return the claim as it is kept: tidy, and without what is empty."""
    values = {field: tidy(getattr(claim, field)) or None for field in MOST}
    return Identity(**values, region=claim.region)


def checked(claim: Identity) -> Identity:
    """Return the claim as it is kept, or refuse it, so that a slip of the pen is told and not searched for.

    Raises:
        NotReadable, TooLong: one of its values, which the refusal names.
        NotAnEmail, NotAPhone, EmptyIdentity, NameIsNotEnough
    """
    claim = tidied(claim)
    for field, most in MOST.items():
        text: str = getattr(claim, field) or ""
        if len(text) > most:
            raise TooLong(field=_NAMES[field], most=most)
        if not text.isprintable():
            raise NotReadable(field=_NAMES[field])
    if claim.email and normalise_email(claim.email) is None:
        raise NotAnEmail
    if claim.phone and not is_phone(claim.phone):
        raise NotAPhone
    check_identity(identity=claim)
    return claim


def is_phone(text: str) -> bool:
    """Say whether a text may be a phone number in some country: digits of any script, and what stands between."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    digits = sum(char.isdecimal() for char in narrow)
    return _FEWEST_DIGITS <= digits <= _MOST_DIGITS and _PHONE.fullmatch(narrow) is not None
