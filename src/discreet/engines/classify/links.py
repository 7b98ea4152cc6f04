"""Which columns point at which, though nobody declared it: names propose, types allow, values decide.

Two steps, so that reading stays bounded: `candidates` works on names and types alone; `judge` looks at a sample
of the near end and asks which of its values the far end knows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from discreet.engines.classify.headers import Sense, read_header
from discreet.engines.classify.lexicon import ACTORS
from discreet.engines.classify.model import Ground, Kind, Reason
from discreet.engines.classify.naming import (
    GENERIC_KEYS,
    NameScore,
    Naming,
    is_reference,
    name_score,
    reference_words,
    split_letters,
    split_words,
    squeezed_score,
)
from discreet.engines.classify.words import uses_pinyin

MAX_TARGETS = 4
_OTHER_NUMBER = 0.12
MAX_UNNAMED_TARGETS = 8
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
_IDENTITY = frozenset(["username", "email", "phone", "customer_id", "national_id"])


class LinkKind(StrEnum):
    DECLARED = "fk"
    IMPLICIT = "implicit"
    POLYMORPHIC = "polymorphic"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class LinkColumn:
    name: str
    kind: Kind
    category: str = "none"
    is_unique: bool = False


@dataclass(frozen=True)
class LinkTable:
    """A table as links see it. `key` is how the caller names it; `people`: its kind of people, or empty."""

    key: str
    name: str
    columns: Sequence[LinkColumn]
    primary_key: tuple[str, ...] = ()
    people: str = ""
    is_view: bool = False
    declared: frozenset[tuple[str, ...]] = frozenset()  # columns of keys that are declared already
    unique_together: tuple[tuple[str, ...], ...] = ()
    by_name: Mapping[str, LinkColumn] = field(default_factory=dict, compare=False)

    def column(self, name: str) -> LinkColumn:
        return next(each for each in self.columns if each.name == name)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that names or types allow. `score` 0 to 1 is what the names say; `is_actor`: who did it, not whose."""

    table: str
    columns: tuple[str, ...]
    far_table: str
    far_columns: tuple[str, ...]
    kind: LinkKind
    score: float
    is_actor: bool = False
    discriminator: str = ""
    discriminator_value: str = ""
    category: str = "none"  # of a copy: what is copied


@dataclass(frozen=True, slots=True)
class LinkProposal:
    candidate: Candidate
    confidence_percent: int
    reasons: tuple[Reason, ...]


def _same_type(near: LinkColumn, far: LinkColumn) -> bool:
    if Kind.BOOLEAN in (near.kind, far.kind) or (
        Kind.BINARY in (near.kind, far.kind) and near.kind is not far.kind
    ):
        return False
    numbers = {Kind.INTEGER, Kind.DECIMAL}
    if near.kind in numbers and far.kind in numbers:
        return True
    return near.kind is far.kind and near.kind in (Kind.TEXT, Kind.UUID, Kind.BINARY)


def candidates(tables: Sequence[LinkTable]) -> list[Candidate]:
    """Return the links worth a look, best first for each near end."""
    headers = [column.name for table in tables for column in table.columns]
    naming = Naming([table.name for table in tables], with_initials=uses_pinyin(headers))
    found: list[Candidate] = []
    for table in tables:
        if table.is_view:
            continue
        typed = _type_columns(table)
        for column in table.columns:
            if (column.name,) in table.declared or column.name in typed.values():
                continue
            if column.name in typed:
                continue
            found += _of_column(table, column, tables, naming)
        found += _composite(table, tables)
    return [each for each in found if not _leads_to_itself(each)]


def _leads_to_itself(candidate: Candidate) -> bool:
    return (candidate.table, candidate.columns) == (candidate.far_table, candidate.far_columns)


def _of_column(
    table: LinkTable, column: LinkColumn, tables: Sequence[LinkTable], naming: Naming
) -> list[Candidate]:
    sense = read_header(column.name, with_initials=naming.with_initials)
    is_actor = sense.whose in ACTORS or sense.meaning in ACTORS
    is_number = column.category in _NUMBERED and is_reference(column.name)
    if column.category == "none" or is_number or (column.category in ("username", "name") and is_actor):
        found = list(_by_name(table, column, tables, naming, is_actor=is_actor))
        is_own_key = table.primary_key == (column.name,)
        if is_actor or (not found and sense.word in _HOLDING and not is_own_key):
            found += _to_staff(table, column, tables)
        found.sort(key=lambda each: -each.score)
        best = found[0].score if found else 0.0
        return [each for each in found if each.score >= best - 0.11][:MAX_TARGETS]
    if column.category in _IDENTITY and column.kind is Kind.TEXT:
        return list(_copies(table, column, tables, sense))
    return []


