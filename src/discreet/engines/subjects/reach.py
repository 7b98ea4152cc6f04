"""From the rows that a person starts at to every row about them, over all sources.

OWNER links are taken towards the owned rows, DETAIL links towards the parts, both as far as they lead;
MENTION links are looked up but not followed. Cycles end because a row is carried on once a person.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial

from discreet.engines.subjects import course
from discreet.engines.subjects.found import Reach, TableReach
from discreet.engines.subjects.graph import Graph, Key, TableRef
from discreet.engines.subjects.inquiry import Inquiry
from discreet.engines.subjects.keys import hashable, is_exact
from discreet.engines.subjects.lanes import IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.limits import Limits, NoStartingRow
from discreet.engines.subjects.reader import Reader, Select
from discreet.engines.subjects.sharing import Detector, Sharing
from discreet.engines.subjects.walk import Direction, TableState, Walk, hops_of, picker


class Purpose(StrEnum):
    """ERASURE reads keys and finds out who else uses each row; ACCESS reads whole rows, COPY what leads to them.

    CORRECTION reads whole rows and finds out who else uses them.
    """

    ERASURE = "erasure"
    ACCESS = "access"
    COPY = "copy"
    CORRECTION = "correction"


_WHOLE_ROWS = (Purpose.ACCESS, Purpose.CORRECTION)
_WRITTEN = (Purpose.ERASURE, Purpose.CORRECTION)  # what may be written: who else uses a row must be known


def reach(
    *,
    graph: Graph,
    readers: Mapping[str, Reader],
    roots_by_person: Sequence[Mapping[TableRef, set[Key]]],
    limits: Limits,
    purpose: Purpose = Purpose.ERASURE,
    lanes: Lanes = IN_TURN,
) -> Reach:
    """Find every row about each person of the batch, with statements that serve all of them at once.

    Raises:
        NoStartingRow: a person has none.
        TooManyRows: a step matched more than the limits allow.
    """
    if not all(any(keys for keys in roots.values()) for roots in roots_by_person):
        raise NoStartingRow
    all_columns = purpose in _WHOLE_ROWS
    walk = Walk(graph=graph, readers=readers, limits=limits, lanes=lanes, all_columns=all_columns)
    walk.start(roots_by_person)
    course.take(walk)
    sharing = Sharing()
    if purpose in _WRITTEN or _leads_on_from_details(walk):
        sharing = Detector(walk).detect()
    filled = [state for state in walk.states.values() if state.rows]
    addresses = _addresses_of(walk, filled) if purpose in _WRITTEN else {}
    return Reach(
        graph=graph,
        person_count=len(roots_by_person),
        tables={
            state.table.ref: _table(sharing, state, addresses.get(state.table.ref, _NO_ADDRESSES))
            for state in filled
        },
        references=tuple(sharing.references),
        steps=tuple(walk.inquiry.steps),
        not_covered=tuple(dict.fromkeys(walk.inquiry.not_covered)),
    )


_Addresses = tuple[tuple[str, ...], Counter[Key]]
_NO_ADDRESSES: _Addresses = ((), Counter())


def _addresses_of(walk: Walk, filled: Sequence[TableState]) -> dict[TableRef, _Addresses]:
    """Return how statements address rows of tables without a key."""
    nameless = [state for state in filled if not state.table.primary_key]
    inquiries = [walk.inquiry.apart() for _ in nameless]
    units: list[Unit[_Addresses]] = [
        (state.table.ref.source, partial(_addresses, state, inquiry))
        for state, inquiry in zip(nameless, inquiries, strict=True)
    ]
    found = each(walk.lanes, units)
    for inquiry in inquiries:
        walk.inquiry.take(inquiry)
    return {state.table.ref: one for state, one in zip(nameless, found, strict=True)}


def _table(sharing: Sharing, state: TableState, addresses: _Addresses) -> TableReach:
    ref = state.table.ref
    columns, copies = (state.table.primary_key, Counter[Key]()) if state.table.primary_key else addresses
    return TableReach(
        table=state.table,
        key_columns=state.key_columns,
        columns=state.columns,
        rows=state.rows,
        persons=state.persons,
        paths=state.paths,
        shared=dict(sharing.shared[ref]),
        beyond_shared=frozenset(sharing.beyond[ref]),
        address_columns=columns,
        copies={key: number for key, number in copies.items() if number > 1},
    )


def _addresses(state: TableState, inquiry: Inquiry) -> _Addresses:
    """Return columns by whose values statements hit these rows of a table without a key, and no others.

    A NULL and a structure cannot be compared with; what is left must still tell the rows apart.
    Also returns how often each row stands there.
    """
    names = tuple(
        name
        for place, name in enumerate(state.columns)
        if all(is_exact(row[place]) for row in state.rows.values())
    )
    if not names:
        return _NO_ADDRESSES
    pick = picker(state.columns, names)
    keys = dict.fromkeys(tuple(map(hashable, pick(row))) for row in state.rows.values())
    if len(keys) < len(state.rows):
        return _NO_ADDRESSES
    bound = inquiry.limits.max_rows_per_step + 1
    query = Select(state.table.ref, state.columns, names, list(keys), limit=bound)
    copies = Counter(state.key_of(row) for row in inquiry.read(query, purpose="sharing"))
    return (names, copies) if copies.keys() <= state.rows.keys() else _NO_ADDRESSES


def _leads_on_from_details(walk: Walk) -> bool:
    """Return whether rows were reached through a detail: only then can a package hold another's rows."""
    detail_bits = dict.fromkeys(walk.states, 0)
    for hop in hops_of(walk.graph):
        if hop.direction is Direction.DETAIL and hop.end in detail_bits:
            detail_bits[hop.end] |= hop.bit
    for hop in hops_of(walk.graph):
        end = walk.states.get(hop.end)
        if hop.direction is Direction.OWNED and detail_bits.get(hop.start) and end is not None and end.rows:
            bits = detail_bits[hop.start]
            start = walk.states[hop.start]
            if any(paths & bits for paths in start.paths.values()) and any(
                paths & hop.bit for paths in end.paths.values()
            ):
                return True
    return False
