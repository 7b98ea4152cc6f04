"""Tables as they are known from common software and from old systems, written by heart: what is personal in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from discreet.engines.classify.judging import judge_table
from discreet.engines.classify.model import ColumnSample, Kind, TableSample
from discreet.engines.classify.people import judge_people
from tests.engines.classify.pools import values_of


class Case(NamedTuple):
    """A table; `wanted` per column: categories that are right, the first is the best."""

    table: TableSample
    wanted: dict[str, list[str]]
    people: bool | None
    is_owned: bool


def _column(line: str) -> tuple[ColumnSample, list[str]]:
    """Read `name; kind; wanted; values; comment`. A kind with `!` is a key; several wanted are parted by `/`."""
    name, kind, wanted, values, *comment = (part.strip() for part in line.split(";"))
    sample = ColumnSample(
        name=name,
        comment=comment[0] if comment else "",
        kind=Kind(kind.rstrip("!")),
        is_key=kind.endswith("!"),
        is_primary=kind.endswith("!"),
        values=values_of(values),
        was_read=True,
    )
    return sample, wanted.split("/")


def _cases() -> Iterator[Case]:
    for file in sorted(Path(__file__).parent.glob("cases/*.yaml")):
        for row in yaml.safe_load(file.read_text(encoding="utf-8")):
            columns = [_column(line) for line in row["columns"]]
            table = TableSample(row["table"], [column for column, _ in columns], row.get("comment", ""))
            wanted = {column.name: categories for column, categories in columns}
            yield Case(table, wanted, row.get("people"), row.get("owned", False))


CASES = list(_cases())


@pytest.mark.parametrize("case", CASES, ids=[case.table.name for case in CASES])
def test_columns_of_a_table_are_what_a_reviewer_says(case: Case) -> None:
    verdicts = judge_table(case.table, is_owned=case.is_owned)
    wrong = {
        name: (verdicts[name].category, wanted)
        for name, wanted in case.wanted.items()
        if verdicts[name].category not in wanted
    }
    assert wrong == {}
    if case.people is not None:
        assert judge_people(case.table, verdicts, refers_to_people=False).is_people is case.people
