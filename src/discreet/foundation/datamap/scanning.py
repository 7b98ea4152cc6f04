"""Drive a scan a step at a time: read some tables, write what they say; then links; then settle.

A step is act after I/O: no transaction is open while the source is read. After a crash the step runs again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from time import monotonic

from discreet.engines.classify.keys import Codes
from discreet.engines.classify.link_model import Candidate, LinkProposal
from discreet.engines.classify.links import candidates
from discreet.engines.classify.polymorphic import may_be_polymorphic
from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import refusals, scan_actions, source_facts
from discreet.foundation.datamap.copies import Along, CopyFound, copies_of
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import DataLink, Scan, ScanPlan, ScanTable
from discreet.foundation.datamap.proposing import Pair, is_pinyin, link_table
from discreet.foundation.datamap.scan_reading import (
    LinkTask,
    TableFindings,
    Tables,
    links_of,
    look_at,
    vanished,
)
from discreet.foundation.datamap.settling import categories_of, people_of
from discreet.foundation.organisation.queries import profile
from discreet.foundation.sources import session
from discreet.foundation.sources.catalogue import Catalogue
from discreet.foundation.sources.load import LoadBudget, Pace
from discreet.foundation.sources.refusals import SourceRefusal
from discreet.foundation.sources.transactions import ReadSession
from discreet.vocabulary.actors import Actor

TABLES_AT_ONCE = 10
LINKED_AT_ONCE = 20
LONGEST_STEP_S = 5.0  # then what was found is written, and whether somebody paused the scan is looked at


class Step(StrEnum):
    """What a step came to: more to do, nothing any more, or a rest until the plan's hours."""

    MORE = "more"
    OVER = "over"
    WAITS = "waits"


def budget_of(source: str) -> LoadBudget:
    """Return what the plan of a source allows a scan to ask of it."""
    plan = ScanPlan.objects.filter(source=source).first()
    if plan is None:
        return LoadBudget()
    hours = None
    if plan.from_hour is not None and plan.to_hour is not None:
        hours = (time(plan.from_hour), time(plan.to_hour))
    return LoadBudget(plan.statements_per_minute, plan.rows_per_s, hours)


