"""The ground truth of the sample company is true of what is built, table by table and column by column."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import yaml

from discreet.foundation.sources import queries
from discreet.foundation.sources.actions import connect_source
from discreet.project.sample.build import (
    DATABASES,
    SampleCompany,
    build,
    ground_truth_text,
    map_text,
    truth_text,
)
from discreet.vocabulary.actors import Actor, ActorKind, Role
from discreet.vocabulary.categories import ASSIGNABLE
from tests.project.sample.reading import SAME, leaves_of, lines_of, links_of, opened, rows_about

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELL = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))
SOURCES = (*DATABASES, "files")
TRUTH = yaml.safe_load(truth_text())
TRUTHS = {name: yaml.safe_load(ground_truth_text(name)) for name in SOURCES}
FILES = sorted(TRUTHS["files"]["tables"])
MAP = yaml.safe_load(map_text())["sources"]
HOLDS = {"fk": 1.0, "implicit": 0.6, "polymorphic": 1.0, "copy": 0.4}  # share of values found at the end
FEW = ("marketing.fairLeads.emailAddr -> shop.customer.email",)  # who leaves a card is seldom a customer yet


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SampleCompany:
    return build(tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="module")
def connection(company: SampleCompany) -> Iterator[sqlite3.Connection]:
    connection = opened(company)
    yield connection
    connection.close()


def columns_of(connection: sqlite3.Connection, source: str) -> dict[str, list[str]]:
    names = connection.execute(
        f"SELECT name FROM {source}.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    return {
        name: [row[1] for row in connection.execute(f"PRAGMA {source}.table_info({name})")]
        for (name,) in names.fetchall()
    }


@pytest.mark.parametrize("source", DATABASES)
def test_every_table_and_column_of_a_database_is_labelled(
    connection: sqlite3.Connection, source: str
) -> None:
    labelled = {name: list(table["columns"]) for name, table in TRUTHS[source]["tables"].items()}
    assert labelled == columns_of(connection, source)


@pytest.mark.parametrize("source", DATABASES)
def test_every_table_has_the_rows_that_are_stated(connection: sqlite3.Connection, source: str) -> None:
    stated = {name: table["rows"] for name, table in TRUTHS[source]["tables"].items()}
    counted = {
        name: connection.execute(f"SELECT count(*) FROM {source}.{name}").fetchone()[0] for name in stated
    }
    assert counted == stated


@pytest.mark.parametrize("source", SOURCES)
def test_the_summary_of_a_ground_truth_is_that_of_its_tables(source: str) -> None:
    truth = TRUTHS[source]
    labels = {name: list(table["columns"].values()) for name, table in truth["tables"].items()}
    every = [label for several in labels.values() for label in several]
    assert set(every) <= set(ASSIGNABLE)
    assert truth["table_count"] == len(labels)
    assert truth["row_count"] == sum(table["rows"] for table in truth["tables"].values())
    assert truth["personal_column_count"] == sum(label != "none" for label in every)
    assert truth["personal_tables"] == [name for name in labels if set(labels[name]) - {"none"}]
    named = {f"{name}.{column}" for name, table in truth["tables"].items() for column in table["columns"]}
    assert set(truth["ambiguous"]) <= named


@pytest.mark.parametrize("source", DATABASES)
def test_the_ground_truth_and_the_hand_written_map_say_the_same(source: str) -> None:
    tables = MAP[source]["tables"]
    assert {name: table["columns"] for name, table in TRUTHS[source]["tables"].items()} == {
        name: table["columns"] for name, table in tables.items()
    }
    people = {name for name, table in tables.items() if table.get("people")}
    assert set(TRUTHS[source]["subject_tables"]) == people


@pytest.mark.parametrize("source", DATABASES)
def test_the_declared_links_are_the_foreign_keys(connection: sqlite3.Connection, source: str) -> None:
    declared = {
        (f"{name}.{row[3]}", f"{row[2]}.{row[4]}")
        for name in TRUTHS[source]["tables"]
        for row in connection.execute(f"PRAGMA {source}.foreign_key_list({name})")
    }
    assert {(start, end) for start, end, kind in TRUTHS[source]["links"] if kind == "fk"} == declared
    assert TRUTHS[source]["fks_declared"] is bool(declared)


@pytest.mark.parametrize("source", DATABASES)
def test_the_values_of_a_link_are_found_at_its_end(connection: sqlite3.Connection, source: str) -> None:
    doubtful = {}
    for link in links_of(source):
        form, start, end = SAME[link.match], ".".join(link.start), ".".join(link.end)
        held, filled = connection.execute(
            f"SELECT count(*) FILTER (WHERE {form.format(link.column)} IN"
            f" (SELECT {form.format(link.to_column)} FROM {end})), count(*) FROM {start}"
            f" WHERE {link.column} IS NOT NULL AND {link.when}"
        ).fetchone()
        if held < HOLDS[link.kind] * filled:
            doubtful[f"{start}.{link.column} -> {end}.{link.to_column}"] = held / filled
    assert {name: share for name, share in doubtful.items() if name not in FEW} == {}


@pytest.mark.parametrize("key", sorted(TRUTH["persons"]))
def test_plain_sql_along_the_links_finds_the_rows_of_a_named_person(
    connection: sqlite3.Connection, key: str
) -> None:
    person = TRUTH["persons"][key]
    assert rows_about(connection, person["customer_number"]) == person["rows"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_the_columns_and_lines_that_are_stated(company: SampleCompany, name: str) -> None:
    table = TRUTHS["files"]["tables"][name]
    lines, broken = lines_of(company.files, table)
    assert {tuple(line) for line in lines} == {leaves_of(table)}
    assert (len(lines), broken) == (table["rows"], table.get("broken_lines", 0))


def test_the_folder_holds_the_labelled_files_and_no_others(company: SampleCompany) -> None:
    labelled = {table["file"] for table in TRUTHS["files"]["tables"].values()}
    assert {path.name for path in company.files.iterdir()} == labelled


def test_the_folder_is_read_as_a_source_with_these_columns_and_lines(
    db: None, company: SampleCompany
) -> None:
    connect_source(actor=SHELL, now=NOW, name="files", url=f"files://{company.files}")
    read = {
        table.ref.table: (
            [column.name for column in table.columns],
            table.estimated_rows,
            table.broken_lines,
        )
        for table in queries.describe("files").tables
    }
    assert read == {
        name: (list(table["columns"]), table["rows"], table.get("broken_lines", 0))
        for name, table in TRUTHS["files"]["tables"].items()
    }


@pytest.mark.parametrize("key", sorted(TRUTH["persons"]))
def test_the_lines_about_a_named_person_are_those_that_are_stated(company: SampleCompany, key: str) -> None:
    person = TRUTH["persons"][key]
    values = {person["email"], person["phone"], person["phone"].removeprefix("+86")}
    found = {}
    for name in FILES:
        lines, _ = lines_of(company.files, TRUTHS["files"]["tables"][name])
        found[name] = sum(bool(values & set(line.values())) for line in lines)
    assert {name: count for name, count in found.items() if count} == person.get("files", {})