def _by_name(
    table: LinkTable, column: LinkColumn, tables: Sequence[LinkTable], naming: Naming, *, is_actor: bool
) -> Iterator[Candidate]:
    words = reference_words(column.name)
    if table.primary_key == (column.name,) and column.name.lower() in GENERIC_KEYS:
        return
    for far in tables:
        if far.is_view or len(far.primary_key) != 1:
            continue
        key = far.column(far.primary_key[0])
        if (far is table and key.name == column.name) or not _same_type(column, key):
            continue
        score = _score(table, column, words, far, key, naming)
        if score and _numbers_in(column.name) != _numbers_in(far.name):
            score = round(
                score - _OTHER_NUMBER, 2
            )  # `person_045_id` leads to `person_045`, not to `person_001`
        if score:
            yield Candidate(
                table.key, (column.name,), far.key, (key.name,), LinkKind.IMPLICIT, score, is_actor
            )


@lru_cache(maxsize=20_000)
def _numbers_in(name: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"[0-9]{1,9}", name))


def _score(
    table: LinkTable,
    column: LinkColumn,
    words: Sequence[str],
    far: LinkTable,
    key: LinkColumn,
    naming: Naming,
) -> float:
    if far is table and table.primary_key == (column.name,):
        return 0.0
    if far is table:
        return 0.9 if naming.is_self_reference(words, column.name, far.people) else 0.0
    is_own_key = table.primary_key == (column.name,)
    if column.name.lower() == key.name.lower() and _is_shared_key(key.name):
        their = name_score(reference_words(key.name), naming.words(far.name), naming.words(table.name))
        if is_own_key:
            own = name_score(reference_words(key.name), naming.words(table.name), ())
            return 0.95 if their and their > own else 0.0
        return 1.0 if their or squeezed_score(key.name, naming.words(far.name)) else 0.75
    if not is_own_key and (squeezed := squeezed_score(column.name, naming.words(far.name))):
        return squeezed
    if not is_reference(column.name) or (is_own_key and len(words) < 1):
        return 0.0
    score: NameScore = name_score(words, naming.words(far.name), naming.words(table.name))
    if is_own_key and score < 0.9:
        return 0.0
    return score


def _is_shared_key(name: str) -> bool:
    """Return whether a key's name says enough to be the same key in another table: KUNNR, not `id` or `date`."""
    if name.lower() in GENERIC_KEYS:
        return False
    return is_reference(name) or (len(name) >= 4 and name.lower() not in _COMMON_COLUMNS)


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


def _to_staff(table: LinkTable, column: LinkColumn, tables: Sequence[LinkTable]) -> Iterator[Candidate]:
    """Lead a column of who did something to the table of staff, or of users where there is none."""
    staff = [far for far in tables if far.people == "staff" and not far.is_view]
    users = [far for far in tables if far.people == "user" and not far.is_view]
    for far in staff or users:
        for key in far.columns:
            is_key = far.primary_key == (key.name,)
            is_named = key.category in ("username", "email", "name") and column.kind is Kind.TEXT
            if (is_key or is_named) and _same_type(column, key) and (far is not table or is_key):
                score = 0.8 if is_key else {"username": 0.75, "email": 0.72}.get(key.category, 0.6)
                if not set(split_words(far.name)) & _GENERAL:
                    score -= 0.04  # rather staff than couriers
                kind = LinkKind.IMPLICIT
                yield Candidate(table.key, (column.name,), far.key, (key.name,), kind, score, is_actor=True)


def _copies(
    table: LinkTable, column: LinkColumn, tables: Sequence[LinkTable], sense: Sense
) -> Iterator[Candidate]:
    """Lead a copied identity to the table of people that it is copied from."""
    if table.people:
        return
    for far in tables:
        if not far.people or far is table or far.is_view:
            continue
        if sense.whose and not _is_kind(sense.whose, far.people):
            continue
        for key in far.columns:
            if key.category == column.category and _same_type(column, key):
                score = 0.6 if not sense.whose else 0.76 if sense.whose == "person" else 0.8
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


def _is_kind(whose: str, people: str) -> bool:
    if whose in ACTORS:
        return people == "staff"
    alike = {"customer", "member", "user"}
    return (
        whose == people or (whose in alike and people in alike) or (whose == "person" and people != "staff")
    )


_TYPE_ENDS = (
    "type",
    "kind",
    "class",
    "table",
    "model",
    "entity",
    "typ",
    "lx",
    "leixing",
    "tablename",
    "object",
    "",
)


def _type_columns(table: LinkTable) -> dict[str, str]:
    """Return pairs of a type column and the id column that it tells the table of: type → id."""
    words = {tuple(split_words(column.name)): column for column in table.columns}
    found = {}
    for parts, column in words.items():
        if (
            len(parts) < 2
            or parts[-1] not in ("id", "key", "no", "ref", "uid", "pk", "bh")
            or column.category != "none"
        ):
            continue
        for end in _TYPE_ENDS:
            other = words.get((*parts[:-1], end) if end else parts[:-1])
            if (
                other is not None
                and other.kind in (Kind.TEXT, Kind.INTEGER)
                and (column.name,) not in table.declared
            ):
                found[other.name] = column.name
                break
    return found or _squeezed_pairs(table)


