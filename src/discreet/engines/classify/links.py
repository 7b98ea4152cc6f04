"""Which columns point at which, though nobody declared it: names and comments propose, types allow, values decide.

Two steps, so that reading stays bounded: `candidates` works on names, types and the form of values alone;
`judge_link` is told which of a sample of the near end's values the far end knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from discreet.engines.classify.headers import Sense, first_clause, read_header
from discreet.engines.classify.lexicon import ACTORS
from discreet.engines.classify.link_model import Candidate, LinkColumn, LinkKind, LinkTable, same_type
from discreet.engines.classify.model import Kind
from discreet.engines.classify.naming import (
    GENERIC_KEYS,
    NameScore,
    Naming,
    ends_like_a_key,
    is_reference,
    name_score,
    reference_words,
    singular,
    split_letters,
    split_words,
)
from discreet.engines.classify.polymorphic import polymorphic_columns
from discreet.engines.classify.reach import Far, Reach, comment_words, mentioned, number_of
from discreet.engines.classify.words import uses_pinyin

MAX_TARGETS = 4
MAX_STAFF = 8
_OTHER_NUMBER = 0.12
_NUMBERED = frozenset(["customer_id", "employment", "insurance", "username"])
_COMMON_COLUMNS = frozenset(
    [
        "date",
        "year",
        "month",
        "day",
        "type",
        "status",
        "email",
        "title",
        "username",
        "phone",
        "language",
        "version",
        "value",
    ]
)
_IDENTITY = frozenset(["username", "email", "phone", "customer_id", "national_id", "bank_account"])
#: Categories whose values may be a key of a row, and not something that is true of it.
_KEYS = frozenset(
    [
        "none",
        "customer_id",
        "username",
        "account",
        "cookie_id",
        "device_id",
        "employment",
        "insurance",
        "bank_account",
        "payment_card",
        "national_id",
        "passport",
        "vehicle_plate",
        "social_security_id",
        "biometric",
    ]
)
_LEADS = frozenset(["manager", "supervisor", "agent", "advisor", "adviser", "rep", "consultant"])
_SAYS_SO = re.compile(
    r"外键|关联|引用|对应|参照|指向|\bfk\b|foreign key|\breferences?\b|\brefers? to\b|\bpoints? (?:to|at)\b",
    re.I,
)


def candidates(tables: Sequence[LinkTable]) -> list[Candidate]:
    """Return the links worth a look, best first for each near end."""
    in_pinyin = [uses_pinyin([column.name for column in table.columns]) for table in tables]
    is_pinyin = sum(in_pinyin) * 2 >= max(1, len(tables))
    reach = Reach(tables, Naming([table.name for table in tables], with_initials=is_pinyin))
    people = [table for table in tables if table.people and not table.is_view]
    found: list[Candidate] = []
    for table in tables:
        if table.is_view:
            continue
        typed = polymorphic_columns(table)
        for column in table.columns:
            if (column.name,) in table.declared or column.name in typed or column.name in typed.values():
                continue
            found += _of_column(table, column, reach, people)
        found += _composite(table, tables)
    return [each for each in found if not _leads_to_itself(each)]


def _leads_to_itself(candidate: Candidate) -> bool:
    return (candidate.table, candidate.columns) == (candidate.far_table, candidate.far_columns)


def _of_column(
    table: LinkTable, column: LinkColumn, reach: Reach, people: Sequence[LinkTable]
) -> list[Candidate]:
    sense = read_header(column.name, with_initials=reach.naming.with_initials)
    is_actor = sense.whose in ACTORS or sense.meaning in ACTORS
    is_number = column.category in _NUMBERED and is_reference(column.name)
    found: list[Candidate] = []
    if column.category in _KEYS or (column.category == "name" and is_actor):
        is_named = column.category == "none" or is_number or is_actor or _is_key_of_visitors(column, reach)
        found = _best([*_by_name(table, column, reach, is_actor=is_actor, is_named=is_named)])
        if is_named:
            found += _to_staff_if_it_may(table, column, people, sense, is_actor=is_actor, is_led=bool(found))
        found += _by_values(table, column, reach, found, is_actor=is_actor)
    if column.category in _IDENTITY and column.kind is Kind.TEXT:
        found += _copies(table, column, people, sense)
    return found


def _best(found: list[Candidate]) -> list[Candidate]:
    """Return the candidates that are about as good as the best."""
    found = sorted(found, key=lambda each: -each.score)
    return [each for each in found if each.score >= found[0].score - 0.11][:MAX_TARGETS]


def _to_staff_if_it_may(
    table: LinkTable,
    column: LinkColumn,
    people: Sequence[LinkTable],
    sense: Sense,
    *,
    is_actor: bool,
    is_led: bool,
) -> list[Candidate]:
    """Return where a column leads that says who did something or whose task it is, and nowhere else by its name."""
    is_holder = bool(_HOLDING & {sense.word, *reference_words(column.name)[-1:]}) or "staff" in (
        sense.meaning,
        sense.whose if sense.is_reference else "",
    )
    is_own_key = table.primary_key == (column.name,)
    if is_actor or (is_holder and not is_led and not is_own_key):
        return sorted(_to_staff(table, column, people), key=lambda each: -each.score)[:MAX_STAFF]
    return []


def _is_key_of_visitors(column: LinkColumn, reach: Reach) -> bool:
    """Return whether what looks like a cookie's identifier is called like the key of a table (`visitor_id`)."""
    return column.category == "cookie_id" and any(
        key is not None and key.name.lower() == column.name.lower() and key.category == "none"
        for key in (far.table.single_key for far in reach.near_key(column.name))
    )


