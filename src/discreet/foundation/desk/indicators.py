"""The measured answer to “does it work?”. A mechanism registers its indicators in its own `indicators.py`.

    register(Indicator(id="rights.closed_in_time", mechanism=RIGHTS, label=gettext_noop("Closed in time"),
                       measure=closed_in_time))

`measure(now)` computes from evidence and returns a `Measurement`, or `None`: then nothing was measured, and
the desk says so. Source: design language, “Measured or marked unmeasured”.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from discreet.foundation.desk.discovery import discover
from discreet.foundation.desk.texts import Text


class State(StrEnum):
    """How an indicator stands; the value names the status component's kind."""

    WORKING = "good"
    ATTENTION = "warn"
    FAILING = "bad"
    NOT_MEASURED = "none"


#: What matters first: the worst indicator is the mechanism's state.
GRAVITY = (State.FAILING, State.ATTENTION, State.NOT_MEASURED, State.WORKING)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One of the fifteen mechanisms, by its number in MECHANISMS.md."""

    number: int
    label: str
    url_name: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured. `evidence` is the ledger entry that the newest value rests on.

    `value` stands large and carries its unit in `unit`; `target` says in words what it should be;
    `why` explains a state that is not good and `next_act` names what to do at `url`. `counted_at`: of when the
    value is, where it is not of now.
    """

    state: State
    value: str
    target: str | Text
    unit: str | Text = ""
    why: str | Text = ""
    next_act: str | Text = ""
    url: str = ""
    evidence: int | None = None
    series: tuple[float | None, ...] = ()
    target_value: float | None = None
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    id: str
    mechanism: Mechanism
    label: str
    measure: Callable[[datetime], Measurement | None]
    #: Shown when nothing could be measured: why, in words.
    unmeasured_why: str = ""
    #: Whether `measure` of an earlier moment says what was so then, from evidence of that time.
    looks_back: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator and what it showed now."""

    indicator: Indicator
    measurement: Measurement | None

    @property
    def state(self) -> State:
        return self.measurement.state if self.measurement else State.NOT_MEASURED


@dataclass(frozen=True, slots=True)
class MechanismReading:
    mechanism: Mechanism
    readings: tuple[Reading, ...]

    @property
    def state(self) -> State:
        return min((reading.state for reading in self.readings), key=GRAVITY.index)

    @property
    def worst(self) -> Reading:
        return min(self.readings, key=lambda reading: GRAVITY.index(reading.state))


def measured_at(indicator: Indicator, *, then: datetime) -> Measurement | None:
    """Return what an indicator showed at an earlier moment, or None: nothing of that time measures it."""
    return indicator.measure(then) if indicator.looks_back else None


_indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> None:
    """Add an indicator. Registering the same `id` again changes nothing."""
    _indicators.setdefault(indicator.id, indicator)


def measure_all(*, now: datetime) -> Sequence[MechanismReading]:
    """Measure every registered indicator and return them by mechanism, in the mechanisms' order."""
    discover()
    by_mechanism: dict[Mechanism, list[Reading]] = {}
    for indicator in _indicators.values():
        reading = Reading(indicator=indicator, measurement=indicator.measure(now))
        by_mechanism.setdefault(indicator.mechanism, []).append(reading)
    return [
        MechanismReading(mechanism=mechanism, readings=tuple(by_mechanism[mechanism]))
        for mechanism in sorted(by_mechanism, key=lambda one: one.number)
    ]
