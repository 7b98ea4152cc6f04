"""A wide database has the tables it says, and a percentile is one of the times that were measured."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from bench.discover.product import read_json
from bench.discover.wide import ROWS, p95, write_wide_sqlite


def test_a_wide_database_has_the_tables_and_columns_asked_for(tmp_path: Path) -> None:
    write_wide_sqlite(tmp_path / "wide.sqlite", 12, 8)
    with contextlib.closing(sqlite3.connect(tmp_path / "wide.sqlite")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
        assert len(tables) == 12
        for table in tables:
            assert len(database.execute(f"PRAGMA table_info({table})").fetchall()) == 8
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (ROWS,)
        orphans = "SELECT count(*) FROM record_0011 WHERE person_001_id NOT IN (SELECT id FROM person_001)"
        assert database.execute(orphans).fetchone() == (0,)


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (20, 19), (50, 48), (100, 95)])
def test_of_the_times_ninety_five_in_a_hundred_are_no_longer(count: int, expected: int) -> None:
    assert p95([float(at) for at in range(count, 0, -1)]) == expected


def test_a_map_is_read_though_progress_stands_before_it() -> None:
    for text in ('{"tables": {}}', 'orders 3/9\npeople {2}\n{"tables": {}}\n'):
        assert read_json(text) == {"tables": {}}
