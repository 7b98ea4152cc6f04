"""Who else uses a row: references from outside the batch, other owners, and what follows from both.

A row that others use is never destroyed silently. Three kinds:
- co-used: part of the persons' rows (an address), and referenced by somebody else's row too;
- co-owned: about the persons, and by a further owner link about somebody else (a joint account);
- beyond: only reached through a co-used row, so as likely another's as theirs.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from discreet.engines.subjects.climb import climb, lane_of, row_keys
from discreet.engines.subjects.found import Reference
from discreet.engines.subjects.graph import Graph, Key, Link, LinkRole, Match, Table, TableRef
from discreet.engines.subjects.inquiry import Inquiry
from discreet.engines.subjects.keys import caster, loose_key
from discreet.engines.subjects.lanes import Unit, each
from discreet.engines.subjects.linkage import Linkage, applies
from discreet.engines.subjects.lookup import wanted
from discreet.engines.subjects.reader import Row, Select
from discreet.engines.subjects.walk import Direction, TableState, Walk, hops_of, picker


@dataclass(frozen=True, slots=True)
class _Question:
    """What to ask in the lane of a source. It returns how to note the answer, done in the order of the questions."""

    source: str
    ask: Callable[[Inquiry], Callable[[], None]]


@dataclass(slots=True)
class Sharing:
    """By table and key: number of others. `beyond` is a part of `shared`."""

    shared: dict[TableRef, dict[Key, int]] = field(default_factory=lambda: defaultdict(dict))
    co_owned: dict[TableRef, set[Key]] = field(default_factory=lambda: defaultdict(set))
    beyond: dict[TableRef, set[Key]] = field(default_factory=lambda: defaultdict(set))
    references: list[Reference] = field(default_factory=list)


class Detector:
    """Detects sharing over a finished walk, with set-based statements."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.graph: Graph = walk.graph
        self.result = Sharing()
        self.detail_mask = 0
        self.own_mask = 1  # a starting row, or the same entity as one
        for hop in hops_of(self.graph):
            if hop.direction is Direction.DETAIL:
                self.detail_mask |= hop.bit
        self.same_bits: dict[TableRef, int] = defaultdict(int)
        for hop in hops_of(self.graph):
            if hop.direction is Direction.SAME:
                self.same_bits[hop.end] |= hop.bit
        self.linkage = Linkage(self.graph, walk.states)

    def is_own(self, ref: TableRef, key: Key) -> bool:
        """Return whether the row is the person itself: never shared, whoever points at it."""
        return bool(self.walk.states[ref].paths[key] & (self.own_mask | self.same_bits[ref]))

    def is_detail(self, ref: TableRef, key: Key) -> bool:
        return bool(self.walk.states[ref].paths[key] & self.detail_mask)

    def detect(self) -> Sharing:
        questions = [
            question
            for ref, state in self.walk.states.items()
            if state.rows
            for question in (*self._references(ref), *self._other_owners(ref))
        ]
        inquiries = [self.walk.inquiry.apart() for _ in questions]
        units: list[Unit[Callable[[], None]]] = [
            (one.source, partial(one.ask, inquiry)) for one, inquiry in zip(questions, inquiries, strict=True)
        ]
        notes = each(self.walk.lanes, units)
        for inquiry, note in zip(inquiries, notes, strict=True):
            self.walk.inquiry.take(inquiry)
            note()
        self._spread()
        return self.result

    # references from outside

    def _references(self, ref: TableRef) -> Iterator[_Question]:
        state = self.walk.states[ref]
        details = [key for key in state.rows if self.is_detail(ref, key)] if self.detail_mask else []
        for link in self.graph.incoming(ref):
            if link.role is LinkRole.OWNER:
                continue  # the walk took all of them
            if link.match is not Match.EXACT:
                if link.role is LinkRole.MENTION:
                    yield self._mentions_by_value(link, state)
                continue
            is_needed = link.role is not LinkRole.LOOKUP or link.is_declared
            keys: Iterable[Key] = state.rows if is_needed else details
            by_value = self._values_of(link, state, keys)
            if by_value:
                yield self._outside(link, state, by_value)

    def _outside(self, link: Link, state: TableState, by_value: dict[Key, list[Key]]) -> _Question:
        from_keys = row_keys(self.graph.tables[link.from_table])
        columns = tuple(dict.fromkeys((*from_keys, *link.from_columns)))
        read = partial(self._all_rows, link, columns, list(by_value))
        if link.role is not LinkRole.MENTION:
            read = partial(self._enough_rows, link, columns, list(by_value), self._own_counts(link))

        def ask(inquiry: Inquiry) -> Callable[[], None]:
            return partial(self._note_outside, link, state, by_value, columns, read(inquiry=inquiry))

        return _Question(link.from_table.source, ask)

    def _note_outside(
        self,
        link: Link,
        state: TableState,
        by_value: dict[Key, list[Key]],
        columns: tuple[str, ...],
        rows: Iterable[Row],
    ) -> None:
        from_keys = row_keys(self.graph.tables[link.from_table])
        inside = self.walk.states.get(link.from_table)
        pick_key, pick_value = picker(columns, from_keys), picker(columns, link.from_columns)
        by_form: dict[Key, list[Key]] | None = None
        for row in rows:
            from_key = pick_key(row)
            if inside is not None and from_key in inside.rows:
                continue
            value = pick_value(row)
            to_keys = by_value.get(value)
            if to_keys is None:
                by_form = by_form or {loose_key(one): keys_of for one, keys_of in by_value.items()}
                to_keys = by_form.get(loose_key(value), [])
            for to_key in to_keys:
                self._note(link, from_key, value, to_key, state)

    def _note(self, link: Link, from_key: Key, value: Key, to_key: Key, state: TableState) -> None:
        ref = state.table.ref
        self.result.references.append(Reference(link, from_key, value, to_key, state.persons[to_key]))
        if self.is_own(ref, to_key):
            return
        if link.role is LinkRole.DETAIL or self.is_detail(ref, to_key):
            shared = self.result.shared[ref]
            shared[to_key] = shared.get(to_key, 0) + 1

    def _values_of(self, link: Link, state: TableState, keys: Iterable[Key]) -> dict[Key, list[Key]]:
        """Return link value → keys of the rows that hold it."""
        pick = picker(state.columns, link.to_columns)
        from_table = self.graph.tables[link.from_table]
        fitted = caster(tuple(from_table.column(name) for name in link.from_columns))
        by_value: dict[Key, list[Key]] = {}
        for key in keys:
            value = pick(state.rows[key])
            if None in value:
                continue
            fitting = fitted(value)
            if fitting is not None:
                by_value.setdefault(fitting, []).append(key)
        return by_value

    def _own_counts(self, link: Link) -> Counter[Key]:
        inside = self.walk.states.get(link.from_table)
        if inside is None:
            return Counter()
        return Counter(map(picker(inside.columns, link.from_columns), inside.rows.values()))

    def _select(
        self, link: Link, columns: tuple[str, ...], keys: Sequence[Key], limit: int, inquiry: Inquiry
    ) -> list[Row]:
        equals = dict((link.discriminator,)) if link.discriminator else None
        query = Select(
            table=link.from_table,
            columns=columns,
            key_columns=link.from_columns,
            keys=keys,
            equals=equals,
            limit=limit,
            joined_to=(link.to_table, link.to_columns),
        )
        purpose = "mention" if link.role is LinkRole.MENTION else "sharing"
        return inquiry.read(query, purpose=purpose, link=link)

    def _all_rows(
        self, link: Link, columns: tuple[str, ...], keys: Sequence[Key], inquiry: Inquiry
    ) -> list[Row]:
        rows = self._select(link, columns, keys, self.walk.limits.max_rows_per_step + 1, inquiry)
        inquiry.check(link, link.from_table, len(rows))
        return rows

    def _enough_rows(
        self,
        link: Link,
        columns: tuple[str, ...],
        keys: Sequence[Key],
        own: Counter[Key],
        inquiry: Inquiry,
    ) -> list[Row]:
        """Read who refers to `keys`; where one key has very many, only enough to know that it has others."""
        limit = sum(own[key] for key in keys) + len(keys) + self.walk.limits.max_others_per_row
        rows = self._select(link, columns, keys, limit, inquiry)
        if len(rows) < limit or len(keys) == 1:
            return rows
        middle = len(keys) // 2
        first = self._enough_rows(link, columns, keys[:middle], own, inquiry)
        return first + self._enough_rows(link, columns, keys[middle:], own, inquiry)

    def _mentions_by_value(self, link: Link, state: TableState) -> _Question:
        pick = picker(state.columns, link.to_columns)
        texts: dict[str, list[Key]] = defaultdict(list)
        for key, row in state.rows.items():
            (value,) = pick(row)
            if value is not None and str(value).strip():
                texts[str(value)].append(key)
        from_keys = row_keys(self.graph.tables[link.from_table])
        values = [wanted(link.match, text) for text in texts]
        (column,) = link.from_columns

        def ask(inquiry: Inquiry) -> Callable[[], None]:
            hits = inquiry.find(link, link.from_table, column, (*from_keys, column), values)
            return partial(self._note_mentions, link, state, list(texts.values()), hits)

        return _Question(link.from_table.source, ask)

    def _note_mentions(
        self, link: Link, state: TableState, keys_of: list[list[Key]], hits: Iterable[tuple[int, Row]]
    ) -> None:
        inside = self.walk.states.get(link.from_table)
        for number, row in hits:
            from_key = row[:-1]
            if inside is None or from_key not in inside.rows:
                for to_key in keys_of[number]:
                    self._note(link, from_key, row[-1:], to_key, state)

    # other owners

    def _other_owners(self, ref: TableRef) -> Iterator[_Question]:
        """Find rows with an owner link to somebody outside the batch."""
        state = self.walk.states[ref]
        for link in self.graph.outgoing(ref):
            if link.role is not LinkRole.OWNER:
                continue
            children = self._foreign_parents(link, state)
            if not children:
                continue
            yield _Question(lane_of(self.graph, link.to_table), partial(self._climbed, ref, link, children))

    def _climbed(
        self, ref: TableRef, link: Link, children: dict[Key, list[Key]], inquiry: Inquiry
    ) -> Callable[[], None]:
        others = climb(inquiry=inquiry, inside=self.walk.states, link=link, values=children)
        return partial(self._note_owners, ref, children, others)

    def _note_owners(self, ref: TableRef, children: dict[Key, list[Key]], others: Iterable[Key]) -> None:
        for value in others:
            for key in children[value]:
                self.result.shared[ref][key] = self.result.shared[ref].get(key, 0) + 1
                self.result.co_owned[ref].add(key)

    def _foreign_parents(self, link: Link, state: TableState) -> dict[Key, list[Key]]:
        """Return owner value → rows, for owners that the batch does not hold for certain."""
        ref = state.table.ref
        parent_table = self.graph.tables[link.to_table]
        fitted = caster(tuple(parent_table.column(name) for name in link.to_columns))
        single = link.match is Match.EXACT and _is_unique(parent_table, link.to_columns)
        known = self.linkage.lookup(link)
        own = self.own_mask | self.same_bits[ref]
        pick = picker(state.columns, link.from_columns)
        fits = applies(link, state.columns)
        foreign: dict[Key, list[Key]] = defaultdict(list)
        for key, row in state.rows.items():
            value = pick(row)
            if None in value or state.paths[key] & own or not fits(row):
                continue
            if single and known(value):
                continue
            fitting = fitted(value) if link.match is Match.EXACT else value
            if fitting is not None:
                foreign[fitting].append(key)
        return foreign

    # what follows

    def _spread(self) -> None:
        """Carry sharing on: parts and lines of shared rows are shared with them."""
        waiting: list[tuple[TableRef, Key]] = []
        for ref, shared in self.result.shared.items():
            for key in shared:
                if key in self.result.co_owned[ref] and self._only_through_details(ref, key):
                    self.result.beyond[ref].add(key)
                waiting.append((ref, key))
        while waiting:
            ref, key = waiting.pop()
            waiting.extend(self._spread_to_details(ref, key))
            waiting.extend(self._spread_to_children(ref, key))

    def _spread_to_details(self, ref: TableRef, key: Key) -> Iterable[tuple[TableRef, Key]]:
        for link in self.graph.outgoing(ref):
            if link.role is LinkRole.DETAIL:
                for to_key in self.linkage.parents(link, key):
                    if self._share(link.to_table, to_key, self.result.shared[ref][key]):
                        yield link.to_table, to_key

    def _spread_to_children(self, ref: TableRef, key: Key) -> Iterable[tuple[TableRef, Key]]:
        is_co_owned = key in self.result.co_owned[ref]
        for link in self.graph.incoming(ref):
            if link.role is not LinkRole.OWNER:
                continue
            child_ref = link.from_table
            for child in self.linkage.children(link, key):
                if not is_co_owned and self._has_good_parent(child_ref, child):
                    continue
                if self._share(child_ref, child, self.result.shared[ref][key]):
                    self.result.co_owned[child_ref].add(child)
                    if not is_co_owned or key in self.result.beyond[ref]:
                        self.result.beyond[child_ref].add(child)
                    yield child_ref, child

    def _share(self, ref: TableRef, key: Key, others: int) -> bool:
        if key in self.result.shared[ref] or self.is_own(ref, key):
            return False
        self.result.shared[ref][key] = others
        return True

    def _has_good_parent(self, ref: TableRef, key: Key) -> bool:
        """Return whether an owner that is the persons' alone holds the row, or it is their detail."""
        if self.is_detail(ref, key):
            return True
        return any(
            parent not in self.result.shared[link.to_table]
            for link in self.graph.outgoing(ref)
            if link.role is LinkRole.OWNER
            for parent in self.linkage.parents(link, key)
            if (link.to_table, parent) != (ref, key)
        )

    def _only_through_details(self, ref: TableRef, key: Key) -> bool:
        """Return whether every owner of the row in the batch was itself only a detail of something."""
        if self.is_detail(ref, key):
            return False
        parents = [
            (link.to_table, parent)
            for link in self.graph.outgoing(ref)
            if link.role is LinkRole.OWNER
            for parent in self.linkage.parents(link, key)
        ]
        return all(self.is_detail(*parent) and not self.is_own(*parent) for parent in parents)


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    if table.primary_key and set(columns) == set(table.primary_key):
        return True
    return len(columns) == 1 and table.column(columns[0]).unique
