"""Answers whose contact point the company's record lost in mid-request: they wait until staff checked again.

Source: failure promise 14 (a contact that changed in mid-request).
"""

from collections.abc import Sequence
from datetime import datetime

from discreet.mechanisms.rights import contacts, planning
from discreet.mechanisms.rights.actions import held_answers
from discreet.mechanisms.rights.refusals import NobodyFound, SeveralPeople


def hold_changed(batch_id: int, numbers: Sequence[str], now: datetime) -> None:
    """Hold the answers whose contact point the record lost meanwhile. What was erased there is compared before it is."""
    seen = {}
    for number in numbers:
        try:
            seen[number] = contacts.seen_instead(number, planning.addresses_held(number))
        except (NobodyFound, SeveralPeople):
            continue
    changed = {number: digest for number, digest in seen.items() if digest}
    if changed:
        held_answers.hold_answers(now=now, batch_id=batch_id, seen=changed)
