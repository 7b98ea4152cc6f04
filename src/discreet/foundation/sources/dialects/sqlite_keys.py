"""SQLite: rows by their keys. Many keys go as one JSON text: SQLite looks for each named placeholder in a list.

Source: https://sqlite.org/json1.html#jeach; https://sqlite.org/c3ref/bind_blob.html (named parameters).
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from discreet.engines.subjects.graph import Key
from discreet.foundation.sources.dialects import base
from discreet.foundation.sources.patterns import contains_pattern

_KEYS_AS_JSON = 20_000
_KEYS_BY_NAME = 500
_FEW = 20  # fewer keys are named one by one: the planner then knows how many there are
_FEW_TRIMMED = 4
_HAS_JSON = sqlite3.sqlite_version_info >= (3, 38)  # built in since
_INT_64 = range(-(2**63), 2**63)


def batches(
    columns: Sequence[base.KeyColumn], keys: Sequence[Key], folds: base.Folds
) -> Iterable[base.Batch]:
    """Yield conditions for rows with these keys, as the columns compare them."""
    if folds.case:
        yield from _folded(columns[0], keys, folds)
    elif len(columns) == 1:
        yield from _single(columns[0], [key[0] for key in keys])
    else:
        yield from _several(columns, keys)


def exact(column: base.KeyColumn) -> sa.ColumnElement[object]:
    """Return the column so that it is equal to itself alone."""
    return sa.collate(column.sql, "BINARY") if column.info.is_loose else column.sql  # type: ignore[return-value]


def _single(column: base.KeyColumn, values: Sequence[object]) -> Iterable[base.Batch]:
    is_json = _is_json(values)
    size = _KEYS_AS_JSON if is_json else _KEYS_BY_NAME

    def condition() -> sa.ColumnElement[bool]:
        found: sa.ColumnElement[bool] = column.sql.in_(_wanted(is_json=is_json))
        return found & exact(column).in_(_wanted(is_json=is_json)) if column.info.is_loose else found

    for start in range(0, len(values), size):
        chunk = values[start : start + size]
        if is_json:
            yield base.Batch(condition=condition, parameters={"k0": json.dumps(chunk)}, shape="json")
        else:
            yield base.Batch(condition=condition(), parameters={"k0": chunk})


def _several(columns: Sequence[base.KeyColumn], keys: Sequence[Key]) -> Iterable[base.Batch]:
    for start in range(0, len(keys), _KEYS_BY_NAME):
        chunk = keys[start : start + _KEYS_BY_NAME]
        first = columns[0].sql.in_(sa.bindparam("k0", expanding=True))
        whole = sa.tuple_(*map(exact, columns)).in_(sa.bindparam("k", expanding=True))
        firsts = list(dict.fromkeys(key[0] for key in chunk))
        yield base.Batch(condition=first & whole, parameters={"k0": firsts, "k": chunk})


def _folded(column: base.KeyColumn, keys: Sequence[Key], folds: base.Folds) -> Iterable[base.Batch]:
    """Compare in lower case; beyond ASCII by a function of ours, which no index helps."""
    plain = [key[0] for key in keys if str(key[0]).isascii()]
    wide = [key[0] for key in keys if not str(key[0]).isascii()]
    for values, function in ((plain, sa.func.lower), (wide, sa.func.discreet_fold)):
        is_json = _is_json(values)
        size = _KEYS_AS_JSON if is_json else _KEYS_BY_NAME
        lowered: sa.ColumnElement[Any] = function(column.sql)
        folded = lowered
        if folds.blanks:
            folded = sa.func.trim(lowered, folds.blanks)
        if column.info.is_loose:
            folded = sa.collate(folded, "BINARY")
        condition: sa.ColumnElement[bool] = folded.in_(_wanted(is_json=is_json))
        if column.info.ignores_case and not folds.blanks and values is plain:
            condition = column.sql.in_(_wanted(is_json=is_json)) & condition
        for start in range(0, len(values), size):
            chunk = values[start : start + size]
            held, parameters = _holds(column, chunk) if folds.blanks else ([], {})
            yield base.Batch(
                condition=sa.and_(*held, condition),
                parameters={**parameters, "k0": json.dumps(chunk) if is_json else chunk},
            )


def _holds(column: base.KeyColumn, values: Sequence[object]) -> tuple[list[Any], dict[str, object]]:
    """Return the condition that a text holds one of a few ASCII texts: told sooner than by cutting blanks off it."""
    texts = [value for value in values if isinstance(value, str) and value.isascii() and "\0" not in value]
    if len(values) > _FEW_TRIMMED or len(texts) < len(values):
        return [], {}
    named: dict[str, object] = {f"h{number}": contains_pattern(text) for number, text in enumerate(texts)}
    text = sa.cast(column.sql, sa.Text)  # a column of any type may hold bytes, which LIKE passes over
    return [sa.or_(*(text.like(sa.bindparam(name)) for name in named))], named


def _wanted(*, is_json: bool) -> Any:
    if not is_json:
        return sa.bindparam("k0", expanding=True)
    each = sa.func.json_each(sa.bindparam("k0", type_=sa.Text)).table_valued("value")
    return sa.select(each.c.value)


def _is_json(values: Sequence[object]) -> bool:
    """Say whether values come back from JSON as they were: whole numbers, and texts without NUL."""
    if not _HAS_JSON or len(values) <= _FEW:
        return False
    return all(_is_plain(value) for value in values)


def _is_plain(value: object) -> bool:
    if type(value) is int:
        return value in _INT_64
    return (
        type(value) is str and "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    )
