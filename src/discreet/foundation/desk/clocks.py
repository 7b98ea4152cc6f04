"""Which clock of a case is which: what must be done when it ends, and whether a law says so.

An app names the deadlines that the company sets itself in its `navigation.py`:

    clocks.register_internal("internal.map_change", gettext_noop("Confirm by"))
"""

from collections.abc import Iterable

from django.utils.translation import gettext

from discreet.foundation.cases.queries import ClockView
from discreet.foundation.desk.discovery import discover
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


_internal: dict[str, str] = {}


def register_internal(rule_id: str, label: str) -> None:
    """Name a deadline that the company sets itself, by the id its clocks carry."""
    _internal[rule_id] = label


def is_legal(rule_id: str) -> bool:
    """Return whether a law sets the deadline."""
    discover()
    return rule_id not in _internal


def purpose_of(rule_id: str) -> Purpose:
    """Return what the clock of a rule is for; one of a rule that is gone counts as the answer's."""
    try:
        clock = rulepacks.rule(rule_id).request_clock
    except rulepacks.UnknownRule:
        return Purpose.ANSWER
    return clock.purpose if clock else Purpose.ANSWER


def label_of(rule_id: str) -> str:
    """Return what the clock of a rule asks for, in the reader's language: “Answer by”."""
    return gettext(LABELS[purpose_of(rule_id)] if is_legal(rule_id) else _internal[rule_id])


def answer_clock(clocks: Iterable[ClockView]) -> ClockView | None:
    """Return the strictest running clock of the answer; where no law sets one, that of the company."""
    running = (clock for clock in clocks if clock.met_at is None and clock.paused_at is None)
    answers = (one for one in running if purpose_of(one.rule_id) is Purpose.ANSWER)
    return min(answers, key=lambda one: (not is_legal(one.rule_id), one.due_at), default=None)


def next_clock(clocks: Iterable[ClockView]) -> ClockView | None:
    """Return the running clock that ends first."""
    running = (clock for clock in clocks if clock.met_at is None and clock.paused_at is None)
    return min(running, key=lambda clock: clock.due_at, default=None)
