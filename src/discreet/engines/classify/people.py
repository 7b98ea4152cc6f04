"""Which tables are of people, one row each, and of what kind: customers, staff, contacts of suppliers."""

from collections.abc import Mapping
from dataclasses import dataclass

from discreet.engines.classify.headers import read_header
from discreet.engines.classify.lexicon import ACTORS
from discreet.engines.classify.model import Ground, Reason, TableSample, Verdict
from discreet.engines.classify.tables import RowKind, read_table
from discreet.engines.classify.words import uses_pinyin

_REACHES = frozenset(["name", "email", "phone", "username", "national_id", "passport", "social_security_id"])
_ABOUT_ONE = frozenset(
    ["birth_date", "gender", "age", "marital_status", "password_hash", "national_id", "customer_id"]
)
_TOLD_OF_ONE = _REACHES | _ABOUT_ONE | {"address", "employment", "education", "social_media", "photo"}


@dataclass(frozen=True, slots=True)
class PeopleVerdict:
    """Whether rows are people. `kind`: `customer`, `member`, `user`, `person`, `staff`, `supplier`, or empty."""

    is_people: bool
    kind: str = ""
    confidence_percent: int = 0
    reasons: tuple[Reason, ...] = ()


NO_PEOPLE = PeopleVerdict(is_people=False)


def judge_people(
    table: TableSample,
    verdicts: Mapping[str, Verdict],
    *,
    refers_to_people: bool,
    with_initials: bool | None = None,
) -> PeopleVerdict:
    """Return whether the rows of `table` are people.

    `refers_to_people`: a link leads from it to a table that is named after people, so its rows are more
    probably what belongs to them. `with_initials`: the schema's headers are pinyin; None: this table's own tell.
    """
    if with_initials is None:
        with_initials = uses_pinyin(column.name for column in table.columns)
    rows = read_table(table.name, table.comment, with_initials=with_initials)
    own = {
        verdict.category
        for name, verdict in verdicts.items()
        if verdict.is_personal and not _is_somebody_elses(name, with_initials=with_initials)
    }
    if rows.kind is RowKind.UNKNOWN:
        own = {
            verdicts[name].category
            for name in verdicts
            if verdicts[name].is_personal and not read_header(name, with_initials=with_initials).whose
        }
    reaches = own & _REACHES
    if rows.kind is RowKind.PERSON and reaches and _names_the_person(own, rows.people):
        reasons = (Reason(Ground.COLUMN_NAME, {"word": rows.head}), Reason(Ground.ABOUT_PEOPLE))
        return PeopleVerdict(True, rows.people or "person", 95 if len(reaches) > 1 else 85, reasons)
    is_unnamed = rows.kind is RowKind.UNKNOWN
    has_key = sum(column.is_primary for column in table.columns) == 1
    is_one = len(reaches) >= 2 and (
        len(own & _ABOUT_ONE) >= 1 or ("name" in own and len(own & _TOLD_OF_ONE) >= 4)
    )
    if is_unnamed and has_key and is_one and not refers_to_people:
        return PeopleVerdict(True, rows.people or "person", 65, (Reason(Ground.ABOUT_PEOPLE),))
    return NO_PEOPLE


def _names_the_person(own: frozenset[str] | set[str], kind: str) -> bool:
    """Return whether the row holds who it is: a supplier's row must name a contact, or it is a firm."""
    return kind != "supplier" or "name" in own


def _is_somebody_elses(name: str, *, with_initials: bool) -> bool:
    sense = read_header(name, with_initials=with_initials)
    return sense.whose in ACTORS or sense.meaning in ACTORS
