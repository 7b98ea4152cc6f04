"""Build the subject engine's graph, and the list of what it does not cover, from the stored map."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from discreet.engines.subjects.graph import (
    Column,
    EraseAction,
    Graph,
    KeepDuty,
    Link,
    LinkRole,
    Match,
    Table,
    TableRef,
)
from discreet.foundation.datamap.models import DataField, DataKeepDuty, DataLink, DataTable
from discreet.foundation.datamap.views import BuiltMap, Gap, NotCovered
from discreet.vocabulary.categories import UNKNOWN


def ref_of(row: DataTable) -> TableRef:
    return TableRef(source=row.source, table=row.name, schema=row.schema)


def keep_of(row: DataKeepDuty | None) -> KeepDuty | None:
    if row is None:
        return None
    return KeepDuty(
        article=row.article,
        reason_en=row.reason_en,
        reason_zh=row.reason_zh,
        years=row.years,
        start_column=row.start_column or None,
        fields=tuple(row.fields),
    )


def _column(row: DataField, *, confirmed_only: bool) -> Column:
    is_open = confirmed_only and row.confirmed_at is None
    erase = EraseAction(row.erase) if row.erase else None
    return Column(
        name=row.name,
        category=UNKNOWN if is_open else row.category,
        nullable=row.is_nullable,
        unique=row.is_unique,
        indexed=row.is_indexed,
        numeric=row.is_numeric,
        binary=row.is_binary,
        max_length=row.max_length,
        type=row.type,
        ignores_case=row.ignores_case,
        fold_indexed=row.is_fold_indexed,
        is_generated=row.is_generated,
        erase=EraseAction.KEEP if is_open else erase,
        replacement=None if is_open else row.replacement,
    )


def link_of(row: DataLink, tables: dict[int, DataTable]) -> Link:
    return Link(
        from_table=ref_of(tables[row.from_table_id]),
        from_columns=tuple(row.from_columns),
        to_table=ref_of(tables[row.to_table_id]),
        to_columns=tuple(row.to_columns),
        role=LinkRole(row.role),
        is_declared=row.is_declared,
        match=Match(row.match),
        discriminator=(row.discriminator_column, row.discriminator_value)
        if row.discriminator_column
        else None,
    )


def link_columns(row: DataLink) -> tuple[set[str], set[str]]:
    """Return the columns a link needs in its two tables."""
    needed = set(row.from_columns) | ({row.discriminator_column} - {""})
    return needed, set(row.to_columns)


class _Rows:
    """The stored map, read with four statements."""

    def __init__(self) -> None:
        self.tables = {row.id: row for row in DataTable.objects.order_by("source", "schema", "name")}
        self.keeps = {row.table_id: row for row in DataKeepDuty.objects.all()}
        self.fields: dict[int, list[DataField]] = defaultdict(list)
        for row in DataField.objects.order_by("table_id", "position"):
            self.fields[row.table_id].append(row)
        self.links = list(DataLink.objects.order_by("id"))

    def present(self, table_id: int) -> list[DataField]:
        return [row for row in self.fields[table_id] if not row.is_gone]


def _is_shown(row: DataTable, fields: Sequence[DataField], *, confirmed_only: bool) -> bool:
    if row.is_gone:
        return False
    return not confirmed_only or row.confirmed_at is not None or any(f.confirmed_at for f in fields)


def _gaps_of_table(
    row: DataTable, fields: Sequence[DataField], links: Sequence[DataLink]
) -> Iterable[NotCovered]:
    name = f"{row.schema}.{row.name}" if row.schema else row.name

    def gap(kind: Gap, names: Iterable[str] = ()) -> NotCovered:
        return NotCovered(source=row.source, table=name, gap=kind, names=tuple(names))

    if row.is_gone:
        yield gap(Gap.TABLE_GONE)
        return
    if row.confirmed_at is None:
        yield gap(Gap.TABLE_NOT_CONFIRMED)
    open_fields = [f.name for f in fields if not f.is_gone and f.confirmed_at is None]
    if open_fields and row.confirmed_at is not None:
        yield gap(Gap.FIELDS_NOT_CONFIRMED, open_fields)
    gone = [f.name for f in fields if f.is_gone]
    if gone:
        yield gap(Gap.FIELDS_GONE, gone)
    open_links = [",".join(link.from_columns) for link in links if link.confirmed_at is None]
    if open_links:
        yield gap(Gap.LINKS_NOT_CONFIRMED, open_links)


def build(
    *, version: int, sources: frozenset[str], writable: frozenset[str], confirmed_only: bool
) -> BuiltMap:
    """Return the graph and its gaps. `sources`: all connected ones; `writable`: with write credentials."""
    rows = _Rows()
    shown: dict[int, set[str]] = {}
    tables: dict[TableRef, Table] = {}
    gaps: list[NotCovered] = []
    outgoing: dict[int, list[DataLink]] = defaultdict(list)
    for link in rows.links:
        outgoing[link.from_table_id].append(link)
    for table_id, row in rows.tables.items():
        gaps += _gaps_of_table(row, rows.fields[table_id], outgoing[table_id])
        present = rows.present(table_id)
        if not _is_shown(row, present, confirmed_only=confirmed_only):
            continue
        shown[table_id] = {f.name for f in present}
        ref = ref_of(row)
        tables[ref] = Table(
            ref=ref,
            primary_key=tuple(row.primary_key),
            columns=tuple(_column(f, confirmed_only=confirmed_only) for f in present),
            is_people=row.is_people,
            estimated_rows=row.estimated_rows,
            erase=EraseAction(row.erase) if row.erase else None,
            keep=keep_of(rows.keeps.get(table_id)),
            is_writable=row.is_writable and row.source in writable,
            is_view=row.kind == "view",
        )
    links = []
    for link in rows.links:
        needed_from, needed_to = link_columns(link)
        is_ready = link.confirmed_at is not None or not confirmed_only
        ends_shown = needed_from <= shown.get(link.from_table_id, set()) and needed_to <= shown.get(
            link.to_table_id, set()
        )
        if is_ready and ends_shown:
            links.append(link_of(link, rows.tables))
    mapped = {row.source for row in rows.tables.values()}
    gaps += [NotCovered(name, "", Gap.SOURCE_NOT_MAPPED) for name in sources - mapped]
    return BuiltMap(
        version=version, graph=Graph(tables=tables, links=tuple(links)), not_covered=tuple(sorted(gaps))
    )
