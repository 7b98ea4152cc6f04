"""Call what apps have scheduled, from one worker at a time."""

import contextlib
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from discreet.foundation.jobs.guard import writes_only_while
from discreet.foundation.jobs.liveness import LeadLost, WorkerLife
from discreet.foundation.jobs.models import ScheduleFailure, ScheduleRun
from discreet.foundation.jobs.outcomes import log_error
from discreet.foundation.jobs.registry import Schedule, schedules
from discreet.vocabulary.errors import Refused

_TICK_S = 0.1
_REMEMBERED_FROM_S = 60.0  # rarer schedules remember over restarts when they ran
_LEAD_CHECK_S = 2.0


class ScheduleThread:
    """Runs every schedule when it is due, by the monotonic clock."""

    def __init__(self, *, life: WorkerLife, stop: threading.Event, did_something: Callable[[], None]) -> None:
        self._life = life
        self._stop = stop
        self._did_something = did_something
        self._next: dict[str, float] = {}
        self._leads = False
        self._looked_at = -_LEAD_CHECK_S
        self._failing: set[str] | None = None  # unknown: another worker may have led before

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                self._tick()
            except Exception as error:  # noqa: BLE001 - logged; tried again at the next tick
                log_error("schedules", error)
                close_old_connections()
            self._stop.wait(_TICK_S)

    def run_all_once(self) -> int:
        """Run each schedule now, the rare ones only if they are due; return how many things were done.

        For a worker without the thread. One that does not lead leaves the schedules to the one that does.
        """
        if not self._life.leads():
            return 0
        done = 0
        for schedule in list(schedules().values()):
            if self._still_to_wait(schedule) <= 0:
                done += self._call(schedule)
        return done

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._looked_at >= _LEAD_CHECK_S:
            self._leads = self._life.leads()
            self._looked_at = now
        if not self._leads:
            return
        for schedule in list(schedules().values()):
            if self._stop.is_set():
                return
            if schedule.name not in self._next:
                self._next[schedule.name] = now + self._still_to_wait(schedule)
            if now >= self._next[schedule.name]:
                self._next[schedule.name] = now + schedule.every_s
                self._call(schedule)

    def _still_to_wait(self, schedule: Schedule) -> float:
        if schedule.every_s < _REMEMBERED_FROM_S:
            return 0.0
        last = ScheduleRun.objects.filter(name=schedule.name).first()
        if last is None:
            return 0.0
        passed = (timezone.now() - last.ran_at).total_seconds()
        return max(0.0, schedule.every_s - passed) if passed >= 0 else 0.0

    def _call(self, schedule: Schedule) -> int:
        started = timezone.now()
        try:
            with writes_only_while(self._life.check_lead):
                did = schedule.function(started) or 0
        except LeadLost:
            self._leads, self._failing = False, None
            return 0
        except Exception as error:  # noqa: BLE001 - one schedule's bug must not stop the others
            log_error(f"schedule {schedule.name}", error)
            with contextlib.suppress(DatabaseError):  # said where it can be; the log says it in any case
                self._note_failure(schedule.name, error)
            return 0
        self._note_success(schedule.name)
        if schedule.every_s >= _REMEMBERED_FROM_S:
            ScheduleRun.objects.update_or_create(name=schedule.name, defaults={"ran_at": started})
        if did:
            if not schedule.takes_all:
                self._next[schedule.name] = 0.0
            self._did_something()
        return did

    def _known_failing(self) -> set[str]:
        if self._failing is None:
            ScheduleFailure.objects.exclude(name__in=list(schedules())).delete()
            self._failing = set(ScheduleFailure.objects.values_list("name", flat=True))
        return self._failing

    def _note_failure(self, name: str, error: Exception) -> None:
        if name in self._known_failing():
            return
        told = error.code if isinstance(error, Refused) else type(error).__qualname__
        ScheduleFailure.objects.create(name=name, failing_since=timezone.now(), error=told[:80])
        self._known_failing().add(name)

    def _note_success(self, name: str) -> None:
        if name in self._known_failing():
            ScheduleFailure.objects.filter(name=name).delete()
            self._known_failing().discard(name)
