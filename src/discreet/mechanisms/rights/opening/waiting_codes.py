"""Which open requests wait for a code to one mailbox."""

from dataclasses import dataclass
from datetime import datetime

from discreet.mechanisms.rights.models import RightsRequest

SHOWN = 20


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    number: str
    kind: str
    requester: str
    received_at: datetime


def of_mailbox(digest: str) -> list[WaitingRequest]:
    """Return the newest open requests whose code goes to this mailbox; who is flooded types the number instead."""
    found = RightsRequest.objects.filter(
        mailbox_digest=digest, verified_at__isnull=True, completed_at__isnull=True
    ).order_by("-received_at", "-pk")
    rows = found.values_list("number", "kind", "requester", "received_at")[:SHOWN] if digest else ()
    return [WaitingRequest(*row) for row in rows]
