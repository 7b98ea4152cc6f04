"""Run one job's workflow: its steps under the fence, its ending as an `Outcome`."""

import json
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import close_old_connections

from discreet.foundation.jobs import claims
from discreet.foundation.jobs.context import Fence, FenceLost, WorkflowContext
from discreet.foundation.jobs.guard import writes_only_while
from discreet.foundation.jobs.outcomes import (
    DONE,
    LOST,
    Outcome,
    failed,
    is_transient,
    log_error,
    parked,
    refusal_from_json,
    refusal_to_json,
)
from discreet.foundation.jobs.registry import tells_from_records, workflow_named
from discreet.vocabulary.errors import Refused

if TYPE_CHECKING:
    from discreet.foundation.jobs.engine import DurableEngine


class _Leave(BaseException):
    """Carry an error out of a step past DBOS, which records every `Exception` as the step's result."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class Runner:
    """Runs jobs on the engine's threads and hands their endings to `ended`."""

    def __init__(
        self, *, worker_id: str, engine: "type[DurableEngine]", ended: Callable[[claims.Claim, Outcome], None]
    ) -> None:
        self._worker_id = worker_id
        self._engine = engine
        self._ended = ended
        self._claims: dict[str, claims.Claim] = {}
        self._active: set[str] = set()
        self._handed_on: dict[str, tuple[claims.Claim, float]] = {}
        self._lock = threading.Lock()

    @property
    def active(self) -> int:
        return len(self._active)

    def expect(self, claim: claims.Claim) -> None:
        """Keep a claim for the thread that is about to run the job."""
        with self._lock:
            self._claims[claim.run_id] = claim
            self._active.add(claim.run_id)

    def give_up(self, claim: claims.Claim) -> None:
        """Drop a claim whose job does not run here, and remember that somebody should begin it."""
        with self._lock:
            self._claims.pop(claim.run_id, None)
            self._active.discard(claim.run_id)
            self._handed_on[claim.run_id] = (claim, time.monotonic())

    def not_begun(self, *, within_s: float) -> list[claims.Claim]:
        """Return the claims that were handed on longer ago than this; each is returned once.

        Whoever took one from the engine's queue may have died before it claimed the job.
        """
        since = time.monotonic() - within_s
        with self._lock:
            late = [claim for claim, at in self._handed_on.values() if at < since]
            for claim in late:
                del self._handed_on[claim.run_id]
        return late

    def body(self, run_id: str) -> str:
        """Run a job. This is the engine's workflow function."""
        close_old_connections()
        with self._lock:
            claim = self._claims.pop(run_id, None)
            self._active.add(run_id)
        try:
            # While this fails, as on a full disk, the job counts as handed on: it is taken back and waits again.
            claim = claim or claims.claim_running(run_id=run_id, worker=self._worker_id)
            with self._lock:
                self._handed_on.pop(run_id, None)
            if claim is None:
                return LOST.to_json()
            outcome = self._run(claim)
            self._ended(claim, outcome)
            return outcome.to_json()
        finally:
            with self._lock:
                self._active.discard(run_id)

    def _run(self, claim: claims.Claim) -> Outcome:
        fence = Fence(key=claim.key, number=claim.fence)
        context = WorkflowContext(
            key=claim.key,
            fence=fence,
            _run_step=_refuse_to_remember
            if tells_from_records(claim.workflow)
            else lambda name, call: _result(self._engine.step(name, lambda: _attempt(fence, call))),
            _run_plain=lambda call: _result(_attempt(fence, call)),
        )
        where = f"job {claim.key}"
        try:
            workflow_named(claim.workflow)(context, **claim.args)
        except Refused as refusal:
            return failed(refusal)
        except _Leave as leave:
            if isinstance(leave.error, FenceLost):
                return LOST
            log_error(where, leave.error)
            return parked(leave.error)
        except Exception as error:  # noqa: BLE001 - the edge of the house: logged, recorded, tried again
            log_error(where, error)
            return parked(error)
        return DONE


def _refuse_to_remember(name: str, _: Callable[[], object]) -> object:
    raise TypeError(f"step {name}: this workflow tells from its records; use `run`")


def _result(attempted: str) -> object:
    outcome = json.loads(attempted)
    if "refused" in outcome:
        raise refusal_from_json(outcome["refused"])
    return outcome["result"]


def _attempt(fence: Fence, call: Callable[[], object]) -> str:
    """Run a step once and return what is to be remembered as JSON.

    Raises:
        _Leave: the step is to run again, or this worker has lost the job.
    """
    try:
        with writes_only_while(fence.check):
            return json.dumps({"result": call()})
    except Refused as refusal:
        if is_transient(refusal):
            raise _Leave(refusal) from None
        return json.dumps({"refused": refusal_to_json(refusal)})
    except Exception as error:  # noqa: BLE001 - carried to the runner, which logs and records it
        raise _Leave(error) from None
