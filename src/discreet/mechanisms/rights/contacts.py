"""Where an answer goes: the contact an identity was proven with, else an address read before it is erased."""

from datetime import datetime

from discreet.engines.subjects.found import Reach
from discreet.foundation.centre import verification
from discreet.foundation.mail.api import HeldContact, hold_addresses
from discreet.mechanisms.rights import planning, queries
from discreet.vocabulary.actors import SYSTEM


def held(batch_id: int) -> dict[str, HeldContact]:
    """Return where answers go, by request number: what identities were proven with, else what was kept."""
    return verification.held_contacts(queries.requests_of(batch_id))


def keep(batch_id: int, reached: Reach, now: datetime) -> None:
    """Keep an address held for whoever no code was sent to, before it is erased in the source."""
    proven = set(queries.proven_by_code(batch_id))
    members = [member.number for member in queries.members(batch_id)]
    addresses = {
        members[person]: address
        for person, address in planning.addresses_reached(reached).items()
        if members[person] not in proven
    }
    if addresses:
        subject = f"request:{members[0]}" if len(members) == 1 else f"batch:{batch_id}"
        verification.keep_contacts(actor=SYSTEM, now=now, subject=subject, contacts=hold_addresses(addresses))
