"""Whose a value in a person's rows is: theirs, by what their own rows hold, or possibly another person's.

What says of itself that it is another's (a recipient, an agent, a parent) stays only where it equals a value of
the person's own; unknown means another's. Source: GDPR Art. 15(4); EDPB Guidelines 01/2022, section 6.2.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from discreet.engines.classify.headers import read_header
from discreet.engines.classify.lexicon import ACTORS
from discreet.engines.classify.words import split_header
from discreet.engines.subjects.found import Reach, TableReach, as_set
from discreet.engines.subjects.graph import Column, Graph, Key, LinkRole, Match, Table, TableRef
from discreet.engines.subjects.keys import loose_key
from discreet.engines.subjects.known_names import KnownNames, Names, learn_name
from discreet.engines.subjects.lanes import IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.linkage import applies
from discreet.engines.subjects.reader import Reader, Row, Select
from discreet.engines.subjects.standins import Mark, StandIns, mark_of
from discreet.engines.subjects.walk import Direction, hops_of, picker
from discreet.vocabulary.normalise import normalise_name

#: Values that tell a person.
TELLING = ("name", "email", "phone", "username", "social_media", "customer_id")
_MOST_TOLD = 2_000
_LEAST_WORD = 4
MOST_LINKED = 500  # others whom the rows point at, and whose names are then known
_OTHERS = frozenset(("person", "staff", "supplier", *ACTORS))
_RELATIONS = frozenset(
    (
        "to", "from", "cc", "bcc", "sender", "recipient", "receiver", "consignee", "emergency", "referrer",
        "referred", "referral", "inviter", "invited", "parent", "parents", "mother", "father", "guardian", "kin",
        "spouse", "partner", "husband", "wife", "child", "sibling", "friend", "relative", "beneficiary",
        "gift", "witness", "guarantor", "manager", "agent", "rep", "counterparty", "payee", "payer",
        "empfaenger", "absender", "eltern", "ehepartner", "vormund",
    )
)  # fmt: skip
_DIRECTIONS = frozenset(("to", "from", "cc", "bcc"))  # an address to ship to is most often one's own
_CHINESE_RELATIONS = re.compile(
    "推荐|邀请|介绍|监护|家长|父|母|配偶|丈夫|妻|子女|亲属|家属|紧急|收货|收件|寄件|发件|发货|担保|受益|经办|客服|经理|"
    "对方|收款|付款|代理|同行|陪同|朋友"
)


def names_another(column: Column, *, is_own_row: bool) -> bool:
    """Return whether a column says that it may hold somebody else than the person whose row it is."""
    sense = read_header(column.name)
    if sense.whose in _OTHERS or sense.meaning in ACTORS:
        return True
    words = set(split_header(column.name))
    if sense.category not in TELLING:  # the agent of a user agent is no relation
        words = {word for word in words if len(word) < _LEAST_WORD or word not in sense.word}
    if words & (
        _RELATIONS if column.category in TELLING else _RELATIONS - _DIRECTIONS
    ) or _CHINESE_RELATIONS.search(column.name):
        return True
    return sense.is_qualified and not is_own_row and column.category in TELLING


def prefix_of(column: str) -> tuple[str, ...]:
    """Return the words before the last: `recipient` of `recipient_name` and of `recipient_email`."""
    return tuple(split_header(column)[:-1])


@dataclass(slots=True)
class Own:
    """What the person's own rows say of them. `names`: words of each name; `joined`: whole names, also put together."""

    region: str | None = None
    marks: set[Mark] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)

    _told: dict[tuple[str, str], bool] = field(default_factory=dict)

    def add(self, category: str, text: str) -> None:
        self.marks.add(mark_of(category, text, region=self.region))
        if category == "name" and (name := normalise_name(text)):
            self.words.update(name.split())
            self.joined.add(name)

    def holds(self, category: str, text: str) -> bool:
        """Return whether a value is the person's own; a name also where it leaves out or adds a middle name."""
        known = self._told.get((category, text))
        if known is None:
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            known = self._told[(category, text)] = self._holds(category, text)
        return known

    def _holds(self, category: str, text: str) -> bool:
        if mark_of(category, text, region=self.region) in self.marks:
            return True
        if category != "name":
            return False
        name = normalise_name(text)
        if name is None or name in self.joined:
            return name is not None
        words = {word for word in name.replace(".", " ").split() if len(word) > 1}
        if words and words <= self.words:
            return True
        return any(len(own := one.split()) > 1 and set(own) <= words for one in self.joined)


