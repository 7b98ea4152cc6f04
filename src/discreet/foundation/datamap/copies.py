"""Values that a table repeats from the people its rows belong to: found by comparing both ends of a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discreet.engines.subjects.reader import Row, Select
from discreet.foundation.datamap.asking import asked
from discreet.foundation.sources.catalogue import TableInfo
from discreet.foundation.sources.cells import UNDECODABLE
from discreet.foundation.sources.refusals import SourceRefusal
from discreet.foundation.sources.transactions import ReadSession

COPIED = frozenset(
    [
        "name",
        "username",
        "email",
        "phone",
        "address",
        "postal_code",
        "birth_date",
        "gender",
        "national_id",
        "bank_account",
    ]
)
MOST_ROWS = 300
FEWEST_COMPARED = 5
FEWEST_EQUAL = 0.3  # copies go stale


@dataclass(frozen=True, slots=True)
class Along:
    """A link from a table to people: which columns lead to which."""

    columns: tuple[str, ...]
    far: TableInfo
    far_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CopyFound:
    """`column` repeats `far_column` of the row that the link leads to; in `percent` of `compared` rows still."""

    column: str
    far_table: TableInfo
    far_column: str
    through: tuple[str, ...]
    percent: int
    compared: int


def copies_of(
    session: ReadSession,
    table: TableInfo,
    along: Along,
    *,
    categories: Mapping[str, str],
    far_categories: Mapping[str, str],
) -> list[CopyFound]:
    """Return the columns of `table` that repeat one of the people that a link leads to.

    Raises:
        SourceRefusal: the source itself is away.
    """
    near = [name for name, category in categories.items() if category in COPIED and name not in along.columns]
    wanted = {categories[name] for name in near}
    far = [
        name
        for name, category in far_categories.items()
        if category in wanted and name not in along.far_columns
    ]
    if not near or not far:
        return []
    answer = asked(session, lambda: _both_ends(session, table, along, near, far))
    if isinstance(answer, SourceRefusal):
        return []
    width = len(along.columns)
    rows, there = answer
    pairs = [(row[width:], there.get(tuple(map(str, row[:width])))) for row in rows]
    met = [(here, other) for here, other in pairs if other is not None]
    return [
        found
        for at, name in enumerate(near)
        if (found := _best(name, at, met, far, categories, far_categories, along)) is not None
    ]


def _both_ends(
    session: ReadSession, table: TableInfo, along: Along, near: Sequence[str], far: Sequence[str]
) -> tuple[list[Row], dict[tuple[str, ...], Row]]:
    """Return rows of the near end, key first, and what the far end has for their keys."""
    rows = session.sample_spread(table.ref, [*along.columns, *near], limit=MOST_ROWS, max_chars=500)
    width = len(along.columns)
    keys = sorted({row[:width] for row in rows if None not in row[:width]}, key=str)
    query = Select(
        table=along.far.ref,
        columns=(*along.far_columns, *far),
        key_columns=along.far_columns,
        keys=keys,
        limit=2 * MOST_ROWS,
    )
    return rows, {tuple(map(str, row[:width])): row[width:] for row in session.select(query)}


def _best(
    name: str,
    at: int,
    met: Sequence[tuple[Sequence[object], Sequence[object]]],
    far: Sequence[str],
    categories: Mapping[str, str],
    far_categories: Mapping[str, str],
    along: Along,
) -> CopyFound | None:
    best: CopyFound | None = None
    for place, other in enumerate(far):
        if far_categories[other] != categories[name]:
            continue
        both = [
            (_plain(here[at]), _plain(there[place]))
            for here, there in met
            if here[at] not in (None, "", UNDECODABLE) and there[place] not in (None, "", UNDECODABLE)
        ]
        equal = sum(one == two for one, two in both)
        if len(both) < FEWEST_COMPARED or equal < FEWEST_EQUAL * len(both) or len(set(both)) < 3:
            continue
        found = CopyFound(name, along.far, other, along.columns, round(100 * equal / len(both)), len(both))
        if best is None or found.percent > best.percent:
            best = found
    return best


def _plain(value: object) -> str:
    return " ".join(str(value).split()).casefold()
