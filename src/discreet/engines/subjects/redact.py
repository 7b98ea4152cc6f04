"""Rows as their owner may read them: what is never sent out described, other people replaced, cell by cell."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from discreet.engines.classify.headers import read_header
from discreet.engines.classify.spans import Span, apart, emails_in, names_in, phones_in, secrets_in
from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Column, Key, LinkRole, Match, Table, TableRef
from discreet.engines.subjects.keys import loose_key
from discreet.engines.subjects.reader import Row
from discreet.engines.subjects.standins import UNREAD, Another, Document, Edited, Held, Mark, mark_of
from discreet.engines.subjects.walk import picker
from discreet.engines.subjects.whose import TELLING, Others, is_naming, link_mark, names_another, prefix_of
from discreet.vocabulary.categories import CATEGORIES

_TEXTS = frozenset(("free_text", "unknown", "family", "minor"))  # whoever wrote it could write of others
_CODE = re.compile(r"[A-Za-z]{0,4}[ -]?(?:\d[ .-]?){6,}[A-Za-z]?")
#: How programs name themselves (RFC 9110, 10.1.5): a product with its version and a comment. Nobody wrote it.
_BROWSER = re.compile(r"[A-Za-z][\w.-]{0,40}/\d[\w.]{0,20} \(")
_LEAST_DIGITS = 12  # a shorter number is no card and no identity number of known form
_MOST_DEPTH = 20
_ALIASES = frozenset(("nick_name", "display_name"))  # what the person of a row is called beside their name
_MOST_READ, _OVERLAP = (
    100_000,
    400,
)  # characters of a text: what is not read is not sent; nothing is cut in two
_SHORT, _MOST_SEEN = 80, 2_000  # characters of a text, and texts, that are worth remembering


class Kind(StrEnum):
    """Why a value was replaced."""

    HELD = "held"
    ANOTHER = "another"


@dataclass(slots=True)
class Tally:
    """What was replaced in a table: (column, kind, category) → values. `keeps`: examples of each."""

    keeps: int = 0
    counts: Counter[tuple[str, Kind, str]] = field(default_factory=Counter)
    examples: dict[str, list[tuple[object, object]]] = field(default_factory=lambda: defaultdict(list))

    def columns(self) -> list[str]:
        return list(dict.fromkeys(column for column, _, _ in self.counts))


@dataclass(frozen=True, slots=True)
class _Reference:
    """A link that names a person. `replaced`: places of what stands for them in the row."""

    pick: Callable[[Row], Key]
    to_table: TableRef
    own: frozenset[Key]
    replaced: tuple[int, ...]
    is_owner: bool
    only: tuple[int, str] | None  # a polymorphic link: place and value that say that it applies

    def applies(self, row: Row) -> bool:
        return self.only is None or str(row[self.only[0]]) == self.only[1]


class Redactor:
    """Redacts the rows of one table. A row holds every column of the table, in its order."""

    def __init__(
        self, *, reach: Reach, table: Table, others: Others, lifted: Collection[str], tally: Tally
    ) -> None:
        self.columns = tuple(column.name for column in table.columns)
        self._table, self._others, self._lifted, self._tally = table, others, frozenset(lifted), tally
        self._keys = _key_columns(reach, table)
        self._references = self._links(reach)
        mentioned = {
            name
            for link in reach.graph.outgoing(table.ref)
            if link.role is LinkRole.MENTION and link.match is not Match.EXACT
            for name in link.from_columns
        }
        self._foreign = {  # by whether the row is the person itself
            is_own: [
                column.name in mentioned or names_another(column, is_own_row=is_own)
                for column in table.columns
            ]
            for is_own in (True, False)
        }
        self._groups = _groups(table)
        self._is_own_row = False
        self._seen: dict[
            tuple[str, str, str, bool], object
        ] = {}  # most texts of a column are few and come again

    def _links(self, reach: Reach) -> list[_Reference]:
        found = []
        owning = {
            name
            for link in reach.graph.outgoing(self._table.ref)
            if not is_naming(reach, link.role, link.to_table)
            for name in link.from_columns
        }
        for link in reach.graph.outgoing(self._table.ref):
            if link.match is not Match.EXACT or not is_naming(reach, link.role, link.to_table):
                continue
            free = [name for name in link.from_columns if name not in owning] or list(link.from_columns)
            found.append(
                _Reference(
                    pick=picker(self.columns, link.from_columns),
                    to_table=link.to_table,
                    own=self._others.targets.get((link.to_table, link.to_columns), frozenset()),
                    replaced=tuple(self.columns.index(name) for name in free if name not in self._lifted),
                    is_owner=link.role is LinkRole.OWNER,
                    only=link.discriminator
                    and (self.columns.index(link.discriminator[0]), link.discriminator[1]),
                )
            )
        return found

    def row(self, row: Row, *, is_own: bool, is_joint: bool) -> Row:
        """Return a row as its owner may read it. `is_joint`: it is another's too, so unclear values are theirs."""
        cells = list(row)
        self._is_own_row = is_own
        for reference in self._references:
            value = reference.pick(row)
            if None in value or not reference.applies(row) or loose_key(value) in reference.own:
                continue
            is_joint = is_joint or (reference.is_owner and not is_own)
            stand_in = self._others.stand_ins.of([link_mark(reference.to_table, value)])
            for place in reference.replaced:
                cells[place] = stand_in
        self._people(row, cells, is_own=is_own, is_joint=is_joint)
        for place, column in enumerate(self._table.columns):
            if cells[place] is row[place] and row[place] is not None:
                cells[place] = self._cell(column, row[place])
            if cells[place] is not row[place] and cells[place] != row[place]:
                self._count(column.name, row[place], cells[place])
        return tuple(cells)

    def _people(self, row: Row, cells: list[object], *, is_own: bool, is_joint: bool) -> None:
        """Replace what tells another person; values of one prefix (`recipient_`) are one person's."""
        foreign = self._foreign[is_own]
        for places in self._groups:
            doubtful = [
                at for at in places if foreign[at] or (is_joint and not is_own and self._is_telling(at))
            ]
            told = [at for at in doubtful if self._is_telling(at) and _has(row[at])]
            theirs = [at for at in told if not self._is_own(self._category(at), row[at])]
            if not doubtful or (told and not theirs):
                continue
            rest = [at for at in (places if theirs else doubtful) if not self._is_telling(at)]
            marks = [self._mark(self._category(at), str(row[at])) for at in theirs]
            for at in (*theirs, *rest):
                if not _has(row[at]) or isinstance(row[at], bool) or self.columns[at] in self._lifted:
                    continue
                if self._category(at) not in _TEXTS:
                    own = marks or [self._mark(self._category(at), str(row[at]))]
                    cells[at] = self._others.stand_ins.of(own)

    def _category(self, place: int) -> str:
        return self._table.columns[place].category

    def _is_telling(self, place: int) -> bool:
        return self._category(place) in TELLING

    def _is_own(self, category: str, value: object) -> bool:
        return self._others.own.holds(category, str(value))

    def _mark(self, category: str, text: str) -> Mark:
        return mark_of(category, text, region=self._others.own.region)

    def _cell(self, column: Column, value: object) -> object:
        category = CATEGORIES.get(column.category, CATEGORIES["unknown"])
        if category.is_never_returned:
            return Held(category.id)
        if isinstance(value, bool):
            return value
        if isinstance(value, int | Decimal):
            return self._number(column, value)
        if category.numbers_never_returned and isinstance(value, str) and _CODE.fullmatch(value.strip()):
            return Held(category.id)
        if isinstance(value, str):
            return self._string(column, value)
        if isinstance(value, dict | list):
            inside = self._leaves(column, value, 0)
            return value if inside == value else Document(inside)
        if isinstance(value, bytes | bytearray | memoryview):
            return self._binary(column, bytes(value))
        return value

    def _number(self, column: Column, value: object) -> object:
        text = str(value)
        if not text.isdecimal() or len(text) < _LEAST_DIGITS:
            return value
        spans = secrets_in(text, category=column.category, is_key=column.name in self._keys)
        return Held(spans[0].category) if spans else value

    def _binary(self, column: Column, value: bytes) -> object:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            return value
        edited = self._string(column, text) if text.isprintable() else text
        return value if edited == text else edited

    def _string(self, column: Column, text: str) -> object:
        place = (column.name, column.category, text, self._is_own_row)
        known = self._seen.get(place)
        if known is not None:
            return known
        found = self._read(column, text)
        if len(text) <= _SHORT:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen[place] = found
        return found

    def _read(self, column: Column, text: str) -> object:
        if text[:1] in ("{", "[") and len(text) > 2:
            try:
                document = json.loads(text)
            except (ValueError, RecursionError):
                document = None
            if isinstance(document, dict | list):
                inside = self._leaves(column, document, 0)
                return text if inside == document else Document(inside)
        if len(text) > _MOST_READ:
            return self._beginning(column, text)
        spans = self._spans(column, text)
        return self._edited(text, spans) if spans else text

    def _beginning(self, column: Column, text: str) -> object:
        """Return what can be read of a very long text, and what stands for its rest."""
        spans = [
            span for span in self._spans(column, text[: _MOST_READ + _OVERLAP]) if span.start < _MOST_READ
        ]
        end = max(_MOST_READ, spans[-1].end if spans else 0)
        return self._edited(text, [*spans, Span(end, len(text), UNREAD)])

    def _spans(self, column: Column, text: str) -> list[Span]:
        is_key = column.name in self._keys
        spans = secrets_in(text, category=column.category, is_key=is_key)
        if column.name not in self._lifted and not is_key and column.category not in TELLING:
            spans += self._others_in(text, is_written=column.category in _TEXTS)
        return apart(spans)

    def _others_in(self, text: str, *, is_written: bool) -> list[Span]:
        spans = emails_in(text)
        if is_written and not _BROWSER.match(text):
            spans += phones_in(text)
            spans += names_in(text, is_known=self._others.is_another)
        return [span for span in spans if not self._is_own(span.category, text[span.start : span.end])]

    def _edited(self, text: str, spans: list[Span]) -> object:
        parts: list[str | Held | Another] = []
        at = 0
        for span in spans:
            if text[at : span.start]:
                parts.append(text[at : span.start])
            found = text[span.start : span.end]
            is_person = span.category in TELLING
            parts.append(
                self._others.stand_ins.of([self._mark(span.category, found)])
                if is_person
                else Held(span.category)
            )
            at = span.end
        if text[at:]:
            parts.append(text[at:])
        return parts[0] if len(parts) == 1 else Edited(tuple(parts))

    def _leaves(self, column: Column, value: object, depth: int, key: str = "") -> object:
        """Return a document with its leaves redacted; a leaf's name says what it holds, as a column's does."""
        if depth > _MOST_DEPTH:
            return Held(column.category)
        if isinstance(value, dict):
            return {name: self._leaves(column, inner, depth + 1, str(name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._leaves(column, inner, depth + 1, key) for inner in value]
        if value is None or isinstance(value, bool) or value == "":
            return value
        sense = read_header(key)
        category = sense.category if key else "none"
        leaf = Column(name=key or column.name, category=category)
        if key and category in TELLING and column.name not in self._lifted:
            is_doubtful = names_another(leaf, is_own_row=False) or category in ("email", "phone", "name")
            is_alias = (
                self._is_own_row
                and depth == 1
                and sense.meaning in _ALIASES
                and not names_another(leaf, is_own_row=True)
            )
            if is_doubtful and not is_alias and not self._is_own(category, value):
                return self._others.stand_ins.of([self._mark(category, str(value))])
        if category == "none":
            leaf = Column(
                name=key or column.name, category=column.category if column.is_personal else "unknown"
            )
            if CATEGORIES.get(leaf.category, CATEGORIES["unknown"]).is_never_returned:
                return Held(leaf.category)
        return self._cell(leaf, value)

    def _count(self, column: str, before: object, after: object) -> None:
        found = list(dict.fromkeys(_markers(after)))
        for kind, category in found:
            self._tally.counts[(column, kind, category)] += 1
        if found and len(self._tally.examples[column]) < self._tally.keeps:
            self._tally.examples[column].append((before, after))


def _markers(value: object) -> list[tuple[Kind, str]]:
    if isinstance(value, Held):
        return [(Kind.HELD, value.category)]
    if isinstance(value, Another):
        return [(Kind.ANOTHER, "")]
    if isinstance(value, Edited):
        return [found for part in value.parts for found in _markers(part)]
    if isinstance(value, Document):
        return _markers(value.value)
    if isinstance(value, dict):
        return [found for inner in value.values() for found in _markers(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _markers(inner)]
    return []


def _has(value: object) -> bool:
    return value is not None and bool(str(value).strip())


def _groups(table: Table) -> list[list[int]]:
    """Return the places of personal columns, those together that begin with the same words."""
    found: dict[object, list[int]] = defaultdict(list)
    for place, column in enumerate(table.columns):
        category = CATEGORIES.get(column.category, CATEGORIES["unknown"])
        if column.is_personal and not category.is_never_returned:
            found[prefix_of(column.name) or place].append(place)
    return list(found.values())


def _key_columns(reach: Reach, table: Table) -> frozenset[str]:
    names = set(table.primary_key)
    for link in reach.graph.outgoing(table.ref):
        names.update(link.from_columns)
    for link in reach.graph.incoming(table.ref):
        names.update(link.to_columns)
    return frozenset(names)
