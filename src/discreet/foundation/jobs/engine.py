"""The only file that knows DBOS: it remembers each step's result and never runs one execution twice at once.

One DBOS workflow, `discreet.job`, runs every job; its id is the job's `run_id`. What DBOS stores is JSON made of
ids and counts, read back without pickle. Losing its database loses no job: our `Job` rows start again, and
their steps, being idempotent, find their work done.
"""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

import dbos._dbos
import sqlalchemy
from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos._core import WorkflowHandleFuture
from dbos._serialization import Serializer
from django.conf import settings
from django.db import connection

_MOST_LISTED = 2000  # far more than jobs that wait or failed: they do not hide what is over
_DELETED_AT_ONCE = 200
APPLICATION_VERSION = "discreet-1"  # pinned: every process of an installation may resume every job


class _Json(Serializer):
    """JSON alone: a changed database must not be able to run code through pickle."""

    def serialize(self, data: Any) -> str:
        if isinstance(data, BaseException):
            return json.dumps({"error": type(data).__name__})
        return json.dumps(data)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "discreet_json"


def _system_database_url() -> str:
    if connection.vendor == "postgresql":
        options = connection.settings_dict
        return sqlalchemy.URL.create(
            "postgresql+psycopg",
            username=options["USER"] or None,
            password=options["PASSWORD"] or None,
            host=options["HOST"] or None,
            port=int(options["PORT"]) if options["PORT"] else None,
            database=options["NAME"],
        ).render_as_string(hide_password=False)
    return f"sqlite:///{settings.DISCREET_HOME / 'jobs.sqlite3'}"


def _prepare_sqlite() -> None:
    """Put the system database in WAL before DBOS opens it."""
    path = settings.DISCREET_HOME / "jobs.sqlite3"
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with engine.connect() as link:
        link.exec_driver_sql("PRAGMA journal_mode=WAL")
    engine.dispose()
    path.chmod(0o600)


def _set_sqlite_pragmas(engine: sqlalchemy.Engine) -> None:
    # NORMAL: after a power cut the last steps may run again, which steps must bear anyway.
    @sqlalchemy.event.listens_for(engine, "connect")
    def on_connect(link: Any, _record: Any) -> None:
        link.execute("PRAGMA synchronous=NORMAL")

    engine.dispose()


class DurableEngine:
    """DBOS with our one workflow. `body(run_id)` runs a job and returns its outcome as text."""

    def __init__(self, *, worker_id: str, threads: int, body: Callable[[str], str]) -> None:
        if connection.vendor == "sqlite":
            _prepare_sqlite()
        config: DBOSConfig = {
            "name": "discreet",
            "system_database_url": _system_database_url(),
            "application_version": APPLICATION_VERSION,
            "executor_id": worker_id,
            "log_level": "CRITICAL",  # its messages quote exceptions; ours name them
            "max_executor_threads": threads + 2,  # two for DBOS's own calls
            "sys_db_pool_size": threads + 4,
            "serializer": _Json(),
            "scheduler_polling_interval_sec": 3600.0,
            "notification_listener_polling_interval_sec": 0.2,  # it sleeps this long before it can end
            "use_listen_notify": False,
        }
        DBOS(config=config)

        @DBOS.workflow(name="discreet.job", max_recovery_attempts=None)
        def run(run_id: str) -> str:
            return body(run_id)

        self._run = run
        DBOS.launch()
        instance = dbos._dbos._dbos_global_instance
        if instance is None:
            raise RuntimeError("DBOS did not launch")
        self._instance = instance
        if connection.vendor == "sqlite":
            _set_sqlite_pragmas(instance._sys_db.engine)

    def start(self, run_id: str) -> bool:
        """Start the job on this worker's threads; `False` when DBOS knows it already."""
        with SetWorkflowID(run_id):
            handle = DBOS.start_workflow(self._run, run_id)
        return isinstance(handle, WorkflowHandleFuture)

    def resume(self, run_id: str) -> str | None:
        """Hand a known job to DBOS's queue; return its outcome when it is over already.

        A run that was parked or lost is rewound to the first step without a result.
        """
        status = DBOS.get_workflow_status(run_id)
        if status is None:
            raise LookupError(run_id)
        if status.status == "SUCCESS" and not _is_to_run_again(status.output):
            return str(status.output)
        if status.status in ("SUCCESS", "ERROR"):
            steps = DBOS.list_workflow_steps(run_id)
            DBOS.rewind_workflow(run_id, start_step=len(steps) + 1, application_version=APPLICATION_VERSION)
        else:
            DBOS.resume_workflow(run_id)
        return None

    @staticmethod
    def step(name: str, call: Callable[[], str]) -> str:
        """Run `call` as the next step of the running workflow, or return what it returned before."""
        result: str = DBOS.run_step({"name": name}, call)
        return result

    def stop(self) -> None:
        DBOS.destroy(workflow_completion_timeout_sec=0)


def forget_runs(*, before: datetime, needed: Callable[[Sequence[str]], Collection[str]]) -> int:
    """Delete what DBOS remembers of old runs that no job needs; return how many. Nothing where it does not run.

    A run that no job names is never started again: run ids are random.
    """
    if dbos._dbos._dbos_global_instance is None:
        return 0
    found = DBOS.list_workflows(
        end_time=before.isoformat(), limit=_MOST_LISTED, load_input=False, load_output=False
    )
    run_ids = [status.workflow_id for status in found]
    kept = set(needed(run_ids))
    gone = [run_id for run_id in run_ids if run_id not in kept]
    for start in range(0, len(gone), _DELETED_AT_ONCE):
        DBOS.delete_workflows(gone[start : start + _DELETED_AT_ONCE])
    return len(gone)


def _is_to_run_again(output: object) -> bool:
    return json.loads(str(output))[0] in ("parked", "lost")
