"""What stands in a copy in place of a value: a kind of data that is held and not sent, or another person.

The words for both are a door's; a person has one letter within a copy. Source: 11 CCR 7024(d); GDPR Art. 15(4).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from discreet.vocabulary.normalise import normalise_email, normalise_name, normalise_phone, phone_digits

_LETTERS = 26
_LEAST_DIGITS = 8  # so many last digits are one number, with country code or without


#: Stands as a category for the rest of a text that is too long to be read for secrets and other people.
UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Held:
    """A value of a category that is held and never sent out, or a text's `UNREAD` rest."""

    category: str


@dataclass(frozen=True, slots=True)
class Another:
    """A value that is another person's."""

    letter: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A text of which parts were replaced."""

    parts: tuple[str | Held | Another, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON text of which leaves were replaced; they stand in it as `Held`, `Another` and `Edited`."""

    value: object


Mark = tuple[str, str]


def mark_of(category: str, text: str, *, region: str | None = None) -> Mark:
    """Return what tells a person by a value: spellings of the same e-mail address or number are one."""
    if category == "email":
        return category, normalise_email(text) or text.strip().casefold()
    if category == "phone":
        digits = phone_digits(normalise_phone(text, region=region) or text)
        return category, digits[-_LEAST_DIGITS:]
    if category == "name":
        return category, normalise_name(text) or text.strip().casefold()
    return category, text.strip().casefold()


class StandIns:
    """One letter for each other person of a copy, whichever of their values comes first."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._next = 0

    def of(self, marks: Iterable[Mark]) -> Another:
        """Return the stand-in of the person whom any of these marks tells; the others then tell them too."""
        hashes = [hash(mark) for mark in marks]
        number = next((self._numbers[one] for one in hashes if one in self._numbers), None)
        if number is None:
            number = self._next
            self._next += 1
        for one in hashes:
            self._numbers.setdefault(one, number)
        return Another(letter(number))


def letter(number: int) -> str:
    """Return A to Z, then AA, AB…"""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text
