"""Who a choice is of: keyed digests of what names the person, and nothing else.

A digest cannot be turned back without the company's key; with it, whoever knows an address can tell whether it has
made a choice. So the store is pseudonymous personal data (GDPR Art. 4(5)), and is declared as such in the guide.
Two addresses that only look alike have different digests: nothing is folded but case and width.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from discreet.foundation.keys import api as keys
from discreet.foundation.organisation.queries import profile
from discreet.foundation.permission.refusals import NobodyNamed, NotAnAddress, NotReadable
from discreet.vocabulary.normalise import narrow_forms, normalise_email, normalise_phone, phone_digits

_PURPOSE = "permission.person"
MAX_LENGTH = 320
_FEWEST_DIGITS, _MOST_DIGITS = 5, 20
_BETWEEN = frozenset(" ().-/+\u2010\u2011\u2012\u2013\u2014\u2015")


class IdentifierKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER_NUMBER = "customer_number"
    DEVICE = "device"
    ROW = "row"


#: What others outside the company may know a person by.
CONTACTS = frozenset({IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.CUSTOMER_NUMBER})


@dataclass(frozen=True, slots=True)
class RowKey:
    """A row of a source that is this person. `key` is the row's key as text."""

    source: str
    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whatever names one person. `device` is a browser's or an app's own id. `region` reads a phone number."""

    email: str = ""
    phone: str = ""
    customer_number: str = ""
    device: str = ""
    rows: tuple[RowKey, ...] = ()
    region: str = ""


class Digests:
    """What turns people into keyed digests: the key and the company's region, read once for thousands."""

    def __init__(self) -> None:
        self._hash = keys.company_hasher(_PURPOSE)
        self._region = profile().phone_region

    def keys_of(self, person: Person) -> dict[str, IdentifierKind]:
        """Return the digests a choice of this person is kept under, each with what it is of.

        Raises:
            NotAnAddress, NotReadable: one of them cannot be read.
            NobodyNamed: nothing names anybody.
        """
        found: dict[str, IdentifierKind] = {}
        if email := _tidy(person.email):
            found[self._email(email)] = IdentifierKind.EMAIL
        if phone := _tidy(person.phone):
            found[self._phones(phone, person.region)[0]] = IdentifierKind.PHONE
        if number := _tidy(person.customer_number):
            digest = self._digest(IdentifierKind.CUSTOMER_NUMBER, narrow_forms(number).casefold())
            found[digest] = IdentifierKind.CUSTOMER_NUMBER
        if device := _tidy(person.device):
            found[self._digest(IdentifierKind.DEVICE, device)] = IdentifierKind.DEVICE
        for row in person.rows:
            words = "\0".join(_tidy(part) for part in (row.source, row.table, row.key))
            found[self._digest(IdentifierKind.ROW, words)] = IdentifierKind.ROW
        if not found:
            raise NobodyNamed
        return found

    def searched_for(self, person: Person) -> frozenset[str]:
        """Return under which digests choices of this person may be kept.

        A number that was once read without its country code is looked for both ways.

        Raises:
            As `keys_of`.
        """
        found = set(self.keys_of(person))
        if phone := _tidy(person.phone):
            found.update(self._phones(phone, person.region))
        return frozenset(found)

    def _email(self, text: str) -> str:
        address = normalise_email(text)
        if address is None:
            raise NotAnAddress
        return self._digest(IdentifierKind.EMAIL, address)

    def _phones(self, text: str, region: str) -> list[str]:
        """Return the digests of a number as it is kept first, then as it may have been kept."""
        if not is_phone(text):
            raise NotAnAddress
        read = normalise_phone(text, region=region or self._region or None)
        spelled = dict.fromkeys((read, phone_digits(text)))
        return [self._digest(IdentifierKind.PHONE, one) for one in spelled if one]

    def _digest(self, kind: IdentifierKind, text: str) -> str:
        return self._hash(f"{kind.value}\0{text}".encode()).hex()


def person_of_words(words: str) -> Person:
    """Return whom a single field names that takes an e-mail address or a phone number.

    Raises:
        NotAnAddress, NotReadable
    """
    clean = _tidy(words)
    if "@" in narrow_forms(clean):
        if normalise_email(clean) is None:
            raise NotAnAddress
        return Person(email=clean)
    if not is_phone(clean):
        raise NotAnAddress
    return Person(phone=clean)


def has_contact(person: Person) -> bool:
    """Say whether anything names the person that others outside the company may know them by."""
    return any(part.strip() for part in (person.email, person.phone, person.customer_number))


def is_contact(words: str) -> bool:
    """Say whether the words are somebody's e-mail address or phone number, which no address line may carry."""
    return normalise_email(words) is not None or is_phone(words)


def is_phone(text: str) -> bool:
    """Say whether a text may be a phone number in some country: digits, and what stands between."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    digits = sum(char.isdecimal() for char in narrow)
    return _FEWEST_DIGITS <= digits <= _MOST_DIGITS and all(
        char.isdecimal() or char in _BETWEEN for char in narrow
    )


def facts_of(kinds: Mapping[str, IdentifierKind]) -> list[str]:
    """Return what evidence says of the identifiers: their kinds, sorted."""
    return sorted({kind.value for kind in kinds.values()})


def _tidy(text: str) -> str:
    clean = "".join(" " if unicodedata.category(char) == "Zs" else char for char in text).strip()
    if len(clean) > MAX_LENGTH or not clean.isprintable():
        raise NotReadable
    return clean
