"""Which clock of a case is which: what must be done when it ends."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext

from discreet.foundation.cases.queries import ClockView
from discreet.foundation.rulepacks import queries as rulepacks
from discreet.foundation.rulepacks.law import Purpose
from discreet.vocabulary.text import gettext_noop

LABELS = {
    Purpose.ACKNOWLEDGEMENT: gettext_noop("Acknowledge by"),
    Purpose.ANSWER: gettext_noop("Answer by"),
}

MET = {
    Purpose.ACKNOWLEDGEMENT: gettext_noop("Receipt acknowledged in time"),
    Purpose.ANSWER: gettext_noop("Answered in time"),
}


def purpose_of(rule_id: str) -> Purpose:
    """Return what the clock of a rule is for; one of a rule that is gone counts as the answer's."""
    try:
        clock = rulepacks.rule(rule_id).request_clock
    except rulepacks.UnknownRule:
        return Purpose.ANSWER
    return clock.purpose if clock else Purpose.ANSWER


def label_of(rule_id: str) -> str:
    """Return what the clock of a rule asks for, in the reader's language: “Answer by”."""
    return gettext(LABELS[purpose_of(rule_id)])


def answer_due(clocks: Iterable[ClockView]) -> datetime | None:
    """Return when the answer is due: the strictest running clock of that purpose."""
    running = (clock for clock in clocks if clock.met_at is None and clock.paused_at is None)
    return min((one.due_at for one in running if purpose_of(one.rule_id) is Purpose.ANSWER), default=None)


def next_clock(clocks: Iterable[ClockView]) -> ClockView | None:
    """Return the running clock that ends first."""
    running = (clock for clock in clocks if clock.met_at is None and clock.paused_at is None)
    return min(running, key=lambda clock: clock.due_at, default=None)