_CHINESE_TYPES = ("leixing", "类型", "lx", "种类", "类别")
_CHINESE_IDS = ("bianhao", "biaoshi", "编号", "标识", "id", "bh", "号")


def _squeezed_pairs(table: LinkTable) -> dict[str, str]:
    """Return such pairs of names that are written in one word, as Chinese and pinyin are."""
    types = {stem: column for column in table.columns if (stem := _squeezed(column.name, _CHINESE_TYPES))}
    found = {}
    for column in table.columns:
        stem = _squeezed(column.name, _CHINESE_IDS)
        is_free = column.category == "none" and (column.name,) not in table.declared
        if stem in types and is_free and types[stem].kind in (Kind.TEXT, Kind.INTEGER):
            found[types[stem].name] = column.name
    return found


def _squeezed(name: str, ends: Sequence[str]) -> str:
    """Return what stands before one of `ends` in a name without its separators, or nothing."""
    bare = "".join(split_letters(name))
    return next((bare[: -len(end)] for end in ends if bare.endswith(end)), "")


def polymorphic_columns(table: LinkTable) -> Mapping[str, str]:
    """Return the pairs of columns of which the first may tell the table that the second points at."""
    return {} if table.is_view else _type_columns(table)


def polymorphic(
    table: LinkTable, pair: tuple[str, str], values: Iterable[str], tables: Sequence[LinkTable]
) -> list[Candidate]:
    """Return a candidate per type value that names a table: `ticket`, `App\\Models\\User`, `T_ORDER`."""
    naming = Naming([each.name for each in tables])
    column = table.column(pair[1])
    found = []
    for value in values:
        words = naming.words(value.replace("\\", "/").rpartition("/")[2].rpartition(".")[2])
        best: tuple[float, LinkTable] | None = None
        for far in tables:
            if (
                far.is_view
                or len(far.primary_key) != 1
                or not _same_type(column, far.column(far.primary_key[0]))
            ):
                continue
            score = name_score(words, naming.words(far.name), ())
            if score >= 0.8 and (best is None or score > best[0]):
                best = (score, far)
        if best is not None:
            far = best[1]
            found.append(
                Candidate(
                    table.key, (pair[1],), far.key, far.primary_key, LinkKind.POLYMORPHIC, best[0],
                    discriminator=pair[0], discriminator_value=value,
                )
            )  # fmt: skip
    return found


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
        if all(_same_type(one, other) for one, other in pairs):
            columns = tuple(one.name for one, _ in pairs)
            yield Candidate(table.key, columns, far.key, key, LinkKind.IMPLICIT, 0.85)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of how many different values of the near end how many exist at the far end."""

    asked: int
    found: int

    @property
    def share(self) -> float:
        return self.found / self.asked if self.asked else 0.0


SENTINELS = frozenset(["", "0", "-1", "None", "null", "NULL"])


def judge_link(candidate: Candidate, overlap: Overlap | None) -> LinkProposal | None:
    """Return the proposal, or None where the values refute it. `overlap` None or empty: nothing to compare."""
    reasons = [Reason(Ground.COLUMN_NAME, {"word": ", ".join(candidate.columns)[:60]})]
    if overlap is None or not overlap.asked:
        is_certain = candidate.score >= 0.8 and candidate.kind is LinkKind.IMPLICIT
        needs_values = candidate.is_actor and candidate.score < 0.8
        if not is_certain or needs_values:
            return None
        reasons.append(Reason(Ground.NO_VALUES))
        return LinkProposal(candidate, round(70 * candidate.score), tuple(reasons))
    share = overlap.share
    is_telling = candidate.score >= 0.9 or (candidate.kind is LinkKind.COPY and candidate.score >= 0.8)
    needed = 0.5 if is_telling else 0.7 if candidate.score >= 0.75 else 0.9
    if share < needed:
        return None
    reasons.append(Reason(Ground.VALUES, {"percent": round(100 * share), "n": overlap.asked}))
    sureness = min(1.0, 0.8 + overlap.asked / 100)
    return LinkProposal(
        candidate, round(97 * (0.4 * candidate.score + 0.6 * share) * sureness), tuple(reasons)
    )


def best_of(proposals: Iterable[LinkProposal]) -> list[LinkProposal]:
    """Return the surest link of each near end (and each type value); actors and copies keep one, too."""
    best: dict[tuple[str, tuple[str, ...], str], LinkProposal] = {}
    for each in proposals:
        end = (each.candidate.table, each.candidate.columns, each.candidate.discriminator_value)
        if end not in best or _rank(each) > _rank(best[end]):
            best[end] = each
    return list(best.values())


def _rank(proposal: LinkProposal) -> tuple[float, int]:
    return (proposal.candidate.score, proposal.confidence_percent)
