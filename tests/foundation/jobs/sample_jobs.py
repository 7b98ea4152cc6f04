"""Workflows, handlers and schedules that the jobs' tests run in real worker processes.

Effects are lines appended to `HOME/effects.txt`; rows are `ScheduleRun` rows named by the test.
"""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import transaction

import discreet.foundation.jobs.schedules  # noqa: F401 - what every worker does
from discreet.events.base import Event
from discreet.foundation.jobs.api import WorkflowContext, on, scheduled, workflow
from discreet.foundation.jobs.models import ScheduleRun
from discreet.vocabulary.errors import Refused


@dataclass(frozen=True, slots=True)
class SomethingHappened(Event):
    number: str


class NotAllowed(Refused):
    code = "sample.not_allowed"
    message: ClassVar[str] = "Request %(number)s is not allowed."


def effects() -> Path:
    return settings.DISCREET_HOME / "effects.txt"


def note(text: str) -> str:
    """Append one line, atomically."""
    with effects().open("a") as file:
        file.write(f"{text}\n")
    return text


def wait_for(name: str) -> None:
    """Wait until the test makes the file `name` in the home."""
    while not (settings.DISCREET_HOME / name).exists():
        time.sleep(0.01)


def write_row(name: str, now: datetime) -> None:
    with transaction.atomic():
        ScheduleRun.objects.update_or_create(name=name, defaults={"ran_at": now})


@workflow("sample.three_steps")
def three_steps(ctx: WorkflowContext, number: str) -> None:
    first = ctx.step("first", note, f"{number} first")
    second = ctx.step("second", note, f"{number} second")
    ctx.step("third", note, f"{number} third after {first!r} and {second!r}")


@workflow("sample.empty")
def empty(ctx: WorkflowContext, number: str) -> None:
    for name in ("a", "b", "c"):
        ctx.step(name, int, number)


@workflow("sample.held")
def held(ctx: WorkflowContext, number: str) -> None:
    """Stop in the second step until the test lets go; only the process named by its file waits."""
    ctx.step("first", note, f"{number} first")

    def wait() -> None:
        note(f"{number} held by {os.getpid()}")
        wait_for(f"go-{number}")

    ctx.step("second", wait)
    ctx.step("third", note, f"{number} third")


def wait_and_write(ctx: WorkflowContext, number: str) -> None:
    """Wait, then write to the database: what a frozen worker does when it wakes."""
    note(f"{number} begins in {os.getpid()}")
    wait_for(f"go-{number}")
    write_row(f"{number}-{os.getpid()}", ctx.now())


@workflow("sample.late_writer")
def late_writer(ctx: WorkflowContext, number: str) -> None:
    ctx.step("write", wait_and_write, ctx, number)


@workflow("sample.late_plain", tells_from_records=True)
def late_plain(ctx: WorkflowContext, number: str) -> None:
    ctx.run(wait_and_write, ctx, number)


@workflow("sample.plain", tells_from_records=True)
def plain(ctx: WorkflowContext, number: str) -> None:
    """Tell from the file what was done; fail in between as if a source were away."""
    if f"{number} first" not in effects_so_far():
        ctx.run(note, f"{number} first")

    def fail_twice() -> None:
        note(f"{number} try")
        if effects_so_far().count(f"{number} try") < 3:
            raise ConnectionError("the source is away")

    ctx.run(fail_twice)


@workflow("sample.forgetful", tells_from_records=True)
def forgetful(ctx: WorkflowContext, number: str) -> None:
    ctx.step("remember", note, f"{number} remembered")


def effects_so_far() -> list[str]:
    return effects().read_text().splitlines() if effects().exists() else []


@workflow("sample.refused")
def refused(ctx: WorkflowContext, number: str) -> None:
    def refuse() -> None:
        raise NotAllowed(number=number)

    ctx.run(refuse)


@workflow("sample.catches")
def catches(ctx: WorkflowContext, number: str) -> None:
    def refuse() -> None:
        note(f"{number} refused")
        raise NotAllowed(number=number)

    try:
        ctx.step("refuse", refuse)
    except NotAllowed as refusal:
        ctx.step("tell", note, f"{number} told {refusal.code} {refusal.params['number']}")


@workflow("sample.flaky")
def flaky(ctx: WorkflowContext, number: str) -> None:
    ctx.step("before", note, f"{number} before")

    def fail_twice() -> None:
        note(f"{number} try")
        if effects().read_text().count(f"{number} try") < 3:
            raise ConnectionError("the source is away")

    ctx.run(fail_twice)


@workflow("sample.bug")
def bug(ctx: WorkflowContext, number: str) -> None:
    ctx.step("divide", lambda: 1 // 0)


@on(SomethingHappened)
def hear(event: SomethingHappened, now: datetime) -> None:
    write_row(f"heard-{event.number}", now)
    note(f"{event.number} heard")


@on(SomethingHappened)
def refuse_to_hear(event: SomethingHappened, now: datetime) -> None:
    if event.number.startswith("bad"):
        raise NotAllowed(number=event.number)


@scheduled("sample.tick", every_s=0.2)
def tick(now: datetime) -> int:
    path = settings.DISCREET_HOME / "tick"
    if not path.exists():
        return 0
    path.unlink()
    note("ticked")
    return 1
