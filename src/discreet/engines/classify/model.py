"""What the engine is given and what it answers. Samples hold customer data and never leave the process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How the source declares the column."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BINARY = "binary"
    UUID = "uuid"
    INET = "inet"
    JSON = "json"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """A column with some of its values as texts, without NULLs. `values` is empty where nothing was read.

    `was_read`: values were asked for; with none of them the column is empty in the sample.
    """

    name: str
    comment: str = ""
    kind: Kind = Kind.TEXT
    type: str = ""
    max_length: int | None = None
    is_key: bool = False  # part of a primary or foreign key
    is_primary: bool = False
    values: Sequence[str] = ()
    was_read: bool = False


@dataclass(frozen=True, slots=True)
class TableSample:
    name: str
    columns: Sequence[ColumnSample]
    comment: str = ""


class Ground(StrEnum):
    """What a verdict rests on. Doors put it into words; parameters hold no value of the data."""

    COLUMN_NAME = "column_name"  # word
    COMMENT = "comment"  # word
    STATED = "stated"  # a person said so
    VALUES = "values"  # percent, what
    CHECKSUM = "checksum"  # percent, what
    VALUE_LIST = "value_list"  # percent
    ABOUT_PEOPLE = "about_people"
    CONTRADICTED = "contradicted"  # category that the header said
    REFERENCE = "reference"
    INSIDE = "inside"  # path, category
    TEXT_HOLDS = "text_holds"  # percent, category
    NO_VALUES = "no_values"
    OF_A_THING = "of_a_thing"


@dataclass(frozen=True, slots=True)
class Reason:
    ground: Ground
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A kind of personal data found inside texts or documents: where (a path, or empty) and how often."""

    category: str
    path: str
    percent: int


@dataclass(frozen=True, slots=True)
class Verdict:
    category: str
    confidence_percent: int
    reasons: tuple[Reason, ...] = ()
    hidden: tuple[Hidden, ...] = ()

    @property
    def is_personal(self) -> bool:
        return self.category != "none"


NOT_PERSONAL = Verdict(category="none", confidence_percent=0)
