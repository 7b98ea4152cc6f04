"""Where an answer goes: the contact an identity was proven with, else an address read before it is erased.

Of a guardian or a relative: the address they gave, once staff took their authority as proven (`askers`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from discreet.engines.subjects.found import Reach
from discreet.foundation.centre import verification
from discreet.foundation.keys import api as keys
from discreet.foundation.mail.api import HeldContact, hold_addresses, open_contact
from discreet.mechanisms.rights import planning, queries
from discreet.mechanisms.rights.actions.held_answers import numbers_held
from discreet.vocabulary.actors import SYSTEM
from discreet.vocabulary.normalise import normalise_email


def held(batch_id: int) -> dict[str, HeldContact]:
    """Return where answers go, by request number: what identities were proven with, else what was kept."""
    found, waiting = verification.held_contacts(queries.requests_of(batch_id)), numbers_held(batch_id)
    return {number: one for number, one in found.items() if number not in waiting}


def seen_instead(number: str, addresses: Iterable[str]) -> str:
    """Return a keyed digest of what the record holds now, where it lost the address a code went to; "" = it did not.

    Without any address nobody knows whose the mailbox is now: that is a change, too. Source: failure promise 14.
    """
    found = verification.held_contact(number)
    if found is None or not verification.is_code_sent(number):
        return ""
    spelled = sorted({normalise_email(one) or one.strip() for one in addresses if one.strip()})
    proven = open_contact(found)
    if (normalise_email(proven) or proven) in spelled:
        return ""
    return digest_of(number, spelled)


def digest_of(number: str, addresses: Iterable[str]) -> str:
    """Return a keyed digest of addresses, of this request alone."""
    spelled = sorted({normalise_email(one) or one.strip() for one in addresses if one.strip()})
    return keys.hmac_company(
        "rights.contact-seen", "\0".join([number, *spelled]).encode(errors="replace")
    ).hex()


def of_person(batch_id: int) -> dict[str, HeldContact]:
    """Return contact points held of the people themselves: a changed one is told to them, not to who asks for them."""
    others = set(queries.asked_in_place(batch_id))
    return {number: contact for number, contact in held(batch_id).items() if number not in others}


def keep(batch_id: int, reached: Reach, now: datetime) -> None:
    """Keep an address held for whoever no code was sent to, before it is erased in the source.

    Not of whom a guardian or a relative asks for: a child or a dead person made no request and gets no mail of it.
    """
    proven = {*queries.proven_by_code(batch_id), *queries.asked_in_place(batch_id)}
    members = [member.number for member in queries.members(batch_id)]
    found = {
        members[person]: held
        for person, held in planning.addresses_reached(reached).items()
        if members[person] not in proven
    }
    claims = dict(zip(found, queries.claims_of_many(list(found)), strict=True))
    addresses = {
        number: address for number, held in found.items() if (address := the_one(held, claims[number].email))
    }
    if addresses:
        subject = f"request:{members[0]}" if len(members) == 1 else f"batch:{batch_id}"
        verification.keep_contacts(actor=SYSTEM, now=now, subject=subject, contacts=hold_addresses(addresses))


def the_one(held: Sequence[str], written: str | None) -> str | None:
    """Return the only address held; of several the one that the request was made with, else none of them."""
    plain = normalise_email(written)
    meant = held if len(held) == 1 else [one for one in held if plain and normalise_email(one) == plain]
    return meant[0] if meant else None
