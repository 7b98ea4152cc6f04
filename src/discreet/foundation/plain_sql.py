"""What stands on every request's way, as plain SQL: building an ORM query costs more than running it.

Text and integers only come back alike from every database; what needs converting is read through its model.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

Parameter = str | int | bytes | datetime
_VALUES_AT_ONCE = 5_000  # SQLite takes 32,766 in one statement


def rows(sql: str, *params: Parameter) -> list[tuple[Any, ...]]:
    """Return all rows. `sql` is a constant with `%s` for each parameter."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def first(sql: str, *params: Parameter) -> tuple[Any, ...] | None:
    """Return the first row, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def write(sql: str, *params: Parameter) -> int:
    """Run a statement and return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def stored(moment: datetime) -> str | datetime:
    """Return a time as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(moment) or moment


def loaded(stored_json: Any) -> Any:
    """Return the value of a JSON column as a query gave it."""
    return json.loads(stored_json) if isinstance(stored_json, str) else stored_json


def marks(number: int) -> str:
    """Return as many placeholders, for a list in brackets."""
    return ", ".join(["%s"] * number)


def for_update() -> str:
    """Return the clause that locks the rows a query reads; nothing where one writer locks all."""
    return " FOR UPDATE" if connection.features.has_select_for_update else ""


def insert(
    table: str, columns: Sequence[str], values: Sequence[Sequence[Parameter]], *, returning: str
) -> list[int]:
    """Insert rows, many to a statement, and return the integer column `returning` of each.

    Names are constants; a row's values stand in the order of `columns`. `returning` grows from row to row: no
    database promises the order of RETURNING, so it is sorted.
    """
    at_once = max(1, _VALUES_AT_ONCE // len(columns))
    found: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(values), at_once):
            part = values[start : start + at_once]
            lines = ", ".join([f"({marks(len(columns))})"] * len(part))
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {lines} RETURNING {returning}",  # noqa: S608
                [value for row in part for value in row],
            )
            found += sorted(row[0] for row in cursor.fetchall())
    return found
