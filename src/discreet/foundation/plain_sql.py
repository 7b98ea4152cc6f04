"""Reads that stand on every request's way, as plain SQL: building an ORM query costs more than running it.

Text and integers only come back alike from every database; what needs converting is read through its model.
"""

from typing import Any

from django.db import connection


def rows(sql: str, *params: str | int) -> list[tuple[Any, ...]]:
    """Return all rows. `sql` is a constant with `%s` for each parameter."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def first(sql: str, *params: str | int) -> tuple[Any, ...] | None:
    """Return the first row, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