@dataclass
class Driver:
    """Drives one scan in one process; it keeps the source's tables and what was worked out about links."""

    scan_id: int
    attempt: int
    actor: Actor
    pace: Pace = field(default_factory=lambda: Pace(LoadBudget()))
    _catalogue: Catalogue | None = None
    _tables: Tables | None = None
    _candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    _categories: dict[TableRef, dict[str, str]] = field(default_factory=dict)

    def step(self, now: datetime) -> Step:
        """Do the next part of the work.

        Raises:
            SourceRefusal: the source is away; the step may be tried again.
        """
        scan = Scan.objects.filter(id=self.scan_id).first()
        if scan is None or scan.state != "running" or scan.attempt != self.attempt:
            return Step.OVER
        budget = budget_of(scan.source)
        if budget != self.pace.budget:
            self.pace = Pace(budget)
        if not budget.is_open(now.astimezone(profile().zone)):
            scan_actions.pause_scan(actor=self.actor, now=now, source=scan.source, until_hours=True)
            return Step.WAITS
        try:
            if scan.phase == "tables":
                self._read_tables(scan, now)
            elif scan.phase == "links":
                self._read_links(scan, now)
            else:
                scan_actions.settle_scan(
                    actor=self.actor,
                    now=now,
                    scan_id=scan.id,
                    attempt=self.attempt,
                    catalogue=self._described(scan.source),
                )
        except refusals.NoScan:
            return Step.OVER
        return Step.MORE

    def give_up(self, now: datetime, code: str) -> None:
        """End the scan with a failure, unless somebody else has it."""
        scan = Scan.objects.filter(id=self.scan_id, attempt=self.attempt, state="running").first()
        if scan is not None:
            scan_actions.stop_scan(actor=self.actor, now=now, source=scan.source, failure=code)

    def wait_s(self, now: datetime) -> float:
        """Return how long the source is to be left alone before the next step.

        0 outside the hours of its plan: the step then says that the scan rests.
        """
        local = now.astimezone(profile().zone)
        return self.pace.wait_s(local) if self.pace.budget.is_open(local) else 0.0

    def _described(self, source: str) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = source_facts.described(source)
        return self._catalogue

    def _paid(self, now: datetime, *, statements: int, rows: int) -> None:
        self.pace = self.pace.after(now=now, statements=statements, rows=rows)

    def _read_tables(self, scan: Scan, now: datetime) -> None:
        catalogue = self._described(scan.source)
        size = 1 if self.pace.budget.rows_per_s or self.pace.budget.statements_per_minute else TABLES_AT_ONCE
        rows = list(scan.tables.filter(is_done=False).select_related("table").order_by("id")[:size])
        pinyin = is_pinyin(catalogue)
        findings: list[TableFindings] = []
        until = monotonic() + LONGEST_STEP_S
        away: SourceRefusal | KeyboardInterrupt | None = None
        with session.read(scan.source) as reading:
            for row in rows:
                info = catalogue.table(ref_of(row.table))
                if info is None:
                    findings.append(vanished(ref_of(row.table)))
                    continue
                try:
                    findings.append(look_at(reading, info, is_pinyin=pinyin))
                except (SourceRefusal, KeyboardInterrupt) as refusal:
                    away = refusal
                    break
                if monotonic() > until:
                    break
            statements, rows_read = reading.statements, reading.rows
        self._paid(now, statements=statements, rows=rows_read)
        if findings or away is None:
            scan_actions.take_findings(
                actor=self.actor,
                now=now,
                scan_id=scan.id,
                attempt=self.attempt,
                findings=findings,
                statements=statements,
            )
        if away is not None:
            raise away

    def _link_tables(self, catalogue: Catalogue, scan: Scan) -> Tables:
        if self._tables is None:
            categories = self._categories = categories_of(catalogue.source)
            links = DataLink.objects.filter(from_table__source=catalogue.source, is_declared=True)
            pairs = [
                Pair(ref_of(link.from_table), ref_of(link.to_table))
                for link in links.select_related("from_table", "to_table")
            ]
            people = people_of(catalogue, pairs)
            codes = {
                ref_of(row.table): {name: Codes(*parts) for name, parts in row.codes.items()}
                for row in scan.tables.select_related("table")
            }
            tables = [
                link_table(
                    table,
                    categories.get(table.ref, {}),
                    people[table.ref].kind if people[table.ref].is_people else "",
                    codes.get(table.ref, {}),
                )
                for table in catalogue.tables
            ]
            self._tables = Tables(catalogue.tables, tables)
            for candidate in candidates(tables):
                self._candidates.setdefault(candidate.table, []).append(candidate)
        return self._tables

    def _read_links(self, scan: Scan, now: datetime) -> None:
        catalogue = self._described(scan.source)
        tables = self._link_tables(catalogue, scan)
        near = {info.ref: table for info, table in zip(catalogue.tables, tables.all, strict=True)}
        rows = list(scan.tables.filter(is_linked=False).select_related("table").order_by("id"))
        tasks: list[tuple[ScanTable, LinkTask]] = []
        passed: list[int] = []
        for row in rows:
            ref = ref_of(row.table)
            wanted = self._candidates.get(near[ref].key, []) if ref in near else []
            is_linked = wanted or catalogue.by_ref[ref].foreign_keys if ref in near else False
            if ref not in near or row.refusal or not (is_linked or may_be_polymorphic(near[ref])):
                passed.append(row.id)
                continue
            tasks.append((row, LinkTask(catalogue.by_ref[ref], near[ref], wanted)))
            if len(tasks) >= (1 if self.pace.budget != LoadBudget() else LINKED_AT_ONCE):
                break
        found: list[tuple[int, Sequence[LinkProposal]]] = [(row_id, ()) for row_id in passed]
        copies: list[tuple[int, CopyFound]] = []
        statements, until = 0, monotonic() + LONGEST_STEP_S
        away: SourceRefusal | KeyboardInterrupt | None = None
        if tasks:
            with session.read(scan.source) as reading:
                for row, task in tasks:
                    try:
                        links = links_of(reading, task, tables)
                        seen = self._copies(reading, task, links, tables)
                    except (SourceRefusal, KeyboardInterrupt) as refusal:
                        away = refusal
                        break
                    found.append((row.id, links))
                    copies += [(row.table_id, each) for each in seen]
                    if monotonic() > until:
                        break
                statements = reading.statements
                self._paid(now, statements=statements, rows=reading.rows)
        if found or away is None:
            scan_actions.take_links(
                actor=self.actor,
                now=now,
                scan_id=scan.id,
                attempt=self.attempt,
                catalogue=catalogue,
                found=found,
                copies=copies,
                statements=statements,
            )
        if away is not None:
            raise away

    def _copies(
        self, reading: ReadSession, task: LinkTask, links: Sequence[LinkProposal], tables: Tables
    ) -> list[CopyFound]:
        """Compare a table with the people that its declared and its found links lead to."""
        people = {tables.by_key[each.key].ref: tables.by_key[each.key] for each in tables.all if each.people}
        ends = [
            Along(key.columns, people[key.to_table], key.to_columns)
            for key in task.table.foreign_keys
            if key.to_table in people
        ]
        for link in links:
            one, far = link.candidate, tables.by_key[link.candidate.far_table]
            if far.ref in people and not one.is_actor and not one.discriminator:
                ends.append(Along(one.columns, far, one.far_columns))
        return [
            found
            for along in ends
            if along.far.ref != task.table.ref
            for found in copies_of(
                reading,
                task.table,
                along,
                categories=self._categories.get(task.table.ref, {}),
                far_categories=self._categories.get(along.far.ref, {}),
            )
        ]
