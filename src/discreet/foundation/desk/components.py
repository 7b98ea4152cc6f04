"""What the components of the desk show: frozen values that doors build and template tags draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Entry(Protocol):
    """The part of a ledger entry that an evidence mark needs."""

    @property
    def entry_id(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def is_sealed(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock: what is left, until when, by which law. `law` is the short citation, `label` “Answer by”."""

    started_at: datetime
    due_at: datetime
    law: str
    label: str = ""
    started_label: str = ""
    law_url: str = ""
    is_legal: bool = True
    is_unsure: bool = False
    is_extendable: bool = False
    ended_at: datetime | None = None
    paused_since: datetime | None = None
    paused_reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case. `state` is "done", "now", "todo" or, where the case stopped, "ended"."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """A step of a case. `is_work` where it only serves another step."""

    at: datetime
    title: str
    detail: str = ""
    entry: Entry | None = None
    is_work: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool = False
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One table of a plan. With `field` the choices are radio buttons of that name, else plain words.

    `name` is what people call the table, `raw` what the database does.
    """

    name: str
    rows: int
    choices: Sequence[Choice]
    why: str
    field: str = ""
    kept_until: str = ""
    is_warning: bool = False
    statements: Sequence[Statement] = ()
    raw: str = ""


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """The tables of one source."""

    label: str
    note: str
    rows: Sequence[PlanRow]
    raw: str = ""
    icon: str = "database"


@dataclass(frozen=True, slots=True)
class Deadline:
    """An open deadline on the strip of the home page."""

    label: str
    due_at: datetime
    url: str
    is_legal: bool = True
    title: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Something that waits for a person. `act` is the verb, `what` the thing it is done to."""

    act: str
    what: str
    url: str
    icon: str = "clipboard-list"
    due_at: datetime | None = None
    due_label: str = ""
    is_legal: bool = False
