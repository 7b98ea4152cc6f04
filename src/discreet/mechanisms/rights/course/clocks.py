"""The legal clocks of a request: of its kind, and where a law counts it as another kind, of that one.

Source: GDPR Art. 12(3) (closing an account is erasure where the law knows no closing); NDSR Art. 23 and
GB/T 35273-2020 8.5 (closing an account has its own time).
"""

from datetime import UTC, datetime

from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import clocks_of
from discreet.foundation.rulepacks.clocks import Clock
from discreet.foundation.rulepacks.law import Purpose
from discreet.mechanisms.rights.kinds import right_of


def clocks_for(
    kind: str, *, residence: str, received_at: datetime, extended: bool = False
) -> tuple[Clock, ...]:
    """Return every clock of a request of this kind, the earliest due first. `residence` "" = unknown."""
    right, place = right_of(kind), residence or None
    own = clocks_of(
        profile=profile(), residence=place, kind=right.clock, received_at=received_at, extended=extended
    )
    if not right.counts_as:
        return own
    answered = {clock.law for clock in own if clock.purpose is Purpose.ANSWER}
    others = clocks_of(
        profile=profile(), residence=place, kind=right.counts_as, received_at=received_at, extended=extended
    )
    every = [*own, *(clock for clock in others if clock.law not in answered)]
    return tuple(sorted(every, key=lambda clock: (clock.due_at.astimezone(UTC), clock.rule_id)))
