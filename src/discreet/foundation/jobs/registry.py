"""What apps register: workflows, event handlers, schedules. Filled by importing their modules."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.apps import apps

from discreet.events.base import Event

E = TypeVar("E", bound=Event)
WorkflowFunction = Callable[..., Any]
Handler = Callable[[Any, datetime], None]
_MODULES = ("workflows", "handlers", "schedules")


@dataclass(frozen=True, slots=True)
class Registered:
    """A handler of an event. Where `only_if` says no, the event does not come to it."""

    name: str
    event: type[Event]
    function: Handler
    only_if: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A periodic call. The function returns how many things it did."""

    name: str
    every_s: float
    function: Callable[[datetime], int]
    takes_all: bool = False


_workflows: dict[str, WorkflowFunction] = {}
_patient: set[str] = set()
_self_telling: set[str] = set()
_handlers: dict[str, list[Registered]] = {}
_schedules: dict[str, Schedule] = {}
_events: dict[str, type[Event]] = {}


class NotRegistered(LookupError):
    """A bug or an older version: a stored name has no function."""


def workflow(
    name: str, *, can_wait: bool = False, tells_from_records: bool = False
) -> Callable[[WorkflowFunction], WorkflowFunction]:
    """Register `run(ctx: WorkflowContext, **args)` as the durable workflow `name`.

    Its body must be deterministic: everything that reads, writes or looks at a clock is a step.
    `can_wait`: others go first, for a few seconds. `tells_from_records`: every step tells from our own records
    what it did before, so all are run by `ctx.run`, and the engine, which would remember nothing, is left out.
    """

    def register(function: WorkflowFunction) -> WorkflowFunction:
        _workflows[name] = function
        (_patient.add if can_wait else _patient.discard)(name)
        (_self_telling.add if tells_from_records else _self_telling.discard)(name)
        return function

    return register


def on(
    event: type[E], *, only_if: Callable[[], bool] | None = None
) -> Callable[[Callable[[E, datetime], None]], Callable[[E, datetime], None]]:
    """Register `handle(event, now)`, one act, for an event class.

    Delivery is at least once and deduplicated by (event, handler) in the handler's own transaction. `only_if` is
    asked once a round, so that thousands of events that nobody wants cost no transaction each.
    """

    def register(function: Callable[[E, datetime], None]) -> Callable[[E, datetime], None]:
        name = f"{function.__module__}.{function.__qualname__}"
        listed = _handlers.setdefault(event.event_name(), [])
        listed[:] = [other for other in listed if other.name != name]
        listed.append(Registered(name=name, event=event, function=function, only_if=only_if))
        _events[event.event_name()] = event
        return function

    return register


def scheduled(
    name: str, *, every_s: float, takes_all: bool = False
) -> Callable[[Callable[[datetime], int]], Callable[[datetime], int]]:
    """Register `run(now) -> int` to be called about every `every_s` seconds by one worker at a time.

    It returns how many things it did: `discreet work --until-idle` goes on until that is 0. One that did
    something is called again at once, as more may wait, unless each call `takes_all` there is.
    """

    def register(function: Callable[[datetime], int]) -> Callable[[datetime], int]:
        _schedules[name] = Schedule(name=name, every_s=every_s, function=function, takes_all=takes_all)
        return function

    return register


def load_all() -> None:
    """Import `workflows.py`, `handlers.py` and `schedules.py` of every app of the house."""
    for config in apps.get_app_configs():
        if not config.name.startswith("discreet."):
            continue
        for module in _MODULES:
            if importlib.util.find_spec(f"{config.name}.{module}"):
                importlib.import_module(f"{config.name}.{module}")


def workflow_named(name: str) -> WorkflowFunction:
    try:
        return _workflows[name]
    except KeyError:
        raise NotRegistered(name) from None


def patient_workflows() -> tuple[str, ...]:
    """Return the names of the workflows that let others go first."""
    return tuple(sorted(_patient))


def tells_from_records(name: str) -> bool:
    """Say whether runs of the workflow need no memory of the engine's."""
    return name in _self_telling


def handlers_of(event_name: str) -> tuple[Registered, ...]:
    return tuple(_handlers.get(event_name, ()))


def listeners_of(event_name: str) -> tuple[Registered, ...]:
    """Return the handlers that want the event now."""
    return tuple(one for one in handlers_of(event_name) if one.only_if is None or one.only_if())


def schedules() -> Mapping[str, Schedule]:
    return _schedules


def all_handlers() -> Mapping[str, tuple[Registered, ...]]:
    """Return every handler by event name, for the choreography table of `docs/ARCHITECTURE.md`."""
    return {name: tuple(listed) for name, listed in _handlers.items()}
