"""What may be done to the clocks of a request: extend, pause, go on. Pure.

Source: GDPR Art. 12(3) (two more months, with reasons, within the first); Cal. Civ. Code 1798.130(a)(2)(A) and
11 CCR 7021(b) (45 more days; verification stops nothing); PIPL Art. 50 with GB/T 35273-2020 8.7 (no extension);
EDPB Guidelines 01/2022, 157 to 159 (suspension while what is needed to identify or to find the data is awaited).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from discreet.foundation.rulepacks.clocks import Clock
from discreet.foundation.rulepacks.law import Law, Purpose
from discreet.vocabulary.text import gettext_noop


class Wait(StrEnum):
    """What is awaited from the person while a clock stands still."""

    IDENTITY = "identity"
    CLARIFICATION = "clarification"


WAITS: Mapping[Wait, str] = {
    Wait.IDENTITY: gettext_noop("Proof of identity was asked for, because of reasonable doubt"),
    Wait.CLARIFICATION: gettext_noop("We asked which data or which time the request is about"),
}
#: What each law lets a clock stand still for; a law that is not here lets it run.
PAUSES: Mapping[Law, frozenset[Wait]] = MappingProxyType({Law.GDPR: frozenset(Wait)})
PAUSE_SOURCE = "EDPB Guidelines 01/2022, 157-159"


@dataclass(frozen=True, slots=True)
class Extension:
    """`rule_ids`: whose clocks get longer. `others`: answers that are due as before. `notice_by`: the last moment."""

    rule_ids: tuple[str, ...]
    others: tuple[str, ...]
    notice_by: datetime | None


def extension(clocks: Sequence[Clock], *, now: datetime) -> Extension:
    """Return which answers may still be extended: those whose law allows it, until the person must have heard of it."""
    answers = [clock for clock in clocks if clock.purpose is Purpose.ANSWER]
    allowed = [clock for clock in answers if clock.can_extend_until is not None]
    open_ones = [clock for clock in allowed if now <= (clock.extension_notice_by or clock.due_at)]
    chosen = {clock.rule_id for clock in open_ones}
    return Extension(
        rule_ids=tuple(clock.rule_id for clock in open_ones),
        others=tuple(clock.rule_id for clock in answers if clock.rule_id not in chosen),
        notice_by=min((clock.extension_notice_by or clock.due_at for clock in allowed), default=None),
    )


def may_pause(law: str, wait: str, *, is_proven: bool) -> bool:
    """Say whether the clocks of a law stand still for this. Proof of who asks is awaited until it is there."""
    if is_proven and wait == Wait.IDENTITY:
        return False
    known = {one.value for one in Law}
    return law in known and wait in PAUSES.get(Law(law), frozenset())


def resumed(*, due_at: datetime, paused_at: datetime, now: datetime) -> datetime:
    """Return when it is due now: the whole days that were awaited are added, never a part of one."""
    return due_at + timedelta(days=max((now - paused_at).days, 0))
