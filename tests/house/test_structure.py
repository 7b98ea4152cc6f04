"""Rules of the house that no import contract can say."""

import ast

import pytest
from django.apps import apps

from tests.house.reading import BELOW_DOORS, FLOORS_BELOW, PACKAGE, act_of, called, modules, room_of

CLOCKS = ("now", "today", "utcnow")
CLOCK_OWNERS = ("datetime", "datetime.datetime", "date", "datetime.date", "timezone")
TRIVIAL = 3  # statements: what a name can say alone


def _floor(label: str) -> str:
    return apps.get_app_config(label).name


def test_no_relation_leads_from_one_mechanism_or_the_foundation_into_a_mechanism() -> None:
    crossing = [
        f"{model.__module__}.{model.__name__}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        if _floor(field.related_model._meta.app_label).startswith("discreet.mechanisms.")
        and field.related_model._meta.app_label != model._meta.app_label
    ]
    assert crossing == []


def test_nothing_below_the_doors_looks_at_a_clock() -> None:
    looking = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, module in modules().items()
        if room_of(path) in BELOW_DOORS or path.relative_to(PACKAGE).parts[0] in FLOORS_BELOW
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            (node.func.attr in CLOCKS and ast.unparse(node.func.value) in CLOCK_OWNERS)
            or called(node) in ("time.time", "time.time_ns", "time.monotonic")
        )
    ]
    assert looking == []


def _public(room: str) -> list[tuple[str, ast.FunctionDef]]:
    return [
        (f"{path.relative_to(PACKAGE)}:{node.name}", node)
        for path, module in modules().items()
        if room_of(path) == room
        for node in module.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def test_every_public_act_says_in_its_first_line_what_it_does() -> None:
    silent = [
        name
        for path, module in modules().items()
        for node in module.body
        if isinstance(node, ast.FunctionDef) and act_of(node) and not node.name.startswith("_")
        for name in [f"{path.relative_to(PACKAGE)}:{node.name}"]
        if not ast.get_docstring(node)
    ]
    assert silent == []


@pytest.mark.parametrize("room", ["actions", "queries"])
def test_every_public_function_says_what_it_does_unless_its_name_says_all(room: str) -> None:
    silent = [
        name for name, node in _public(room) if not ast.get_docstring(node) and len(node.body) > TRIVIAL
    ]
    assert silent == []


def test_an_act_takes_its_actor_and_its_time_by_name() -> None:
    positional = [
        f"{path.relative_to(PACKAGE)}:{node.name}"
        for path, module in modules().items()
        for node in module.body
        if isinstance(node, ast.FunctionDef) and act_of(node)
        if "now" not in {argument.arg for argument in node.args.kwonlyargs} or node.args.args
    ]
    assert positional == []
