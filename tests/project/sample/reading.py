"""Reads the sample company without Discreet: rows by links of the ground truth in plain SQL, files by hand."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from discreet.project.sample.build import DATABASES, SampleCompany, ground_truth_text

SAME = {
    "exact": "{}",
    "email": "lower(trim({}))",
    "phone": "substr(replace({}, ' ', ''), -11)",
}
Table = tuple[str, str]  # source, table
Line = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    start: Table
    column: str
    end: Table
    to_column: str
    kind: str
    match: str = "exact"
    when: str = "TRUE"

    def sql(self, found: str) -> str:
        """Return a query for the rows at the start whose value is one of the end's rows `found`."""
        form = SAME[self.match]
        return (
            f"SELECT rowid FROM {'.'.join(self.start)} WHERE {self.when} AND {form.format(self.column)} IN"
            f" (SELECT {form.format(self.to_column)} FROM {'.'.join(self.end)} WHERE rowid IN ({found}))"
        )


def links_of(source: str) -> list[Link]:
    """Return the links of a database, those that lead into others included."""
    truth = yaml.safe_load(ground_truth_text(source))
    when = truth.get("discriminators", {})
    found = []
    for start, end, kind in truth["links"]:
        (table, column), (to_table, to_column) = start.split("."), end.split(".")
        only = when.get(f"{start} -> {end}", "TRUE")
        found.append(Link((source, table), column, (source, to_table), to_column, kind, when=only))
    for link in truth["cross_links"]:
        table, column = link["from"].split(".")
        other, to_table, to_column = link["to"].split(".")
        end = (other, to_table)
        found.append(Link((source, table), column, end, to_column, "implicit", match=link["match"]))
    return found


def opened(company: SampleCompany) -> sqlite3.Connection:
    """Return one connection to all databases, each under its name."""
    connection = sqlite3.connect(":memory:")
    for name, path in company.databases.items():
        connection.execute(f"ATTACH '{path}' AS {name}")
    return connection


def rows_about(connection: sqlite3.Connection, customer_number: str) -> dict[str, dict[str, int]]:
    """Follow every link that is no copy from a customer towards what refers to them, then once to its parts.

    A part stands in a table that holds something personal and no people: an address.
    """
    links = [link for name in DATABASES for link in links_of(name) if link.kind != "copy"]
    query = "SELECT rowid FROM shop.customer WHERE customer_number = ?"
    reached: dict[Table, set[int]] = {
        ("shop", "customer"): {row[0] for row in connection.execute(query, (customer_number,))}
    }
    grows = True
    while grows:
        grows = False
        for link in links:
            rows = {row[0] for row in connection.execute(link.sql(_listed(reached.get(link.end, ()))))}
            new = rows - reached.get(link.start, set())
            if new:
                reached.setdefault(link.start, set()).update(new)
                grows = True
    for part, rows in list(_parts(connection, links, reached)):
        reached.setdefault(part, set()).update(rows)
    counts: dict[str, dict[str, int]] = {}
    for (source, table), rows in reached.items():
        counts.setdefault(source, {})[table] = len(rows)
    return counts


def _parts(
    connection: sqlite3.Connection, links: list[Link], reached: dict[Table, set[int]]
) -> Iterator[tuple[Table, set[int]]]:
    truths = {name: yaml.safe_load(ground_truth_text(name)) for name in DATABASES}
    for link in links:
        source, table = link.end
        truth = truths[source]
        if (
            table in truth["personal_tables"]
            and table not in truth["subject_tables"]
            and link.start in reached
        ):
            query = (
                f"SELECT rowid FROM {source}.{table} WHERE {link.to_column} IN (SELECT {link.column}"
                f" FROM {'.'.join(link.start)} WHERE {link.when} AND rowid IN ({_listed(reached[link.start])}))"
            )
            yield link.end, {row[0] for row in connection.execute(query)}


def _listed(rows: object) -> str:
    assert isinstance(rows, (set, tuple))
    return ", ".join(map(str, sorted(rows)))


def lines_of(folder: Path, table: dict[str, object]) -> tuple[list[Line], int]:
    """Return a file's whole lines by column, values inside others by dotted names, and how many are broken."""
    path = folder / str(table["file"])
    if table["form"] == "parquet":
        relation = duckdb.read_parquet(str(path))
        return [dict(zip(relation.columns, map(str, row), strict=True)) for row in relation.fetchall()], 0
    text = path.read_bytes().decode(str(table["encoding"]))
    if table["form"] == "jsonl":
        return [dict(_leaves(json.loads(line))) for line in text.splitlines()], 0
    head, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=str(table["delimiter"]))
    whole = [dict(zip(head, line, strict=True)) for line in lines if len(line) == len(head)]
    return whole, len(lines) - len(whole)


def leaves_of(table: dict[str, dict[str, str]]) -> tuple[str, ...]:
    """Return the names under which `lines_of` gives a file's values."""
    inside = list(table.get("inside", {}))
    return tuple(
        leaf
        for column in table["columns"]
        for leaf in [name for name in inside if name.startswith(f"{column}.")] or [column]
    )


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, name)
    else:
        yield name, str(value)
