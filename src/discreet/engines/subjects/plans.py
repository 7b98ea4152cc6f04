"""What an erasure plan holds. `plan.make_plan` makes it; the executor runs `operations` in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from discreet.engines.subjects.found import NotCovered, Persons
from discreet.engines.subjects.graph import EraseAction, KeepDuty, Key, TableRef


class Reason(StrEnum):
    """Why rows are treated so. Doors hold the sentences; `params` of the table plan fill them."""

    ABOUT_THE_PERSON = "about_the_person"
    CHOSEN = "chosen"  # a person chose it in the data map
    KEPT_BY_LAW = "kept_by_law"  # params: article
    PART_OF_KEPT = "part_of_kept"  # a line of a record that a law keeps, without personal data
    NEEDED_BY_STAYING = "needed_by_staying"  # a row that stays points at it: emptied instead of deleted
    SHARED = "shared"  # also used by others: stays, the person's link to it is removed
    SHARED_KEPT_LINK = "shared_kept_link"  # stays, and so does the link: it cannot be emptied
    SHARED_ASK = "shared_ask"  # a person has to decide
    NOT_WRITABLE = "not_writable"
    NO_KEY = "no_key"  # no primary key, and the values do not single the rows out
    MENTION = "mention"  # another's row that names the person: the reference is emptied
    MENTION_NOT_NULL = "mention_not_null"  # another's row must name the person
    ORDER = "order"  # a reference is emptied first, so that rows can be deleted


class SharedChoice(StrEnum):
    DETACH = "detach"
    KEEP = "keep"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What staff decided for this request. `shared`: by table, over `shared_default`."""

    shared: Mapping[TableRef, SharedChoice] = field(default_factory=dict)
    shared_default: SharedChoice = SharedChoice.DETACH
    keeps: Mapping[TableRef, KeepDuty] = field(default_factory=dict)  # a duty without fields keeps whole rows


@dataclass(frozen=True, slots=True)
class Hold:
    """A duty to keep, beside those of the data map. None = all persons, all tables."""

    duty: KeepDuty
    table: TableRef | None = None
    persons: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """What happens to one column of rows that stay. `value` None: NULL. `is_unique_value`: one a row."""

    column: str
    action: EraseAction
    value: object = None
    is_unique_value: bool = False


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Rows of one table that are treated alike. `persons` runs parallel to `keys`.

    `guards`: values of `guard_columns`, parallel to `keys`, that a row must still hold to be written: a
    reference that points to somebody else by now is not emptied.
    """

    table: TableRef
    action: EraseAction
    reason: Reason
    key_columns: tuple[str, ...]
    keys: tuple[Key, ...]
    persons: tuple[Persons, ...]
    shared: int = 0
    fields: tuple[FieldPlan, ...] = ()
    kept_fields: tuple[str, ...] = ()  # personal columns that keep their value
    article: str = ""
    reason_en: str = ""
    reason_zh: str = ""
    until_dates: tuple[date | None, ...] = ()  # parallel to `keys`; only for KEPT_BY_LAW
    guard_columns: tuple[str, ...] = ()
    guards: tuple[Key, ...] = ()
    is_decided: bool = False  # kept for what staff decided alone, and by no duty of the data map

    @property
    def rows(self) -> int:
        return len(self.keys)


class OperationKind(StrEnum):
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Operation:
    """One set-based write. `values` apply to every key; `per_row` columns have one value a key.

    The executor may split `keys` into chunks but keeps their order and the order of operations.
    """

    kind: OperationKind
    table: TableRef
    key_columns: tuple[str, ...]
    keys: tuple[Key, ...]
    reason: Reason
    values: Mapping[str, object] = field(default_factory=dict)
    per_row: Mapping[str, tuple[object, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """`digest` binds an approval: more rows, another schema or a new hold give another one."""

    digest: str
    person_count: int
    tables: tuple[TablePlan, ...]
    operations: Mapping[str, tuple[Operation, ...]]  # by source, in order
    open_questions: tuple[TableRef, ...] = ()  # shared rows somebody has to decide on
    not_covered: tuple[NotCovered, ...] = ()

    @property
    def keeps_something(self) -> bool:
        return any(table.reason is Reason.KEPT_BY_LAW for table in self.tables)

    @property
    def is_complete(self) -> bool:
        """Whether carrying it out leaves nothing behind but what a law keeps and what others share."""
        stuck = {Reason.NOT_WRITABLE, Reason.NO_KEY, Reason.SHARED_ASK}
        return not self.not_covered and not any(table.reason in stuck for table in self.tables)

    def of_table(self, ref: TableRef) -> Sequence[TablePlan]:
        return [table for table in self.tables if table.table == ref]
