"""Acts of a scan: begin, take in what was found, settle, pause, go on, stop.

A scan only proposes. What a person confirmed stays; where values say otherwise, the difference is told.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from discreet.engines.classify.link_model import LinkKind, LinkProposal
from discreet.engines.classify.model import Verdict
from discreet.engines.subjects.graph import LinkRole, Match, TableRef
from discreet.events.datamap import MapChanged, ScanFinished
from discreet.foundation.datamap import actions, changes, differences, reasons, refusals
from discreet.foundation.datamap.copies import CopyFound
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import (
    DataCopy,
    DataField,
    DataLink,
    DataTable,
    Scan,
    ScanPlan,
    ScanTable,
)
from discreet.foundation.datamap.scan_reading import TableFindings
from discreet.foundation.datamap.schema_sync import set_people, set_verdict
from discreet.foundation.datamap.settling import settled
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, catalogue_facts, record
from discreet.foundation.sources.catalogue import Catalogue
from discreet.vocabulary.actors import Actor

OPEN = ("running", "paused", "waiting")


@dataclass(frozen=True, slots=True)
class Begun:
    """`attempt` tells who drives the scan: a driver of an older attempt stops."""

    scan_id: int
    attempt: int
    is_new: bool


def _open_scan(source: str) -> Scan | None:
    return Scan.objects.select_for_update().filter(source=source, state__in=OPEN).first()


def _scan(scan_id: int) -> Scan:
    scan = Scan.objects.select_for_update().filter(id=scan_id).first()
    if scan is None:
        raise refusals.NoScan
    return scan


def _about(scan: Scan) -> str:
    return f"source:{scan.source}"


@act("datamap.start_scan")
def start_scan(*, actor: Actor, now: datetime, source: str, by_worker: bool = True) -> Begun:
    """Begin to scan a described source, or take up the scan that is open.

    With `by_worker`, a worker drives it; else the caller does.

    Raises:
        NothingToScan: the source has no tables.
    """
    scan = _open_scan(source)
    is_new = scan is None
    if scan is None:
        tables = list(DataTable.objects.filter(source=source, is_gone=False).order_by("schema", "name"))
        if not tables:
            raise refusals.NothingToScan(source=source)
        scan = Scan.objects.create(
            source=source, state="running", started_by=actor.label, started_at=now, tables_total=len(tables)
        )
        before: dict[int, dict[str, str]] = {table.id: {} for table in tables}
        for field in DataField.objects.filter(table__source=source, table__is_gone=False, is_gone=False):
            before[field.table_id][field.name] = field.category
        ScanTable.objects.bulk_create(
            [ScanTable(scan=scan, table=table, before=before[table.id]) for table in tables], batch_size=200
        )
    else:
        scan.attempt, scan.state = scan.attempt + 1, "running"
        scan.save()
    if by_worker:
        _drive(scan)
    facts: dict[str, Json] = {"scan": scan.id, "tables": scan.tables_total, "attempt": scan.attempt}
    record(actor=actor, now=now, subject=_about(scan), facts=facts)
    return Begun(scan_id=scan.id, attempt=scan.attempt, is_new=is_new)


def _drive(scan: Scan) -> None:
    start(
        "datamap.scan",
        key=f"{scan.id}-{scan.attempt}",
        args={"scan_id": scan.id, "attempt": scan.attempt},
    )


@act("datamap.take_findings")
def take_findings(
    *,
    actor: Actor,
    now: datetime,
    scan_id: int,
    attempt: int,
    findings: Sequence[TableFindings],
    statements: int,
) -> None:
    """Write what samples say about tables; fields that a person confirmed stay as they are.

    Raises:
        NoScan: another driver took the scan over, or it was stopped. One that was paused meanwhile keeps it.
    """
    scan = _driven(scan_id, attempt, *OPEN)
    rows = {ref_of(row.table): row for row in scan.tables.select_related("table").filter(is_done=False)}
    taken = [(rows[found.table], found) for found in findings if found.table in rows]
    fields: dict[int, dict[str, DataField]] = {row.table_id: {} for row, _ in taken}
    for each in DataField.objects.filter(table_id__in=fields, is_gone=False):
        fields[each.table_id][each.name] = each
    written = []
    for row, found in taken:
        row.is_done, row.refusal = True, found.refusal
        row.codes = {name: astuple(codes) for name, codes in found.codes.items()}
        if found.rows is not None:
            row.table.estimated_rows = found.rows
        row.if_owned = {name: _stored(verdict) for name, verdict in found.if_owned.items()}
        for name, verdict in found.verdicts.items():
            field = fields[row.table_id].get(name)
            if field is not None and field.confirmed_at is None:
                set_verdict(field, verdict)
                written.append(field)
            elif field is not None and verdict.category != field.category:
                row.if_owned = {**row.if_owned, "\0" + name: _stored(verdict)}
    columns = ["category", "confidence_percent", "reasons", "hidden"]
    DataField.objects.bulk_update(written, columns, batch_size=100)
    ScanTable.objects.bulk_update(
        [row for row, _ in taken], ["is_done", "refusal", "if_owned", "codes"], batch_size=100
    )
    DataTable.objects.bulk_update([row.table for row, _ in taken], ["estimated_rows"], batch_size=100)
    scan.tables_done = scan.tables.filter(is_done=True).count()
    scan.rows_read += sum(found.rows_read for found in findings)
    scan.statements += statements
    if not scan.tables.filter(is_done=False).exists():
        scan.phase, scan.links_total = "links", scan.tables_total
    scan.save()
    refused = [[row.table.name, row.refusal] for row, _ in taken if row.refusal]
    personal = sum(field.category != "none" for field in written)
    facts = catalogue_facts(
        {
            "scan": scan.id,
            "tables": len(taken),
            "fields": len(written),
            "personal": personal,
            "refused": refused,
        }
    )
    record(actor=actor, now=now, subject=_about(scan), facts=facts)


def _stored(verdict: Verdict) -> list[object]:
    return [
        verdict.category,
        verdict.confidence_percent,
        reasons.to_json(verdict.reasons),
        reasons.hidden_to_json(verdict.hidden),
    ]


def _driven(scan_id: int, attempt: int, *states: str) -> Scan:
    scan = _scan(scan_id)
    if scan.state not in (states or ("running",)) or scan.attempt != attempt:
        raise refusals.NoScan
    return scan


@act("datamap.take_links")
def take_links(
    *,
    actor: Actor,
    now: datetime,
    scan_id: int,
    attempt: int,
    catalogue: Catalogue,
    found: Sequence[tuple[int, Sequence[LinkProposal]]],
    copies: Sequence[tuple[int, CopyFound]],
    statements: int,
) -> None:
    """Write the links proposed for some tables (row of the scan, links) and the copies seen along them.

    Links that a person decided stay.

    Raises:
        NoScan: as `take_findings`.
    """
    scan = _driven(scan_id, attempt, *OPEN)
    by_key = {
        (f"{row.schema}.{row.name}" if row.schema else row.name): row
        for row in DataTable.objects.filter(source=catalogue.source, is_gone=False)
    }
    count = sum(_write_links(by_key, proposals) for _, proposals in found)
    looked_at = scan.tables.filter(id__in=[row_id for row_id, _ in found])
    DataCopy.objects.filter(table_id__in=looked_at.values("table_id")).delete()
    DataCopy.objects.bulk_create(
        [_copy(by_key, table_id, copy) for table_id, copy in copies], ignore_conflicts=True
    )
    looked_at.update(is_linked=True)
    scan.links_done = scan.tables.filter(is_linked=True).count()
    scan.statements += statements
    if not scan.tables.filter(is_linked=False).exists():
        scan.phase = "settle"
    scan.save()
    facts: dict[str, Json] = {"scan": scan.id, "tables": len(found), "links": count, "copies": len(copies)}
    record(actor=actor, now=now, subject=_about(scan), facts=facts)


def _key(ref: TableRef) -> str:
    return f"{ref.schema}.{ref.table}" if ref.schema else ref.table


def _copy(by_key: dict[str, DataTable], table_id: int, copy: CopyFound) -> DataCopy:
    return DataCopy(
        table_id=table_id,
        column=copy.column,
        through=list(copy.through),
        far_table=by_key[_key(copy.far_table.ref)],
        far_column=copy.far_column,
        percent=copy.percent,
        compared=copy.compared,
    )


def _write_links(by_key: dict[str, DataTable], proposals: Sequence[LinkProposal]) -> int:
    for proposal in proposals:
        one = proposal.candidate
        row, is_made = DataLink.objects.get_or_create(
            from_table=by_key[one.table],
            from_columns=list(one.columns),
            to_table=by_key[one.far_table],
            to_columns=list(one.far_columns),
            discriminator_column=one.discriminator,
            discriminator_value=one.discriminator_value,
            defaults={"role": LinkRole.LOOKUP.value, "match": _match(one.kind, one.category).value},
        )
        if is_made or row.confirmed_at is None:
            row.kind, row.is_actor = one.kind.value, one.is_actor
            row.confidence_percent, row.reasons = (
                proposal.confidence_percent,
                reasons.to_json(proposal.reasons),
            )
            row.save()
    return len(proposals)


def _match(kind: LinkKind, category: str) -> Match:
    """Return how the ends of a copy are compared: addresses and numbers as the one normaliser does."""
    if kind is not LinkKind.COPY:
        return Match.EXACT
    return {"email": Match.EMAIL, "phone": Match.PHONE}.get(category, Match.EXACT)


@act("datamap.settle_scan")
def settle_scan(*, actor: Actor, now: datetime, scan_id: int, attempt: int, catalogue: Catalogue) -> None:
    """Say whose rows are whose, give links their roles, tell the difference since the last scan, and end.

    Raises:
        NoScan: as `take_findings`.
    """
    scan = _driven(scan_id, attempt)
    result = settled(catalogue, scan)
    for table, verdict in result.people:
        set_people(table, verdict)
    DataTable.objects.bulk_update(
        [table for table, _ in result.people],
        ["is_people", "people_kind", "confidence_percent", "reasons"],
        batch_size=100,
    )
    DataField.objects.bulk_update(
        result.fields, ["category", "confidence_percent", "reasons", "hidden"], batch_size=100
    )
    DataLink.objects.bulk_update(result.links, ["role"], batch_size=100)
    DataLink.objects.filter(id__in=result.outdated_links).delete()
    scan.differences = [each.to_json() for each in differences.of(scan)]
    scan.state, scan.ended_at = "done", now
    scan.save()
    changes.take(actor=actor, now=now, scan=scan)
    publish(ScanFinished(source=scan.source, scan_id=scan.id))
    facts: dict[str, Json] = {
        "scan": scan.id,
        "tables": scan.tables_total,
        "refused": scan.tables.exclude(refusal="").count(),
        "rows_read": scan.rows_read,
        "statements": scan.statements,
        "differences": len(scan.differences),
    }
    number = actions.raise_version()
    record(actor=actor, now=now, subject=_about(scan), facts={**facts, "map_version": number})
    publish(MapChanged(source=scan.source, map_version=number))


@act("datamap.pause_scan")
def pause_scan(
    *, actor: Actor, now: datetime, source: str, until_hours: bool = False, attempt: int | None = None
) -> None:
    """Let a scan rest; with `until_hours`, until the hours its plan allows.

    A driver names its `attempt`: it does not stop another one that took the scan over.

    Raises:
        NoScan: none is open.
    """
    scan = _open_scan(source)
    if scan is None or attempt not in (None, scan.attempt):
        raise refusals.NoScan
    scan.state = "waiting" if until_hours else "paused"
    scan.save()
    record(actor=actor, now=now, subject=_about(scan), facts={"scan": scan.id, "state": scan.state})


@act("datamap.stop_scan")
def stop_scan(*, actor: Actor, now: datetime, source: str, failure: str = "") -> None:
    """End a scan before it is done. What it found so far stays as proposals.

    Raises:
        NoScan: none is open.
    """
    scan = _open_scan(source)
    if scan is None:
        raise refusals.NoScan
    scan.state, scan.ended_at, scan.failure = ("failed" if failure else "stopped"), now, failure[:60]
    scan.save()
    facts: dict[str, Json] = {"scan": scan.id, "state": scan.state, "failure": scan.failure}
    record(actor=actor, now=now, subject=_about(scan), facts=facts)


@dataclass(frozen=True, slots=True)
class PlanOfScans:
    """How a source is scanned. None: never by itself; without a limit; at any hour."""

    every_days: int | None = None
    statements_per_minute: int | None = None
    rows_per_s: int | None = None
    hours: tuple[int, int] | None = None
    owner: str = ""


@act("datamap.set_scan_plan")
def set_scan_plan(*, actor: Actor, now: datetime, source: str, plan: PlanOfScans) -> None:
    """Say how often, how hard and when a source is scanned, and who owns what is new in it.

    Raises:
        BadScanPlan: a number makes no sense.
    """
    numbers = (plan.every_days, plan.statements_per_minute, plan.rows_per_s)
    is_bad_hours = plan.hours is not None and (
        plan.hours[0] == plan.hours[1] or not all(0 <= hour <= 23 for hour in plan.hours)
    )
    if is_bad_hours or not all(number is None or 1 <= number <= 1_000_000_000 for number in numbers):
        raise refusals.BadScanPlan
    if plan.every_days is not None and plan.every_days > 3660:
        raise refusals.BadScanPlan
    start_hour, end_hour = plan.hours or (None, None)
    ScanPlan.objects.update_or_create(
        source=source,
        defaults={
            "every_days": plan.every_days,
            "statements_per_minute": plan.statements_per_minute,
            "rows_per_s": plan.rows_per_s,
            "from_hour": start_hour,
            "to_hour": end_hour,
            "owner": plan.owner,
        },
    )
    facts: dict[str, Json] = {
        "every_days": plan.every_days,
        "statements_per_minute": plan.statements_per_minute,
        "rows_per_s": plan.rows_per_s,
        "from_hour": start_hour,
        "to_hour": end_hour,
        "owner": plan.owner,
    }
    record(actor=actor, now=now, subject=f"source:{source}", facts=facts)
