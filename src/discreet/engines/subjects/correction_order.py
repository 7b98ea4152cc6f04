"""The order of a correction's writes, and the digest an approval is bound to."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from discreet.engines.subjects.corrections import CorrectionPlan, Place, Write
from discreet.engines.subjects.digest import schema_fingerprint
from discreet.engines.subjects.graph import Graph, Key, Link, Match, TableRef
from discreet.engines.subjects.keys import canonical
from discreet.engines.subjects.order import components

VERSION = "discreet correction plan 1"


def ordered_writes(*, graph: Graph, places: Sequence[Place]) -> dict[str, tuple[Write, ...]]:
    """Return the writes by source: references emptied, then what they refer to, then what refers to it.

    Inside a table keys come last, and rows are addressed by the key that they have at that moment.
    """
    by_source: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        if place.is_written:
            by_source[place.table.source].append(place)
    return {source: tuple(_of_source(graph, by_source[source])) for source in sorted(by_source)}


def _of_source(graph: Graph, places: Sequence[Place]) -> Iterable[Write]:
    rank = _ranks(graph, {place.table for place in places})
    places = sorted(
        places,
        key=lambda one: (rank[one.table], one.column in one.key_columns, one.table, one.column, one.id),
    )
    written = {(place.table, place.column) for place in places}
    for place in places:
        if any(_can_be_emptied(graph, link, place) for link in _enforced(graph, place, written)):
            yield Write(place.table, place.key_columns, place.keys, place.column, None)
    moved: dict[tuple[TableRef, Key], Key] = {}
    for place in places:
        keys = tuple(moved.get((place.table, key), key) for key in place.keys)
        yield Write(place.table, place.key_columns, keys, place.column, place.new)
        if place.column in place.key_columns:
            at = place.key_columns.index(place.column)
            for first, now in zip(place.keys, keys, strict=True):
                moved[place.table, first] = (*now[:at], place.new, *now[at + 1 :])


def keys_after(plan: CorrectionPlan) -> dict[tuple[TableRef, Key], Key]:
    """Return the key that a row has after the writes, where it is another one."""
    moved: dict[tuple[TableRef, Key], Key] = {}
    for place in plan.written:
        if place.column in place.key_columns:
            at = place.key_columns.index(place.column)
            for key in place.keys:
                now = moved.get((place.table, key), key)
                moved[place.table, key] = (*now[:at], place.new, *now[at + 1 :])
    return moved


def _ranks(graph: Graph, tables: set[TableRef]) -> dict[TableRef, int]:
    """Return each table's place: what is referred to before what refers to it."""
    edges: dict[TableRef, list[TableRef]] = defaultdict(list)
    for link in graph.links:
        if link.match is Match.EXACT and link.from_table in tables and link.to_table in tables:
            edges[link.to_table].append(link.from_table)
    parts = components(nodes=sorted(tables), edges=edges)
    return {ref: number for number, part in enumerate(parts) for ref in part}


def _enforced(graph: Graph, place: Place, written: set[tuple[TableRef, str]]) -> Iterable[Link]:
    for link in graph.outgoing(place.table):
        if link.is_declared and place.column in link.from_columns:
            at = link.from_columns.index(place.column)
            if (link.to_table, link.to_columns[at]) in written:
                yield link


def _can_be_emptied(graph: Graph, link: Link, place: Place) -> bool:
    column = graph.tables[place.table].column(place.column)
    return column.nullable and place.column not in place.key_columns


def waits_for_database(graph: Graph, places: Sequence[Place]) -> list[Place]:
    """Return places that refer by an enforced key and cannot be emptied first: the database must carry them."""
    written = {(place.table, place.column) for place in places if place.is_written}
    return [
        place
        for place in places
        if place.is_written
        and any(not _can_be_emptied(graph, link, place) for link in _enforced(graph, place, written))
    ]


def correction_digest(
    *,
    plan: CorrectionPlan,
    graph: Graph,
    salt: bytes,
    fingerprints: Mapping[str, str],
    identity: Iterable[str],
) -> str:
    """Return the keyed hash over rows, columns, old and new values, choices, schema and the order of writes.

    Keyed, because it stands in the evidence: a date of birth could be guessed from a plain one. `identity`: what
    the person's own rows hold that tells who it is; a contact point that changes in mid-request gives another one.
    """
    digest = hmac.new(salt, VERSION.encode(), hashlib.sha256)

    def add(*parts: object) -> None:
        digest.update(repr(parts).encode("utf-8", "surrogatepass"))
        digest.update(b"\x00")

    for source in sorted({ref.source for ref in graph.tables}):
        add("source", source, schema_fingerprint(graph=graph, source=source), fingerprints.get(source, ""))
    add("identity", *sorted(identity))
    for change in plan.changes:
        add("change", change.category, change.old, change.new, str(change.table), change.column)
    for place in plan.places:
        head = (place.id, str(place.table), place.column, place.standing, place.question, place.chosen)
        add(*head, place.obstacle, place.key_columns, canonical(place.old), canonical(place.new))
        add(*sorted(map(repr, place.keys)))
    for source in sorted(plan.writes):
        for write in plan.writes[source]:
            add("write", str(write.table), write.column, write.key_columns, canonical(write.value))
    return digest.hexdigest()
