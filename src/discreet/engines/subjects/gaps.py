"""What a search along the graph and by value leaves out by the graph's own shape, before any row is read."""

from collections.abc import Collection, Iterator, Mapping

from discreet.engines.subjects.found import NotCovered
from discreet.engines.subjects.graph import Graph, LinkRole, Table, TableRef
from discreet.engines.subjects.texts import FREE_TEXT
from discreet.engines.subjects.values import searched_categories

NAMES_IN_TEXT = "names_in_text"
_NAMES_A_PERSON = frozenset((*searched_categories(), "customer_id"))


def gaps_of_graph(
    *, graph: Graph, taken: Mapping[TableRef, int], texts_not_read: Collection[TableRef] | None = None
) -> Iterator[NotCovered]:
    """Name free text that nobody reads, and tables with personal data that no link leads to from a person.

    `taken`: rows of a table that go, or that are handed over whole; row counts are the catalogue's estimates.
    `texts_not_read`: tables whose free text was too much to look through, where it was looked through for
    addresses and numbers; None = it was not.
    """
    linked = _linked(graph)
    for ref in sorted(graph.tables):
        table = graph.tables[ref]
        if ref not in linked:
            yield from _without_link(table)
        is_read = texts_not_read is not None and ref not in texts_not_read
        yield from _free_text(table, taken.get(ref, 0), NAMES_IN_TEXT if is_read else FREE_TEXT)


def _without_link(table: Table) -> Iterator[NotCovered]:
    searched = tuple(column.name for column in table.columns if column.category in _NAMES_A_PERSON)
    columns = searched or tuple(column.name for column in table.personal_columns)
    if not columns:
        return
    if table.is_view:
        yield NotCovered(table.ref, "view", columns)
    else:
        reason = "no_link" if searched else "no_link_nor_value"
        yield NotCovered(table.ref, reason, columns, table.estimated_rows, is_estimate=True)


def _free_text(table: Table, taken: int, reason: str) -> Iterator[NotCovered]:
    """Name the free text of rows that are left; an estimate of 0 says nothing."""
    columns = tuple(column.name for column in table.columns if column.category == FREE_TEXT)
    left = max(0, table.estimated_rows - taken)
    if columns and not table.is_view and (left or not table.estimated_rows):
        yield NotCovered(table.ref, reason, columns, left, is_estimate=True)


def _linked(graph: Graph) -> set[TableRef]:
    """Return the tables in which a person's rows are looked for: people tables and where links lead from them.

    A row that only mentions a person is found; its own links are not followed.
    """
    found = {ref for ref, table in graph.tables.items() if table.is_people}
    follow = list(found)
    while follow:
        ref = follow.pop()
        owned = {link.from_table for link in graph.incoming(ref) if link.role is LinkRole.OWNER}
        parts = {link.to_table for link in graph.outgoing(ref) if link.role is LinkRole.DETAIL}
        new = (owned | parts) - found
        found |= new
        follow.extend(new)
    mentions = {
        link.from_table for link in graph.links if link.role is LinkRole.MENTION and link.to_table in found
    }
    return found | mentions
