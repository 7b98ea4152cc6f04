"""Writing an erasure in one source: rows locked and compared with what was approved, then the writes, in one transaction.

Nothing here knows Discreet's own database: it runs in a thread of the source. Source: failure promises 2, 16.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from discreet.engines.subjects.captures import Captured
from discreet.engines.subjects.graph import Graph
from discreet.engines.subjects.newcomers import Newcomers, is_searchable, referring
from discreet.engines.subjects.plans import Operation, OperationKind
from discreet.foundation.sources.transactions import WriteSession
from discreet.mechanisms.rights.matching.witness import RowsChanged, Standing, check_rows
from discreet.mechanisms.rights.source_writes import Counts
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class WroteTooMuch(Refused):
    code = "rights.wrote_too_much"
    message = gettext_noop(
        "A statement on %(table)s touched %(rows)s rows instead of %(expected)s; it was rolled back."
    )


@dataclass(frozen=True, slots=True)
class SourceWork:
    """What is written in one source, opened: it is done in a thread that knows nothing of our own database."""

    source: str
    operations: tuple[Operation, ...]
    witnessed: str
    captured: Captured
    graph: Graph
    max_scan_rows: int


def look_at_rows(work: SourceWork, writer: WriteSession) -> Standing:
    """Lock the rows and compare them with what was approved.

    Raises:
        RowsChanged: one is another's now, or one was added.
    """
    standing = check_rows(
        writer=writer, source=work.source, sealed=work.witnessed, operations=work.operations
    )
    if standing is Standing.WHOLE:
        refuse_newcomers(work, writer)
    return standing


def write_rows(work: SourceWork, writer: WriteSession) -> Counts:
    """Carry out one source's operations, bound to the planned keys, without COMMIT."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    standing = look_at_rows(work, writer)
    for operation in work.operations if standing is not Standing.APPLIED else ():
        done = run_operation(writer, operation)
        expected = len(operation.keys)
        if done > expected:
            raise WroteTooMuch(table=operation.table.table, rows=done, expected=expected)
        counts[operation.table.table][operation.kind.value] += done
        if done < expected and operation.kind is OperationKind.DELETE:
            counts[operation.table.table]["found_gone"] += expected - done
    return counts


def refuse_newcomers(work: SourceWork, writer: WriteSession) -> None:
    """Refuse where a row refers to what goes that was in no plan: the company's programs have added it.

    Raises:
        RowsChanged
    """
    newcomers, tables = Newcomers(work.captured), work.graph.tables
    looked_for = [  # what is not looked for here is named by the search
        (linked, referring(linked))
        for linked in work.captured.linked
        if linked.table.source == work.source
        and linked.table in tables
        and is_searchable(linked, tables[linked.table], max_scan_rows=work.max_scan_rows)
    ]
    writer.ahead([query for _, query in looked_for])
    for linked, query in looked_for:
        if newcomers.among(linked, writer, query):
            raise RowsChanged(table=linked.table.table)


def run_operation(writer: WriteSession, operation: Operation) -> int:
    """Run one set-based write and return how many rows it touched."""
    if operation.kind is OperationKind.DELETE:
        return writer.delete(operation.table, operation.key_columns, operation.keys)
    if not operation.per_row:
        return writer.update(operation.table, operation.key_columns, operation.keys, operation.values)
    touched = 0
    for position, key in enumerate(operation.keys):
        values = {
            **operation.values,
            **{name: column[position] for name, column in operation.per_row.items()},
        }
        touched += writer.update(operation.table, operation.key_columns, [key], values)
    return touched
