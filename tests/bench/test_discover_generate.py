"""Invented databases are the same for a seed, hold what their truth says, and are scored by it."""

import contextlib
import sqlite3
from datetime import date
from pathlib import Path
from random import Random

import pytest
from bench.discover.generate import generate
from bench.discover.identifiers import ean13, gb11643, iban, luhn
from bench.discover.naming import document
from bench.discover.scorer import score
from bench.discover.truth import Truth, read_truth
from bench.discover.values import VALUES
from stdnum import ean
from stdnum import iban as ibans
from stdnum import luhn as mod10
from stdnum.cn import ric

from discreet.vocabulary.categories import CATEGORIES

SEED, COUNT = 3, 5


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(SEED, tmp_path_factory.mktemp("invented"), COUNT)


def columns_of(file: Path) -> set[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            (table.casefold(), row[1].casefold())
            for table in tables
            for row in database.execute(f'PRAGMA table_info("{table}")')
        }


def perfect(truth: Truth) -> dict[str, object]:
    tables: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for (table, column), category in truth.columns.items():
        tables.setdefault(table, {"columns": {}})["columns"][column] = {"category": category}
    links = [
        {
            "from": [".".join(one) for one in link.start],
            "to": [".".join(one) for one in link.end],
            "kind": link.kind,
        }
        for link in truth.links + truth.more_links
    ]
    return {"tables": tables, "links": links, "people": list(truth.people)}


def test_a_seed_gives_the_same_databases_again(folders: list[Path], tmp_path: Path) -> None:
    for first, again in zip(folders, generate(SEED, tmp_path, COUNT), strict=True):
        assert first.name == again.name
        for file in ("database.sqlite", "truth.yaml"):
            assert (first / file).read_bytes() == (again / file).read_bytes()


def test_a_truth_names_every_column_and_only_columns_that_are_there(folders: list[Path]) -> None:
    for folder in folders:
        truth = read_truth(folder / "truth.yaml")
        there = columns_of(folder / "database.sqlite")
        assert set(truth.columns) == there
        assert truth.ambiguous <= there
        assert all(link.columns <= there for link in truth.links + truth.more_links)
        assert set(truth.columns.values()) <= set(CATEGORIES)
        assert truth.people <= truth.tables


def test_declared_references_hold(folders: list[Path]) -> None:
    for folder in folders:
        with contextlib.closing(sqlite3.connect(folder / "database.sqlite")) as database:
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_map_that_says_the_truth_is_perfect(folders: list[Path]) -> None:
    for folder in folders:
        truth = read_truth(folder / "truth.yaml")
        found = score(perfect(truth), truth)
        assert found.misses == ()
        assert (found.columns.f1, found.links.recall, found.proposed.precision, found.people.f1) == (
            1,
            1,
            1,
            1,
        )
        assert found.columns.right > 5


def test_every_concept_has_values_and_words_of_its_own_language() -> None:
    concepts = document("concepts.yaml")
    assert set(concepts) == set(VALUES)
    for name, facts in concepts.items():
        assert {"en", "zh", "de", "fr", "es"} <= set(facts), name
        assert all(word.count("/") == 1 for word in str(facts["zh"]).split()), name
        assert {str(facts.get("is", "none")), *facts.get("also", [])} <= set(CATEGORIES), name  # type: ignore[misc]


def test_check_digits_are_those_that_others_compute() -> None:
    rng = Random(5)
    number = gb11643(rng, date(1988, 2, 29), True)
    assert number[6:14] == "19880229"
    assert number[-1] == ric.calc_check_digit(number)
    assert mod10.is_valid(luhn(rng, "4", 16))
    assert ean.is_valid(ean13(rng))
    assert ibans.is_valid(iban(rng, "DE", 18), check_country=False)
