"""Whose is a row? Up the owner links, from rows outside the batch to the people they are about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from discreet.engines.subjects.graph import Graph, Key, Link, LinkRole, Match, Table, TableRef
from discreet.engines.subjects.inquiry import Inquiry
from discreet.engines.subjects.keys import loose_key
from discreet.engines.subjects.lanes import AT_HOME
from discreet.engines.subjects.linkage import Rows, applies
from discreet.engines.subjects.lookup import wanted
from discreet.engines.subjects.reader import Row, Select
from discreet.engines.subjects.walk import picker

Origins = Mapping[Key, set[Key]]  # value to look up → the values it was climbed from


def row_keys(table: Table) -> tuple[str, ...]:
    return table.primary_key or tuple(column.name for column in table.columns)


def owner_links(graph: Graph, ref: TableRef) -> list[Link]:
    return [link for link in graph.outgoing(ref) if link.role is LinkRole.OWNER]


def lane_of(graph: Graph, ref: TableRef) -> str:
    """Return the source in which a climb from a table stays; AT_HOME where it leads through several."""
    seen, waiting = {ref}, [ref]
    while waiting:
        here = waiting.pop()
        if graph.tables[here].is_people:
            continue  # where a climb ends
        above = {link.to_table for link in owner_links(graph, here)} - seen
        seen |= above
        waiting += above
    sources = {one.source for one in seen}
    return ref.source if len(sources) == 1 else AT_HOME


def climb(
    *, inquiry: Inquiry, inside: Mapping[TableRef, Rows], link: Link, values: Iterable[Key]
) -> set[Key]:
    """Return the `values` of `link` from which owner links lead up to a person who is not `inside`.

    A row that is no person's and has no owner link at all counts as somebody: unknown means careful.
    """
    others: set[Key] = set()
    climbed: dict[tuple[str, Key], set[Key]] = defaultdict(set)
    waiting: list[tuple[Link, Origins]] = [(link, {value: {value} for value in values})]
    while waiting:
        here, origins = waiting.pop()
        table = inquiry.graph.tables[here.to_table]
        upward = owner_links(inquiry.graph, table.ref)
        known = inside.get(table.ref)
        above: dict[Link, dict[Key, set[Key]]] = defaultdict(lambda: defaultdict(set))
        for row, starts, columns in _parents(inquiry, here, origins, upward):
            if known is not None and picker(columns, row_keys(table))(row) in known.rows:
                continue
            if table.is_people or not upward:
                others |= starts
                continue
            for up in upward:
                value = picker(columns, up.from_columns)(row)
                fresh = starts - others - climbed[str(up), value]
                if None not in value and fresh and applies(up, columns)(row):
                    climbed[str(up), value] |= fresh
                    above[up][value] |= fresh
        waiting.extend(above.items())
    return others


def _parents(
    inquiry: Inquiry, link: Link, origins: Origins, upward: Sequence[Link]
) -> Iterator[tuple[Row, set[Key], tuple[str, ...]]]:
    table = inquiry.graph.tables[link.to_table]
    columns = _columns(table, upward, link.to_columns)
    if link.match is not Match.EXACT:
        keys = list(origins)
        texts = [wanted(link.match, str(key[0])) for key in keys]
        for number, row in inquiry.find(link, table.ref, link.to_columns[0], columns, texts):
            yield row, origins[keys[number]], columns
        return
    query = Select(
        table=table.ref,
        columns=columns,
        key_columns=link.to_columns,
        keys=list(origins),
        joined_to=(link.from_table, link.from_columns),
    )
    pick = picker(columns, link.to_columns)
    by_form: dict[Key, set[Key]] = defaultdict(set)
    for value, starts in origins.items():
        by_form[loose_key(value)] |= starts
    for row in inquiry.read(query, purpose="sharing", link=link):
        yield row, by_form.get(loose_key(pick(row)), set()), columns


def _columns(table: Table, upward: Sequence[Link], more: Sequence[str] = ()) -> tuple[str, ...]:
    names = [*row_keys(table), *more]
    for link in upward:
        names.extend(link.from_columns)
        if link.discriminator:
            names.append(link.discriminator[0])
    return tuple(dict.fromkeys(names))


def rows_of_others(
    *, inquiry: Inquiry, inside: Mapping[TableRef, Rows], ref: TableRef, keys: Iterable[Key]
) -> set[Key]:
    """Return those of the rows `keys` whose owner links lead to a person who is not `inside`."""
    table = inquiry.graph.tables[ref]
    upward = owner_links(inquiry.graph, ref)
    if not upward:
        return set()
    columns = _columns(table, upward)
    rows: Iterable[Row] = keys  # without a primary key the key is the row
    if table.primary_key:
        rows = inquiry.read(Select(ref, columns, table.primary_key, list(keys)), purpose="sharing")
    else:
        columns = row_keys(table)
    rows = list(rows)
    found: set[Key] = set()
    for link in upward:
        pick, fits = picker(columns, link.from_columns), applies(link, columns)
        pairs = [(pick(row), picker(columns, row_keys(table))(row)) for row in rows if fits(row)]
        values = {value for value, _ in pairs if None not in value}
        others = climb(inquiry=inquiry, inside=inside, link=link, values=values) if values else set()
        found.update(key for value, key in pairs if value in others)
    return found
