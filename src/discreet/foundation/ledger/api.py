"""Writing evidence, inside an act only: it commits together with the act's rows and events, or none does.

Source: DESIGN.md "Six concepts", "People in the ledger, and after erasure".
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from discreet.foundation import plain_sql
from discreet.foundation.ledger import canonical
from discreet.foundation.ledger.acts import count_evidence, current_act
from discreet.foundation.ledger.canonical import EvidenceNotAllowed, Json
from discreet.foundation.ledger.models import LedgerEntry, PersonSalt, WaitingEntry
from discreet.foundation.ledger.vouching import voucher
from discreet.vocabulary.actors import Actor

__all__ = [
    "Evidence",
    "EvidenceNotAllowed",
    "Json",
    "destroy_salts",
    "forget_person",
    "record",
    "record_many",
]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one entry says. `person_refs` reach the entry as salted commitments only."""

    subject: str
    facts: Mapping[str, Json]
    person_refs: Sequence[str] = ()


def record(
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    facts: Mapping[str, Json],
    person_refs: Sequence[str] = (),
) -> int:
    """Record evidence of the running act about `subject` ("kind:identifier"); return the entry's id.

    Raises:
        OutsideAct: no act is running.
        EvidenceNotAllowed: the facts hold floats, or what looks like personal data or a secret.
    """
    evidence = Evidence(subject=subject, facts=facts, person_refs=person_refs)
    return record_many(actor=actor, now=now, evidence=[evidence])[0]


def catalogue_facts(facts: Mapping[str, Json]) -> dict[str, Json]:
    """Return facts that name a company's tables and columns, fit for evidence.

    A name that looks like a contact point stands as its hash: after rows are gone nothing may refuse the evidence.
    """
    return {canonical.plain_name(name): _plain(value) for name, value in facts.items()}


def _plain(value: Json) -> Json:
    if isinstance(value, str):
        return canonical.plain_name(value)
    if isinstance(value, Mapping):
        return catalogue_facts(value)
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def record_many(*, actor: Actor, now: datetime, evidence: Sequence[Evidence]) -> list[int]:
    """Record many entries of the running act at once; return their ids in the order given.

    Raises:
        OutsideAct: no act is running.
        EvidenceNotAllowed: the facts hold floats, or what looks like personal data or a secret.
    """
    act = current_act()
    at = canonical.timestamp(now)
    salts = [[(ref, secrets.token_bytes(32)) for ref in item.person_refs] for item in evidence]
    bodies = [
        canonical.body(
            act=act,
            at=at,
            subject=item.subject,
            actor=actor.label,
            facts=item.facts,
            persons=[canonical.commitment(salt=salt, person_ref=ref) for ref, salt in opened],
            nonce=secrets.token_hex(16),
        )
        for item, opened in zip(evidence, salts, strict=True)
    ]
    if not bodies:
        return []
    entries = plain_sql.insert(
        LedgerEntry._meta.db_table,
        ("act", "at", "subject", "body"),
        [(act, at, item.subject, body) for item, body in zip(evidence, bodies, strict=True)],
        returning="id",
    )
    plain_sql.insert(
        WaitingEntry._meta.db_table,
        ("entry_id", "voucher"),
        [(entry, voucher(entry_id=entry, body=body)) for entry, body in zip(entries, bodies, strict=True)],
        returning="entry_id",
    )
    rows = [
        PersonSalt(entry_id=entry, position=position, person_ref=ref, salt=salt)
        for entry, opened in zip(entries, salts, strict=True)
        for position, (ref, salt) in enumerate(opened)
    ]
    if rows:
        PersonSalt.objects.bulk_create(rows)
    count_evidence()
    return entries


def destroy_salts(*, subject: str) -> int:
    """Destroy what opens the commitments in a subject's entries, once the customer holds it; return how many.

    Every proof stays valid. Repeating it changes nothing.
    """
    current_act()
    return PersonSalt.objects.filter(entry__subject=subject).delete()[0]


def forget_person(*, person_ref: str) -> int:
    """Destroy what opens every commitment to a person, in entries about whatever; return how many."""
    current_act()
    return PersonSalt.objects.filter(person_ref=person_ref).delete()[0]
