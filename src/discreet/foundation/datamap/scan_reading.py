"""Look at a source: sample tables, judge them, and see which links hold. Reads only; what was read is not kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from discreet.engines.classify.judging import judge_both
from discreet.engines.classify.keys import Codes, codes_of
from discreet.engines.classify.link_judging import SENTINELS, Overlap, best_of, judge_link
from discreet.engines.classify.link_model import Candidate, LinkProposal, LinkTable
from discreet.engines.classify.model import Verdict
from discreet.engines.classify.polymorphic import loose_pairs, polymorphic, polymorphic_columns, unnamed
from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap.asking import asked
from discreet.foundation.datamap.proposing import VIEWS, sample_of, shape_of, values_of
from discreet.foundation.jobs.outcomes import log_error
from discreet.foundation.sources.catalogue import ColumnInfo, Kind, TableInfo
from discreet.foundation.sources.refusals import SourceRefusal
from discreet.foundation.sources.sampling import LEAST_FULL, MOST_PARTITIONS
from discreet.foundation.sources.transactions import ReadSession

SAMPLE_ROWS = 1_000
MAX_CHARS = 2_000
MOST_COUNTED = 100_000
MAX_KEYS = 200
MAX_TYPE_VALUES = 50
MAX_SIGNS = 12  # types that name no table
MOST_UNINDEXED_ROWS = 1_000_000
_COLUMNS_AT_ONCE = 200
_DIGITS_OF_A_KEY = 19
_MOST_SAMPLES = 10


@dataclass(frozen=True, slots=True)
class TableFindings:
    """What a sample of one table says. `if_owned`: verdicts that differ where its rows are somebody's."""

    table: TableRef
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    if_owned: Mapping[str, Verdict] = field(default_factory=dict)
    rows_read: int = 0
    rows: int | None = None  # how many there are, where counting them costs little
    codes: Mapping[str, Codes] = field(default_factory=dict)
    refusal: str = ""


def vanished(table: TableRef) -> TableFindings:
    """Return what is said of a table that was dropped since the source was described."""
    return TableFindings(table, refusal="table_gone")


def look_at(session: ReadSession, table: TableInfo, *, is_pinyin: bool) -> TableFindings:
    """Sample one table and judge its columns. A table that refuses is named; a source that is away is raised.

    Raises:
        SourceRefusal: the source itself is away; trying again later may help.
    """
    if not table.columns:
        return TableFindings(table.ref, refusal="no_columns")
    answer = asked(session, lambda: _read(session, table))
    if isinstance(answer, SourceRefusal):
        return TableFindings(table.ref, refusal=answer.code)
    rows_read, values, rows = answer
    try:
        verdicts, owned = judge_both(sample_of(table, values), is_pinyin=is_pinyin)
    except Exception as error:  # noqa: BLE001 - one table that nobody foresaw must not end the scan of the others
        log_error("scan of a table", error)
        return TableFindings(table.ref, refusal="not_judged", rows_read=rows_read)
    differing = {name: verdict for name, verdict in owned.items() if verdict != verdicts[name]}
    codes = {
        column.name: found
        for column in table.columns
        if (found := codes_of(values[column.name], shape_of(column))) is not None
    }
    return TableFindings(table.ref, verdicts, differing, rows_read, rows, codes)


def _read(session: ReadSession, table: TableInfo) -> tuple[int, dict[str, list[str]], int | None]:
    rows_read, values = _sampled(session, table)
    return rows_read, values, _counted(session, table, rows_read)


def _counted(session: ReadSession, table: TableInfo, rows_read: int) -> int | None:
    """Count the rows of a table up to a bound; a sample far from full has them all, but not one of partitions."""
    if len(table.partitions) > MOST_PARTITIONS:
        return None
    if rows_read < SAMPLE_ROWS * LEAST_FULL and not table.partitions:
        return rows_read
    if table.kind in VIEWS:
        return None
    count = session.count_up_to(table.ref, MOST_COUNTED)
    return count if count < MOST_COUNTED else None


