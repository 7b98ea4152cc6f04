"""One call, one effect, one answer, however often it is sent.

The key is claimed first, in a transaction of its own, so that a second sender learns that the first one runs.
Work and answer are then kept in one transaction, and only by who still holds the claim: a process that dies
leaves neither, and one that was overtaken keeps neither. What was refused changed nothing: its key is free again.
Source: draft-ietf-httpapi-idempotency-key-header, sections 2.6 and 2.7.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from discreet.foundation.idempotency.models import KeptAnswer
from discreet.foundation.idempotency.refusals import KeyReused, StillRunning
from discreet.foundation.keys import api as keys
from discreet.vocabulary.ids import new_id

KEPT_FOR = timedelta(days=7)
LEASE = timedelta(seconds=60)
FORGET_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is JSON. `is_repeated`: it was given before, and nothing was done now."""

    status: int
    body: str
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """`scope`: who calls what, so that nobody meets another's key. `content`: what tells two bodies apart."""

    scope: str
    key: str
    content: bytes

    @property
    def key_hash(self) -> str:
        return keys.hmac_company("idempotency-key", f"{self.scope}\0{self.key}".encode()).hex()

    @property
    def content_hash(self) -> str:
        return keys.hmac_company("idempotency-content", self.content).hex()


def answer_once(*, call: Call, now: datetime, run: Callable[[], Answer]) -> Answer:
    """Return what `run` answers, or what it answered before to the same key and content.

    Raises:
        KeyReused: the key came with another content.
        StillRunning: the first call has not ended, or another process took this one over.
    """
    claim = new_id(prefix="k")
    known = _claim(call, claim, now)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            answer = run()
            _keep(call, claim, answer, now)
    except BaseException:
        KeptAnswer.objects.filter(claim=claim, status=None).delete()
        raise
    return answer


def forget_once(now: datetime) -> int:
    """Delete up to one portion of the keys whose time is over; return how many."""
    over = KeptAnswer.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:FORGET_AT_ONCE]
    return KeptAnswer.objects.filter(pk__in=list(over)).delete()[0]


def _claim(call: Call, claim: str, now: datetime) -> Answer | None:
    """Take the key for this process; return the answer where there is one already."""
    mine = {
        "content_hash": call.content_hash,
        "claim": claim,
        "running_until": now + LEASE,
        "status": None,
        "sealed": b"",
        "expires_at": now + KEPT_FOR,
    }
    with transaction.atomic():
        _, is_new = KeptAnswer.objects.get_or_create(key_hash=call.key_hash, defaults=mine)
        if is_new:
            return None
        row = KeptAnswer.objects.select_for_update().filter(key_hash=call.key_hash).first()
        if row is None:  # its first call was refused meanwhile
            raise StillRunning
        if row.expires_at > now:
            if row.content_hash != call.content_hash:
                raise KeyReused
            if row.status is not None:
                return _opened(row)
            # A lease that ends later than any lease can was given by a clock that has since jumped back.
            if row.running_until is not None and now < row.running_until <= now + 2 * LEASE:
                raise StillRunning
        KeptAnswer.objects.filter(pk=row.pk).update(**mine)
    return None


def _keep(call: Call, claim: str, answer: Answer, now: datetime) -> None:
    kept = KeptAnswer.objects.filter(key_hash=call.key_hash, claim=claim).update(
        status=answer.status,
        running_until=None,
        sealed=keys.seal_secret(answer.body.encode(), f"answer/{call.key_hash}"),
        expires_at=now + KEPT_FOR,
    )
    if not kept:
        raise StillRunning


def _opened(row: KeptAnswer) -> Answer:
    body = keys.open_secret(bytes(row.sealed), f"answer/{row.key_hash}").decode()
    return Answer(status=row.status or 200, body=body, is_repeated=True)


def canonical_json(raw: bytes) -> bytes:
    """Return what two bodies of the same meaning share: JSON with its keys in order; anything else as it is."""
    try:
        return json.dumps(json.loads(raw), sort_keys=True, ensure_ascii=True).encode()
    except (ValueError, RecursionError):
        return raw
