"""Statements on a source: names from the catalogue, quoted by the dialect; values bound, never spliced."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice, product
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import pools, refusals
from discreet.foundation.sources.catalogue import ColumnInfo, Engine, Kind, TableInfo
from discreet.foundation.sources.dialects.base import (
    EXACTLY,
    Batch,
    Dialect,
    Folds,
    KeyColumn,
    blanks_in,
    is_encodable,
    whole_row_batches,
)
from discreet.foundation.sources.patterns import address_pattern, digit_patterns, full_width, other_endings
from discreet.foundation.sources.values import NO_MATCH, Coerced, coerce

_WHOLE_ROWS_PER_STATEMENT = 50
_EXPANDING = re.compile(r"__\[POSTCOMPILE_(\w+)\]")


def _shown_as(module: Any) -> sa.Dialect:
    dialect: sa.Dialect = module.dialect(paramstyle="named")
    return dialect


_SHOWN = {
    Engine.SQLITE: _shown_as(sqlite),
    Engine.POSTGRESQL: _shown_as(postgresql),
    Engine.MYSQL: _shown_as(mysql),
    Engine.FILES: _shown_as(postgresql),
}
_Hinted = TypeVar("_Hinted", sa.Select[tuple[object, ...]], sa.Update, sa.Delete)
Parameters = Mapping[str, object]


class Statements:
    """Builds statements for one source."""

    def __init__(self, source: pools.Known, dialect: Dialect) -> None:
        self._source = source
        self._dialect = dialect

    def selects(
        self, query: Select, *, locks: bool = False
    ) -> Iterator[tuple[sa.Select[tuple[object, ...]], Parameters]]:
        """Yield a select and its parameters per share of the keys; none where no key can match.

        A limited one has the parameter `row_limit` besides.
        """
        info, table = self._source.table(query.table)
        where = self._equals(info, table, query.equals or {})
        if where is None:
            return
        start = partial(self._select, query, info, table, locks=locks)
        if query.is_scan:
            runs, parameters = self._narrowing(info, table, query)
            yield start().where(*where, *runs), parameters
            return
        shape = (
            query.table,
            query.columns,
            query.key_columns,
            query.fold,
            query.trims,
            query.limit is None,
            locks,
            query.joined_to,
        )
        columns = self._compared(query, self._key_columns(info, table, query.key_columns))
        for batch in self._batches(info, columns, self._keys(query, columns), self._folds(query)):
            if where:
                yield start().where(batch.where(), *where), batch.parameters
            else:
                yield self._kept(start, shape, batch), batch.parameters

    def _select(
        self, query: Select, info: TableInfo, table: sa.Table, *, locks: bool
    ) -> sa.Select[tuple[object, ...]]:
        columns = [table.c[self.named(info, name).name] for name in query.columns]
        statement = self.only(sa.select(*columns).select_from(table), info, table)
        if query.limit is not None:
            statement = statement.limit(sa.bindparam("row_limit", type_=sa.Integer()))
        return statement.with_for_update() if locks else statement

    def existing(
        self, table_ref: TableRef, names: tuple[str, ...], keys: Sequence[Key]
    ) -> Iterator[tuple[sa.Select[tuple[object, ...]], Parameters]]:
        """Yield selects of the different keys that rows have."""
        info, table = self._source.table(table_ref)
        columns = self._key_columns(info, table, names)
        wanted: list[sa.ColumnElement[Any]] = [column.sql for column in columns]
        start = self.only(sa.select(*wanted).select_from(table).distinct(), info, table)
        for batch in self._batches(info, columns, keys):
            yield start.where(batch.where()), batch.parameters

    def compared(self, table_ref: TableRef, names: Sequence[str], key: Key) -> Key:
        """Return the key as the columns compare it."""
        info, _ = self._source.table(table_ref)
        return tuple(
            self._coerced(self.named(info, name), value) for name, value in zip(names, key, strict=True)
        )

    def count_up_to(self, table_ref: TableRef, limit: int) -> sa.Executable:
        """Return a select of the number of rows, or of `limit` if there are more."""
        info, table = self._source.table(table_ref)
        ones: list[sa.ColumnElement[Any]] = [sa.literal_column("1").label("one")]
        some = self.only(sa.select(*ones).select_from(table), info, table).limit(limit)
        return sa.select(sa.func.count()).select_from(some.subquery())

    def deletes(
        self, table_ref: TableRef, key_columns: tuple[str, ...], keys: Sequence[Key]
    ) -> Iterator[tuple[sa.Delete, Parameters]]:
        info, table = self._source.table(table_ref)
        start = partial(self._delete, info, table)
        columns = self._key_columns(info, table, key_columns)
        for batch in self._batches(info, columns, keys):
            yield self._kept(start, (table_ref, key_columns, "delete"), batch), batch.parameters

    def _delete(self, info: TableInfo, table: sa.Table) -> sa.Delete:
        return self.only(sa.delete(table), info, table)

    def whole_rows(
        self, table_ref: TableRef, key_columns: tuple[str, ...], keys: Sequence[Key]
    ) -> Iterator[tuple[sa.Select[tuple[object, ...]], Parameters]]:
        """Yield selects of all that the rows with these keys hold."""
        info, table = self._source.table(table_ref)
        start: sa.Select[tuple[object, ...]] = sa.select(sa.literal_column("*")).select_from(table)
        columns = self._key_columns(info, table, key_columns)
        for batch in self._batches(info, columns, keys):
            yield start.where(batch.where()), batch.parameters

    def new_values(self, table_ref: TableRef, values: Mapping[str, object]) -> dict[str, object]:
        """Return values as the columns hold them.

        Raises:
            UnusableValue: one does not fit.
        """
        info, _ = self._source.table(table_ref)
        named = {name: self.named(info, name) for name in values}
        return {one.name: self._new_value(info, one, values[name]) for name, one in named.items()}

    def updates(
        self,
        table_ref: TableRef,
        key_columns: tuple[str, ...],
        keys: Sequence[Key],
        values: Mapping[str, object],
    ) -> Iterator[tuple[sa.Update, Parameters]]:
        info, table = self._source.table(table_ref)
        new: dict[sa.Column[object], sa.BindParameter[object]] = {}
        parameters: dict[str, object] = {}
        for number, (name, value) in enumerate(values.items()):
            column = self.named(info, name)
            parameters[f"v{number}"] = self._new_value(info, column, value)
            new[table.c[column.name]] = sa.bindparam(f"v{number}")
        statement = self.only(sa.update(table).values(new), info, table)
        columns = self._key_columns(info, table, key_columns)
        for batch in self._batches(info, columns, keys):
            yield statement.where(batch.where()), {**batch.parameters, **parameters}

    def text(self, query: Select) -> str:
        """Return the text of the query's first statement, with placeholders only."""
        info, table = self._source.table(query.table)
        columns = [table.c[self.named(info, name).name] for name in query.columns]
        statement = self.only(sa.select(*columns).select_from(table), info, table)
        where = [
            table.c[self.named(info, name).name] == sa.bindparam(f"e{n}")
            for n, name in enumerate(query.equals or {})
        ]
        if query.is_scan:
            statement = statement.where(*where, *self._narrowing(info, table, query)[0])
        else:
            keyed = self._compared(query, self._key_columns(info, table, query.key_columns))
            batch = next(iter(self._dialect.batches(keyed, [("",) * len(keyed)], self._folds(query))))
            statement = statement.where(batch.where(), *where)
        if query.limit is not None:
            statement = statement.limit(query.limit)
        compiled = str(statement.compile(dialect=_SHOWN[self._dialect.engine]))
        return " ".join(_EXPANDING.sub(r":\1", compiled).split())

    def _kept(self, start: Callable[[], _Hinted], shape: tuple[object, ...], batch: Batch) -> _Hinted:
        """Return the statement of this shape, which is built the first time only."""
        if not batch.shape:
            return start().where(batch.where())
        key = (*shape, batch.shape)
        kept = self._source.statements.get(key)
        if kept is None:
            kept = self._source.statements[key] = start().where(batch.where())
            self._source.driver_texts[id(kept)] = ""
        return kept  # type: ignore[return-value]

    def built_once(
        self, query: Select, *, locks: bool
    ) -> tuple[sa.Select[tuple[object, ...]], Parameters] | None:
        """Return the query's one statement if it is one of those built once; else None."""
        several = list(islice(self.selects(query, locks=locks), 2))
        if len(several) != 1 or id(several[0][0]) not in self._source.driver_texts:
            return None
        statement, parameters = several[0]
        return statement, parameters if query.limit is None else {**parameters, "row_limit": query.limit}

    def driver_text(self, statement: sa.ClauseElement, dialect: sa.Dialect) -> str:
        """Return what the driver is given for a statement of `built_once`."""
        texts = self._source.driver_texts
        if not texts[id(statement)]:
            texts[id(statement)] = str(statement.compile(dialect=dialect))
        return texts[id(statement)]

    def _narrowing(
        self, info: TableInfo, table: sa.Table, query: Select
    ) -> tuple[list[sa.ColumnElement[bool]], Parameters]:
        """Return LIKE conditions for `query.digits` and `query.addresses`, in ordinary and in full-width forms."""
        if not query.digits and not query.addresses:
            return [], {}
        named = self.named(info, query.columns[-1])
        column = KeyColumn(sql=table.c[named.name], info=named)
        text = self._dialect.text_of(column)
        encoding = self._source.catalogue.encoding
        parameters: dict[str, object] = {}
        conditions: list[sa.ColumnElement[bool]] = []
        beyond = list(self._dialect.beyond_like(column))
        digits = [pattern for run in query.digits for pattern in digit_patterns(run)]
        texts = [
            address_pattern(form)
            for one in query.addresses
            for form in (one, "@".join(map(full_width, one.split("@"))))
        ]
        for kind, patterns, searched in (("d", digits, text), ("t", texts, sa.func.lower(text))):
            for number, pattern in enumerate(patterns):
                if is_encodable(pattern, encoding):  # what the server cannot say no row of it holds
                    parameters[f"{kind}{number}"] = pattern
                    conditions.append(searched.like(sa.bindparam(f"{kind}{number}")))
        held = sa.or_(*conditions)
        if query.digits_end:
            parameters["others"] = other_endings(query.digits)
            held = sa.and_(held, self._dialect.ends_in_none_of(text, sa.bindparam("others", type_=sa.Text)))
        return [sa.or_(*beyond, held)], parameters

    def named(self, info: TableInfo, name: str) -> ColumnInfo:
        """Return a column of the catalogue.

        Raises:
            UnknownName: there is none of this name.
        """
        column = info.column(name)
        if column is None:
            raise refusals.UnknownName(source=self._source.name, name=pools.shown(name))
        return column

    def only(self, statement: _Hinted, info: TableInfo, table: sa.Table) -> _Hinted:
        """Leave the rows of inheriting tables to those tables: every row is in exactly one."""
        if not info.has_heirs:
            return statement
        if isinstance(statement, sa.Select):
            return statement.with_hint(table, "ONLY", "postgresql")
        return statement.with_hint("ONLY", table, "postgresql")

    def _key_columns(self, info: TableInfo, table: sa.Table, names: Sequence[str]) -> list[KeyColumn]:
        if not names:
            raise refusals.UnknownName(source=self._source.name, name="")
        columns = [self.named(info, name) for name in names]
        for column in columns:
            if column.kind is Kind.OTHER and self._dialect.engine is not Engine.SQLITE:
                raise refusals.UnusableKey(source=self._source.name, table=info.ref.table, column=column.name)
        return [KeyColumn(sql=table.c[column.name], info=column) for column in columns]

    def _equals(
        self, info: TableInfo, table: sa.Table, equals: Mapping[str, str]
    ) -> list[sa.ColumnElement[bool]] | None:
        """Return the conditions, or None where one cannot be true."""
        conditions = []
        for name, value in equals.items():
            (column,) = self._key_columns(info, table, [name])
            coerced = self._coerced(column.info, value)
            if coerced is NO_MATCH or coerced is None:
                return None
            conditions.append(self._dialect.equals(column, coerced))
        return conditions

    def _folds(self, query: Select) -> Folds:
        if not query.fold:
            return EXACTLY
        encoding = self._source.catalogue.encoding
        return Folds(case=True, blanks=blanks_in(encoding) if query.trims else "")

    def _far_columns(self, query: Select) -> list[ColumnInfo]:
        if query.joined_to is None or query.joined_to[0].source != self._source.name:
            return []  # no database joins two sources
        far, names = query.joined_to
        info, _ = self._source.table(far)
        return [self.named(info, name) for name in names]

    def _compared(self, query: Select, columns: list[KeyColumn]) -> list[KeyColumn]:
        """Return the columns as the join to the far end compares them; exactly where there is none."""
        far = self._far_columns(query)
        return [
            self._dialect.joined(near, end) for near, end in zip(columns, far, strict=bool(far))
        ] or columns

    def _keys(self, query: Select, columns: Sequence[KeyColumn]) -> Sequence[Key]:
        """Return the keys in every form in which the join to the far end finds them."""
        forms = [
            self._dialect.forms(near.info, end)
            for near, end in zip(columns, self._far_columns(query), strict=False)
        ]
        if not any(forms):
            return query.keys
        return [
            form
            for key in query.keys
            for form in product(
                *(make(value) if make else (value,) for make, value in zip(forms, key, strict=True))
            )
        ]

    def _batches(
        self, info: TableInfo, columns: Sequence[KeyColumn], keys: Sequence[Key], folds: Folds = EXACTLY
    ) -> Iterator[Batch]:
        is_whole_row = not info.primary_key and {each.info.name for each in columns} == {
            c.name for c in info.columns
        }
        usable = self._usable(columns, keys, allows_null=is_whole_row)
        whole = [key for key in usable if None in key]
        plain = [key for key in usable if None not in key] if whole else usable
        if plain:
            yield from self._dialect.batches(columns, plain, folds)
        yield from whole_row_batches(self._dialect, columns, whole, size=_WHOLE_ROWS_PER_STATEMENT)

    def _usable(self, columns: Sequence[KeyColumn], keys: Sequence[Key], *, allows_null: bool) -> list[Key]:
        """Return the keys a row can have, each once, as the columns compare them."""
        usable: dict[Key, None] = {}
        for key in keys:
            coerced = tuple(
                self._coerced(column.info, value) for column, value in zip(columns, key, strict=True)
            )
            if NO_MATCH in coerced or (None in coerced and not allows_null):
                continue
            usable[coerced] = None
        return list(usable)

    def _coerced(self, column: ColumnInfo, value: object) -> Coerced:
        """Return the value as the column compares it; what the server's encoding cannot say, no row holds."""
        coerced = coerce(self._dialect.engine, column, value)
        encoding = self._source.catalogue.encoding
        if isinstance(coerced, str) and encoding != "utf-8" and not is_encodable(coerced, encoding):
            return NO_MATCH
        return coerced

    def _new_value(self, info: TableInfo, column: ColumnInfo, value: object) -> object:
        if value is None and not column.is_generated:
            return None
        new = value if column.kind is Kind.OTHER else self._coerced(column, value)
        is_too_long = isinstance(new, str) and column.max_length is not None and len(new) > column.max_length
        if new is NO_MATCH or is_too_long or column.is_generated:
            raise refusals.UnusableValue(source=self._source.name, table=info.ref.table, column=column.name)
        return new
