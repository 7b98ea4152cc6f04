"""Describe a source: SQLAlchemy's reflection, completed by what each kind of database alone knows."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.sources.addresses import Address
from discreet.foundation.sources.catalogue import (
    Catalogue,
    ColumnInfo,
    ForeignKey,
    Index,
    Kind,
    OutsideKey,
    TableInfo,
    fingerprint_of,
)
from discreet.foundation.sources.dialects.base import ColumnFacts, Dialect, Facts, Reflected, TableFacts

_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (sa.Boolean, Kind.BOOLEAN),
    (sa.Integer, Kind.INTEGER),
    (sa.Float, Kind.FLOAT),
    (sa.Numeric, Kind.DECIMAL),
    (sa.Uuid, Kind.UUID),
    (sa.LargeBinary, Kind.BINARY),
    (sa.types._Binary, Kind.BINARY),
    (sa.DateTime, Kind.TIMESTAMP),
    (sa.Date, Kind.DATE),
    (sa.Time, Kind.TIME),
    (sa.JSON, Kind.OTHER),
    (sa.String, Kind.TEXT),
)
_KINDS_BY_NAME = {
    "INET": Kind.INET, "CIDR": Kind.INET, "CITEXT": Kind.TEXT, "YEAR": Kind.INTEGER, "BIT": Kind.BINARY,
    "DOUBLE": Kind.FLOAT,
}  # fmt: skip


_NOT_DESCRIBED = (
    sa.exc.DBAPIError,
    sa.exc.NoSuchTableError,
    sa.exc.UnreflectableTableError,
    KeyError,
)


def describe(connection: sa.Connection, dialect: Dialect, *, source: str, address: Address) -> Catalogue:
    """Return everything the database says about its own structure."""
    facts = dialect.facts(connection)
    tables: list[TableInfo] = []
    unreadable: list[str] = []
    for schema in dialect.reflected_schemas(connection, facts):
        found, failed = _describe_schema(connection, dialect, facts, source=source, schema=schema)
        tables += found
        unreadable += failed
    return Catalogue(
        source=source,
        engine=dialect.engine,
        version=facts.version,
        default_schema=facts.default_schema,
        tables=tuple(sorted(tables, key=lambda table: table.ref)),
        fingerprint=fingerprint_of(dialect.structure(connection)),
        is_replica=dialect.is_replica(connection),
        tls=dialect.tls(connection, address),
        sees_triggers=facts.sees_triggers,
        encoding=facts.encoding,
        unreadable=tuple(sorted({*unreadable, *facts.unreadable})),
        passed_over=facts.passed_over,
        old_versions=facts.old_versions,
        outside=tuple(
            OutsideKey(each.schema, each.table, TableRef(source, each.to_table[1], each.to_table[0]))
            for each in facts.outside
        ),
        sees_outside=facts.sees_outside,
    )


def _describe_schema(
    connection: sa.Connection, dialect: Dialect, facts: Facts, *, source: str, schema: str | None
) -> tuple[list[TableInfo], list[str]]:
    named = {table: each for (where, table), each in facts.tables.items() if where == (schema or "")}
    try:
        reflected = dialect.reflect(connection, list(named), schema)
        return [
            _table(reflected, TableRef(source, name, schema or ""), each, facts)
            for name, each in named.items()
        ], []
    except _NOT_DESCRIBED as error:
        _go_on_after(connection, error)
        return _one_by_one(connection, dialect, named, facts, source=source, schema=schema)


def _go_on_after(connection: sa.Connection, error: Exception) -> None:
    """Make the connection fit for the next table.

    Raises:
        DBAPIError: it was lost. What was not asked for is not unreadable: nothing is described then.
    """
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        raise error
    connection.rollback()  # PostgreSQL refuses every statement after one that failed


def _one_by_one(
    connection: sa.Connection,
    dialect: Dialect,
    named: Mapping[str, TableFacts],
    facts: Facts,
    *,
    source: str,
    schema: str | None,
) -> tuple[list[TableInfo], list[str]]:
    """Describe table by table, so that one broken view does not hide the others."""
    tables, failed = [], []
    for name, each in named.items():
        try:
            reflected = dialect.reflect(connection, [name], schema)
            tables.append(_table(reflected, TableRef(source, name, schema or ""), each, facts))
        except _NOT_DESCRIBED as error:
            _go_on_after(connection, error)
            failed.append(f"{schema}.{name}" if schema else name)
    return tables, failed


def _table(reflected: Reflected, ref: TableRef, facts: TableFacts, all_facts: Facts) -> TableInfo:
    at = (ref.schema or None, ref.table)
    if not all(each["name"] for each in reflected.columns[at]):
        raise KeyError(
            ref.table
        )  # a column without a name cannot be asked for: the table is named as unreadable
    primary_key = tuple((reflected.keys.get(at) or {}).get("constrained_columns") or ())
    indexes = _indexes(reflected.indexes.get(at) or (), reflected.uniques.get(at) or ())
    names = {each["name"] for each in reflected.columns[at]}
    if not names.issuperset(
        primary_key
    ):  # MariaDB hides columns that the account may not read, not their keys
        primary_key = ()
    columns = tuple(
        _column(each, facts.columns.get(each["name"], ColumnFacts()), primary_key, indexes)
        for each in reflected.columns[at]
    )
    return TableInfo(
        ref=ref,
        kind=facts.kind,
        columns=columns,
        primary_key=primary_key,
        foreign_keys=tuple(
            _foreign_key(each, ref.source, all_facts.default_schema)
            for each in reflected.links.get(at) or ()
            if names.issuperset(each["constrained_columns"])
        ),
        indexes=indexes,
        triggers=facts.triggers,
        partitions=facts.partitions,
        inherits=facts.inherits,
        has_heirs=facts.has_heirs,
        is_transactional=facts.is_transactional,
        estimated_rows=facts.estimated_rows,
        broken_lines=facts.broken_lines,
        broken_at=facts.broken_at,
        comment=(reflected.comments.get(at) or {}).get("text") or "",
    )


def _foreign_key(found: Mapping[str, Any], source: str, default_schema: str) -> ForeignKey:
    schema = found.get("referred_schema") or ""
    return ForeignKey(
        columns=tuple(found["constrained_columns"]),
        to_table=TableRef(source, found["referred_table"], "" if schema == default_schema else schema),
        to_columns=tuple(found["referred_columns"]),
        on_delete=((found.get("options") or {}).get("ondelete") or "").upper(),
    )


def _indexes(found: Iterable[Mapping[str, Any]], uniques: Iterable[Mapping[str, Any]]) -> tuple[Index, ...]:
    indexes = [
        Index(
            name=each["name"] or "",
            columns=tuple(each.get("expressions") or [name or "" for name in each["column_names"]]),
            is_unique=bool(each["unique"]) and not _is_partial(each),
        )
        for each in found
        if not _is_partial(each)
    ]
    known = {index.columns for index in indexes if index.is_unique}
    for each in uniques:
        if tuple(each["column_names"]) not in known:
            indexes.append(
                Index(name=each["name"] or "", columns=tuple(each["column_names"]), is_unique=True)
            )
    return tuple(indexes)


def _is_partial(index: Mapping[str, Any]) -> bool:
    """A partial index promises nothing about the rows outside it."""
    return any(key.endswith("_where") for key in index.get("dialect_options") or {})


def _column(
    found: Mapping[str, Any], facts: ColumnFacts, primary_key: tuple[str, ...], indexes: tuple[Index, ...]
) -> ColumnInfo:
    name = found["name"]
    kind = Kind.TEXT if facts.is_enum else _kind(found["type"])
    leads = {index.columns[0] for index in indexes if index.columns} | set(primary_key[:1])
    return ColumnInfo(
        name=name,
        type=_type_text(found["type"]),
        kind=kind,
        nullable=bool(found.get("nullable", True)) and name not in primary_key,
        comment=found.get("comment") or "",
        max_length=getattr(found["type"], "length", None) if kind in (Kind.TEXT, Kind.BINARY) else None,
        is_unique=primary_key == (name,)
        or any(each.is_unique and each.columns == (name,) for each in indexes),
        is_indexed=name in leads,
        is_fold_indexed=_has_fold_index(name, facts, indexes),
        is_generated=found.get("computed") is not None or bool((found.get("identity") or {}).get("always")),
        is_loose=facts.is_loose and kind is Kind.TEXT,
        ignores_case=facts.ignores_case and kind is Kind.TEXT,
        is_enum=facts.is_enum,
        cast=facts.cast,
    )


def _has_fold_index(name: str, facts: ColumnFacts, indexes: tuple[Index, ...]) -> bool:
    """Return whether an index begins with the column in lower case, as each engine writes that down."""
    firsts = {index.columns[0] for index in indexes if index.columns}
    quoted = '"' + name.replace('"', '""') + '"'
    written = ("lower({})", "lower({}::text)", "lower(({})::text)")
    spelled = {text.format(each) for each in (name, quoted) for text in written}
    return bool(firsts & spelled) or (facts.ignores_case and name in firsts)


def _kind(found: sa.types.TypeEngine[Any]) -> Kind:
    while isinstance(found, postgresql.DOMAIN):
        found = found.data_type
    by_name = _KINDS_BY_NAME.get(type(found).__name__.upper())
    if by_name is not None:
        return by_name
    return next((kind for known, kind in _KINDS if isinstance(found, known)), Kind.OTHER)


def _type_text(found: sa.types.TypeEngine[Any]) -> str:
    try:
        return "" if isinstance(found, sa.types.NullType) else str(found)
    except sa.exc.SQLAlchemyError:
        return type(found).__name__
