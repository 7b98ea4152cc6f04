"""A source for tests: a Reader and an executor over the standard library's sqlite3, foreign keys enforced."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.plans import ErasurePlan, Operation, OperationKind
from discreet.engines.subjects.reader import Row, Select


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class SqliteReader:
    """Counts its statements. `chunk`: keys per statement."""

    def __init__(self, connection: sqlite3.Connection, *, chunk: int = 300) -> None:
        self.connection = connection
        self.chunk = chunk
        self.statements = 0

    def ahead(self, queries: Sequence[Select]) -> None:
        """Each is asked when its turn comes."""

    def statement(self, query: Select) -> str:
        return self._text(query, min(1, len(query.keys)))

    def _text(self, query: Select, keys: int) -> str:
        columns = ", ".join(map(quoted, query.columns))
        where: list[str] = []
        if query.key_columns:
            names = [quoted(name) for name in query.key_columns]
            if query.fold:
                ends = "' ' || char(9, 10, 11, 12, 13, 160, 12288)"
                names = [
                    f"lower(trim({name}, {ends}))" if query.trims else f"lower({name})" for name in names
                ]
            one = "(" + ", ".join("?" * len(names)) + ")"
            where.append(f"({', '.join(names)}) IN (VALUES {', '.join([one] * max(keys, 1))})")
        where.extend(f"CAST({quoted(name)} AS TEXT) = ?" for name in query.equals or {})
        condition = f" WHERE {' AND '.join(where)}" if where else ""
        limit = f" LIMIT {query.limit}" if query.limit is not None else ""
        return f"SELECT {columns} FROM {quoted(query.table.table)}{condition}{limit}"

    def select(self, query: Select) -> Iterator[Row]:
        further = list((query.equals or {}).values())
        if not query.key_columns:
            self.statements += 1
            yield from self.connection.execute(self._text(query, 0), further)
            return
        keys = list(dict.fromkeys(query.keys))
        for start in range(0, len(keys), self.chunk):
            part = keys[start : start + self.chunk]
            self.statements += 1
            values = [value for key in part for value in key] + further
            yield from self.connection.execute(self._text(query, len(part)), values)


def carry_out(connection: sqlite3.Connection, operations: Iterable[Operation], *, chunk: int = 7) -> None:
    """Run the writes in their order, in small chunks, in one transaction."""
    for operation in operations:
        table = quoted(operation.table.table)
        where = " AND ".join(f"{quoted(name)} = ?" for name in operation.key_columns)
        if operation.kind is OperationKind.DELETE:
            for start in range(0, len(operation.keys), chunk):  # rows may refer to one another in a circle
                keys = operation.keys[start : start + chunk]
                each = " OR ".join([f"({where})"] * len(keys))
                connection.execute(
                    f"DELETE FROM {table} WHERE {each}", [value for key in keys for value in key]
                )
            continue
        names = [*operation.values, *operation.per_row]
        setting = ", ".join(f"{quoted(name)} = ?" for name in names)
        for number, key in enumerate(operation.keys):
            own = [several[number] for several in operation.per_row.values()]
            connection.execute(
                f"UPDATE {table} SET {setting} WHERE {where}", [*operation.values.values(), *own, *key]
            )
    connection.commit()


def carry_out_plan(connections: dict[str, sqlite3.Connection], plan: ErasurePlan) -> None:
    for source, operations in plan.operations.items():
        carry_out(connections[source], operations)


def all_rows(connection: sqlite3.Connection, ref: TableRef) -> list[Row]:
    return sorted(connection.execute(f"SELECT * FROM {quoted(ref.table)}"), key=repr)


def connect(script: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(script)
    return connection
