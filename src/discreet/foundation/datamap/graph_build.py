"""Build the subject engine's graph, and the list of what it does not cover, from the stored map."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from discreet.engines.classify.naming import refers_to_people
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
from discreet.foundation.datamap.heirs import lineage_of, with_heirs
from discreet.foundation.datamap.models import DataField, DataKeepDuty, DataLink, DataTable
from discreet.foundation.datamap.views import BuiltMap, Gap, NotCovered
from discreet.vocabulary.categories import NONE, UNKNOWN


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


def _column(row: DataField, decided: DataField, *, confirmed_only: bool) -> Column:
    """Return the column `row` with what was `decided` for it, which an heir takes from its parent."""
    is_open = confirmed_only and decided.confirmed_at is None
    erase = EraseAction(decided.erase) if decided.erase else None
    return Column(
        name=row.name,
        category=UNKNOWN if is_open else decided.category,
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
        replacement=None if is_open else decided.replacement,
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
        self.links = list(DataLink.objects.filter(is_rejected=False).order_by("id"))
        self.lineage = lineage_of(self.tables)

    def present(self, table_id: int) -> list[DataField]:
        return [row for row in self.fields[table_id] if not row.is_gone]

    def decided(self, row: DataField) -> DataField:
        return self.lineage.decided(row, self.fields)

    def lines(self, row: DataTable) -> list[DataTable]:
        """Return a table and its ancestors, as far as a person confirmed them."""
        return [
            each
            for each in self.lineage.nearest(row.id, self.tables)
            if each.id == row.id or (each.confirmed_at is not None and not each.is_gone)
        ]

    def heirs(self) -> dict[TableRef, list[TableRef]]:
        found: dict[TableRef, list[TableRef]] = defaultdict(list)
        for heir, ancestors in self.lineage.ancestors.items():
            for ancestor in ancestors:
                found[ref_of(self.tables[ancestor])].append(ref_of(self.tables[heir]))
        return found


def _is_shown(row: DataTable, rows: _Rows, *, confirmed_only: bool) -> bool:
    if row.is_gone:
        return False
    is_confirmed = any(each.confirmed_at for each in rows.lines(row))
    return not confirmed_only or is_confirmed or any(f.confirmed_at for f in rows.present(row.id))


def _gaps_of_table(row: DataTable, rows: _Rows, links: Sequence[DataLink]) -> Iterable[NotCovered]:
    fields = rows.fields[row.id]
    is_confirmed = any(each.confirmed_at for each in rows.lines(row))
    name = f"{row.schema}.{row.name}" if row.schema else row.name

    def gap(kind: Gap, names: Iterable[str] = ()) -> NotCovered:
        return NotCovered(source=row.source, table=name, gap=kind, names=tuple(names))

    if row.is_gone:
        yield gap(Gap.TABLE_GONE)
        return
    if not is_confirmed:
        yield gap(Gap.TABLE_NOT_CONFIRMED)
    open_fields = [f.name for f in fields if not f.is_gone and rows.decided(f).confirmed_at is None]
    if open_fields and is_confirmed:
        yield gap(Gap.FIELDS_NOT_CONFIRMED, open_fields)
    gone = [f.name for f in fields if f.is_gone]
    if gone:
        yield gap(Gap.FIELDS_GONE, gone)
    open_links = [",".join(link.from_columns) for link in links if link.confirmed_at is None]
    if open_links:
        yield gap(Gap.LINKS_NOT_CONFIRMED, open_links)
    if is_confirmed and row.kind not in ("view", "materialized_view"):
        linked = {name for link in links for name in link.from_columns}
        own = set(row.primary_key) if len(row.primary_key) == 1 else set()
        loose = [
            f.name
            for f in fields
            if not f.is_gone and f.name not in linked | own and rows.decided(f).category == NONE
        ]
        if references := [name for name in loose if refers_to_people(name)]:
            yield gap(Gap.REFERENCE_WITHOUT_LINK, references)


def _table(row: DataTable, rows: _Rows, *, confirmed_only: bool, is_writable: bool) -> Table:
    lines = rows.lines(row)
    erase = next((each.erase for each in lines if each.erase), "")
    return Table(
        ref=ref_of(row),
        primary_key=tuple(row.primary_key),
        columns=tuple(
            _column(f, rows.decided(f), confirmed_only=confirmed_only) for f in rows.present(row.id)
        ),
        is_people=any(each.is_people for each in lines),
        estimated_rows=row.estimated_rows,
        erase=EraseAction(erase) if erase else None,
        keep=keep_of(next((rows.keeps[each.id] for each in lines if each.id in rows.keeps), None)),
        is_writable=is_writable,
        is_view=row.kind == "view",
    )


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
        gaps += _gaps_of_table(row, rows, outgoing[table_id])
        if not _is_shown(row, rows, confirmed_only=confirmed_only):
            continue
        shown[table_id] = {f.name for f in rows.present(table_id)}
        tables[ref_of(row)] = _table(
            row, rows, confirmed_only=confirmed_only, is_writable=row.is_writable and row.source in writable
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
        version=version,
        graph=Graph(tables=tables, links=with_heirs(links, tables, rows.heirs())),
        not_covered=tuple(sorted(gaps)),
    )
