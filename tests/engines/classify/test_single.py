"""Columns without a table: many spellings of the same facts, and what only looks like them."""

from pathlib import Path

import pytest

from discreet.engines.classify.single import verdict_of

_FILE = Path(__file__).parent / "cases" / "singles.txt"
LINES = [line for line in _FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("line", LINES, ids=[line[:40] for line in LINES])
def test_a_column_alone_is_what_a_reviewer_says(line: str) -> None:
    name, wanted, listed, *comment = line.split(" ;; ")
    values = [] if listed == "-" else listed.split(" | ")
    assert verdict_of(name, values, *comment).category in wanted.split("/")
