"""Writing values of their own into many requests.

One prepared statement, run once a row: Django's `bulk_update` makes one expression of all rows instead, whose
cost grows with the square of their number.
"""

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import Field

from discreet.mechanisms.rights.models import RightsRequest

_FIELDS = {field.name: field for field in RightsRequest._meta.concrete_fields}


def update_each(names: Sequence[str], values: Mapping[str, Sequence[object]]) -> None:
    """Write the fields `names` of the requests; `values` holds theirs by number."""
    fields = [_FIELDS[name] for name in names]
    columns = ", ".join(f"{_quoted(field)} = %s" for field in fields)
    table = connection.ops.quote_name(RightsRequest._meta.db_table)
    statement = f"UPDATE {table} SET {columns} WHERE {_quoted(_FIELDS['number'])} = %s"  # noqa: S608 - our own names
    rows = [
        (
            *(field.get_db_prep_save(one, connection) for field, one in zip(fields, several, strict=True)),
            number,
        )
        for number, several in values.items()
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def _quoted(field: "Field[object, object]") -> str:
    return connection.ops.quote_name(field.column or field.name)
