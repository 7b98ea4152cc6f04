"""The hash that an approval is bound to: more rows, another schema or a new duty give another one.

Not in it: row counts of tables, random replacement values, the order rows came in, other people's rows.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from discreet.engines.subjects.found import Persons
from discreet.engines.subjects.graph import Graph, KeepDuty
from discreet.engines.subjects.keys import canonical
from discreet.engines.subjects.plans import Decisions, Hold, Operation, Reason, TablePlan

VERSION = "discreet erasure plan 1"


def schema_fingerprint(*, graph: Graph, source: str) -> str:
    """Return a hash of the source's tables, columns and links as the data map holds them."""
    digest = hashlib.sha256()
    for ref in sorted(graph.tables):
        if ref.source != source:
            continue
        table = graph.tables[ref]
        head = (ref, table.primary_key, table.is_people, table.erase, table.keep, table.is_writable)
        _add(digest, (head, sorted(table.columns, key=lambda column: column.name)))
    for link in sorted(graph.links, key=repr):
        if source in (link.from_table.source, link.to_table.source):
            _add(digest, link)
    return digest.hexdigest()


def plan_digest(
    *,
    graph: Graph,
    tables: Sequence[TablePlan],
    operations: Mapping[str, Sequence[Operation]],
    decisions: Decisions,
    holds: Sequence[Hold],
    fingerprints: Mapping[str, str],
) -> str:
    digest = hashlib.sha256(VERSION.encode())
    for source in sorted({ref.source for ref in graph.tables}):
        _add(digest, ("source", source, schema_fingerprint(graph=graph, source=source)))
        _add(digest, ("catalogue", source, fingerprints.get(source, "")))
    _add(digest, ("shared", decisions.shared_default.value))
    for ref, choice in sorted(decisions.shared.items()):
        _add(digest, ("shared", str(ref), choice.value))
    for ref in sorted(decisions.keeps):
        _add(digest, ("keep", str(ref), _duty(decisions.keeps[ref])))
    for hold in sorted(holds, key=repr):
        _add(digest, ("hold", _duty(hold.duty), str(hold.table), sorted(hold.persons or ())))
    _add_all(digest, (_table(plan) for plan in tables))
    _add_all(digest, (_operation(one) for several in operations.values() for one in several))
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", value: object) -> None:
    digest.update(repr(value).encode("utf-8", "surrogatepass"))
    digest.update(b"\x00")


def _add_all(digest: "hashlib._Hash", parts: Iterable[bytes]) -> None:
    for part in sorted(parts):
        digest.update(part)


def _duty(duty: KeepDuty) -> tuple[tuple[str, str], ...]:
    return tuple((name, repr(value)) for name, value in sorted(asdict(duty).items()))


def _table(plan: TablePlan) -> bytes:
    part = hashlib.sha256()
    fields = sorted((one.column, one.action.value, canonical(one.value)) for one in plan.fields)
    head = (str(plan.table), plan.action.value, plan.reason.value, plan.key_columns, fields, plan.article)
    _add(part, (head, sorted(plan.kept_fields)))
    rows = (f"{key!r}>{_whose(persons)}" for key, persons in zip(plan.keys, plan.persons, strict=True))
    for row in sorted(rows):
        part.update(row.encode("utf-8", "surrogatepass"))
        part.update(b"\x00")
    return part.digest()


def _whose(persons: Persons) -> object:
    return persons if isinstance(persons, int) else sorted(persons)


def _operation(operation: Operation) -> bytes:
    """Hash what an operation does. Values of one's own per row are random, so only their columns count.

    The rows of all but the opening of circles are those of the table plans.
    """
    part = hashlib.sha256()
    values = sorted((name, canonical(value)) for name, value in operation.values.items())
    head = (operation.kind.value, str(operation.table), operation.key_columns, operation.reason.value)
    _add(part, (head, values, sorted(operation.per_row)))
    if operation.reason is not Reason.ORDER:
        return part.digest()
    for row in sorted(map(repr, operation.keys)):
        part.update(row.encode("utf-8", "surrogatepass"))
        part.update(b"\x00")
    return part.digest()
