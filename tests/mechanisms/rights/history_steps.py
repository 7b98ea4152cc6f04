"""What workers do in random histories."""

from collections.abc import Callable
from datetime import datetime

from discreet.mechanisms.rights.actions import (
    applying,
    correcting,
    deciding,
    executing,
    objecting,
    telling,
)
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.vocabulary.actors import SYSTEM

Step = Callable[[datetime, str, int, int], object]


def _begin(now: datetime, number: str, batch_id: int, run: int) -> None:
    executing.begin_execution(
        now=now,
        batch_id=batch_id,
        run=run,
        people=len(_open(batch_id)),
        sources=["shop"],
        witness_sealed=b"w",
    )


def _send_back(now: datetime, number: str, batch_id: int, run: int) -> None:
    executing.send_back(now=now, batch_id=batch_id, run=run, reason="rights.plan_changed")


def _deliver(now: datetime, number: str, batch_id: int, run: int) -> None:
    executing.finish_access(now=now, batch_id=batch_id, run=run, number=number, facts={}, contact=None)


def _tell(now: datetime, number: str, batch_id: int, run: int) -> None:
    telling.finish_telling(
        now=now, batch_id=batch_id, run=run, number=number, told=[], not_covered=[], is_reachable=False
    )


def _erase(now: datetime, number: str, batch_id: int, run: int) -> None:
    _end_erasure(now, batch_id, run, Outcome.ERASED)


def _erase_in_part(now: datetime, number: str, batch_id: int, run: int) -> None:
    _end_erasure(now, batch_id, run, Outcome.INCOMPLETE)


def _end_erasure(now: datetime, batch_id: int, run: int, outcome: Outcome) -> None:
    results = _results(batch_id, outcome)
    executing.finish_erasure(now=now, batch_id=batch_id, run=run, search={}, results=results, contacts={})


def _results(batch_id: int, outcome: Outcome) -> list[executing.PersonResult]:
    return [
        executing.PersonResult(number=number, outcome=outcome, kept=(), facts={})
        for number in _open(batch_id)
    ]


def _open(batch_id: int) -> list[str]:
    found = RightsRequest.objects.filter(batch_id=batch_id, completed_at__isnull=True)
    return list(found.values_list("number", flat=True))


def _correct(now: datetime, number: str, batch_id: int, run: int) -> None:
    correcting.finish_correction(
        now=now, batch_id=batch_id, run=run, outcome=Outcome.CORRECTED, kept=[], search={}, facts={},
        contact=None,
    )  # fmt: skip


def _set_apart(now: datetime, number: str, batch_id: int, run: int) -> None:
    deciding.set_apart(actor=SYSTEM, now=now, batch_id=batch_id)


def _choose(now: datetime, number: str, batch_id: int, run: int) -> None:
    applying.apply_choices(actor=SYSTEM, now=now, batch_id=batch_id)


def _end_choice(now: datetime, number: str, batch_id: int, run: int) -> None:
    """An objection that stood was decided elsewhere; its request ends."""
    ref = RightsRequest.objects.values_list("choice_ref", flat=True).get(number=number)
    objecting.end_decided(now=now, choice_ref=ref or "none", is_upheld=True, mailed="")


#: By name what a worker does with a run of a batch.
STEPS: dict[str, Step] = {
    "begin": _begin,
    "send_back": _send_back,
    "deliver": _deliver,
    "tell": _tell,
    "erase": _erase,
    "erase_in_part": _erase_in_part,
    "correct": _correct,
    "choose": _choose,
    "end_choice": _end_choice,
    "set_apart": _set_apart,
}
#: What comes next when all goes well: by state of the request and the approval that it takes.
NEXT: dict[tuple[State, str], tuple[str, ...]] = {
    (State.ACCEPTED, "erasure"): ("begin",),
    (State.ACCEPTED, "correction"): ("begin",),
    (State.ACCEPTED, "access"): ("deliver", "tell"),
    (State.EXECUTING, "erasure"): ("erase",),
    (State.EXECUTING, "correction"): ("correct",),
}