def _link(
    table: LinkTable, column: LinkColumn, far: LinkTable, key: LinkColumn, score: float, *, is_actor: bool
) -> Candidate:
    return Candidate(
        table.key, (column.name,), far.key, (key.name,), LinkKind.IMPLICIT, round(score, 2), is_actor
    )


def _by_name(
    table: LinkTable, column: LinkColumn, reach: Reach, *, is_actor: bool, is_named: bool
) -> Iterator[Candidate]:
    """Lead a column to the keys that its name or its comment speaks of.

    `is_named`: the column may be called after a table; else only a key of the same name is meant.
    """
    if table.primary_key == (column.name,) and column.name.lower() in GENERIC_KEYS:
        return
    for far in reach.near(table, column):
        key = far.table.single_key
        is_so_called = key is not None and (is_named or column.name.lower() == key.name.lower())
        if key is not None and is_so_called and _is_possible(table, column, far.table, key):
            score = _score(table, column, far, key, reach)
            if score and _numbers_in(column.name) != _numbers_in(far.table.name):
                score -= _OTHER_NUMBER  # `person_045_id` leads to `person_045`, not to `person_001`
            if score:
                yield _link(table, column, far.table, key, score, is_actor=is_actor)
            elif word := _said(table, column, far, key, reach):
                yield replace(
                    _link(table, column, far.table, key, 0.86, is_actor=is_actor), comment_word=word
                )
        for other in far.other_keys:
            if other.category in _KEYS and _is_possible(table, column, far.table, other):
                score = _score_of_other(table, column, far, other, reach, is_named=is_named)
                if score:
                    link = _link(table, column, far.table, other, score, is_actor=is_actor)
                    yield replace(link, is_unguessable=bool(column.codes and column.codes.is_unguessable))


def _is_possible(table: LinkTable, column: LinkColumn, far: LinkTable, key: LinkColumn) -> bool:
    """Return whether types and the forms of values allow that a column points at a key."""
    if (far is table and key.name == column.name) or not same_type(column, key):
        return False
    if column.codes is None or key.codes is None or column.kind is Kind.INTEGER:
        return True
    return column.codes.fits(key.codes)


@lru_cache(maxsize=20_000)
def _numbers_in(name: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"[0-9]{1,9}", name))


def _score(table: LinkTable, column: LinkColumn, far: Far, key: LinkColumn, reach: Reach) -> float:
    """Return how well a column's name fits a table and its primary key, 0 to 1."""
    words = reference_words(column.name)
    if far.table is table:
        if table.primary_key == (column.name,):
            return 0.0
        if reach.has_staff and far.table.people not in ("", "staff") and _LEADS & set(words):
            return 0.0  # a customer's manager is one of the staff
        return 0.9 if reach.naming.is_self_reference(words, column.name, far.table.people) else 0.0
    own = reach.by_table[table.key].words
    is_own_key = table.primary_key == (column.name,)
    if column.name.lower() == key.name.lower() and (_is_shared_key(key.name) or _are_codes(column, key)):
        their = name_score(reference_words(key.name), far.words, own)
        if is_own_key:
            mine = name_score(reference_words(key.name), own, ())
            return 0.95 if their and not mine else 0.0
        return 1.0 if their or far.squeezed(key.name) else 0.8 if is_reference(key.name) else 0.75
    if not is_own_key and (squeezed := far.squeezed(column.name)):
        return squeezed
    if not (is_reference(column.name) or words == ("user",)):
        return 0.0
    score: NameScore = (
        name_score(words, far.words, own) or _ends_like(column, key) or _same_number(column, key)
    )
    return 0.0 if is_own_key and score <= 0.9 else score


