"""A source's schema as the map takes it in: what `sources` described, ready to be compared and kept."""

from dataclasses import dataclass

from discreet.engines.subjects.graph import TableRef


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    name: str
    type: str
    is_nullable: bool = True
    comment: str = ""
    is_unique: bool = False
    is_indexed: bool = False
    is_numeric: bool = False
    is_binary: bool = False
    max_length: int | None = None

    @property
    def is_flag(self) -> bool:
        word = self.type.lower()
        return word.startswith(("bool", "bit", "tinyint(1)"))

    @property
    def is_date(self) -> bool:
        word = self.type.lower()
        return "date" in word or word.startswith("time") or word.startswith("year")


@dataclass(frozen=True, slots=True)
class DescribedKey:
    """A declared foreign key."""

    columns: tuple[str, ...]
    to: TableRef
    to_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DescribedTable:
    ref: TableRef
    columns: tuple[DescribedColumn, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[DescribedKey, ...] = ()
    kind: str = "table"
    estimated_rows: int = 0
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DescribedSource:
    name: str
    fingerprint: str
    tables: tuple[DescribedTable, ...]
