"""Writing values of their own into many requests.

One prepared statement, run once a row: Django's `bulk_update` makes one expression of all rows instead, whose
cost grows with the square of their number.
"""

from collections.abc import Mapping, Sequence

from django.db import connection

from discreet.mechanisms.rights.models import RightsRequest


def update_each(names: Sequence[str], values: Mapping[str, Sequence[object]]) -> None:
    """Write the fields `names` of the requests; `values` holds theirs by number."""
    meta = RightsRequest._meta
    fields = [meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    key = meta.get_field("number")
    statement = f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {quote(key.column)} = %s"  # noqa: S608 - our own names
    rows = [
        (
            *(field.get_db_prep_save(one, connection) for field, one in zip(fields, several, strict=True)),
            number,
        )
        for number, several in values.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
