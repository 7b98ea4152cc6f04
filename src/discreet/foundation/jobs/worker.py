"""The worker: claims jobs, delivers events, runs schedules, watches the other workers.

Threads: this one claims and books endings; one delivers events; one runs schedules; one beats; the engine's,
and others where the engine has nothing to remember, run the jobs. Bookkeeping commits without waiting for the
disk: after a power cut a job runs its steps again.
"""

import contextlib
import os
import queue
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from django.db import close_old_connections, connection
from django.utils import timezone

from discreet.foundation.jobs import claims, delivery
from discreet.foundation.jobs.liveness import WorkerLife, lease_s
from discreet.foundation.jobs.models import Job, JobState, OutboxEvent
from discreet.foundation.jobs.outcomes import Outcome, log_error, logger
from discreet.foundation.jobs.registry import load_all, tells_from_records
from discreet.foundation.jobs.runner import Runner
from discreet.foundation.jobs.schedules_thread import ScheduleThread
from discreet.foundation.jobs.wake import listening_socket

POLL_S = 0.25
COURTESY_S = 2.0
GRACE_S = 8.0  # for running steps when the worker is told to stop
DECLARED_DEAD = 75  # exit code
GROWTH_MB = (
    64  # a worker that is looked after and has grown by this much starts afresh when it has nothing to do
)
_SWITCH_S = 0.0005  # Python's 5 ms would let one thread hold up the start of a job for as long


@dataclass(frozen=True, slots=True)
class WorkReport:
    """What `--until-idle` left behind."""

    failed: int
    waiting: int


def worker_threads() -> int:
    return int(os.environ.get("DISCREET_WORKER_THREADS", "8"))


def resident_mb() -> float:
    """Return the memory this process holds; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class _Stop:
    """Set by a signal or by the caller; readable from every thread."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def __call__(self, *_: object) -> None:
        self.event.set()


def work(*, until_idle: bool = False, load: Callable[[], None] = load_all) -> WorkReport:
    """Run a worker in this process until a signal, or until nothing is left to do.

    `load` imports what registers workflows, handlers and schedules.
    """
    # DBOS is imported here and nowhere before: only workers pay its memory.
    from discreet.foundation.jobs.engine import DurableEngine

    load()
    sys.setswitchinterval(_SWITCH_S)
    stop = _Stop()
    signals_before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    life = WorkerLife()
    _book_without_waiting_for_the_disk()
    with _telling_why_it_ends():
        life.begin()
        loop = _Loop(life=life, engine_type=DurableEngine, stop=stop.event)
        failed_before = _failures()
    try:
        with _telling_why_it_ends():
            loop.run(until_idle=until_idle)
    finally:
        loop.close()
        with contextlib.suppress(Exception):
            life.end()
        for number, handler in signals_before.items():
            signal.signal(number, handler)
    return WorkReport(
        failed=_failures() - failed_before,
        waiting=Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).count()
        + OutboxEvent.objects.filter(is_delivered=False).count(),
    )


@contextlib.contextmanager
def _telling_why_it_ends() -> Iterator[None]:
    """Log what ends the worker: where it is supervised nobody else would. Its jobs are taken over."""
    try:
        yield
    except Exception as error:
        log_error("worker", error)
        raise


def _failures() -> int:
    from discreet.foundation.jobs.models import Delivery

    return (
        Job.objects.filter(state=JobState.FAILED).count() + Delivery.objects.exclude(failure_code="").count()
    )


