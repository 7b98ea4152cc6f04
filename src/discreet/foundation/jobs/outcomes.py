"""How a run of a workflow ended, and when it is tried again."""

import errno
import importlib
import json
import logging
import traceback
from dataclasses import dataclass
from enum import StrEnum

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

logger = logging.getLogger("discreet.jobs")

FIRST_GAP_S = 0.5
LONGEST_GAP_S = 300.0
MOST_TRIES = 300  # about a day of a source that is away
MOST_TRIES_OF_A_BUG = 5
MOST_DEATHS = 3  # once among others, which may have been to blame, and twice by itself
DIED = "jobs.worker_died"
WORKER_DIED = gettext_noop(
    "The program ended %(deaths)s times while it worked on this, so it stopped trying. "
    "`discreet work --again` tries again."
)
_DISK_FULL = frozenset({"SQLITE_FULL", "53100", "ENOSPC", "EDQUOT"})


class Ending(StrEnum):
    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"  # to be tried again
    LOST = "lost"  # another worker has it


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one run. A refusal travels as its code, English template and parameters."""

    ending: Ending
    code: str = ""
    message: str = ""
    params: tuple[tuple[str, str | int], ...] = ()
    is_transient: bool = False

    def to_json(self) -> str:
        return json.dumps([str(self.ending), self.code, self.message, dict(self.params), self.is_transient])

    @classmethod
    def from_json(cls, text: str) -> "Outcome":
        ending, code, message, params, is_transient = json.loads(text)
        return cls(Ending(ending), code, message, tuple(params.items()), is_transient)


DONE = Outcome(Ending.DONE)
LOST = Outcome(Ending.LOST)


def failed(refusal: Refused) -> Outcome:
    return Outcome(Ending.FAILED, refusal.code, refusal.message, tuple(refusal.params.items()))


def parked(error: Exception) -> Outcome:
    if isinstance(error, Refused):
        return Outcome(
            Ending.PARKED, error.code, error.message, tuple(error.params.items()), is_transient(error)
        )
    return Outcome(Ending.PARKED, f"error.{type(error).__name__}", is_transient=is_transient(error))


def is_transient(error: Exception) -> bool:
    """Tell whether trying again may help: the network, a lock, a server that is away.

    A `Refused` says so itself with an attribute `is_transient = True`. Drivers' errors are known by
    their name, so that no driver is imported here.
    """
    if isinstance(error, Refused):
        return bool(getattr(error, "is_transient", False))
    if isinstance(error, OSError):
        return True
    names = {cls.__name__ for cls in type(error).__mro__}
    return bool(names & {"OperationalError", "InterfaceError", "DBAPIError", "PoolTimeout"})


def gap_s(attempts: int) -> float:
    """Return how long to wait after the given number of failed tries."""
    return min(LONGEST_GAP_S, FIRST_GAP_S * 2.0 ** min(attempts, 30))


def may_try_again(attempts: int, *, transient: bool) -> bool:
    return attempts < (MOST_TRIES if transient else MOST_TRIES_OF_A_BUG)


def log_error(where: str, error: BaseException) -> None:
    """Log what went wrong and where in the code, never the message: it may quote somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    path = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    logger.error("%s: %s%s at %s", where, type(error).__qualname__, _cause(error), path)


def _cause(error: BaseException | None) -> str:
    """Return the code that the database or the system gave the failure, such as SQLITE_FULL or ENOSPC."""
    while error is not None:
        code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
        if not code and isinstance(error, OSError) and error.errno:
            code = errno.errorcode.get(error.errno)
        if code:
            hint = " (the disk is full: make room)" if code in _DISK_FULL else ""
            return f" {code}{hint}"
        error = error.__cause__
    return ""


def refusal_to_json(refusal: Refused) -> dict[str, object]:
    kind = type(refusal)
    return {"module": kind.__module__, "name": kind.__qualname__, "params": refusal.params}


def refusal_from_json(body: dict[str, object]) -> Refused:
    """Return the refusal that a step ended with, so that a replayed body sees what the first run saw."""
    try:
        kind = getattr(importlib.import_module(str(body["module"])), str(body["name"]), Refused)
    except ModuleNotFoundError:
        kind = Refused  # written by a version whose module stood elsewhere
    if not (isinstance(kind, type) and issubclass(kind, Refused)):
        kind = Refused
    refusal = kind.__new__(kind)
    params = body["params"]
    Refused.__init__(refusal, **(params if isinstance(params, dict) else {}))
    return refusal
