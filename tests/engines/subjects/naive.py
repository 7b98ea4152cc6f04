"""The same answers row by row, without any thought of speed: what `reach` is compared with."""

import sqlite3
from collections.abc import Iterator

from discreet.engines.subjects.graph import Graph, Link, LinkRole, TableRef

Node = tuple[TableRef, int]
Rows = dict[TableRef, dict[int, dict[str, object]]]


def read_all(connection: sqlite3.Connection, graph: Graph) -> Rows:
    rows: Rows = {}
    for ref, table in graph.tables.items():
        names = [column.name for column in table.columns]
        found = connection.execute(f"SELECT {', '.join(names)} FROM {ref.table}")
        rows[ref] = {row[0]: dict(zip(names, row, strict=True)) for row in found}
    return rows


class Naive:
    def __init__(self, graph: Graph, rows: Rows) -> None:
        self.graph = graph
        self.rows = rows

    def pairs(self, link: Link) -> Iterator[tuple[Node, Node]]:
        for key, row in self.rows[link.from_table].items():
            if link.discriminator and str(row[link.discriminator[0]]) != link.discriminator[1]:
                continue
            value = row[link.from_columns[0]]
            if value is not None and value in self.rows[link.to_table]:
                yield (link.from_table, key), (link.to_table, value)  # type: ignore[misc]

    def reach(self, roots: set[Node]) -> set[Node]:
        found = set(roots)
        while True:
            more = set()
            for link in self.graph.links:
                for start, end in self.pairs(link):
                    if link.role is LinkRole.OWNER and end in found:
                        more.add(start)
                    if link.role is LinkRole.DETAIL and start in found:
                        more.add(end)
            if more <= found:
                return found
            found |= more

    def is_somebody(self, node: Node, inside: set[Node], seen: frozenset[Node] = frozenset()) -> bool:
        if node in inside or node in seen:
            return False
        owners = [link for link in self.graph.outgoing(node[0]) if link.role is LinkRole.OWNER]
        if self.graph.tables[node[0]].is_people or not owners:
            return True
        return any(
            self.is_somebody(end, inside, seen | {node})
            for link in owners
            for start, end in self.pairs(link)
            if start == node
        )

    def shared(self, roots: set[Node]) -> set[Node]:
        inside = self.reach(roots)
        links = [(link, list(self.pairs(link))) for link in self.graph.links]
        details = {
            end
            for link, pairs in links
            if link.role is LinkRole.DETAIL
            for start, end in pairs
            if start in inside
        }
        co_owned = {
            start
            for link, pairs in links
            if link.role is LinkRole.OWNER
            for start, end in pairs
            if start in inside and self.is_somebody(end, inside)
        } - roots
        used = {
            end
            for link, pairs in links
            if link.role is not LinkRole.OWNER
            for start, end in pairs
            if start not in inside and end in inside and (link.role is LinkRole.DETAIL or end in details)
        } - roots
        shared = co_owned | used
        while True:
            more = set()
            for link, pairs in links:
                for start, end in pairs:
                    if start not in inside or end not in inside:
                        continue
                    if link.role is LinkRole.DETAIL and start in shared:
                        more.add(end)
                    if (
                        link.role is LinkRole.OWNER
                        and end in shared
                        and (
                            end in co_owned
                            or (start not in details and not self._has_good_owner(start, inside, shared))
                        )
                    ):
                        more.add(start)
                        co_owned |= {start} - roots
            more -= roots
            if more <= shared:
                return shared
            shared |= more

    def _has_good_owner(self, node: Node, inside: set[Node], shared: set[Node]) -> bool:
        return any(
            end in inside and end not in shared and end != node
            for link in self.graph.outgoing(node[0])
            if link.role is LinkRole.OWNER
            for start, end in self.pairs(link)
            if start == node
        )
