"""How choices are written, one or thousands: the same words of the same person stand once. Acts call this."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from discreet.foundation.ledger.api import Evidence, Json, record_many
from discreet.foundation.ledger.canonical import plain_name
from discreet.foundation.permission.actions import listing
from discreet.foundation.permission.models import Choice, ChoiceKey
from discreet.foundation.permission.people import Digests, IdentifierKind, Person, facts_of
from discreet.foundation.permission.refusals import NotYours, PurposeNeedless, UnknownPurpose
from discreet.foundation.permission.rules import (
    DIRECT,
    GPC_ARTICLE,
    HOME_LAW,
    Channel,
    Decision,
    Kind,
    article_of,
    first_decision,
)
from discreet.foundation.permission.said import Kept, Said, Source
from discreet.vocabulary.actors import Actor, ActorKind, Role
from discreet.vocabulary.ids import new_id
from discreet.vocabulary.purposes import PURPOSES

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Row:
    """`choice` is not saved yet."""

    choice: Choice
    keys: Mapping[str, IdentifierKind]
    person: Person


def write(*, actor: Actor, now: datetime, said: Sequence[Said], source: Source) -> list[Kept]:
    """Keep what was said, once, with evidence for each; return what became of each, in their order.

    Raises:
        NotAnAddress, NotReadable, NobodyNamed, UnknownPurpose, PurposeNeedless: nothing was kept.
        NotYours
    """
    refuse_unless_theirs(actor)
    digests = Digests()
    rows = [_row(actor, now, one, source, digests) for one in said]
    single = {row.choice.said_key: row for row in reversed(rows)}
    _end_what_is_over(list(single), now)
    if source.channel is Channel.REQUEST:
        _end_overridden(list(single), now)
    stands: dict[str, tuple[str, datetime]] = {}
    written: set[str] = set()
    while missing := {key: row for key, row in single.items() if key not in stands}:
        # What another act ends between the two statements is written in the next turn.
        written |= _insert(missing)
        stands |= _standing(list(missing), now)
    kept = [
        Kept(
            ref=stands[key][0],
            kind=Kind(row.choice.kind),
            since=stands[key][1],
            is_repeated=key not in written or single[key] is not row,
        )
        for row in rows
        for key in [row.choice.said_key]
    ]
    evidence = [_evidence(row, one, source) for row, one in zip(rows, kept, strict=True)]
    record_many(actor=actor, now=now, evidence=evidence)
    if source.channel in DIRECT:
        fresh = [(one, row.person) for one, row in zip(kept, rows, strict=True) if not one.is_repeated]
        listing.put_down(fresh, now=now)
    return kept


def refuse_unless_theirs(actor: Actor) -> None:
    """Let customers choose for themselves, and of the company whoever works on requests."""
    if actor.kind not in (ActorKind.CUSTOMER, ActorKind.SYSTEM):
        refuse_unless(actor, Role.AGENT)


def refuse_unless(actor: Actor, *roles: Role) -> None:
    if actor.kind is not ActorKind.SYSTEM and not any(
        actor.may(role) for role in (*roles, Role.ADMINISTRATOR)
    ):
        raise NotYours


def check_purpose(*, kind: Kind, purpose: str) -> None:
    """Refuse a purpose that nobody knows, and one where the choice covers all.

    Raises:
        UnknownPurpose, PurposeNeedless
    """
    if purpose and purpose not in PURPOSES:
        raise UnknownPurpose
    if purpose and kind in (Kind.OPT_OUT, Kind.LIMIT):
        raise PurposeNeedless


def _row(actor: Actor, now: datetime, said: Said, source: Source, digests: Digests) -> _Row:
    check_purpose(kind=said.kind, purpose=said.purpose)
    keys = digests.keys_of(said.person)
    law, article = article_of(kind=said.kind, law=said.law or HOME_LAW[said.kind], purpose=said.purpose)
    if source.channel is Channel.GPC:
        article = GPC_ARTICLE
    choice = Choice(
        ref=new_id(prefix="c"),
        said_key=_said_key(said, keys),
        kind=said.kind.value,
        law=law.value,
        article=article,
        purpose=said.purpose,
        data_set=said.data_set,
        only_profiling=said.only_profiling,
        since=now,
        last_said_at=now,
        until=said.until,
        decision=first_decision(kind=said.kind, purpose=said.purpose).value,
        channel=source.channel.value,
        origin=said.origin or source.origin,
        said_by=actor.label[:250],
    )
    return _Row(choice=choice, keys=keys, person=said.person)


def _said_key(said: Said, keys: Mapping[str, IdentifierKind]) -> str:
    until = said.until.isoformat() if said.until else ""
    words = (said.kind.value, said.purpose, said.data_set, str(said.only_profiling), until, *sorted(keys))
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def _end_what_is_over(said_keys: Sequence[str], now: datetime) -> None:
    """End what ended by itself: the same words said again begin anew."""
    for part in _parts(said_keys):
        Choice.objects.filter(said_key__in=part, ended_at__isnull=True, until__lte=now).update(
            ended_at=F("until"), ended_how="until"
        )


def _end_overridden(said_keys: Sequence[str], now: datetime) -> None:
    """End objections that were overridden and are made again by a request: that one is decided anew.

    Source: GDPR Art. 21(1): the grounds are the company's to show, each time.
    """
    for part in _parts(said_keys):
        Choice.objects.filter(
            said_key__in=part, ended_at__isnull=True, decision=Decision.OVERRIDDEN.value
        ).update(ended_at=now, ended_how="said_again")


def _insert(single: Mapping[str, _Row]) -> set[str]:
    """Save what does not stand yet; return what was saved, by what was said."""
    Choice.objects.bulk_create(
        [row.choice for row in single.values()], ignore_conflicts=True, batch_size=_AT_ONCE
    )
    found: dict[str, int] = {}
    by_ref = {row.choice.ref: row for row in single.values()}
    for part in _parts(list(by_ref)):
        found.update(Choice.objects.filter(ref__in=part).values_list("ref", "pk"))
    ChoiceKey.objects.bulk_create(
        [
            ChoiceKey(choice_id=pk, digest=digest, kind=kind.value, since=by_ref[ref].choice.since)
            for ref, pk in found.items()
            for digest, kind in by_ref[ref].keys.items()
        ],
        batch_size=_AT_ONCE,
    )
    return {by_ref[ref].choice.said_key for ref in found}


def _standing(said_keys: Sequence[str], now: datetime) -> dict[str, tuple[str, datetime]]:
    """Return what stood before, and note that it was said again: asking again waits from here."""
    found: dict[str, tuple[str, datetime]] = {}
    for part in _parts(said_keys):
        rows = Choice.objects.filter(said_key__in=part, ended_at__isnull=True)
        found.update((key, (ref, since)) for key, ref, since in rows.values_list("said_key", "ref", "since"))
        rows.filter(last_said_at__lt=now).update(last_said_at=now)
    return found


def _evidence(row: _Row, kept: Kept, source: Source) -> Evidence:
    choice = row.choice
    facts: dict[str, Json] = {
        "kind": choice.kind,
        "law": choice.law,
        "article": choice.article,
        "channel": source.channel.value,
        "identifiers": facts_of(row.keys),
    }
    if choice.origin:
        facts["origin"] = choice.origin
    if choice.purpose:
        facts["purpose"] = choice.purpose
    if choice.data_set:
        facts["data_set"] = plain_name(choice.data_set)
    if kept.is_repeated:
        facts["repeated"] = True
    return Evidence(subject=f"choice:{kept.ref}", facts=facts)


def _parts(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE)]
