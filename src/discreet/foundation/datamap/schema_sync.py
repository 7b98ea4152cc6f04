"""Take a described schema into the map: new parts as proposals, vanished parts marked, decisions untouched.

Called inside an act; writes rows and returns what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.classify.model import Verdict
from discreet.engines.classify.people import PeopleVerdict
from discreet.engines.subjects.graph import Match, TableRef
from discreet.foundation.datamap import reasons
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import DataField, DataLink, DataTable, ScanTable
from discreet.foundation.datamap.proposing import Proposal, is_actor_key, propose
from discreet.foundation.sources.catalogue import (
    Catalogue,
    ColumnInfo,
)

DECLARED_PERCENT = 99
FACT_FIELDS = (
    "position",
    "type",
    "comment",
    "is_nullable",
    "is_unique",
    "is_indexed",
    "is_numeric",
    "is_binary",
    "max_length",
    "ignores_case",
    "is_fold_indexed",
    "is_generated",
    "is_gone",
)
GUESS_FIELDS = ("category", "confidence_percent", "reasons", "hidden")


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """How the schema differs from the one taken in before, in numbers."""

    new_tables: int
    gone_tables: int
    new_fields: int
    gone_fields: int
    new_links: int

    @property
    def is_empty(self) -> bool:
        return not any((self.new_tables, self.gone_tables, self.new_fields, self.gone_fields, self.new_links))


def _table_rows(
    catalogue: Catalogue, proposal: Proposal, now: datetime, scanned: frozenset[TableRef]
) -> tuple[dict[TableRef, DataTable], int, int]:
    stored = {ref_of(row): row for row in DataTable.objects.filter(source=catalogue.source)}
    new: list[DataTable] = []
    for table in catalogue.tables:
        row = stored.get(table.ref)
        if row is None:
            row = DataTable(source=catalogue.source, schema=table.ref.schema, name=table.ref.table)
            new.append(row)
            stored[table.ref] = row
        row.kind, row.comment = table.kind.value, table.comment
        row.is_writable = table.is_writable
        row.estimated_rows, row.primary_key = table.estimated_rows, list(table.primary_key)
        row.inherits = [[parent.schema, parent.table] for parent in catalogue.parents(table)]
        row.described_at, row.is_gone = now, False
        if row.confirmed_at is None and table.ref not in scanned:
            set_people(row, proposal.people[table.ref])
    present = {table.ref for table in catalogue.tables}
    newly_gone = [row for ref, row in stored.items() if ref not in present and not row.is_gone]
    for row in newly_gone:
        row.is_gone = True
    DataTable.objects.bulk_create(new)
    old = [row for row in stored.values() if row not in new]
    DataTable.objects.bulk_update(
        old,
        [
            "kind",
            "is_writable",
            "comment",
            "estimated_rows",
            "primary_key",
            "inherits",
            "described_at",
            "is_gone",
            "is_people",
            "people_kind",
            "confidence_percent",
            "reasons",
        ],
        batch_size=100,
    )
    return {ref: stored[ref] for ref in present}, len(new), len(newly_gone)


def _set_facts(row: DataField, column: ColumnInfo, position: int) -> None:
    row.position, row.type, row.comment = position, column.type[:255], column.comment
    row.is_nullable, row.is_unique, row.is_indexed = column.nullable, column.is_unique, column.is_indexed
    row.is_numeric, row.is_binary, row.max_length = column.numeric, column.binary, column.max_length
    row.ignores_case, row.is_fold_indexed = column.ignores_case, column.is_fold_indexed
    row.is_generated = column.is_generated
    row.is_gone = False


def set_people(row: DataTable, verdict: PeopleVerdict) -> None:
    """Write what is proposed about a table's rows."""
    row.is_people, row.people_kind = verdict.is_people, verdict.kind if verdict.is_people else ""
    row.confidence_percent, row.reasons = verdict.confidence_percent, reasons.to_json(verdict.reasons)


def set_verdict(row: DataField, verdict: Verdict) -> None:
    """Write what is proposed about a field."""
    row.category, row.confidence_percent = verdict.category, verdict.confidence_percent
    row.reasons, row.hidden = reasons.to_json(verdict.reasons), reasons.hidden_to_json(verdict.hidden)


