"""Many requests as one batch, received some at a time, so that others can write in between.

Source: GDPR Art. 12(3) (the clocks start at receipt, for everybody in the file at once).
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import IntegrityError

from discreet.engines.subjects.identity import Identity
from discreet.events.rights import RequestReceived
from discreet.foundation.cases.bulk import NewCase, open_many, set_clocks_many
from discreet.foundation.jobs.api import publish_many
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, Json, record, record_many
from discreet.foundation.rulepacks.clocks import strictest
from discreet.mechanisms.rights.actions import standing
from discreet.mechanisms.rights.actions.receiving import (
    facts_of,
    new_batch,
    refuse_unless_theirs,
)
from discreet.mechanisms.rights.course.clocks import clocks_for
from discreet.mechanisms.rights.kinds import TITLES, Kind
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.opening import claims as sealed_claims
from discreet.mechanisms.rights.opening.digests import digests_of, home_region
from discreet.mechanisms.rights.opening.given import checked
from discreet.mechanisms.rights.refusals import UnknownCountry
from discreet.mechanisms.rights.rules import State, is_residence
from discreet.vocabulary.actors import Actor

#: Requests of one transaction: half a second on a small machine, while SQLite lets nobody else write.
AT_ONCE = 1000
_ROWS_AT_ONCE = 500

#: (identity, residence, language) of each person.
Claims: TypeAlias = Sequence[tuple[Identity, str, str]]


@dataclass(frozen=True, slots=True)
class ReceivedImport:
    """`is_repeated`: the same requests were imported before and are still open; nothing was opened now."""

    batch_id: int
    numbers: tuple[str, ...]
    is_repeated: bool


def receive_batch(*, actor: Actor, now: datetime, kind: Kind, claims: Claims) -> tuple[int, list[str]]:
    """Receive many requests as one batch. Every clock starts now.

    Nobody gets a public address; staff can add one.

    Raises:
        UnknownCountry, NotYours, and as `given.checked`: nothing was received.
    """
    claims = _checked(actor, claims)
    batch_id = _receive_some(actor=actor, now=now, kind=kind, claims=claims, batch_id=None, import_key=None)
    _receive_rest(actor=actor, now=now, kind=kind, claims=claims, batch_id=batch_id)
    return batch_id, _numbers(batch_id)


def receive_import(
    *, actor: Actor, now: datetime, kind: Kind, claims: Claims, scope: str = ""
) -> ReceivedImport:
    """Receive as `receive_batch`, once: repeated, it goes on where it was cut off, as long as any is open.

    `scope`: of `kinds.Scope`, what all of them are about; "" = everything.

    Raises:
        As `receive_batch`.
    """
    claims = _checked(actor, claims)
    key = _import_key(kind, claims, scope)
    known = _open_import(key)
    is_repeated = known is not None and not known.to_receive
    batch_id = known.pk if known is not None else _begin_import(actor, now, kind, claims, key, scope)
    _receive_rest(actor=actor, now=now, kind=kind, claims=claims, batch_id=batch_id, scope=scope)
    return ReceivedImport(batch_id=batch_id, numbers=tuple(_numbers(batch_id)), is_repeated=is_repeated)


def _checked(actor: Actor, claims: Claims) -> Claims:
    """Return the claims as they are kept, or refuse all."""
    refuse_unless_theirs(actor)
    for _, residence, _ in claims:
        if not is_residence(residence):
            raise UnknownCountry(residence=residence[:8])
    return [(checked(claim), residence, language) for claim, residence, language in claims]


def _import_key(kind: Kind, claims: Claims, scope: str) -> str:
    """Return what is the same for the same requests, and tells nothing without the company's key."""
    said = json.dumps(
        [kind.value, *([scope] if scope else []), [[asdict(claim), *more] for claim, *more in claims]],
        sort_keys=True,
    )
    return keys.hmac_company("rights.import", said.encode()).hex()


def _open_import(key: str) -> Batch | None:
    found = Batch.objects.filter(import_key=key).first()
    if found is None or found.to_receive or found.requests.filter(completed_at__isnull=True).exists():
        return found
    Batch.objects.filter(pk=found.pk).update(import_key=None)  # it is over: the same file is a new wish
    return None


def _begin_import(actor: Actor, now: datetime, kind: Kind, claims: Claims, key: str, scope: str) -> int:
    try:
        return _receive_some(
            actor=actor, now=now, kind=kind, claims=claims, batch_id=None, import_key=key, scope=scope
        )
    except IntegrityError:  # the same file is being imported by somebody else: both go on with one batch
        found = _open_import(key)
        if found is None:
            raise
        return found.pk


