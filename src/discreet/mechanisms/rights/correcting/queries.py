"""Reading what somebody wants corrected, and what staff chose."""

from discreet.engines.subjects.corrections import Choice
from discreet.foundation.keys import api as keys
from discreet.mechanisms.rights.correcting.wish import AAD, Wish, wish_from_bytes
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.refusals import NothingToCorrect


def wish_of(number: str) -> Wish:
    """Open what the request wants corrected.

    Raises:
        NothingToCorrect: nobody said what.
    """
    kept = RightsRequest.objects.filter(number=number[:16]).values_list("wish_sealed", flat=True).first()
    if kept is None:
        raise NothingToCorrect
    return wish_from_bytes(keys.open_sealed(number, bytes(kept), AAD))


def has_wish(number: str) -> bool:
    return RightsRequest.objects.filter(number=number[:16], wish_sealed__isnull=False).exists()


def choices_of(batch_id: int) -> dict[str, Choice]:
    """Return what staff chose, by place."""
    stored = Batch.objects.filter(pk=batch_id).values_list("decisions", flat=True).first() or {}
    return {name: Choice(choice) for name, choice in stored.items() if choice in set(Choice)}
