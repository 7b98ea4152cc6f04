"""The ledger in words: every act that exists has a label in both languages."""

import ast

import pytest
from django.utils import translation

from discreet.foundation.desk import acts
from tests.house.reading import called, modules


def registered() -> list[str]:
    """Return the name of every act in the house; a name that stands in a constant of its module counts, too."""
    found = set()
    for module in modules().values():
        constants = {
            target.id: node.value.value
            for node in module.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(module):
            for decorator in getattr(node, "decorator_list", ()):
                if isinstance(decorator, ast.Call) and called(decorator) == "act":
                    (name,) = decorator.args
                    found.add(name.value if isinstance(name, ast.Constant) else constants[ast.unparse(name)])
    return sorted(str(name) for name in found)


@pytest.mark.parametrize("name", registered())
def test_an_act_has_a_label_in_english_and_chinese(name: str) -> None:
    assert name in acts.named()
    with translation.override("en"):
        english = acts.label(name, {})
    with translation.override("zh-hans"):
        assert acts.label(name, {}) != english


def test_no_label_is_left_of_an_act_that_is_gone() -> None:
    assert acts.named() - set(registered()) == frozenset()
