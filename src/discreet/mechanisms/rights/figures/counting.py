"""What the database itself counts: spans of time, classes of moments, conditions.

Django's own difference and truncation of times call back into Python for every row on SQLite.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, BooleanField, Case, Func, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler


class Milliseconds(Func):
    """`Milliseconds("until", "since")`: whole milliseconds between them, below zero where `until` lies before."""

    arity = 2
    output_field = BigIntegerField()
    template = "CAST(ROUND(EXTRACT(EPOCH FROM (%(expressions)s)) * 1000) AS BIGINT)"
    arg_joiner = " - "

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler,
            connection,
            template="CAST(ROUND((JULIANDAY(%(expressions)s)) * 86400000) AS INTEGER)",
            arg_joiner=") - JULIANDAY(",
            **extra,
        )


def before_which(field: str, bounds: Sequence[datetime]) -> Case:
    """Return the place of the first bound that a time lies before; how many there are where it lies before none."""
    return Case(
        *(When(**{f"{field}__lt": bound}, then=Value(place)) for place, bound in enumerate(bounds)),
        default=Value(len(bounds)),
        output_field=IntegerField(),
    )


def is_so(condition: Q) -> Case:
    """Return a condition as a column of two values: unknown is no."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def literally(condition: str) -> RawSQL:
    """Return a condition written out: with a bound value SQLite would not know that a partial index holds it."""
    return RawSQL(condition, (), output_field=BooleanField())  # noqa: S611 - constants of this mechanism only
