"""Read how scans of a source stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.datamap import driving
from discreet.foundation.datamap.differences import Difference
from discreet.foundation.datamap.models import Scan, ScanPlan
from discreet.foundation.datamap.scan_actions import OPEN, PlanOfScans
from discreet.foundation.jobs import queries as jobs


@dataclass(frozen=True, slots=True)
class Refusal:
    """A table that could not be read."""

    table: str
    code: str


@dataclass(frozen=True, slots=True)
class ScanView:
    id: int
    source: str
    state: str
    phase: str
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    tables_total: int
    tables_done: int
    links_done: int
    statements: int
    rows_read: int
    failure: str
    refused: tuple[Refusal, ...]
    differences: tuple[Difference, ...]
    is_first: bool
    attempt: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int:
        """How much is done: reading tables counts for nine tenths."""
        if self.state == "done":
            return 100
        total = max(1, self.tables_total)
        return min(99, int(90 * self.tables_done / total + 9 * self.links_done / total))


def _view(scan: Scan) -> ScanView:
    refused = scan.tables.exclude(refusal="").select_related("table").order_by("id")
    return ScanView(
        id=scan.id,
        source=scan.source,
        state=scan.state,
        phase=scan.phase,
        started_by=scan.started_by,
        started_at=scan.started_at,
        ended_at=scan.ended_at,
        tables_total=scan.tables_total,
        tables_done=scan.tables_done,
        links_done=scan.links_done,
        statements=scan.statements,
        rows_read=scan.rows_read,
        failure=scan.failure,
        refused=tuple(Refusal(row.table.name, row.refusal) for row in refused),
        differences=tuple(Difference.from_json(each) for each in scan.differences),
        is_first=not Scan.objects.filter(source=scan.source, state="done", id__lt=scan.id).exists(),
        attempt=scan.attempt,
    )


def latest(source: str) -> ScanView | None:
    """Return the newest scan of a source."""
    scan = Scan.objects.filter(source=source).order_by("-id").first()
    return _view(scan) if scan is not None else None


def scan(scan_id: int) -> ScanView | None:
    """Return a scan."""
    found = Scan.objects.filter(id=scan_id).first()
    return _view(found) if found is not None else None


@dataclass(frozen=True, slots=True)
class Halt:
    """Why nobody reads a scan that is not over. `message` is an English template, "" where nothing failed."""

    message: str
    params: Mapping[str, str | int]
    is_tried_again: bool
    has_worker: bool


def halt_of(view: ScanView) -> Halt | None:
    """Return why a running scan stands still; None where somebody drives it, or it does not run."""
    if view.state != "running" or driving.is_driven(view.source):
        return None
    job = jobs.job(workflow="datamap.scan", key=f"{view.id}-{view.attempt}")
    if job is None:
        return Halt("", {}, is_tried_again=False, has_worker=False)
    is_open = job.state in ("waiting", "running")
    return Halt(job.failure_message, job.failure_params, is_tried_again=is_open, has_worker=True)


def scans_of(source: str, *, at_most: int = 20) -> list[ScanView]:
    """Return the newest scans of a source, newest first."""
    return [_view(scan) for scan in Scan.objects.filter(source=source).order_by("-id")[:at_most]]


@dataclass(frozen=True, slots=True)
class ScanLine:
    """A scan in a list of past ones."""

    id: int
    state: str
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    tables_total: int
    differences: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def scan_lines(source: str, *, at_most: int = 10) -> list[ScanLine]:
    """Return the newest scans of a source in short, newest first: one statement."""
    rows = Scan.objects.filter(source=source).order_by("-id")[:at_most]
    return [
        ScanLine(
            row.id,
            row.state,
            row.started_by,
            row.started_at,
            row.ended_at,
            row.tables_total,
            len(row.differences),
        )
        for row in rows
    ]


def plan_of(source: str) -> PlanOfScans:
    """Return how a source is scanned."""
    row = ScanPlan.objects.filter(source=source).first()
    if row is None:
        return PlanOfScans()
    hours = (row.from_hour, row.to_hour) if row.from_hour is not None and row.to_hour is not None else None
    return PlanOfScans(row.every_days, row.statements_per_minute, row.rows_per_s, hours, row.owner)
