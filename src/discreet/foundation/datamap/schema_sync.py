"""Take a described schema into the map: new parts as proposals, vanished parts marked, decisions untouched.

Called inside an act; writes rows and returns what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from discreet.engines.subjects.graph import LinkRole, Match, TableRef
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import DataField, DataLink, DataTable
from discreet.foundation.datamap.proposals import (
    Guess,
    Header,
    guess_columns,
    is_people_table,
    is_staff_table,
    is_supplier_table,
)
from discreet.foundation.datamap.rules import KeyTo, TableTraits, owned_tables, propose_roles
from discreet.foundation.sources.catalogue import (
    Catalogue,
    ColumnInfo,
    ForeignKey,
    Kind,
    TableInfo,
    TableKind,
)

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
GUESS_FIELDS = ("category", "confidence_percent", "evidence", "evidence_word")


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is guessed of a schema: people tables, categories, roles of the declared keys."""

    people: frozenset[TableRef]
    guesses: Mapping[TableRef, Mapping[str, Guess]]
    roles: Mapping[tuple[TableRef, ForeignKey], LinkRole]


def _header(column: ColumnInfo, keys: frozenset[str]) -> Header:
    return Header(
        name=column.name,
        comment=column.comment,
        is_numeric=column.numeric,
        is_flag=column.kind is Kind.BOOLEAN,
        is_date=column.kind in (Kind.DATE, Kind.TIME, Kind.TIMESTAMP),
        is_key=column.name in keys,
    )


def _guess(table: TableInfo, *, is_about_people: bool) -> dict[str, Guess]:
    keys = frozenset(table.primary_key) | {name for key in table.foreign_keys for name in key.columns}
    headers = [_header(column, keys) for column in table.columns]
    return guess_columns(headers, is_about_people=is_about_people)


def _categories(guesses: Mapping[str, Guess]) -> frozenset[str]:
    return frozenset(guess.category for guess in guesses.values())


def _people(catalogue: Catalogue, guesses: Mapping[TableRef, Mapping[str, Guess]]) -> frozenset[TableRef]:
    """Return the tables that look like people; views, which show rows of others, where there is nothing else."""
    looks_so = [
        table
        for table in catalogue.tables
        if is_people_table(
            name=table.ref.table, comment=table.comment, categories=_categories(guesses[table.ref])
        )
    ]
    views = (TableKind.VIEW, TableKind.MATERIALIZED_VIEW)
    tables = [table for table in looks_so if table.kind not in views]
    return frozenset(table.ref for table in tables or looks_so)


def propose(catalogue: Catalogue) -> Proposal:
    """Guess people tables, then whose rows the others are, then the columns that need that context."""
    known = {table.ref for table in catalogue.tables}
    first = {table.ref: _guess(table, is_about_people=False) for table in catalogue.tables}
    people = _people(catalogue, first)
    traits = {
        table.ref: TableTraits(
            is_people=table.ref in people,
            is_staff=is_staff_table(name=table.ref.table, comment=table.comment),
            is_supplier=is_supplier_table(name=table.ref.table, comment=table.comment),
            has_personal_columns=_categories(first[table.ref]) != {"none"},
        )
        for table in catalogue.tables
    }
    pairs = [
        (table.ref, key) for table in catalogue.tables for key in table.foreign_keys if key.to_table in known
    ]
    keys = [KeyTo(source_table=ref, target_table=key.to_table) for ref, key in pairs]
    owned = owned_tables(keys, traits)
    guesses = {
        table.ref: _guess(table, is_about_people=traits[table.ref].is_people or table.ref in owned)
        for table in catalogue.tables
    }
    roles = propose_roles(keys, traits)
    return Proposal(
        people=people,
        guesses=guesses,
        roles=dict(zip(pairs, roles, strict=True)),
    )


def _table_rows(
    catalogue: Catalogue, proposal: Proposal, now: datetime
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
        if row.confirmed_at is None:
            row.is_people = table.ref in proposal.people
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


def _set_guess(row: DataField, guess: Guess) -> None:
    row.category, row.confidence_percent = guess.category, guess.confidence_percent
    row.evidence, row.evidence_word = guess.evidence.value, guess.word[:63]


def _field_rows(
    catalogue: Catalogue, proposal: Proposal, tables: Mapping[TableRef, DataTable]
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
            if row.confirmed_at is None:
                _set_guess(row, proposal.guesses[table.ref][column.name])
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
                )
            )
        elif row.confirmed_at is None:
            row.role = role.value
    undeclared = [row.id for end, row in stored.items() if row.is_declared and end not in declared]
    for end, row in stored.items():
        row.is_declared = end in declared
    DataLink.objects.bulk_create(new)
    DataLink.objects.bulk_update(list(stored.values()), ["role", "is_declared"], batch_size=100)
    DataLink.objects.filter(id__in=undeclared, confirmed_at__isnull=True).delete()
    return len(new)


def take_in(catalogue: Catalogue, *, now: datetime) -> SchemaChange:
    """Write the described schema into the map."""
    proposal = propose(catalogue)
    tables, new_tables, gone_tables = _table_rows(catalogue, proposal, now)
    new_fields, gone_fields = _field_rows(catalogue, proposal, tables)
    return SchemaChange(
        new_tables=new_tables,
        gone_tables=gone_tables,
        new_fields=new_fields,
        gone_fields=gone_fields,
        new_links=_link_rows(catalogue, proposal, tables),
    )
