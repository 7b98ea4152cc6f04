"""From what people say of themselves to the people rows that may be theirs, over all sources at once.

Two rows of one table that fit one identity are two candidates: a person chooses. Rows of different tables
are one candidate only where none speaks against another: they share an e-mail address of their own, or a phone
number where none of them has an address. Anybody can write somebody else's number into a row with their own
address, so a number never ties a row to one that codes could go to.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from discreet.engines.subjects.found import NotCovered, Step
from discreet.engines.subjects.graph import Column, Graph, Key, Match, Table, TableRef
from discreet.engines.subjects.identity import Identity, check_identity, usable
from discreet.engines.subjects.keys import cast, hashable
from discreet.engines.subjects.lanes import IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.lookup import Bounds, Finder, Lookup, Wanted, wanted, wanted_exact
from discreet.engines.subjects.reader import Reader, Row
from discreet.engines.subjects.whose import own_columns
from discreet.vocabulary.normalise import normalise_email, normalise_name, normalise_phone, phone_region

_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")

_TOLD = (Match.EMAIL, Match.PHONE, "name")  # what a row says of the person itself

SAME_EMAIL = "same_email_in_another_spelling"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person who may be meant. `roots`: where to start, by table. `matched_by`: "email", "phone", …

    `notes` tells what a person should know before choosing, as codes. `rows`: what each row was found by.
    """

    roots: Mapping[TableRef, frozenset[Key]]
    matched_by: frozenset[str]
    name_agrees: bool | None = None  # None: no name was given, or the rows hold none
    notes: tuple[str, ...] = ()
    rows: tuple["FoundRow", ...] = ()

    def of_mailbox(self, address: str) -> "Candidate | None":
        """Return the candidate with those rows only that hold this e-mail address and no other."""
        rows = tuple(one for one in self.rows if one.emails == {normalise_email(address)})
        if not rows:
            return None
        return replace(
            self,
            rows=rows,
            roots={ref: frozenset(one.key for one in rows if one.table == ref) for ref in self.roots},
            matched_by=frozenset[str]().union(*(one.matched_by for one in rows)),
        )


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One starting row. `emails`: the row's own addresses, normalised."""

    table: TableRef
    key: Key
    matched_by: frozenset[str]
    emails: frozenset[str]


@dataclass(frozen=True, slots=True)
class Located:
    """`candidates` runs parallel to the identities."""

    candidates: tuple[tuple[Candidate, ...], ...]
    steps: tuple[Step, ...] = ()
    not_searched: tuple[NotCovered, ...] = ()

    @property
    def scans(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.purpose == "scan")

    def is_ambiguous(self, index: int) -> bool:
        return len(self.candidates[index]) > 1


def roots_of(candidates: Iterable[Candidate]) -> dict[TableRef, set[Key]]:
    """Return the starting rows of the chosen candidates together, as `reach` takes them for one person."""
    roots: dict[TableRef, set[Key]] = defaultdict(set)
    for candidate in candidates:
        for ref, keys in candidate.roots.items():
            roots[ref].update(keys)
    return dict(roots)


@dataclass(slots=True)
class _Hit:
    """A people row that fits one identity, and what it says of the person itself."""

    table: TableRef
    key: Key
    matched_by: set[str] = field(default_factory=set)
    emails: frozenset[str] = frozenset()
    written_emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def is_linked(self, other: "_Hit") -> bool:
        """Return whether something says that both are one person."""
        if self.emails or other.emails:
            return bool(self.emails & other.emails)
        return bool(self.phones & other.phones)

    def is_another(self, other: "_Hit") -> bool:
        """Return whether something says that these are two people."""
        if self.table == other.table:
            return True
        if self.emails or other.emails:
            return not self.emails & other.emails
        return bool(self.names and other.names and not self.names & other.names)


def locate(
    *,
    graph: Graph,
    readers: Mapping[str, Reader],
    identities: Sequence[Identity],
    limits: Limits,
    lanes: Lanes = IN_TURN,
) -> Located:
    """Find the candidates of every identity, with one search a column for all of them.

    Raises:
        EmptyIdentity: an identity holds nothing that finds a person, or only a name.
    """
    for identity in identities:
        check_identity(identity=identity)
    search = _Search(graph, readers, identities, limits)
    for table in graph.tables.values():
        if table.is_people:
            search.in_table(table)
    search.run(lanes)
    return Located(
        candidates=tuple(
            _candidates(identity, list(hits.values()))
            for identity, hits in zip(identities, search.hits, strict=True)
        ),
        steps=tuple(search.steps),
        not_searched=tuple(search.not_searched),
    )