def _are_codes(column: LinkColumn, key: LinkColumn) -> bool:
    """Return whether both hold codes of one form that are more than a few letters or small numbers."""
    return (
        column.codes is not None
        and key.codes is not None
        and column.codes.is_telling
        and key.codes.is_telling
    )


def _ends_like(column: LinkColumn, key: LinkColumn) -> float:
    """Score a column that ends with the name of a key: `referring_npi` and `npi`, `dzgh` and `gh`."""
    name, end = "".join(split_letters(column.name)), "".join(split_letters(key.name))
    is_longer = len(end) < len(name) and name.endswith(end) and end not in GENERIC_KEYS
    return 0.78 if is_longer and _are_codes(column, key) else 0.0


def _same_number(column: LinkColumn, key: LinkColumn) -> float:
    """Score two headers for the same number that a person has: `student_no` and `stu_no`, 工号 and `employee_no`."""
    number = number_of(column.name)
    return 0.9 if number and number == number_of(key.name) else 0.0


def _is_shared_key(name: str) -> bool:
    """Return whether a key's name says enough to be the same key in another table: KUNNR, not `id` or `date`."""
    if name.lower() in GENERIC_KEYS:
        return False
    return is_reference(name) or (len(name) >= 4 and name.lower() not in _COMMON_COLUMNS)


def _score_of_other(
    table: LinkTable, column: LinkColumn, far: Far, key: LinkColumn, reach: Reach, *, is_named: bool
) -> float:
    """Return how well a column fits a key that is not the primary one: a member's number, a shop's code."""
    own = reach.by_table[table.key]
    if column.name.lower() == key.name.lower():
        if not (_is_shared_key(key.name) or _are_codes(column, key)) or (
            own.owns(column) and not far.owns(key)
        ):
            return 0.0
        if far.owns(key):
            return 0.0 if own.owns(column) and far.table.people == table.people else 0.95
        codes = column.codes
        if codes is None or not codes.is_telling or codes.is_distinct or key.kind is Kind.INTEGER:
            return 0.0
        return 0.74 if key.is_unique or far.table.people or codes.is_unguessable else 0.0
    if not is_named or far.table is table or key.kind is Kind.INTEGER:
        return 0.0
    if same := _same_number(column, key):
        return same - 0.06  # rather the primary key of those people
    if not far.owns(key):
        return _ends_like(column, key) if key.is_unique or far.table.people else 0.0
    words = reference_words(column.name)
    if not is_reference(column.name) and column.codes is None:
        return 0.0
    named = max(name_score(words, far.words, own.words), far.squeezed(column.name)) - 0.03
    return max(0.0, named, _ends_like(column, key))


def _said(table: LinkTable, column: LinkColumn, far: Far, key: LinkColumn, reach: Reach) -> str:
    """Return the word of a column's comment that names a table, or nothing."""
    if not column.comment or far.table is table or table.primary_key == (column.name,):
        return ""
    is_key = is_reference(column.name)
    name = far.table.name.lower()
    if name in mentioned(column.comment) and (is_key or _SAYS_SO.search(column.comment)):
        return far.table.name
    words = comment_words(column.comment)
    if not words or not (is_key or ends_like_a_key(first_clause(column.comment))):
        return ""
    for theirs in (far.comment_words, far.words):
        if name_score(words, theirs, ()) >= 0.8:
            return "".join(theirs) if not theirs[0].isascii() else " ".join(theirs)
    return ""


def _by_values(
    table: LinkTable, column: LinkColumn, reach: Reach, known: Sequence[Candidate], *, is_actor: bool
) -> Iterator[Candidate]:
    """Lead codes to keys of their form, whatever they are called; only values can say that it is so."""
    codes = column.codes
    if codes is None or table.primary_key == (column.name,) or (codes.is_digits and not codes.is_long):
        return
    if codes.is_distinct and column.is_unique:
        return
    ends = {(each.far_table, each.far_columns) for each in known}
    for far, key in reach.by_form(table, column):
        if (far.table.key, (key.name,)) not in ends and same_type(column, key):
            link = _link(table, column, far.table, key, 0.7, is_actor=is_actor)
            yield replace(link, is_by_values=True, fewest=4 if codes.is_telling else 8)


