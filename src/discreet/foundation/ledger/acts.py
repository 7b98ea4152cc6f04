"""The frame every act runs in: act, evidence and event in one transaction, or nothing.

    @act("rights.receive_request")
    def receive_request(*, actor: Actor, now: datetime, ...) -> str:
        ...load, refuse, decide, save...
        record(actor=actor, now=now, subject="request:R-1001", facts={"kind": "erasure"})
        publish(RequestReceived(request_id="R-1001"))

Source: DESIGN.md "Six concepts"; failure promise 28 (no act without a record).
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


class ActWithoutEvidence(RuntimeError):
    """A bug: an act ended without recording evidence. The transaction is rolled back."""


class OutsideAct(RuntimeError):
    """A bug: evidence or an event was written outside an act."""


class _Frame:
    __slots__ = ("name", "recorded")

    def __init__(self, name: str) -> None:
        self.name = name
        self.recorded = 0


_frame: ContextVar[_Frame | None] = ContextVar("discreet_act", default=None)
_has_recorded = False  # of this process, whatever became of the transaction


def act(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run the function as the act `name`: one transaction, refused if it records no evidence.

    An act called inside an act joins its transaction through a savepoint.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            frame = _Frame(name)
            token = _frame.set(frame)
            try:
                with transaction.atomic():
                    result = function(*args, **kwargs)
                    if not frame.recorded:
                        raise ActWithoutEvidence(name)
                    return result
            finally:
                _frame.reset(token)

        return run

    return decorate


def current_act() -> str:
    """Return the name of the running act.

    Raises:
        OutsideAct: there is none.
    """
    frame = _frame.get()
    if frame is None:
        raise OutsideAct
    return frame.name


def count_evidence() -> None:
    """Note that the running act recorded something. Called by `record` only."""
    global _has_recorded
    frame = _frame.get()
    if frame is None:
        raise OutsideAct
    frame.recorded += 1
    _has_recorded = True


def has_recorded() -> bool:
    """Return whether this process has recorded anything, also in a transaction that was rolled back."""
    return _has_recorded
