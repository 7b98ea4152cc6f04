"""The choreography table of docs/ARCHITECTURE.md says what the code does, no more and no less."""

import ast
import importlib
import pkgutil
import re

import discreet.events
from discreet.events.base import Event
from discreet.foundation.jobs import registry
from tests.house.reading import ROOT, calls_in_acts

PAGE = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")


def table(heading: str) -> list[tuple[frozenset[str], ...]]:
    """Return the rows under a heading; each cell is the set of names it writes as code."""
    section = PAGE.split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [
        tuple(frozenset(re.findall(r"`([^`]+)`", cell)) for cell in row.strip("|").split("|")) for row in rows
    ]


def name_of(names: frozenset[str]) -> str:
    (name,) = names
    return name


def event_classes() -> dict[str, str]:
    """Return event names by class name."""
    found = {}
    for module in pkgutil.iter_modules(discreet.events.__path__):
        for value in vars(importlib.import_module(f"discreet.events.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Event) and value is not Event:
                found[value.__name__] = value.event_name()
    return found


def test_every_event_stands_with_its_acts_and_its_handlers() -> None:
    registry.load_all()
    names = event_classes()
    publishers: dict[str, set[str]] = {name: set() for name in names.values()}
    for act, call in calls_in_acts("publish"):
        assert isinstance(call.args[0], ast.Call)
        publishers[names[ast.unparse(call.args[0].func)]].add(act)
    handlers = {
        name: {one.name.removeprefix("discreet.") for one in registry.handlers_of(name)}
        for name in publishers
    }
    stated = {name_of(event): (acts, handled) for event, acts, handled in table("Events")}
    assert stated == {name: (publishers[name], handlers[name]) for name in publishers}


def test_every_workflow_stands_with_the_acts_that_start_it() -> None:
    registry.load_all()
    starters: dict[str, set[str]] = {name: set() for name in registry._workflows}
    for act, call in calls_in_acts("start"):
        starters[ast.literal_eval(call.args[0])].add(act)
    assert {name_of(workflow): acts for acts, workflow, _ in table("Workflows")} == starters


def test_every_schedule_stands_with_its_period() -> None:
    registry.load_all()
    stated = {name_of(name): name_of(every) for name, every, _ in table("Schedules")}
    assert stated == {name: f"{one.every_s:g} s" for name, one in registry.schedules().items()}
