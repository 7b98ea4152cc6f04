"""What a person says: restrict, object, withdraw, opt out, limit. Each is kept at once and counts from its commit.

Source: GDPR Art. 7(3), 18(1), 21; PIPL Art. 15, 24, 44; Cal. Civ. Code 1798.120, 1798.121; 11 CCR 7025 to 7027.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.permission.actions.writing import write
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.rules import Kind
from discreet.foundation.permission.said import Kept, Said, Source
from discreet.foundation.rulepacks.law import Law
from discreet.vocabulary.actors import Actor

#: Choices of one transaction of an import: while SQLite lets nobody else write.
AT_ONCE = 1000


@act("permission.restrict")
def restrict(
    *,
    actor: Actor,
    now: datetime,
    person: Person,
    source: Source,
    law: Law | None = None,
    purpose: str = "",
    data_set: str = "",
    until: datetime | None = None,
) -> Kept:
    """Restrict processing to storing: all of it, or of one purpose or data set. Repeating it changes nothing.

    Raises:
        NotAnAddress, NotReadable, NobodyNamed, UnknownPurpose, NotYours: as every act here.
    """
    said = Said(person, Kind.RESTRICTION, law, purpose, data_set, until=until)
    return write(actor=actor, now=now, said=[said], source=source)[0]


@act("permission.object_to")
def object_to(
    *,
    actor: Actor,
    now: datetime,
    person: Person,
    source: Source,
    law: Law | None = None,
    purpose: str = "",
    only_profiling: bool = False,
) -> Kept:
    """Object to a purpose, to all, or to profiling only. To marketing it is final; else it holds until decided."""
    said = Said(person, Kind.OBJECTION, law, purpose, only_profiling=only_profiling)
    return write(actor=actor, now=now, said=[said], source=source)[0]


@act("permission.withdraw_consent")
def withdraw_consent(
    *,
    actor: Actor,
    now: datetime,
    person: Person,
    source: Source,
    law: Law | None = None,
    purpose: str = "",
) -> Kept:
    """Withdraw consent, to a purpose or to all."""
    said = Said(person, Kind.CONSENT_WITHDRAWAL, law, purpose)
    return write(actor=actor, now=now, said=[said], source=source)[0]


@act("permission.opt_out")
def opt_out(*, actor: Actor, now: datetime, person: Person, source: Source) -> Kept:
    """Opt out of the sale and sharing of personal information. Nobody's identity is checked: 11 CCR 7060(b)."""
    return write(actor=actor, now=now, said=[Said(person, Kind.OPT_OUT)], source=source)[0]


@act("permission.limit_sensitive")
def limit_sensitive(*, actor: Actor, now: datetime, person: Person, source: Source) -> Kept:
    """Limit the use of sensitive personal information. Nobody's identity is checked: 11 CCR 7060(b)."""
    return write(actor=actor, now=now, said=[Said(person, Kind.LIMIT)], source=source)[0]


def choose_many(*, actor: Actor, now: datetime, said: Sequence[Said], source: Source) -> Iterator[list[Kept]]:
    """Keep what many people chose, some at a time so that others can write in between; yield each part.

    Cut off and begun again, it goes on: what stands already is not written twice.
    """
    for start in range(0, len(said), AT_ONCE):
        yield choose_some(actor=actor, now=now, said=said[start : start + AT_ONCE], source=source)


@act("permission.choose_some")
def choose_some(*, actor: Actor, now: datetime, said: Sequence[Said], source: Source) -> list[Kept]:
    """Keep what some people chose in one transaction, with evidence for each and for the set; all or nothing."""
    kept = write(actor=actor, now=now, said=said, source=source)
    facts = {
        "channel": source.channel.value,
        "origin": source.origin,
        "people": len(kept),
        "new": sum(not one.is_repeated for one in kept),
    }
    record(actor=actor, now=now, subject=f"choices:{source.channel.value}", facts=facts)
    return kept
