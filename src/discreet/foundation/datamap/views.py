"""Frozen views of the map that cross the floor: what pages, commands and other apps see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.classify.model import Hidden, Reason
from discreet.engines.subjects.graph import EraseAction, Graph, KeepDuty, LinkRole, Match, TableRef
from discreet.vocabulary.categories import CATEGORIES, Category


class Gap(StrEnum):
    """Why a part of a source is not covered by what is found and erased."""

    SOURCE_NOT_MAPPED = "source_not_mapped"
    TABLE_NOT_CONFIRMED = "table_not_confirmed"
    TABLE_GONE = "table_gone"
    FIELDS_NOT_CONFIRMED = "fields_not_confirmed"
    FIELDS_GONE = "fields_gone"
    LINKS_NOT_CONFIRMED = "links_not_confirmed"
    REFERENCE_WITHOUT_LINK = "reference_without_link"


@dataclass(frozen=True, slots=True, order=True)
class NotCovered:
    """A gap with the names of the fields it is about. `table` is empty for a whole source."""

    source: str
    table: str
    gap: Gap
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltMap:
    """The confirmed map of all sources, as of a version."""

    version: int
    graph: Graph
    not_covered: tuple[NotCovered, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    id: int
    name: str
    type: str
    comment: str
    category: Category
    confidence_percent: int
    reasons: tuple[Reason, ...]
    hidden: tuple[Hidden, ...]
    erase: EraseAction | None
    replacement: str | None
    is_confirmed: bool
    confirmed_by: str
    confirmed_at: datetime | None
    is_gone: bool
    is_key: bool


@dataclass(frozen=True, slots=True)
class LinkView:
    id: int
    from_table: TableRef
    from_columns: tuple[str, ...]
    to_table: TableRef
    to_columns: tuple[str, ...]
    role: LinkRole
    match: Match
    is_declared: bool
    discriminator: tuple[str, str] | None
    is_confirmed: bool
    kind: LinkKind = LinkKind.IMPLICIT
    confidence_percent: int = 0
    reasons: tuple[Reason, ...] = ()
    is_rejected: bool = False


@dataclass(frozen=True, slots=True)
class CopyView:
    """A column that repeats one of the people its rows belong to: equal still in `percent` of `compared` rows."""

    table: TableRef
    column: str
    through: tuple[str, ...]
    far_table: TableRef
    far_column: str
    percent: int
    compared: int


@dataclass(frozen=True, slots=True)
class TableView:
    id: int
    ref: TableRef
    kind: str
    comment: str
    estimated_rows: int
    primary_key: tuple[str, ...]
    is_people: bool
    people_kind: str
    is_gone: bool
    erase: EraseAction | None
    keep: KeepDuty | None
    is_confirmed: bool
    fields: tuple[FieldView, ...] = field(default=())
    links: tuple[LinkView, ...] = field(default=())

    @property
    def open_count(self) -> int:
        """How many parts of this table wait for a person."""
        links = [link for link in self.links if link.from_table == self.ref]
        fields = sum(not field.is_confirmed for field in self.fields)
        open_links = sum(not link.is_confirmed and not link.is_rejected for link in links)
        return (not self.is_confirmed) + fields + open_links


@dataclass(frozen=True, slots=True)
class SourceMapView:
    name: str
    tables: tuple[TableView, ...]
    described_at: datetime | None

    @property
    def open_count(self) -> int:
        return sum(table.open_count for table in self.tables)


@dataclass(frozen=True, slots=True)
class MapCounts:
    """The verdict of the map's first page, in numbers."""

    sources: int
    tables: int
    fields: int
    personal_fields: int
    open_fields: int
    open_parts: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column holds, in words for the person whose data it is."""

    category: str
    dpv: str
    en: str
    zh: str
    comment: str


Meanings = Mapping[TableRef, Mapping[str, Meaning]]


def category_of(name: str) -> Category:
    """Return the category `name`; one that a newer version knew counts as not confirmed."""
    return CATEGORIES.get(name, CATEGORIES["unknown"])