_GENERAL = frozenset(
    [
        "staff",
        "employee",
        "employees",
        "user",
        "users",
        "admin",
        "admins",
        "personnel",
        "mitarbeiter",
        "empleado",
        "empleados",
        "employe",
        "yuangong",
        "yonghu",
        "员工",
        "用户",
        "管理员",
        "职员",
        "operator",
        "operators",
        "emp",
        "yg",
        "yh",
    ]
)


_HOLDING = frozenset(["owner", "agent", "manager", "author", "seller", "rep", "负责人", "经理"])


def _to_staff(table: LinkTable, column: LinkColumn, people: Sequence[LinkTable]) -> Iterator[Candidate]:
    """Lead a column of who did something to the table of staff, or of users where there is none."""
    staff = [far for far in people if far.people == "staff"]
    users = [far for far in people if far.people == "user"]
    others = [far for far in people if far.people == "person"]
    for far in [*staff, *users] or others:
        for key in far.columns:
            is_key = far.primary_key == (key.name,)
            is_named = key.category in ("username", "email", "name") and column.kind is Kind.TEXT
            is_coded = key in far.other_keys and _are_signs(column, key)
            if (is_key or is_named or is_coded) and same_type(column, key) and (far is not table or is_key):
                score = (
                    0.8 if is_key else {"username": 0.75, "email": 0.72, "name": 0.6}.get(key.category, 0.74)
                )
                if far.people == "person":
                    score -= 0.06  # volunteers, say, where nobody is called staff
                elif not set(split_words(far.name)) & _GENERAL:
                    score -= 0.04  # rather staff than couriers
                kind = LinkKind.IMPLICIT
                yield Candidate(table.key, (column.name,), far.key, (key.name,), kind, score, is_actor=True)


def _are_signs(column: LinkColumn, key: LinkColumn) -> bool:
    """Return whether both hold what people are signed with in short: initials, numbers of staff."""
    return column.codes is not None and key.codes is not None and column.codes.fits(key.codes)


def _copies(
    table: LinkTable, column: LinkColumn, people: Sequence[LinkTable], sense: Sense
) -> Iterator[Candidate]:
    """Lead a copied identity to the table of people that it is copied from."""
    if table.people and not sense.whose:
        return  # its own
    for far in people:
        if far is table:
            continue
        for key in far.columns:
            if key.category != column.category or not same_type(column, key):
                continue
            is_called_so = _joined(column.name) == _joined(far.name) + _joined(key.name)
            if is_called_so or not sense.whose or _is_kind(sense.whose, far.people):
                score = 0.6 if not sense.whose else 0.76 if sense.whose == "person" else 0.8
                score = 0.82 if is_called_so else score
                is_actor = sense.whose in ACTORS
                yield Candidate(
                    table.key,
                    (column.name,),
                    far.key,
                    (key.name,),
                    LinkKind.COPY,
                    score,
                    is_actor,
                    category=column.category,
                )


def _joined(name: str) -> str:
    return "".join(map(singular, split_words(name)))


def _is_kind(whose: str, people: str) -> bool:
    if whose in ACTORS:
        return people == "staff"
    alike = {"customer", "member", "user"}
    return (
        whose == people or (whose in alike and people in alike) or (whose == "person" and people != "staff")
    )


def _composite(table: LinkTable, tables: Sequence[LinkTable]) -> Iterator[Candidate]:
    """Lead columns that are called like another table's key of several columns to it."""
    own = {column.name.lower(): column for column in table.columns}
    for far in tables:
        key = far.primary_key
        if far is table or len(key) < 2 or far.is_view or table.primary_key == key:
            continue
        near = [own.get(name.lower()) for name in key]
        if any(each is None for each in near) or tuple(each.name for each in near if each) in table.declared:
            continue
        pairs = [(each, far.column(name)) for each, name in zip(near, key, strict=True) if each is not None]
        if all(same_type(one, other) for one, other in pairs):
            columns = tuple(one.name for one, _ in pairs)
            yield Candidate(table.key, columns, far.key, key, LinkKind.IMPLICIT, 0.85)