def _sampled(session: ReadSession, table: TableInfo) -> tuple[int, dict[str, list[str]]]:
    names = [column.name for column in table.columns]
    values: dict[str, list[str]] = {}
    count = 0
    at_once = max(_COLUMNS_AT_ONCE, len(names) // _MOST_SAMPLES)  # a file is read anew for each sample
    for start in range(0, len(names), at_once):
        some = names[start : start + at_once]
        rows = session.sample_spread(table.ref, some, limit=SAMPLE_ROWS, max_chars=MAX_CHARS)
        count = max(count, len(rows))
        values |= values_of(table, rows, some)
    return count, values


@dataclass(frozen=True, slots=True)
class LinkTask:
    """A table whose columns may point elsewhere: what to compare."""

    table: TableInfo
    near: LinkTable
    candidates: Sequence[Candidate]


class Tables:
    """The tables of a source by the key that links name them with."""

    def __init__(self, infos: Iterable[TableInfo], tables: Sequence[LinkTable]) -> None:
        self.all = tables
        self.by_key = dict(zip((table.key for table in tables), infos, strict=True))


def links_of(session: ReadSession, task: LinkTask, tables: Tables) -> list[LinkProposal]:
    """Return the links of one table that its values do not refute, the surest of each end.

    Raises:
        SourceRefusal: the source itself is away.
    """
    pairs = polymorphic_columns(task.near)
    led = {name for each in task.candidates if not each.is_by_values for name in each.columns}
    loose = loose_pairs(task.near, led)
    names = sorted(
        {name for each in task.candidates for name in each.columns}
        | {name for pair in (*pairs.items(), *loose.items()) for name in pair}
    )
    if not names or task.table.kind in VIEWS:
        return []
    rows = asked(
        session,
        lambda: session.sample_spread(task.table.ref, names, limit=SAMPLE_ROWS, max_chars=200),
    )
    if isinstance(rows, SourceRefusal):
        rows = []
    held = [dict(zip(names, row, strict=True)) for row in rows]
    found = [judge_link(each, _overlap(session, each, held, tables)) for each in task.candidates]
    for pair in pairs.items():
        found += _polymorphic(session, task, pair, held, tables, is_loose=False)
    for pair in loose.items():
        found += _polymorphic(session, task, pair, held, tables, is_loose=True)
    return best_of(each for each in found if each is not None)


def _polymorphic(
    session: ReadSession,
    task: LinkTask,
    pair: tuple[str, str],
    held: Sequence[Mapping[str, object]],
    tables: Tables,
    *,
    is_loose: bool,
) -> list[LinkProposal | None]:
    values = sorted({str(row[pair[0]]) for row in held if row[pair[0]] is not None})
    if len(values) > MAX_TYPE_VALUES:
        return []
    found = []
    by_type = {value: [row for row in held if str(row[pair[0]]) == value] for value in values}
    named = polymorphic(task.near, pair, values, tables.all, is_loose=is_loose)
    wanted = [*named]
    told = {each.discriminator_value for each in named}
    for value in [] if is_loose or len(values) > MAX_SIGNS else sorted(set(values) - told):
        ids = [str(row[pair[1]]) for row in by_type[value] if row[pair[1]] is not None]
        wanted += unnamed(task.near, pair, value, ids, tables.all)
    for each in wanted:
        rows = by_type[each.discriminator_value]
        found.append(judge_link(each, _overlap(session, each, rows, tables)))
    return found


def _overlap(
    session: ReadSession, candidate: Candidate, held: Sequence[Mapping[str, object]], tables: Tables
) -> Overlap | None:
    """Ask the far end which of the near end's values it has; None where that would read it in full."""
    keys = {key for row in held if _is_whole(key := _key(candidate, row))}
    if not keys:
        return None
    far = tables.by_key[candidate.far_table]
    column = far.column(candidate.far_columns[0])
    is_quick = column is not None and (column.is_indexed or column.is_unique)
    if not is_quick and far.estimated_rows > MOST_UNINDEXED_ROWS:
        return None
    some = sorted(keys, key=str)[:: max(1, len(keys) // MAX_KEYS)][:MAX_KEYS]
    possible = [one for each in some if (one := as_key(each, column)) is not None]
    if not possible:
        return Overlap(asked=len(some), found=0)
    known = asked(session, lambda: session.which_exist(far.ref, candidate.far_columns, possible))
    if isinstance(known, SourceRefusal):
        return None
    return Overlap(asked=len(some), found=len(known))


def as_key(key: tuple[object, ...], column: ColumnInfo | None) -> tuple[object, ...] | None:
    """Return a key as the far end writes it: texts of a polymorphic column may be some table's numbers."""
    if column is None or column.kind is not Kind.INTEGER or len(key) != 1 or not isinstance(key[0], str):
        return key
    return (int(key[0]),) if key[0].isdecimal() and len(key[0]) < _DIGITS_OF_A_KEY else None


def _key(candidate: Candidate, row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in candidate.columns)


def _is_whole(key: tuple[object, ...]) -> bool:
    return all(part is not None and str(part) not in SENTINELS for part in key)
