"""What the home page shows: the verdict, what needs a person, the ledger."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from discreet.foundation.desk.indicators import (
    GRAVITY,
    Measurement,
    MechanismReading,
    Reading,
    State,
    measure_all,
    measured_at,
)
from discreet.foundation.desk.phrases import is_chinese
from discreet.vocabulary.text import gettext_noop


@dataclass(frozen=True, slots=True)
class Tile:
    """A mechanism on the strip."""

    label: str
    state: State
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator on the page; `url` leads where something can be done about it."""

    mechanism: str
    reading: Reading
    url: str
    before: Measurement | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    heading: str
    tiles: Sequence[Tile]
    attention: Sequence[Row]
    working: Sequence[Row]


def verdict(*, now: datetime, then: datetime | None = None) -> Verdict:
    """Measure, and say first whether it works; with `then`, what was measured at that moment beside it."""
    mechanisms = measure_all(now=now)
    rows = [
        Row(
            mechanism=gettext(one.mechanism.label),
            reading=reading,
            url=(reading.measurement.url if reading.measurement else "") or reverse(one.mechanism.url_name),
            before=measured_at(reading.indicator, then=then) if then else None,
        )
        for one in mechanisms
        for reading in one.readings
    ]
    return Verdict(
        heading=_heading(mechanisms),
        tiles=[
            Tile(
                label=gettext(one.mechanism.label),
                state=one.state,
                url=reverse(one.mechanism.url_name),
            )
            for one in mechanisms
        ],
        attention=sorted(
            (row for row in rows if row.reading.state is not State.WORKING),
            key=lambda row: GRAVITY.index(row.reading.state),
        ),
        working=[row for row in rows if row.reading.state is State.WORKING],
    )


OF_ONE: dict[State, str] = {
    State.WORKING: gettext_noop("The one mechanism installed works"),
    State.FAILING: gettext_noop("The one mechanism installed is failing"),
    State.ATTENTION: gettext_noop("The one mechanism installed needs attention"),
    State.NOT_MEASURED: gettext_noop("The one mechanism installed is not measured yet"),
}


def _heading(mechanisms: Sequence[MechanismReading]) -> str:
    if not mechanisms:
        return gettext("Nothing is measured yet")
    count = Counter(one.state for one in mechanisms)
    total = len(mechanisms)
    if total == 1:
        return gettext(OF_ONE[mechanisms[0].state])
    parts = [
        template % {"n": count[state]}
        for state, template in (
            (State.WORKING, gettext("%(n)s working")),
            (State.FAILING, gettext("%(n)s failing")),
            (
                State.ATTENTION,
                ngettext("%(n)s needs attention", "%(n)s need attention", count[State.ATTENTION]),
            ),
            (State.NOT_MEASURED, gettext("%(n)s not measured")),
        )
        if count[state]
    ]
    head = ngettext("Of %(n)s mechanism", "Of %(n)s mechanisms", total) % {"n": total}
    return f"{head}，{'，'.join(parts)}" if is_chinese() else f"{head}: {', '.join(parts)}"
