"""The walk along the link graph: from starting rows to all rows about their persons, set by set."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from operator import itemgetter

from discreet.engines.subjects.found import NotCovered, Persons, as_set, join
from discreet.engines.subjects.graph import Graph, Key, Link, LinkRole, Match, Table, TableRef
from discreet.engines.subjects.inquiry import Inquiry
from discreet.engines.subjects.keys import caster, hashable, is_exact, loose_key
from discreet.engines.subjects.lanes import Lanes, Unit, each
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.lookup import Wanted, wanted
from discreet.engines.subjects.order import components
from discreet.engines.subjects.reader import Reader, Row, Select

VALUE_CATEGORIES = ("email", "phone")  # read from people tables: what the fresh search looks for
EXACT_CATEGORIES = (
    "national_id",
    "passport",
    "driving_licence",
    "social_security_id",
    "payment_card",
    "bank_account",
)


class Direction(StrEnum):
    """How a walk takes a link."""

    OWNED = "owned"  # to-row → from-rows
    DETAIL = "detail"  # from-row → to-row
    SAME = "same"  # from-row → to-row, which is the same entity: inheritance, or an equal identity value


@dataclass(frozen=True, slots=True)
class Hop:
    number: int  # index into Graph.links
    link: Link
    direction: Direction

    @property
    def is_backward(self) -> bool:
        return self.direction is Direction.OWNED

    @property
    def start(self) -> TableRef:
        return self.link.to_table if self.is_backward else self.link.from_table

    @property
    def start_columns(self) -> tuple[str, ...]:
        return self.link.to_columns if self.is_backward else self.link.from_columns

    @property
    def end(self) -> TableRef:
        return self.link.from_table if self.is_backward else self.link.to_table

    @property
    def end_columns(self) -> tuple[str, ...]:
        return self.link.from_columns if self.is_backward else self.link.to_columns

    @property
    def bit(self) -> int:
        return 2 << self.number


def picker(columns: Sequence[str], names: Sequence[str]) -> Callable[[Row], Key]:
    """Return a function from a row of `columns` to the tuple of `names`."""
    positions = [columns.index(name) for name in names]
    if len(positions) == 1:
        (only,) = positions
        return lambda row: (row[only],)
    return itemgetter(*positions)


def same_entity(graph: Graph, link: Link) -> bool:
    """Return whether both ends are one entity: a child whose primary key is its parent's."""
    if link.match is not Match.EXACT or link.from_table.source != link.to_table.source:
        return False
    child, parent = graph.tables[link.from_table], graph.tables[link.to_table]
    return (
        link.from_table != link.to_table
        and bool(child.primary_key)
        and sorted(link.from_columns) == sorted(child.primary_key)
        and sorted(link.to_columns) == sorted(parent.primary_key)
        and link.discriminator is None
    )


def joins_people(graph: Graph, link: Link) -> bool:
    """Return whether the link says by an equal identity value that two people rows are one person."""
    return (
        link.match is not Match.EXACT
        and graph.tables[link.from_table].is_people
        and graph.tables[link.to_table].is_people
    )


def hops_of(graph: Graph) -> list[Hop]:
    hops: list[Hop] = []
    for number, link in enumerate(graph.links):
        if link.role is LinkRole.OWNER:
            hops.append(Hop(number, link, Direction.OWNED))
            if same_entity(graph, link) or joins_people(graph, link):
                hops.append(Hop(number, link, Direction.SAME))
        elif link.role is LinkRole.DETAIL:
            hops.append(Hop(number, link, Direction.DETAIL))
    return hops


class TableState:
    """Rows of one table as the walk gathers them."""

    def __init__(self, graph: Graph, table: Table, *, all_columns: bool) -> None:
        names = [column.name for column in table.columns]
        self.table = table
        self.key_columns = table.primary_key or tuple(names)
        self.columns = tuple(names) if all_columns or not table.primary_key else needed_columns(graph, table)
        self.key_of = self._key_function()
        self.rows: dict[Key, Row] = {}
        self.persons: dict[Key, Persons] = {}
        self.paths: dict[Key, int] = {}
        self.pending: dict[Key, Persons] = {}

    def _key_function(self) -> Callable[[Row], Key]:
        pick = picker(self.columns, self.key_columns)
        if self.table.primary_key:
            return pick
        return lambda row: tuple(hashable(value) for value in pick(row))

    def add(self, row: Row, persons: Persons, bit: int) -> None:
        key = self.key_of(row)
        known = self.persons.get(key)
        if known is None:
            self.rows[key] = row
            self.persons[key] = persons
            self.paths[key] = bit
            self.pending[key] = persons
        else:
            self.join_known(key, persons, bit)

    def join_known(self, key: Key, persons: Persons, bit: int) -> None:
        """Note a further path to a row, and further persons, who are then carried onwards."""
        self.paths[key] |= bit
        known = self.persons[key]
        if known == persons:
            return
        fresh = as_set(persons) - as_set(known)
        if fresh:
            self.persons[key] = as_set(known) | fresh
            self.pending[key] = join(self.pending[key], fresh) if key in self.pending else fresh


