"""Write an invented database: a SQLite file, or a PostgreSQL database with comments."""

import sqlite3
from pathlib import Path
from typing import Any

from bench.discover.schema import Schema, Table

SQLITE = {
    "int": "INTEGER", "long": "BIGINT", "real": "DECIMAL(12,2)", "bool": "INTEGER", "date": "DATE", "time": "DATETIME",
    "json": "TEXT", "xml": "TEXT", "text": "VARCHAR(255)",
}  # fmt: skip
POSTGRESQL = SQLITE | {
    "int": "integer", "long": "bigint", "real": "numeric", "bool": "smallint", "date": "date", "time": "timestamp",
    "json": "jsonb", "xml": "text", "text": "varchar(255)",
}  # fmt: skip


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _listed(names: list[str]) -> str:
    return ", ".join(map(quoted, names))


def create_table(table: Table, schema: Schema, types: dict[str, str], *, with_references: bool) -> str:
    parts = [f"{quoted(one.header)} {types[one.kind]}" for one in table.fields]
    parts.append(f"PRIMARY KEY ({_listed([one.header for one in table.primary])})")
    if with_references:
        parts += [
            foreign_key(table, schema, at) for at, one in enumerate(table.references) if one.is_declared
        ]
    return f"CREATE TABLE {quoted(table.name)} (\n  " + ",\n  ".join(parts) + "\n)"


def foreign_key(table: Table, schema: Schema, at: int) -> str:
    one = table.references[at]
    goal = schema.tables[one.table]
    start, end = [part.header for part in one.fields], [part.header for part in goal.primary]
    return f"FOREIGN KEY ({_listed(start)}) REFERENCES {quoted(goal.name)} ({_listed(end)})"


def _tuples(table: Table, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    headers = [one.header for one in table.fields]
    return [tuple(row[header] for header in headers) for row in rows]


def write_sqlite(schema: Schema, rows: dict[str, list[dict[str, Any]]], file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    for key, table in schema.tables.items():
        connection.execute(create_table(table, schema, SQLITE, with_references=True))
        marks = ", ".join("?" * len(table.fields))
        connection.executemany(
            f"INSERT INTO {quoted(table.name)} VALUES ({marks})", _tuples(table, rows[key])
        )
    connection.commit()
    connection.close()


def write_postgresql(schema: Schema, rows: dict[str, list[dict[str, Any]]], url: str) -> None:
    """Load an empty PostgreSQL database; columns have the comments a SQLite file cannot have."""
    import psycopg

    with psycopg.connect(url) as connection:
        for key, table in schema.tables.items():
            connection.execute(create_table(table, schema, POSTGRESQL, with_references=False))  # type: ignore[call-overload]
            copy = f"COPY {quoted(table.name)} ({_listed([one.header for one in table.fields])}) FROM STDIN"
            with connection.cursor().copy(copy) as loading:  # type: ignore[call-overload]
                for row in _tuples(table, rows[key]):
                    loading.write_row(row)
            for one in table.fields:
                if one.comment:
                    place = f"{quoted(table.name)}.{quoted(one.header)}"
                    comment = one.comment.replace("'", "''")
                    connection.execute(f"COMMENT ON COLUMN {place} IS '{comment}'")  # type: ignore[call-overload]
        for table in schema.tables.values():
            for at, one_reference in enumerate(table.references):
                if one_reference.is_declared:
                    connection.execute(
                        f"ALTER TABLE {quoted(table.name)} ADD {foreign_key(table, schema, at)}"
                    )  # type: ignore[call-overload]