@dataclass(frozen=True, slots=True)
class _ColumnSearch:
    """What is searched for in one column, and whose identity each value is."""

    table: Table
    columns: tuple[str, ...]
    own: frozenset[str]
    finder: Finder
    whose: Sequence[int]
    kind: str


class _Search:
    def __init__(
        self,
        graph: Graph,
        readers: Mapping[str, Reader],
        identities: Sequence[Identity],
        limits: Limits,
    ) -> None:
        self.graph = graph
        self.readers = readers
        self.identities = identities
        self.bounds = Bounds(limits.max_scan_rows, limits.max_read_rows)
        self.hits: list[dict[tuple[TableRef, Key], _Hit]] = [{} for _ in identities]
        self.steps: list[Step] = []
        self.not_searched: list[NotCovered] = []
        self.searches: list[_ColumnSearch | NotCovered] = []

    def in_table(self, table: Table) -> None:
        """Note what is to be searched for in the identity columns of one people table."""
        searched = False
        for column in table.columns:
            if column.category in (Match.EMAIL, Match.PHONE):
                searched = True
                self._by_value(table, column, Match(column.category))
        numbered = self._number_columns(table)
        for column in numbered:
            self._by_number(table, column)
        if not searched and not numbered:
            self.searches.append(NotCovered(table.ref, "no_identity_column"))

    def _number_columns(self, table: Table) -> list[Column]:
        """Return where a customer number stands: columns of that category, else unique impersonal ones."""
        marked = [column for column in table.columns if column.category == "customer_id"]
        if marked:
            return marked
        key = table.primary_key[0] if len(table.primary_key) == 1 else None
        return [
            column
            for column in table.columns
            if column.name == key or (column.unique and not column.is_personal)
        ]

    def _by_value(self, table: Table, column: Column, kind: Match) -> None:
        values: list[Wanted] = []
        whose: list[int] = []
        for number, identity in enumerate(self.identities):
            text = usable(identity.email if kind is Match.EMAIL else identity.phone)
            if text is not None:
                values.append(wanted(kind, text, region=identity.region))
                whose.append(number)
        self._find(table, column, values, whose, str(kind))

    def _by_number(self, table: Table, column: Column) -> None:
        values: list[Wanted] = []
        whose: list[int] = []
        for number, identity in enumerate(self.identities):
            text = usable(identity.customer_number)
            if text is not None and _can_hold(column, text):
                values.append(wanted_exact(text))
                whose.append(number)
        self._find(table, column, values, whose, "customer_number")

    def _find(self, table: Table, column: Column, values: list[Wanted], whose: list[int], kind: str) -> None:
        if not values:
            return
        columns = self._columns(table)
        finder = Finder(
            reader=self.readers[table.ref.source],
            table=table,
            column=column,
            columns=columns,
            values=values,
            bounds=self.bounds,
        )
        own = frozenset(one.name for category in _TOLD for one in own_columns(table, category))
        self.searches.append(_ColumnSearch(table, columns, own, finder, whose, kind))

    def run(self, lanes: Lanes) -> None:
        """Search, the sources side by side, and note what was found in the order in which it was asked for."""
        searches = [one for one in self.searches if isinstance(one, _ColumnSearch)]
        units: list[Unit[Lookup]] = [(one.table.ref.source, one.finder.find) for one in searches]
        found = dict(zip(map(id, searches), each(lanes, units), strict=True))
        for one in self.searches:
            if isinstance(one, NotCovered):
                self.not_searched.append(one)
            else:
                self._note(one, found[id(one)])

    def _note(self, search: "_ColumnSearch", found: Lookup) -> None:
        self.steps.extend(found.steps)
        self.not_searched.extend(found.not_searched)
        for number, row in found.hits:
            whose = search.whose[number]
            hit = _hit(search, row, _region(self.identities[whose]))
            known = self.hits[whose].setdefault((search.table.ref, hit.key), hit)
            known.matched_by.add(search.kind)

    def _columns(self, table: Table) -> tuple[str, ...]:
        keys = table.primary_key or tuple(column.name for column in table.columns)
        more = (column.name for column in table.columns if column.category in _TOLD)
        return tuple(dict.fromkeys((*keys, *more)))


