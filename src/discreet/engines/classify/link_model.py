"""What links are made of: tables as they see them, what names allow, what values left of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from discreet.engines.classify.keys import Codes
from discreet.engines.classify.model import Kind, Reason


class LinkKind(StrEnum):
    DECLARED = "fk"
    IMPLICIT = "implicit"
    POLYMORPHIC = "polymorphic"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class LinkColumn:
    """A column as links see it. `codes`: the form of its values, where they have one and were looked at."""

    name: str
    kind: Kind
    category: str = "none"
    is_unique: bool = False
    comment: str = ""
    codes: Codes | None = None


@dataclass(frozen=True)
class LinkTable:
    """A table as links see it. `key` is how the caller names it; `people`: its kind of people, or empty."""

    key: str
    name: str
    columns: Sequence[LinkColumn]
    primary_key: tuple[str, ...] = ()
    people: str = ""
    is_view: bool = False
    declared: frozenset[tuple[str, ...]] = frozenset()  # columns of keys that are declared already
    comment: str = ""

    @cached_property
    def by_name(self) -> Mapping[str, LinkColumn]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> LinkColumn:
        return self.by_name[name]

    @property
    def single_key(self) -> LinkColumn | None:
        """The primary key, where it is one column that may be seen."""
        return self.by_name.get(self.primary_key[0]) if len(self.primary_key) == 1 else None

    @cached_property
    def other_keys(self) -> tuple[LinkColumn, ...]:
        """Columns that tell rows apart beside the primary key: declared unique, or each code once in the sample."""
        return tuple(
            column
            for column in self.columns
            if (column.name,) != self.primary_key
            and column.kind in (Kind.TEXT, Kind.UUID, Kind.INTEGER)
            and (column.is_unique or (column.codes is not None and column.codes.is_distinct))
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that names or types allow. `score` 0 to 1 is what the names say; `is_actor`: who did it, not whose."""

    table: str
    columns: tuple[str, ...]
    far_table: str
    far_columns: tuple[str, ...]
    kind: LinkKind
    score: float
    is_actor: bool = False
    discriminator: str = ""
    discriminator_value: str = ""
    category: str = "none"  # of a copy: what is copied
    comment_word: str = ""  # of a comment that names the far end
    is_by_values: bool = False  # no name says so: only values can
    fewest: int = 1  # so many different values must be compared
    is_unguessable: bool = False  # values are random: no two are equal by chance


@dataclass(frozen=True, slots=True)
class LinkProposal:
    candidate: Candidate
    confidence_percent: int
    reasons: tuple[Reason, ...]


def same_type(near: LinkColumn, far: LinkColumn) -> bool:
    if Kind.BOOLEAN in (near.kind, far.kind) or (
        Kind.BINARY in (near.kind, far.kind) and near.kind is not far.kind
    ):
        return False
    numbers = {Kind.INTEGER, Kind.DECIMAL}
    if near.kind in numbers and far.kind in numbers:
        return True
    return near.kind is far.kind and near.kind in (Kind.TEXT, Kind.UUID, Kind.BINARY)
