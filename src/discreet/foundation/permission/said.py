"""What people say, as the acts take it: one value for each choice, whichever door it came through."""

from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.permission.people import Person
from discreet.foundation.permission.rules import Channel, Kind
from discreet.foundation.rulepacks.law import Law


@dataclass(frozen=True, slots=True)
class Said:
    """One person's choice. `purpose` "": all; `data_set` "": all, else a source or `source/table`.

    `origin`: the number of this person's own request, where many say something at once.
    """

    person: Person
    kind: Kind
    law: Law | None = None
    purpose: str = ""
    data_set: str = ""
    only_profiling: bool = False
    until: datetime | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """How words reached the company. `origin`: the number of a request or batch, or "" ."""

    channel: Channel
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of words. `is_repeated`: the same stood already, since then."""

    ref: str
    kind: Kind
    since: datetime
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class OptedIn:
    """`standing`: choices found by some of the identifiers, but said under others, too; they stand."""

    ended: tuple[str, ...]
    standing: tuple[str, ...]
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class ToTell:
    """What a person must be told. Both languages; `article` says why."""

    article: str
    en: str
    zh: str

    def text(self, language: str) -> str:
        return self.zh if language.lower().startswith("zh") else self.en
