"""What an act or an app uses of the jobs: publish an event, start a workflow, register what runs.

    @act("rights.accept_erasure")
    def accept_erasure(...):
        ...
        publish(ErasureAccepted(request_id="R-1001"))
        start("rights.execute_erasure", key="R-1001", args={"request_id": "R-1001"})

    @workflow("rights.execute_erasure")                 # workflows.py
    def run(ctx: WorkflowContext, request_id: str) -> None:
        plan_id = ctx.step("capture", capture, request_id)
        ctx.step("erase", erase, plan_id, ctx.fence)

    @on(ErasureAccepted)                                # handlers.py
    def tell_recipients(event: ErasureAccepted, now: datetime) -> None: ...

    @scheduled("ledger.sequence", every_s=1)            # schedules.py
    def sequence(now: datetime) -> int: ...

Both `publish` and `start` write rows in the act's transaction: what rolls back was never started.
"""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from discreet.events.base import Event
from discreet.foundation import plain_sql
from discreet.foundation.jobs import claims
from discreet.foundation.jobs.context import Fence, FenceLost, WorkflowContext
from discreet.foundation.jobs.models import Job, OutboxEvent
from discreet.foundation.jobs.registry import on, scheduled, workflow
from discreet.foundation.jobs.wake import wake_worker
from discreet.foundation.ledger.acts import current_act
from discreet.vocabulary.ids import new_id

__all__ = [
    "Fence",
    "FenceLost",
    "WorkflowContext",
    "on",
    "publish",
    "publish_many",
    "scheduled",
    "start",
    "start_many",
    "try_again_now",
    "workflow",
]

MAX_KEY = 60
_EVENT = ("event_id", "name", "body", "published_at", "is_delivered", "attempts")


def publish(event: Event) -> None:
    """Publish an event with the running act.

    Raises:
        OutsideAct: no act is running.
    """
    publish_many([event])


def publish_many(events: Iterable[Event]) -> None:
    """Publish several events with the running act, in their order.

    Raises:
        OutsideAct: no act is running.
    """
    current_act()
    at = plain_sql.stored(timezone.now())
    rows = [(new_id(prefix="e"), event.event_name(), event.to_json(), at, False, 0) for event in events]
    plain_sql.insert(OutboxEvent._meta.db_table, _EVENT, rows, returning="id")
    transaction.on_commit(wake_worker)


def start(workflow: str, *, key: str, args: Mapping[str, str | int]) -> None:
    """Start a workflow with the running act; the same workflow and key start once, as long as the job is kept.

    A finished job is kept for `retention.KEPT_DAYS`.

    Raises:
        OutsideAct: no act is running.
        ValueError: the key is too long, or an argument is neither `str` nor `int`.
    """
    start_many(workflow, {key: args})


def start_many(workflow: str, args_by_key: Mapping[str, Mapping[str, str | int]]) -> None:
    """Start a workflow several times with the running act, as `start`, each under its own key.

    Raises:
        As `start`; none was started then.
    """
    current_act()
    for key, args in args_by_key.items():
        if not key or len(key) > MAX_KEY:
            raise ValueError("a key has 1 to 60 characters")
        if not all(type(value) in (str, int) for value in args.values()):
            raise ValueError("arguments are ids: str or int")
    Job.objects.bulk_create(
        [
            Job(key=f"{workflow}:{key}", run_id=new_id(prefix="j"), workflow=workflow, args=dict(args))
            for key, args in args_by_key.items()
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(wake_worker)


def try_again_now() -> int:
    """Try every job that waits after a failure at once: the running act has mended what failed.

    Jobs that had given up waiting are tried again, too. Returns how many there are.

    Raises:
        OutsideAct: no act is running.
    """
    current_act()
    again = claims.try_again_now()
    transaction.on_commit(wake_worker)
    return again