@dataclass(frozen=True, slots=True)
class Others:
    """The person of a reach, and the others as far as they are known. `targets`: own values at a link's far end."""

    own: Own
    stand_ins: StandIns
    names: Sequence[Names]
    targets: Mapping[tuple[TableRef, tuple[str, ...]], frozenset[Key]]

    def is_another(self, name: str) -> bool:
        """Return whether a whole name is one of somebody else."""
        known = normalise_name(name)
        if known is None or not any(hash(known) in names for names in self.names):
            return False
        return not self.own.holds("name", name)


def own_bits(reach: Reach) -> dict[TableRef, int]:
    """Return by table the paths that make a row the person itself: a starting row, or the same entity as one."""
    bits: dict[TableRef, int] = defaultdict(lambda: 1)
    for hop in hops_of(reach.graph):
        if hop.direction is Direction.SAME:
            bits[hop.end] |= hop.bit
    return bits


def others_of(
    *,
    reach: Reach,
    person: int,
    readers: Mapping[str, Reader],
    known: KnownNames,
    region: str | None = None,
    lanes: Lanes = IN_TURN,
) -> Others:
    """Learn who the person is, whom their rows point at, and how other people are called."""
    own = _own(reach, person, readers, region, lanes)
    targets = _targets(reach, person)
    stand_ins = StandIns()
    linked: set[int] = set()
    names: list[Names] = [linked]
    _learn_linked(reach, person, readers, targets, own, stand_ins, linked, lanes)
    if _has_text(reach, person):
        names += known.of(reach.graph, readers, partial(_naming, reach.graph), lanes)
    return Others(own=own, stand_ins=stand_ins, names=names, targets=targets)


def _own(reach: Reach, person: int, readers: Mapping[str, Reader], region: str | None, lanes: Lanes) -> Own:
    own = Own(region=region)
    bits = own_bits(reach)
    asked: list[list[Column]] = []
    units: list[Unit[list[tuple[object, ...]]]] = []
    for ref, found in reach.tables.items():
        mine = [key for key in found.rows if _is(found, key, person) and found.paths[key] & bits[ref]]
        columns = _telling(found.table)
        if not mine or not columns:
            continue
        asked.append(columns)
        units.append((ref.source, partial(_read, readers[ref.source], found, mine, columns)))
    for columns, rows in zip(asked, each(lanes, units), strict=True):
        for values in rows:
            names = []
            for column, value in zip(columns, values, strict=True):
                if value is None or not str(value).strip():
                    continue
                own.add(column.category, str(value))
                if column.category == "name":
                    names.append(str(value))
            own.joined.update(
                joined
                for one in names
                for two in names
                if one != two and (joined := normalise_name(f"{one} {two}"))
            )
    return own


def own_columns(table: Table, category: str) -> list[Column]:
    """Return where a row says this of itself; where none does so plainly, columns that may name another."""
    held = [column for column in table.columns if column.category == category]
    plain = [column for column in held if not names_another(column, is_own_row=True)]
    return plain or (held if table.is_people else [])


def _telling(table: Table) -> list[Column]:
    return [column for category in TELLING for column in own_columns(table, category)]


def _read(
    reader: Reader, found: TableReach, keys: Sequence[Key], columns: Sequence[Column]
) -> list[tuple[object, ...]]:
    names = tuple(column.name for column in columns)
    if set(names) <= set(found.columns):
        pick = picker(found.columns, names)
        return [pick(found.rows[key]) for key in keys]
    return list(reader.select(Select(found.ref, names, found.key_columns, list(keys))))


