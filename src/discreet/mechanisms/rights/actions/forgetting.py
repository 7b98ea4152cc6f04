"""The end of what Discreet itself holds of a request, and the way back when a backup undid an erasure.

Source: GDPR Art. 5(1)(e), 17; failure promise 9.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from discreet.engines.subjects.identity import Identity
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.bulk import state_of_case
from discreet.foundation.datamap import tombstones
from discreet.foundation.datamap.tombstones import EndedRequest, RestoredRow
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.mechanisms.rights.actions.notifying import forget_notices
from discreet.mechanisms.rights.actions.proving import verify_identity
from discreet.mechanisms.rights.actions.receiving import note_candidates, receive_request
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.matching.roots import Candidates, Person, Root
from discreet.mechanisms.rights.models import Batch, LetterDraft, RightsRequest
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.vocabulary.actors import SYSTEM, Actor

VERIFIED_BY_TOMBSTONE = "Row key and identity match the tombstone of %(scope)s of %(on)s."


@act("rights.expire_package")
def expire_package(*, now: datetime, number: str) -> None:
    """Close the one-time link of a package whose time is over. The caller then removes the file."""
    RightsRequest.objects.filter(number=number).update(package_token_hash="")
    record(actor=SYSTEM, now=now, subject=f"request:{number}", facts={"package": "expired"})


@act("rights.forget_request")
def forget_request(*, now: datetime, number: str) -> None:
    """Empty what was sealed for a request whose case key is destroyed; its batch's, once nobody is left in it."""
    request = RightsRequest.objects.select_for_update().select_related("batch").filter(number=number).first()
    record(actor=SYSTEM, now=now, subject=f"request:{number}", facts={"forgotten": request is not None})
    forget_notices(number=number)
    if request is None:
        return
    LetterDraft.objects.filter(number=number).delete()
    request.manual_asks.update(reason_sealed=None, file_kind="")
    request.roots_sealed = request.verified_reason_sealed = request.detail_sealed = None
    request.wish_sealed = request.requester_sealed = request.authority_reason_sealed = None
    request.extension_sealed = request.appeal_sealed = request.appeal_answer_sealed = None
    request.mailbox_digest = ""
    request.package_token_hash = request.email_digest = request.phone_digest = ""
    if request.outcome == Outcome.REFUSED:  # its reason is what staff wrote, perhaps about the person
        request.kept = [{**one, "reason": ""} for one in request.kept]
    request.save()
    if not request.batch.requests.filter(completed_at__isnull=True).exclude(pk=request.pk).exists():
        _forget_batch(request.batch)


@act("rights.note_outcomes")
def note_outcomes(*, now: datetime, batch_id: int) -> None:
    """Note outside the database which requests have their outcome, so that a restored backup knows, too."""
    rows = RightsRequest.objects.filter(batch_id=batch_id, completed_at__isnull=False)
    ended = list(rows.order_by("position").values_list("number", "received_at", "outcome"))
    tombstones.write_ended_requests(ended, on=now.date())
    record(actor=SYSTEM, now=now, subject=f"batch:{batch_id}", facts={"tombstones": len(ended)})


@act("rights.end_again")
def end_again(*, actor: Actor, now: datetime, ended: EndedRequest) -> bool:
    """Give a request that came back from a backup the outcome it already had, and destroy its plan again.

    Evidence says that it is known from a tombstone: what had shown it is lost, and nothing is searched again.
    False where it has an outcome, or is another request under the same number.
    """
    request = RightsRequest.objects.select_for_update().select_related("batch").filter(number=ended.number)
    found = request.filter(completed_at__isnull=True).first()
    is_same = found is not None and found.received_at.isoformat() == ended.received_at
    facts: dict[str, Json] = {
        "request": ended.number,
        "again": is_same,
        "outcome": ended.outcome,
        "on": ended.on,
    }
    record(actor=actor, now=now, subject="rights:restored", facts=facts)
    if found is None or not is_same:
        return False
    its_own: dict[str, Json] = {
        "outcome": ended.outcome,
        "on": ended.on,
        "known_from": "tombstone",
        "searched_again": False,
    }
    record(actor=actor, now=now, subject=f"request:{ended.number}", facts=its_own)
    found.outcome, found.completed_at, found.roots_sealed = ended.outcome, now, None
    found.save()
    state = state_of_case(ended.number)
    cases.close(
        actor=actor, now=now, number=ended.number, state=State.DONE, transitions={state: (State.DONE,)}
    )
    if not found.batch.requests.filter(completed_at__isnull=True).exists():
        _forget_batch(found.batch)
    return True


@act("rights.reopen_erasure")
def reopen_erasure(
    *, actor: Actor, now: datetime, source: str, scope: str, rows: Sequence[RestoredRow]
) -> tuple[str, bool]:
    """Open an erasure request for rows of one person that a restored source brought back.

    It starts from exactly these rows, and its identity is proven by the tombstone; the plan still needs its
    two people. Returns its number and whether it is new: one that is open is not opened twice.
    """
    prefix = f"tombstone:{hashlib.sha256(f'{source}/{scope}'.encode()).hexdigest()[:32]}:"
    earlier = RightsRequest.objects.filter(idempotency_key__startswith=prefix)
    waiting = earlier.filter(completed_at__isnull=True).order_by("-pk").first()
    if waiting is not None:
        record(actor=actor, now=now, subject=f"request:{waiting.number}", facts={"repeated": True})
        return waiting.number, False
    received = receive_request(
        actor=actor,
        now=now,
        kind=Kind.ERASURE.value,
        claim=_claim(rows),
        channel="tombstone",
        idempotency_key=f"{prefix}{earlier.count()}",
    )
    roots = tuple(Root(table=row.table, key=row.key, matched_by=("tombstone",)) for row in rows)
    note_candidates(
        actor=actor,
        now=now,
        number=received.number,
        candidates=Candidates(people=(Person(roots=roots),)),
    )
    reason = VERIFIED_BY_TOMBSTONE % {"scope": scope, "on": rows[0].erased_on}
    verify_identity(actor=actor, now=now, number=received.number, reason=reason)
    is_sealed = all(row.is_sealed for row in rows)
    facts: dict[str, Json] = {"source": source, "rows": len(rows), "erased_by": scope, "sealed": is_sealed}
    record(actor=actor, now=now, subject=f"request:{received.number}", facts=facts)
    return received.number, True


def _claim(rows: Sequence[RestoredRow]) -> Identity:
    held = {value.category: value.text for row in reversed(rows) for value in reversed(row.values)}
    other = next((text for category, text in held.items() if category not in ("email", "phone")), None)
    return Identity(email=held.get("email"), phone=held.get("phone"), customer_number=other)


def _forget_batch(batch: Batch) -> None:
    batch.plan_sealed = batch.capture_sealed = None
    batch.save()
    keys.destroy_case_key(batch.key_id)
