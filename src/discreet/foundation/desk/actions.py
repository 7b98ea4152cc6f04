"""Acts that the desk itself starts."""

from collections.abc import Collection
from datetime import datetime, timedelta

from discreet.foundation.desk.models import Digest, DigestChoice, Notification, NotificationRead
from discreet.foundation.desk.notify import tell
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.ledger.verify import Verdict
from discreet.vocabulary.actors import SYSTEM, Actor, Role

KEPT = timedelta(days=90)
READ_KEPT = timedelta(days=180)
VERIFICATION = "ledger:verification"
LEDGER_BROKEN = "desk.ledger_broken"


@act("desk.verify_ledger")
def record_verification(*, actor: Actor, now: datetime, verdict: Verdict, seconds: int) -> int:
    """Record what a verification of the whole ledger found, and tell who must act where it does not verify."""
    if not verdict.is_uncontradicted:
        tell(
            now=now,
            kind=LEDGER_BROKEN,
            subject=VERIFICATION,
            roles=[Role.ADMINISTRATOR, Role.AUDITOR],
            params={"n": len(verdict.findings)},
            url_name="desk:ledger",
        )
    return record(
        actor=actor,
        now=now,
        subject=VERIFICATION,
        facts={
            "entries": verdict.entries,
            "findings": len(verdict.findings),
            "fingerprint": verdict.fingerprint,
            "seconds": seconds,
        },
    )


@act("desk.mark_read")
def mark_read(*, actor: Actor, now: datetime, keys: Collection[str]) -> int:
    """Note that the actor has read these notifications; return how many were new to them."""
    known = set(NotificationRead.objects.filter(staff=actor.name, key__in=keys).values_list("key", flat=True))
    fresh = [key for key in dict.fromkeys(keys) if key not in known]
    NotificationRead.objects.bulk_create(
        [NotificationRead(staff=actor.name, key=key, read_at=now) for key in fresh], ignore_conflicts=True
    )
    record(actor=actor, now=now, subject=_subject(actor.name), facts={"read": len(fresh)})
    return len(fresh)


@act("desk.choose_digest")
def choose_digest(*, actor: Actor, now: datetime, digest: Digest, language: str) -> None:
    """Mail the actor what is new: never, at once or once a day. What is known by now is not mailed any more."""
    DigestChoice.objects.update_or_create(
        staff=actor.name, defaults={"digest": digest, "language": language, "mailed_at": now}
    )
    record(actor=actor, now=now, subject=_subject(actor.name), facts={"digest": digest.value})


@act("desk.note_digest")
def note_digest(*, now: datetime, staff: str, known_at: datetime, count: int, problem: str = "") -> None:
    """Note that a digest left, or cannot leave; what was known at `known_at` is not mailed again."""
    DigestChoice.objects.filter(staff=staff).update(mailed_at=known_at)
    facts: dict[str, Json] = {"notifications": count, "problem": problem}
    record(actor=SYSTEM, now=now, subject=_subject(staff), facts=facts)


def forget_old(now: datetime) -> int:
    """Delete what was told 90 days ago, and marks of reading after 180; return how many."""
    told = Notification.objects.filter(made_at__lt=now - KEPT).delete()[0]
    return told + NotificationRead.objects.filter(read_at__lt=now - READ_KEPT).delete()[0]


def _subject(staff: str) -> str:
    return f"staff:{staff.replace('@', ' at ')}"
