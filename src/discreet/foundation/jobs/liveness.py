"""Which workers live. A worker beats; watchers go by their own monotonic clock, so no clock jump kills one.

On the same machine a file lock tells sooner: the kernel frees it the moment a process dies.
"""

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from discreet.foundation.jobs import claims
from discreet.foundation.jobs.models import Job, JobState, Lease, Worker
from discreet.foundation.jobs.wake import wake_folder
from discreet.vocabulary.ids import new_id

LEADER = "schedules"


class LeadLost(Exception):
    """Another worker leads the schedules now."""


def lease_s() -> float:
    """Return after how many seconds without a beat a worker counts as dead."""
    return float(os.environ.get("DISCREET_LEASE_SECONDS", "10"))


@dataclass
class WorkerLife:
    """This process as a worker, and what it has seen of the others."""

    worker_id: str = field(default_factory=lambda: new_id(prefix="w", length=16))
    _lock: int = -1
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def begin(self) -> None:
        """Take the lock file and announce the worker."""
        folder = wake_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(_lock_path(folder, self.worker_id), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        Worker.objects.create(worker_id=self.worker_id, host=socket.gethostname(), pid=os.getpid())

    def beat(self) -> bool:
        """Show that this worker lives; `False` when the others have declared it dead."""
        watched = os.environ.get("DISCREET_BEAT_FILE")
        if watched:
            os.utime(watched)  # for the parent, which reads no database
        return bool(
            Worker.objects.filter(pk=self.worker_id).update(beats=F("beats") + 1, beaten_at=timezone.now())
        )

    def end(self) -> None:
        """Leave: jobs still running wait for whoever claims next; what this process yet does of them is void."""
        claims.let_go(worker=self.worker_id)
        self.forget(self.worker_id)
        os.close(self._lock)

    def dead_workers(self, *, monotonic: Callable[[], float] = time.monotonic) -> list[str]:
        """Return the workers that are certainly dead, or have not beaten for a lease as seen from here.

        Who holds a job without being announced was declared dead while it claimed.
        """
        now = monotonic()
        dead = []
        rows = dict(Worker.objects.exclude(pk=self.worker_id).values_list("worker_id", "beats"))
        for worker_id, beats in rows.items():
            seen_beats, since = self._seen.get(worker_id, (-1, now))
            if beats != seen_beats:
                since = now
            self._seen[worker_id] = (beats, since)
            if _is_lock_free(wake_folder(), worker_id) or now - since > lease_s():
                dead.append(worker_id)
        for gone in set(self._seen) - set(rows):
            del self._seen[gone]
        announced = Worker.objects.filter(pk=OuterRef("worker"))
        running = Job.objects.filter(state=JobState.RUNNING)
        dead += running.exclude(Exists(announced)).values_list("worker", flat=True).distinct()
        return dead

    def forget(self, worker_id: str) -> None:
        """Remove what a dead worker of this home left lying."""
        for path in (_lock_path(wake_folder(), worker_id), wake_folder() / f"{worker_id}.sock"):
            path.unlink(missing_ok=True)

    def leads(self) -> bool:
        """Return whether this worker leads the schedules, taking the lead when nobody alive has it."""
        lease, _ = Lease.objects.get_or_create(name=LEADER, defaults={"worker": self.worker_id})
        if lease.worker == self.worker_id:
            return True
        if Worker.objects.filter(pk=lease.worker).exists():
            return False
        return bool(Lease.objects.filter(name=LEADER, worker=lease.worker).update(worker=self.worker_id))

    def check_lead(self) -> None:
        """Return if this worker still leads.

        Raises:
            LeadLost
        """
        held = connection.in_atomic_block and connection.vendor == "postgresql"
        rows = Lease.objects.filter(name=LEADER, worker=self.worker_id)
        if (rows.select_for_update() if held else rows).first() is None:
            raise LeadLost


def _lock_path(folder: Path, worker_id: str) -> Path:
    return folder / f"{worker_id}.lock"


def _is_lock_free(folder: Path, worker_id: str) -> bool:
    """Return whether the worker's lock lies here and nobody holds it. No file here tells nothing."""
    try:
        descriptor = os.open(_lock_path(folder, worker_id), os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False
    finally:
        os.close(descriptor)


def is_any_lock_held() -> bool:
    """Return whether a worker of this home is running."""
    folder = wake_folder()
    return any(not _is_lock_free(folder, path.stem) for path in folder.glob("w_*.lock"))
