"""Each failure promise that touches what is built has tests: here, or beside the code that keeps it."""

import re

import pytest

from tests.house.reading import ROOT

MARK = re.compile(r"(?<!\")pytest\.mark\.promise\((\d+)\)")
KEPT = [*range(1, 17), *range(19, 27), 28]


@pytest.fixture(scope="module")
def marked() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for number in MARK.findall(path.read_text(encoding="utf-8")):
            found.setdefault(int(number), set()).add(path.name)
    return found


@pytest.mark.parametrize("promise", KEPT)
def test_a_promise_has_tests(marked: dict[int, set[str]], promise: int) -> None:
    assert marked.get(promise), f"promise {promise} is shown by no test"
