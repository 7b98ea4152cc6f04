"""Tell staff which requests wait because something outside keeps failing, and take it back when it is over.

The jobs themselves go on trying. What they wait for, such as a rotated password, a person must mend.
"""

from datetime import datetime

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.cases.refusals import CaseClosed, UnknownCase, UnknownTask
from discreet.foundation.jobs.queries import JobView, stuck_jobs
from discreet.mechanisms.rights import queries
from discreet.vocabulary.actors import SYSTEM, Role
from discreet.vocabulary.text import gettext_noop

TASK = "waits"
TASK_WAITS = gettext_noop(
    "The work on this request keeps failing and is tried again. `discreet doctor` says more."
)
_WORKFLOWS = (
    "rights.locate",
    "rights.match_again",
    "rights.prepare",
    "rights.deliver",
    "rights.erase",
    "rights.correct",
    "rights.go_on",
    "rights.search_again",
)
_LONGEST_TEXT = 160


def tell_of_waiting(now: datetime) -> int:
    """Keep one task a request, or batch, that waits; return how many were given or taken back."""
    wanted = {}
    for job in stuck_jobs(workflows=_WORKFLOWS):
        number = _request_of(job)
        if number:
            wanted[number] = _text(job)
    known = open_tasks(TASK)
    new = {number: text for number, text in wanted.items() if known.get(number) != text}
    return sum(_give(now, number, *text) for number, text in new.items()) + sum(
        _take_back(now, number) for number in known.keys() - wanted.keys()
    )


def _request_of(job: JobView) -> str:
    """Return the request that stands for the job: of a batch the first one."""
    if "number" in job.args:
        return str(job.args["number"])
    return next(iter(queries.requests_of(int(job.args["batch_id"]))), "")


def _text(job: JobView) -> tuple[str, dict[str, str | int]]:
    is_short = 0 < len(job.failure_message) <= _LONGEST_TEXT
    return (job.failure_message, job.failure_params) if is_short else (TASK_WAITS, {})


def _give(now: datetime, number: str, what: str, params: dict[str, str | int]) -> int:
    task = cases.NewTask(
        key=TASK,
        what=what,
        params=tuple(params.items()),
        role=Role.ADMINISTRATOR,
        url_name="datamap:front",
    )
    try:
        cases.add_task(actor=SYSTEM, now=now, number=number, task=task)
    except (CaseClosed, UnknownCase):
        return 0
    return 1


def _take_back(now: datetime, number: str) -> int:
    try:
        cases.drop_task(actor=SYSTEM, now=now, number=number, key=TASK)
    except (CaseClosed, UnknownCase, UnknownTask):
        return 0
    return 1
