"""A contact point that mail may go to, sealed under the key of the case it is used for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from discreet.foundation.keys import api as keys


class ContactKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class HeldContact:
    """An address as stored in a source, or of who asks for another, once their authority is proven.

    Never what was only typed. `sealed` opens only with the key of `case_number`.
    """

    kind: ContactKind
    case_number: str
    sealed: bytes


def hold(*, case_number: str, kind: ContactKind, address: str) -> HeldContact:
    """Seal an address that was read from a source."""
    return HeldContact(
        kind=kind,
        case_number=case_number,
        sealed=keys.seal(case_number, address.strip().encode(), _aad(kind)),
    )


def hold_addresses(addresses: Mapping[str, str]) -> dict[str, HeldContact]:
    """Seal e-mail addresses that were read from a source, each by the number of its case."""
    kind = ContactKind.EMAIL
    sealed = keys.seal_many(
        {number: address.strip().encode() for number, address in addresses.items()}, _aad(kind)
    )
    return {
        number: HeldContact(kind=kind, case_number=number, sealed=blob) for number, blob in sealed.items()
    }


def open_contact(contact: HeldContact) -> str:
    """Return the address.

    Raises:
        KeyDestroyed: the case has expired.
    """
    return keys.open_sealed(contact.case_number, contact.sealed, _aad(contact.kind)).decode()


def open_contacts(contacts: Sequence[HeldContact]) -> dict[str, str]:
    """Return the e-mail addresses by the numbers of their cases.

    Raises:
        KeyDestroyed: one of the cases has expired.
    """
    sealed = {contact.case_number: contact.sealed for contact in contacts}
    opened = keys.open_many(sealed, _aad(ContactKind.EMAIL))
    return {number: blob.decode() for number, blob in opened.items()}


def _aad(kind: ContactKind) -> str:
    return f"contact:{kind}"