def _field_rows(
    catalogue: Catalogue,
    proposal: Proposal,
    tables: Mapping[TableRef, DataTable],
    scanned: frozenset[TableRef],
) -> tuple[int, int]:
    stored: dict[tuple[int, str], DataField] = {
        (row.table_id, row.name): row for row in DataField.objects.filter(table__source=catalogue.source)
    }
    new: list[DataField] = []
    seen: set[tuple[int, str]] = set()
    for table in catalogue.tables:
        table_id = tables[table.ref].id
        for position, column in enumerate(table.columns):
            key = (table_id, column.name)
            seen.add(key)
            row = stored.get(key)
            if row is None:
                row = DataField(table_id=table_id, name=column.name)
                new.append(row)
            _set_facts(row, column, position)
            if row.confirmed_at is None and (row.pk is None or table.ref not in scanned):
                set_verdict(row, proposal.verdicts[table.ref][column.name])
    present = {row.id for row in tables.values()}
    newly_gone = [
        row for key, row in stored.items() if key not in seen and key[0] in present and not row.is_gone
    ]
    for row in newly_gone:
        row.is_gone = True
    DataField.objects.bulk_create(new, batch_size=200)
    DataField.objects.bulk_update(list(stored.values()), [*FACT_FIELDS, *GUESS_FIELDS], batch_size=50)
    return len(new), len(newly_gone)


def _link_rows(catalogue: Catalogue, proposal: Proposal, tables: Mapping[TableRef, DataTable]) -> int:
    stored = {
        (row.from_table_id, tuple(row.from_columns), row.to_table_id, tuple(row.to_columns)): row
        for row in DataLink.objects.filter(from_table__source=catalogue.source, discriminator_column="")
    }
    new: list[DataLink] = []
    declared: set[tuple[int, tuple[str, ...], int, tuple[str, ...]]] = set()
    for (ref, key), role in proposal.roles.items():
        end = (tables[ref].id, key.columns, tables[key.to_table].id, key.to_columns)
        if (end[0], end[1]) == (end[2], end[3]) or end in declared:
            continue
        declared.add(end)
        row = stored.get(end)
        if row is None:
            new.append(
                DataLink(
                    from_table_id=end[0],
                    from_columns=list(key.columns),
                    to_table_id=end[2],
                    to_columns=list(key.to_columns),
                    role=role.value,
                    match=Match.EXACT.value,
                    is_declared=True,
                    kind=LinkKind.DECLARED.value,
                    is_actor=is_actor_key(key),
                    confidence_percent=DECLARED_PERCENT,
                )
            )
        elif row.confirmed_at is None:
            row.role = role.value
    undeclared = [row.id for end, row in stored.items() if row.is_declared and end not in declared]
    for end, row in stored.items():
        row.is_declared = end in declared
        if row.is_declared:
            row.kind, row.confidence_percent = LinkKind.DECLARED.value, DECLARED_PERCENT
            row.is_rejected = False
    DataLink.objects.bulk_create(new)
    columns = ["role", "is_declared", "kind", "confidence_percent", "is_rejected"]
    DataLink.objects.bulk_update(list(stored.values()), columns, batch_size=100)
    DataLink.objects.filter(id__in=undeclared, confirmed_at__isnull=True).delete()
    return len(new)


def scanned_tables(source: str) -> frozenset[TableRef]:
    """Return the tables whose values were looked at: headers alone do not change what is proposed of them."""
    done = ScanTable.objects.filter(scan__source=source, is_done=True, refusal="").select_related("table")
    return frozenset(ref_of(row.table) for row in done)


def take_in(catalogue: Catalogue, *, now: datetime) -> SchemaChange:
    """Write the described schema into the map."""
    proposal = propose(catalogue)
    scanned = scanned_tables(catalogue.source)
    tables, new_tables, gone_tables = _table_rows(catalogue, proposal, now, scanned)
    new_fields, gone_fields = _field_rows(catalogue, proposal, tables, scanned)
    return SchemaChange(
        new_tables=new_tables,
        gone_tables=gone_tables,
        new_fields=new_fields,
        gone_fields=gone_fields,
        new_links=_link_rows(catalogue, proposal, tables),
    )