def _can_hold(column: Column, text: str) -> bool:
    """Return whether the column's type takes `text`: a database refuses a comparison that it does not."""
    if column.numeric:
        return cast((text,), (column,)) is not None
    if "uuid" in column.type.lower():
        return _UUID.fullmatch(text) is not None
    return not column.binary and not any(name in column.type.lower() for name in ("date", "time", "bool"))


def _region(identity: Identity) -> str | None:
    """Return where numbers without country code are from: sources differ in how they write the same one."""
    return identity.region or phone_region(identity.phone)


def _hit(search: _ColumnSearch, row: Row, region: str | None) -> _Hit:
    table = search.table
    key_length = len(table.primary_key or table.columns)
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in zip(search.columns, row, strict=True):
        if value is not None and name in search.own:
            values[table.column(name).category].append(str(value))
    emails = {normalise_email(text) for text in values["email"]} - {None}
    phones = {normalise_phone(text, region=region) or text for text in values["phone"]}
    parts = [normalise_name(text) for text in values["name"]]
    names = {part for part in parts if part}
    if len(names) > 1:
        names |= {" ".join(part for part in parts if part), " ".join(part for part in parts[::-1] if part)}
    return _Hit(
        table=table.ref,
        key=row[:key_length] if table.primary_key else tuple(map(hashable, row[:key_length])),
        emails=frozenset(email for email in emails if email),
        written_emails=frozenset(values["email"]),
        phones=frozenset(phones),
        names=frozenset(names),
    )


def _candidates(identity: Identity, hits: list[_Hit]) -> tuple[Candidate, ...]:
    """Join rows of different tables to candidates; rows of one table always stay apart."""
    groups: list[list[_Hit]] = []
    # Rows that say most come first, so that one that says little never stands between two people.
    for hit in sorted(hits, key=lambda one: (not one.emails, not one.names, one.table, repr(one.key))):
        group = _group_for(hit, groups, hits)
        if group is None:
            groups.append([hit])
        else:
            group.append(hit)
    groups.sort(key=lambda group: min((one.table, repr(one.key)) for one in group))
    found = [_candidate(identity, group, groups) for group in groups]
    if len(found) > 1 and any(one.name_agrees for one in found):
        found = [one for one in found if one.name_agrees is not False]
    return tuple(found)


def _group_for(hit: _Hit, groups: list[list[_Hit]], hits: list[_Hit]) -> list[_Hit] | None:
    """Return the one group that `hit` belongs to, preferring the same spelling; None if it stands alone."""
    fitting = [group for group in groups if _fits(hit, group)]
    if len(fitting) > 1:
        spelled = [
            group for group in fitting if any(one.written_emails & hit.written_emails for one in group)
        ]
        fitting = spelled or fitting
    if len(fitting) != 1:
        return None
    rivals = (one for one in hits if one is not hit and one.table == hit.table and not one.emails)
    if not hit.emails and any(_fits(one, fitting[0]) for one in rivals):
        return None  # two rows of one table share the number: a person says whose the rest is
    return fitting[0]


def _fits(hit: _Hit, group: list[_Hit]) -> bool:
    return not any(one.is_another(hit) for one in group) and any(one.is_linked(hit) for one in group)


def _candidate(identity: Identity, group: list[_Hit], groups: list[list[_Hit]]) -> Candidate:
    roots: dict[TableRef, frozenset[Key]] = {
        hit.table: frozenset(one.key for one in group if one.table == hit.table) for hit in group
    }
    emails = frozenset[str]().union(*(hit.emails for hit in group))
    others = [hit for other in groups if other is not group for hit in other]
    notes = (SAME_EMAIL,) if any(hit.emails & emails for hit in others) else ()
    return Candidate(
        roots=roots,
        matched_by=frozenset[str]().union(*(hit.matched_by for hit in group)),
        name_agrees=_name_agrees(identity, group),
        notes=notes,
        rows=tuple(FoundRow(one.table, one.key, frozenset(one.matched_by), one.emails) for one in group),
    )


def _name_agrees(identity: Identity, group: list[_Hit]) -> bool | None:
    name = normalise_name(usable(identity.name))
    names = frozenset[str]().union(*(hit.names for hit in group))
    if name is None or not names:
        return None
    return name in names