def _receive_rest(
    *, actor: Actor, now: datetime, kind: Kind, claims: Claims, batch_id: int, scope: str = ""
) -> None:
    while Batch.objects.filter(pk=batch_id, to_receive__gt=0).exists():
        _receive_some(
            actor=actor,
            now=now,
            kind=kind,
            claims=claims,
            batch_id=batch_id,
            import_key=None,
            scope=scope,
        )


@act("rights.receive_batch")
def _receive_some(
    *,
    actor: Actor,
    now: datetime,
    kind: Kind,
    claims: Claims,
    batch_id: int | None,
    import_key: str | None,
    scope: str = "",
) -> int:
    """Receive the next requests into the batch, which the first of them open; return its id."""
    if batch_id is None:
        batch = new_batch(kind)
        batch.import_key, batch.to_receive = import_key, len(claims)
        received_at = now
    else:
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if not batch.to_receive:  # somebody else who imports the same file was first
            record(actor=actor, now=now, subject=f"batch:{batch.pk}", facts={"requests": 0})
            return batch.pk
        received_at = batch.requests.order_by("position").values_list("received_at", flat=True)[0]
    start = len(claims) - batch.to_receive
    some = claims[start : start + AT_ONCE]
    numbers = open_many(
        actor=actor,
        now=now,
        subject=f"batch:{batch.pk}",
        prefix="R",
        kind="request",
        title=TITLES[kind],
        state=State.RECEIVED.value,
        opening=[
            NewCase(language=language, subject=sealed_claims.to_bytes(claim)) for claim, _, language in some
        ],
    )
    region = home_region()
    residences = [residence.upper() for _, residence, _ in some]
    due_at = _start_clocks(
        actor=actor, now=now, batch=batch, numbers=numbers, residences=residences, received_at=received_at
    )
    requests = [
        RightsRequest(
            number=number,
            batch=batch,
            position=position,
            kind=kind.value,
            channel="import",
            scope=scope,
            residence=residence,
            received_at=received_at,
            due_at=due_at[residence],
            opened_by=actor.person,
            **digests_of(claim, phone_region=region),
        )
        for position, (number, residence, (claim, *_)) in enumerate(
            zip(numbers, residences, some, strict=True), start=start
        )
    ]
    _receive_all(actor=actor, now=now, requests=requests)
    if standing.is_applied_at_receipt(kind.value):
        claimed = {
            number: (claim, residence) for number, (claim, residence, _) in zip(numbers, some, strict=True)
        }
        standing.apply_at_receipt(actor=actor, now=now, batch_id=batch.pk, claims=claimed)
    batch.to_receive -= len(some)
    batch.save(update_fields=["import_key", "to_receive"])
    facts: dict[str, Json] = {"requests": len(numbers)}
    if len(claims) > AT_ONCE:
        facts |= {"of": len(claims), "to_receive": batch.to_receive}
    record(actor=actor, now=now, subject=f"batch:{batch.pk}", facts=facts)
    return batch.pk


@act("rights.receive_request")
def _receive_all(*, actor: Actor, now: datetime, requests: Sequence[RightsRequest]) -> None:
    """Save the requests of an import, with the same evidence and event for each as one that came alone."""
    RightsRequest.objects.bulk_create(requests, batch_size=_ROWS_AT_ONCE)
    evidence = [
        Evidence(
            subject=f"request:{one.number}",
            facts={
                "kind": one.kind,
                "channel": one.channel,
                "residence": one.residence,
                **({"scope": one.scope} if one.scope else {}),
            },
        )
        for one in requests
    ]
    record_many(actor=actor, now=now, evidence=evidence)
    publish_many(RequestReceived(number=one.number) for one in requests)


def _start_clocks(
    *,
    actor: Actor,
    now: datetime,
    batch: Batch,
    numbers: Sequence[str],
    residences: Sequence[str],
    received_at: datetime,
) -> dict[str, datetime | None]:
    """Start the clocks of a batch; return when the answer is due, by residence."""
    alike: dict[str, list[str]] = defaultdict(list)
    for number, residence in zip(numbers, residences, strict=True):
        alike[residence].append(number)
    due_at: dict[str, datetime | None] = {}
    for residence, members in alike.items():
        clocks = clocks_for(batch.kind, residence=residence, received_at=received_at)
        set_clocks_many(
            actor=actor, now=now, subject=f"batch:{batch.pk}", numbers=members, clocks=facts_of(clocks)
        )
        answer = strictest(clocks)
        due_at[residence] = answer.due_at if answer else None
    return due_at


def _numbers(batch_id: int) -> list[str]:
    found = RightsRequest.objects.filter(batch_id=batch_id).order_by("position", "pk")
    return list(found.values_list("number", flat=True))