def needed_columns(graph: Graph, table: Table) -> tuple[str, ...]:
    """Return the columns that walking, planning and capturing read: keys, links and identity values."""
    names = set(table.primary_key)
    for link in graph.outgoing(table.ref):
        names.update(link.from_columns)
        if link.discriminator:
            names.add(link.discriminator[0])
    for link in graph.incoming(table.ref):
        names.update(link.to_columns)
    if table.keep and table.keep.start_column:
        names.add(table.keep.start_column)
    if table.is_people:
        searched = (*VALUE_CATEGORIES, *EXACT_CATEGORIES)
        names.update(column.name for column in table.columns if column.category in searched)
    return tuple(column.name for column in table.columns if column.name in names)


class Walk:
    """State of one walk along the links. `course.take` carries it on until no row has persons left to carry onwards.

    What is asked of different sources is asked side by side: a table is filled by one lane at a time.
    """

    def __init__(
        self,
        *,
        graph: Graph,
        readers: Mapping[str, Reader],
        limits: Limits,
        lanes: Lanes,
        all_columns: bool = False,
    ) -> None:
        self.graph = graph
        self.inquiry = Inquiry(graph=graph, readers=readers, limits=limits)
        self.limits = limits
        self.lanes = lanes
        self.all_columns = all_columns
        self.states: dict[TableRef, TableState] = {}
        self.roots: Sequence[Mapping[TableRef, set[Key]]] = ()
        self.hops: dict[TableRef, list[Hop]] = defaultdict(list)
        edges: dict[TableRef, list[TableRef]] = defaultdict(list)
        for hop in hops_of(graph):
            self.hops[hop.start].append(hop)
            edges[hop.start].append(hop.end)
        self.parts = components(nodes=list(graph.tables), edges=edges)
        self.rank = {ref: number for number, part in enumerate(self.parts) for ref in part}

    def state(self, ref: TableRef) -> TableState:
        if ref not in self.states:
            self.states[ref] = TableState(self.graph, self.graph.tables[ref], all_columns=self.all_columns)
        return self.states[ref]

    def start(self, roots_by_person: Sequence[Mapping[TableRef, set[Key]]]) -> None:
        """Read the starting rows. One that is gone meanwhile is named, not passed over."""
        self.roots = roots_by_person
        owners: dict[TableRef, dict[Key, Persons]] = defaultdict(dict)
        for person, roots in enumerate(roots_by_person):
            for ref, keys in roots.items():
                known = owners[ref]
                for key in keys:
                    known[key] = join(known[key], person) if key in known else person
        inquiries = [self.inquiry.apart() for _ in owners]
        units: list[Unit[None]] = [
            (ref.source, partial(self._start_at, self.state(ref), wanted_keys, inquiry))
            for (ref, wanted_keys), inquiry in zip(owners.items(), inquiries, strict=True)
        ]
        each(self.lanes, units)
        for inquiry in inquiries:
            self.inquiry.take(inquiry)

    def _start_at(self, state: TableState, wanted_keys: Mapping[Key, Persons], inquiry: Inquiry) -> None:
        if state.table.primary_key:
            query = Select(state.table.ref, state.columns, state.key_columns, list(wanted_keys))
            rows = inquiry.read(query, purpose="roots")
            self._attribute(state, rows, wanted_keys, state.key_columns, 1, query, inquiry)
        else:
            self._start_without_key(state, wanted_keys, inquiry)
        if len(state.rows) < len(wanted_keys):
            inquiry.not_covered.append(
                NotCovered(state.table.ref, "starting_row_gone", rows=len(wanted_keys) - len(state.rows))
            )

    def _start_without_key(
        self, state: TableState, wanted_keys: Mapping[Key, Persons], inquiry: Inquiry
    ) -> None:
        """Read starting rows of a table without a key by the values that can be compared with."""
        alike: dict[tuple[str, ...], list[Key]] = defaultdict(list)
        for key in wanted_keys:
            places = [place for place, value in enumerate(key) if is_exact(value)]
            names = tuple(state.key_columns[place] for place in places)
            alike[names].append(tuple(key[place] for place in places))
        for names, keys in alike.items():
            query = Select(state.table.ref, state.columns, names, keys)
            for row in inquiry.read(query, purpose="roots") if names else ():
                persons = wanted_keys.get(state.key_of(row))
                if persons is not None:
                    state.add(row, persons, 1)

    def follow(self, hop: Hop, batch: Mapping[Key, Persons], inquiry: Inquiry) -> None:
        """Take a link from rows of its start to those of its end, which is filled by no other meanwhile."""
        state, end = self.states[hop.start], self.states[hop.end]
        if hop.link.match is not Match.EXACT:
            self._follow_value(hop, state, batch, inquiry)
            return
        owners = self._owners(hop, state, batch, end)
        if not owners:
            return
        equals = None
        if hop.is_backward and hop.link.discriminator:
            equals = dict((hop.link.discriminator,))
        bound = self.limits.max_rows_per_step + 1
        query = Select(
            table=hop.end,
            columns=end.columns,
            key_columns=hop.end_columns,
            keys=list(owners),
            equals=equals,
            limit=bound,
            joined_to=(hop.start, hop.start_columns),
        )
        rows = inquiry.read(query, purpose=hop.direction.value, link=hop.link)
        inquiry.check(hop.link, hop.end, len(rows))
        self._attribute(end, rows, owners, hop.end_columns, hop.bit, query, inquiry)

    def _owners(
        self, hop: Hop, state: TableState, batch: Mapping[Key, Persons], end: TableState
    ) -> dict[Key, Persons]:
        """Return link value → persons, without rows that are known already and only gain a path."""
        owners: dict[Key, Persons] = {}
        rows, pick = state.rows, picker(state.columns, hop.start_columns)
        to_end = caster(tuple(end.table.column(name) for name in hop.end_columns))
        is_key = hop.end_columns == end.key_columns and not (hop.is_backward and hop.link.discriminator)
        fits = self._discriminates(hop, state)
        for key, persons in batch.items():
            row = rows[key]
            raw = pick(row)
            if None in raw or not fits(row):
                continue
            value = to_end(raw)
            if value is None:
                continue
            if is_key and value in end.rows:
                end.join_known(value, persons, hop.bit)
            elif value in owners:
                owners[value] = join(owners[value], persons)
            else:
                owners[value] = persons
        return owners

    def _discriminates(self, hop: Hop, state: TableState) -> Callable[[Row], bool]:
        if hop.is_backward or hop.link.discriminator is None:
            return lambda row: True
        name, value = hop.link.discriminator
        position = state.columns.index(name)
        return lambda row: str(row[position]) == value

    def _attribute(
        self,
        end: TableState,
        rows: Iterable[Row],
        owners: Mapping[Key, Persons],
        columns: tuple[str, ...],
        bit: int,
        query: Select,
        inquiry: Inquiry,
    ) -> None:
        pick = picker(end.columns, columns)
        get, add = owners.get, end.add
        odd: list[Row] = []
        for row in rows:
            persons = get(pick(row))
            if persons is None:
                odd.append(row)
            else:
                add(row, persons, bit)
        if not odd:
            return
        by_form: dict[Key, Persons] = {}
        for key, persons in owners.items():
            form = loose_key(key)
            by_form[form] = join(by_form[form], persons) if form in by_form else persons
        for row in odd:
            found = by_form.get(loose_key(pick(row)))
            if found is None:
                found = self._ask_again(query, end, row, owners, inquiry)
            add(row, found, bit)

    def _ask_again(
        self, query: Select, end: TableState, row: Row, owners: Mapping[Key, Persons], inquiry: Inquiry
    ) -> Persons:
        """Return whose row it is by asking with fewer keys: the database compares in a way we do not know."""
        keys = list(query.keys)
        wanted_row = end.key_of(row)
        while len(keys) > 1:
            half = keys[: len(keys) // 2]
            part = replace(query, keys=half, limit=None)
            found = any(end.key_of(one) == wanted_row for one in inquiry.read(part, purpose="owned"))
            keys = half if found else keys[len(half) :]
        return owners[keys[0]]

    def _follow_value(
        self, hop: Hop, state: TableState, batch: Mapping[Key, Persons], inquiry: Inquiry
    ) -> None:
        """Follow a link between sources by normalised value."""
        end = self.states[hop.end]
        values, owners = self._values(hop, state, batch)
        hits = inquiry.find(hop.link, hop.end, hop.end_columns[0], end.columns, values)
        if hop.direction is Direction.SAME:
            hits = self._unambiguous(hop, end, hits, owners, inquiry)
        for number, row in hits:
            end.add(row, owners[number], hop.bit)

    def _values(
        self, hop: Hop, state: TableState, batch: Mapping[Key, Persons]
    ) -> tuple[list[Wanted], list[Persons]]:
        pick = picker(state.columns, hop.start_columns)
        by_text: dict[str, Persons] = {}
        for key, persons in batch.items():
            if hop.direction is Direction.SAME:
                rest = frozenset(one for one in as_set(persons) if hop.end not in self.roots[one])
                if not rest:
                    continue
                persons = next(iter(rest)) if len(rest) == 1 else rest
            (value,) = pick(state.rows[key])
            if value is None or not str(value).strip():
                continue
            text = str(value)
            by_text[text] = join(by_text[text], persons) if text in by_text else persons
        return [wanted(hop.link.match, text) for text in by_text], list(by_text.values())

    def _unambiguous(
        self,
        hop: Hop,
        end: TableState,
        hits: list[tuple[int, Row]],
        owners: list[Persons],
        inquiry: Inquiry,
    ) -> list[tuple[int, Row]]:
        """Drop what joins one person to several rows of a people table: nobody chose between them."""
        rows_of: dict[int, set[Key]] = defaultdict(set)
        for number, row in hits:
            for person in as_set(owners[number]):
                rows_of[person].add(end.key_of(row))
        unsure = {person for person, keys in rows_of.items() if len(keys) > 1}
        if unsure:
            inquiry.not_covered.append(
                NotCovered(hop.end, "several_people_match", hop.end_columns, len(unsure))
            )
        return [hit for hit in hits if not as_set(owners[hit[0]]) & unsure]
