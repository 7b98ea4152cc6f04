"""Reading the house's own source: which act publishes and starts what, where functions stand."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "discreet"
BELOW_DOORS = ("rules", "models", "queries", "actions")
FLOORS_BELOW = ("vocabulary", "engines", "events")


@cache
def modules() -> dict[Path, ast.Module]:
    """Return every module of the house but migrations, parsed."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "migrations" not in path.parts
    }


def room_of(path: Path) -> str:
    """Return which room a module is: its own name, or the folder's where a room is a folder."""
    return next((part for part in path.parts if part in BELOW_DOORS), path.stem)


def called(node: ast.AST) -> str:
    """Return the dotted name that a call calls, "" if it is none."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def act_of(function: ast.FunctionDef) -> str | None:
    """Return the act's name if the function is one."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and called(decorator) == "act":
            (name,) = decorator.args
            return str(name.value) if isinstance(name, ast.Constant) else ast.unparse(name)
    return None


def calls_in_acts(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield (act, call) for every call of `name` in the house.

    A call in a private function counts for each act of the module that calls it, directly or through others.
    """
    for path, module in modules().items():
        functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
        callers = {
            inner: {
                outer
                for outer, body in functions.items()
                if any(called(node) == inner for node in ast.walk(body))
            }
            for inner in functions
        }
        for function in functions.values():
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and called(node) == name:
                    acts = _acts(function.name, functions, callers, set())
                    assert acts, f"{path.name}:{node.lineno}: {name} outside every act"
                    yield from ((act, node) for act in sorted(acts))


def _acts(
    name: str, functions: dict[str, ast.FunctionDef], callers: dict[str, set[str]], seen: set[str]
) -> set[str]:
    if name in seen:
        return set()
    seen.add(name)
    act = act_of(functions[name])
    if act is not None:
        return {act}
    return set().union(*(_acts(caller, functions, callers, seen) for caller in callers[name]), set())
