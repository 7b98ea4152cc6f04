"""The order of writes inside a source: updates first, then deletes, children before their parents."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from discreet.engines.subjects.fates import Fates, is_enforced
from discreet.engines.subjects.fields import link_columns_to_empty
from discreet.engines.subjects.graph import EraseAction, Key, Link, TableRef
from discreet.engines.subjects.order import components
from discreet.engines.subjects.plans import Operation, OperationKind, Reason


class Ordering:
    """Orders the deletes of one source; circles of references are opened by emptying one first."""

    def __init__(self, *, fates: Fates, source: str) -> None:
        self.fates = fates
        self.graph = fates.graph
        self.going: dict[TableRef, list[Key]] = {}
        for ref, rows in fates.by_table.items():
            if ref.source == source:
                keys = [key for key, fate in rows.items() if fate.action is EraseAction.DELETE]
                if keys:
                    self.going[ref] = keys
        self.links = [
            link
            for link in self.graph.links
            if is_enforced(link) and link.from_table in self.going and link.to_table in self.going
        ]
        self.opened: list[Link] = []

    def operations(self) -> tuple[list[Operation], list[Operation]]:
        """Return the updates that open circles, and the deletes in order."""
        tables = self._table_order()
        updates = [update for link in self.opened for update in self._emptying(link)]
        return updates, [self._delete(ref) for ref in tables]

    def _delete(self, ref: TableRef) -> Operation:
        table = self.fates.reach.tables[ref]
        return Operation(
            kind=OperationKind.DELETE,
            table=ref,
            key_columns=table.address_columns,
            keys=table.addresses(table.with_copies(self._row_order(ref))),
            reason=Reason.ABOUT_THE_PERSON,
        )

    def _table_order(self) -> list[TableRef]:
        links = [link for link in self.links if link.from_table != link.to_table]
        for link in self.links:
            if link.from_table == link.to_table and self._can_open(link):
                self.opened.append(link)
        while True:
            parts = components(nodes=sorted(self.going), edges=_edges(links))
            circle = next((part for part in parts if len(part) > 1), None)
            if circle is None:
                break
            inside = [link for link in links if link.from_table in circle and link.to_table in circle]
            opening = next((link for link in inside if self._can_open(link)), None)
            if opening is None:
                break  # only possible where the database checks at the end of the transaction
            links.remove(opening)
            self.opened.append(opening)
        return [ref for part in parts for ref in part]

    def _can_open(self, link: Link) -> bool:
        return bool(link_columns_to_empty(graph=self.graph, link=link))

    def _emptying(self, link: Link) -> list[Operation]:
        going_from, going_to = set(self.going[link.from_table]), set(self.going[link.to_table])
        pairs = self.fates.linkage.pairs(link)
        keys = dict.fromkeys(key for key, to in pairs if key in going_from and to in going_to)
        if not keys:
            return []
        columns = link_columns_to_empty(graph=self.graph, link=link)
        table = self.fates.reach.tables[link.from_table]
        return [
            Operation(
                kind=OperationKind.UPDATE,
                table=link.from_table,
                key_columns=table.address_columns,
                keys=table.addresses(list(keys)),
                reason=Reason.ORDER,
                values=dict.fromkeys(columns),
            )
        ]

    def _row_order(self, ref: TableRef) -> list[Key]:
        """Order rows that refer to one another inside a table and cannot be emptied: children first."""
        keys = self.going[ref]
        closed = [
            link for link in self.links if link.from_table == ref == link.to_table and link not in self.opened
        ]
        if not closed:
            return keys
        edges: dict[Key, list[Key]] = defaultdict(list)
        for link in closed:
            for key, to in self.fates.linkage.pairs(link):
                if key != to:
                    edges[key].append(to)
        return [key for part in components(nodes=keys, edges=edges) for key in part]


def _edges(links: Sequence[Link]) -> Mapping[TableRef, list[TableRef]]:
    edges: dict[TableRef, list[TableRef]] = defaultdict(list)
    for link in links:
        edges[link.from_table].append(link.to_table)
    return edges