def _book_without_waiting_for_the_disk() -> None:
    """Set this thread's connection so that claims and endings do not wait for the disk on SQLite."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")


class _Loop:
    """The main thread of a worker."""

    def __init__(self, *, life: WorkerLife, engine_type: type, stop: threading.Event) -> None:
        self._life = life
        self._stop = stop
        self._threads = worker_threads()
        self._endings: queue.SimpleQueue[tuple[claims.Claim, Outcome]] = queue.SimpleQueue()
        self._socket = listening_socket(life.worker_id)
        self._socket.setblocking(False)
        self._inner, self._nudge = socket.socketpair()
        self._inner.setblocking(False)
        self._nudge.setblocking(False)
        self._events_due = threading.Event()
        self._woken = False
        self._runner = Runner(worker_id=life.worker_id, engine=engine_type, ended=self._note_ending)
        self._engine = engine_type(worker_id=life.worker_id, threads=self._threads, body=self._runner.body)
        self._plain = ThreadPoolExecutor(self._threads, thread_name_prefix="plain")
        self._size_mb = resident_mb()
        self._look_at_size_at = 0.0
        self._schedules = ScheduleThread(life=life, stop=stop, did_something=self._wake_all)
        self._events_idle = threading.Event()
        self._side_threads = [
            threading.Thread(target=self._beat_on, name="beat", daemon=True),
            threading.Thread(target=self._deliver_on, name="deliver", daemon=True),
        ]

    # --- the loop ---

    def run(self, *, until_idle: bool) -> None:
        self._bury_the_dead()
        if not until_idle:
            self._side_threads.append(
                threading.Thread(target=self._schedules.run, name="schedules", daemon=True)
            )
        for thread in self._side_threads:
            thread.start()
        while not self._stop.is_set():
            self._claim_and_start()
            self._book_endings()
            if self._woken:
                self._events_due.set()
            if until_idle and self._is_idle():
                return
            if self._should_start_afresh():
                return
            self._wait()
        self._let_running_steps_end()

    def _wait(self) -> None:
        ready, _, _ = select.select([self._socket, self._inner], [], [], POLL_S)
        for readable in ready:
            with contextlib.suppress(BlockingIOError):
                while readable.recv(64):
                    pass
        self._woken = self._socket in ready

    def _claim_and_start(self) -> None:
        free = self._threads - self._runner.active
        for claim in claims.claim_waiting(worker=self._life.worker_id, limit=free, now=timezone.now()):
            self._runner.expect(claim)
            if tells_from_records(claim.workflow):
                self._plain.submit(self._runner.body, claim.run_id)
                continue
            if self._engine.start(claim.run_id):
                continue
            self._runner.give_up(claim)  # whichever worker gets it from the engine's queue claims it then
            ended = self._engine.resume(claim.run_id)
            if ended is not None:
                claims.finish([(claim, Outcome.from_json(ended))], now=timezone.now())
        for claim in self._runner.not_begun(within_s=lease_s()):
            if claims.hand_back(claim, worker=self._life.worker_id):
                logger.warning("job %s was handed on and nobody began it; it waits again", claim.key)

    def _book_endings(self) -> None:
        endings = []
        with contextlib.suppress(queue.Empty):
            while True:
                endings.append(self._endings.get_nowait())
        if endings:
            claims.finish(endings, now=timezone.now())

    def _note_ending(self, claim: claims.Claim, outcome: Outcome) -> None:
        self._endings.put((claim, outcome))
        self._wake_all()

    def _wake_all(self) -> None:
        self._events_due.set()
        with contextlib.suppress(BlockingIOError):
            self._nudge.send(b"1")

    def _is_idle(self) -> bool:
        if self._runner.active or not self._endings.empty() or not self._events_idle.is_set():
            return False
        patient = Job.objects.filter(state=JobState.WAITING, attempts__gte=4)
        open_jobs = Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).exclude(pk__in=patient)
        open_events = OutboxEvent.objects.filter(is_delivered=False, attempts__lt=4)
        if open_jobs.exists() or open_events.exists():
            return False
        return self._schedules.run_all_once() == 0 and not open_jobs.exists() and not open_events.exists()

    def _should_start_afresh(self) -> bool:
        """Say whether a large job left memory behind that Python does not give back, and nothing runs now."""
        now = time.monotonic()
        if self._runner.active or not self._endings.empty() or now < self._look_at_size_at:
            return False
        self._look_at_size_at = now + 1.0
        if "DISCREET_BEAT_FILE" not in os.environ or resident_mb() - self._size_mb < GROWTH_MB:
            return False
        waiting = Job.objects.filter(state=JobState.WAITING)
        return self._events_idle.is_set() and not waiting.exists()

    def _let_running_steps_end(self) -> None:
        until = time.monotonic() + GRACE_S
        while self._runner.active and time.monotonic() < until:
            self._book_endings()
            self._wait()
        self._book_endings()

    def close(self) -> None:
        self._stop.set()
        self._events_due.set()
        for thread in self._side_threads:
            thread.join(timeout=5)
        self._plain.shutdown(wait=False, cancel_futures=True)
        self._engine.stop()
        self._socket.close()

    # --- side threads ---

    def _beat_on(self) -> None:
        _book_without_waiting_for_the_disk()
        while not self._stop.wait(lease_s() / 4):
            self._attempt("heartbeat", self._beat)

    def _beat(self) -> None:
        if not self._life.beat():
            # The others have taken our jobs over. Leave at once, so that nothing here writes any more.
            logger.error("worker %s was declared dead and leaves", self._life.worker_id)
            os._exit(DECLARED_DEAD)
        self._bury_the_dead()

    def _bury_the_dead(self) -> None:
        for worker_id in self._life.dead_workers():
            taken = claims.take_over(dead_worker=worker_id, now=timezone.now())
            self._life.forget(worker_id)
            logger.warning("worker %s is dead; %s of its jobs were taken over", worker_id, taken)
            self._wake_all()

    def _deliver_on(self) -> None:
        while not self._stop.is_set():
            self._events_idle.clear()
            self._let_jobs_go_first()
            self._events_due.clear()
            delivered = self._attempt("delivery", lambda: delivery.deliver_once(now=timezone.now()))
            if not delivered:
                self._events_idle.set()
                self._events_due.wait(POLL_S)
            else:
                self._wake_all()

    def _let_jobs_go_first(self) -> None:
        """Wait while jobs run, for two seconds at most: the two share one processor."""
        until = time.monotonic() + COURTESY_S
        while self._runner.active and time.monotonic() < until and not self._stop.wait(0.02):
            pass

    def _attempt(self, what: str, function: Callable[[], int | None]) -> int | None:
        """Run `function`; a database that is away for a moment must not end the thread."""
        try:
            return function()
        except Exception as error:  # noqa: BLE001 - logged; tried again at the next round
            log_error(what, error)
            close_old_connections()
            return None
