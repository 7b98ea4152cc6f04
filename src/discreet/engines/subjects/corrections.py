"""What a correction plan holds. `correcting.make_correction` makes it; the executor runs `writes` in order.

Source: GDPR Art. 5(1)(d), 16; PIPL Art. 46; Cal. Civ. Code 1798.106.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from discreet.engines.subjects.found import NotCovered
from discreet.engines.subjects.graph import Key, TableRef

CONTACTS = frozenset({"email", "phone"})  # by which somebody signs in, or is written to


@dataclass(frozen=True, slots=True)
class Change:
    """What the person wants corrected: `new` was validated. `old` None: what their own row holds.

    `table` and `column` name one field; without them every field of the category is meant.
    """

    category: str
    new: str
    old: str | None = None
    table: TableRef | None = None
    column: str = ""

    def is_for(self, table: TableRef, column: str) -> bool:
        return self.table is None or (self.table == table and self.column == column)


class Standing(StrEnum):
    """How a place stands to the value that is wrong."""

    SAME = "same"  # holds it, in whatever spelling
    PART = "part"  # holds a part of it: a first name, a family name
    OTHER = "other"  # holds another value: a stale copy, or one that was meant so
    EMPTY = "empty"  # holds nothing
    NEW = "new"  # holds the new value already
    REFERENCE = "reference"  # refers by the value, as by a key, to a row that is corrected


class Question(StrEnum):
    """Why a person must choose before the place is corrected or left."""

    NONE = ""
    SHARED = "shared"  # another person's data too
    KEPT = "kept"  # a law keeps this field as it was
    STALE = "stale"  # another value than the one that is wrong
    PARTS = "parts"  # how the new value divides into fields is not certain
    EMPTY = "empty"  # nothing stands there
    FORM = "form"  # the old value can be read in two ways, such as a day and a month


class Obstacle(StrEnum):
    """Why a place cannot be corrected."""

    NONE = ""
    NOT_WRITABLE = "not_writable"  # a view, or a source without write credentials
    GENERATED = "generated"  # computed by the database from other fields
    NO_KEY = "no_key"  # no primary key, and the values do not single the rows out
    TOO_LONG = "too_long"
    WRONG_TYPE = "wrong_type"
    TAKEN = "taken"  # unique, and another row holds the new value
    NO_TARGET = "no_target"  # refers to a row that does not exist under the new value
    KEY_STAYS = "key_stays"  # an enforced reference to it cannot follow


class Choice(StrEnum):
    NONE = ""
    CORRECT = "correct"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Place:
    """Rows of one field that hold the same value and are treated alike. `keys` address the rows before the write.

    `id` stands for it in decisions and says nothing of the value. `own`: a value a person gave for this field.
    """

    id: str
    change: int
    table: TableRef
    column: str
    category: str
    standing: Standing
    key_columns: tuple[str, ...]
    keys: tuple[Key, ...]
    old: object
    new: object
    question: Question = Question.NONE
    proposed: Choice = Choice.CORRECT
    chosen: Choice = Choice.NONE
    obstacle: Obstacle = Obstacle.NONE
    others: int = 0  # further people whose data it is, at least so many
    is_copy: bool = False  # known as a copy of another field
    article: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.question) and not self.chosen and not self.obstacle

    @property
    def is_written(self) -> bool:
        if self.obstacle or self.standing is Standing.NEW or self.is_open:
            return False
        return self.chosen is not Choice.LEAVE

    @property
    def holds_wrong_value(self) -> bool:
        return self.standing in (Standing.SAME, Standing.PART, Standing.REFERENCE)


@dataclass(frozen=True, slots=True)
class Write:
    """One set-based write of one column. `value` None empties a reference until what it refers to is written."""

    table: TableRef
    key_columns: tuple[str, ...]
    keys: tuple[Key, ...]
    column: str
    value: object


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """`digest` binds an approval to these rows, these old values and these new ones. It is keyed: see `salt`."""

    digest: str
    changes: tuple[Change, ...]
    meant: tuple[tuple[str, ...], ...]  # the old values of each change, as stored or as the person wrote them
    places: tuple[Place, ...]
    writes: Mapping[str, tuple[Write, ...]] = field(default_factory=dict)  # by source, in order
    not_covered: tuple[NotCovered, ...] = ()
    known: Mapping[TableRef, frozenset[Key]] = field(default_factory=dict)  # others' rows with an old value

    @property
    def open_questions(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.is_open)

    @property
    def written(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.is_written)

    @property
    def left(self) -> tuple[Place, ...]:
        """Places that keep a value that is wrong."""
        return tuple(place for place in self.places if place.holds_wrong_value and not place.is_written)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted, and what staff chose. `salt` keys ids and digest: the values themselves are guessable.

    `region`: where phone numbers without country code are from. `own_values`: by place, in the person's words.
    """

    changes: tuple[Change, ...]
    salt: bytes
    region: str | None = None
    choices: Mapping[str, Choice] = field(default_factory=dict)
    own_values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What the catalogue knows beside the graph.

    `uniques`: columns that hold a combination once. `copies`: fields known to repeat another one.
    `fingerprints`: each source's structure as it is now.
    """

    uniques: Mapping[TableRef, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    copies: Collection[tuple[TableRef, str]] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)


def place_id(salt: bytes, *parts: object) -> str:
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return hmac.new(salt, text, hashlib.sha256).hexdigest()[:16]