def _is(found: TableReach, key: Key, person: int) -> bool:
    persons = found.persons[key]
    return persons == person or person in as_set(persons)


def _targets(reach: Reach, person: int) -> dict[tuple[TableRef, tuple[str, ...]], frozenset[Key]]:
    """Return for the ends of links that name a person which values there are the person's own."""
    found: dict[tuple[TableRef, tuple[str, ...]], frozenset[Key]] = {}
    for link in reach.graph.links:
        place = (link.to_table, link.to_columns)
        if not is_naming(reach, link.role, link.to_table) or link.match is not Match.EXACT or place in found:
            continue
        at = reach.tables.get(link.to_table)
        if at is None or not set(link.to_columns) <= set(at.columns):
            found[place] = frozenset()
            continue
        pick = picker(at.columns, link.to_columns)
        found[place] = frozenset(loose_key(pick(row)) for key, row in at.rows.items() if _is(at, key, person))
    return found


def is_naming(reach: Reach, role: LinkRole, to_table: TableRef) -> bool:
    """Return whether a link names a person: as whose the row is, or as mentioned in it."""
    return role is LinkRole.MENTION or (role is LinkRole.OWNER and reach.graph.tables[to_table].is_people)


def _learn_linked(
    reach: Reach,
    person: int,
    readers: Mapping[str, Reader],
    targets: Mapping[tuple[TableRef, tuple[str, ...]], frozenset[Key]],
    own: Own,
    stand_ins: StandIns,
    names: set[int],
    lanes: Lanes,
) -> None:
    """Learn what those are called whom the rows point at, so that link, name and text have the same letter."""
    pointed: dict[tuple[TableRef, tuple[str, ...]], dict[Key, None]] = defaultdict(dict)
    for link in reach.graph.links:
        found, place = reach.tables.get(link.from_table), (link.to_table, link.to_columns)
        if found is None or place not in targets or not set(link.from_columns) <= set(found.columns):
            continue
        pick, fits = picker(found.columns, link.from_columns), applies(link, found.columns)
        for key, row in found.rows.items():
            value = pick(row)
            is_theirs = None in value or loose_key(value) in targets[place]
            if is_theirs or not _is(found, key, person) or not fits(row):
                continue
            if len(pointed[place]) >= MOST_LINKED:
                break
            pointed[place][value] = None
    linked: list[tuple[TableRef, tuple[str, ...], list[Column]]] = []
    units: list[Unit[list[Row]]] = []
    for (ref, to_columns), values in pointed.items():
        table = reach.graph.tables[ref]
        columns = _telling(table)
        wanted = (*to_columns, *(column.name for column in columns))
        reader = readers.get(ref.source)
        if reader is None or not values:
            continue
        linked.append((ref, to_columns, columns))
        units.append((ref.source, partial(_rows, reader, Select(ref, wanted, to_columns, list(values)))))
    for (ref, to_columns, columns), rows in zip(linked, each(lanes, units), strict=True):
        for met in rows:
            key, told = met[: len(to_columns)], met[len(to_columns) :]
            marks = [link_mark(ref, key)]
            for column, said in zip(columns, told, strict=True):
                if said is not None and str(said).strip() and not own.holds(column.category, str(said)):
                    marks.append(mark_of(column.category, str(said), region=own.region))
            learn_name(columns, told, names)
            stand_ins.of(marks)


def _rows(reader: Reader, query: Select) -> list[Row]:
    return list(reader.select(query))


def link_mark(ref: TableRef, key: Key) -> Mark:
    """Return the mark of a person by the row that a link points at."""
    return str(ref), "|".join(str(value) for value in loose_key(key))


def _naming(graph: Graph, ref: TableRef) -> list[Column]:
    return [column for column in _telling(graph.tables[ref]) if column.category == "name"]


def _has_text(reach: Reach, person: int) -> bool:
    return any(
        any(column.category == "free_text" for column in found.table.columns)
        and any(_is(found, key, person) for key in found.rows)
        for found in reach.tables.values()
    )
