"""JSON documents: the tables in them are found wherever they stand, and nothing beside them is lost."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from discreet.engines.subjects.reader import Select
from discreet.foundation.datamap.classify_cli import classify
from discreet.foundation.sources import session
from tests.foundation.sources.test_files import connect, folder, names, rows

__all__ = ["folder"]
pytestmark = [pytest.mark.duty("sources"), pytest.mark.django_db]
USERS = [{"id": n, "email": f"u{n}@example.com", "tags": [{"name": f"Zoë {n}"}]} for n in range(30)]
ORDERS = [{"no": f"O{n}", "amount": n / 4} for n in range(5)]


def verdicts(path: Path) -> dict[str, dict[str, str]]:
    done = CliRunner().invoke(classify, [str(path), "--json"])
    assert done.exit_code == 0, done.output
    tables = json.loads(done.output)["tables"]
    return {
        name: {column: each["category"] for column, each in table["columns"].items()}
        for name, table in tables.items()
    }


@pytest.mark.parametrize(
    "document",
    [
        {"users": USERS},
        {"meta": {"page": 1}, "data": {"people": {"users": USERS}}},
        {f"u{user['id']}": user for user in USERS},
        [["id", "email"], *([user["id"], user["email"]] for user in USERS)],
    ],
)
def test_the_list_of_records_in_a_document_is_the_table(folder: Path, document: object) -> None:
    (folder / "a.json").write_text(json.dumps(document), encoding="utf-16")
    table = connect(folder)["a"]
    assert {"id", "email"} <= set(names(table)) <= {"key", "id", "email", "tags"}
    assert len(rows(table)) == 30
    assert verdicts(folder / "a.json")["a"]["email"] == "email"
    with session.read("files") as reader:
        wanted = Select(table=table.ref, columns=("id",), key_columns=("email",), keys=[("u7@example.com",)])
        assert [str(row[0]) for row in reader.select(wanted)] == ["7"]


def test_several_lists_are_several_tables_and_what_stands_beside_them_is_one(folder: Path) -> None:
    (folder / "a.json").write_text(
        json.dumps({"owner": {"email": "o@example.com"}, "users": USERS, "sales": {"orders": ORDERS}})
    )
    (folder / "a").mkdir()
    (folder / "a" / "users.csv").write_text("id,name\n1,x\n")
    tables = connect(folder)
    assert set(tables) == {"a/users", "a/users (2)", "a/sales/orders", "a/rest"}
    assert names(tables["a/users"]) == ("id", "name")
    assert rows(tables["a/sales/orders"])[-1] == ("O4", 1.0)
    assert rows(tables["a/rest"]) == [('{"email":"o@example.com"}',)]
    found = verdicts(folder / "a.json")
    assert found["a/users"]["email"] == "email" and found["a/rest"]["owner"] == "email"


@pytest.mark.parametrize("ending", ["json", "jsonl", "parquet"])
def test_what_is_nested_in_records_is_looked_into(folder: Path, ending: str) -> None:
    import duckdb

    records = [{"no": n, "items": [{"email": f"u{n}@example.com", "count": n}]} for n in range(30)]
    path = folder / f"sales.{ending}"
    lines = "\n".join(map(json.dumps, records))
    if ending == "parquet":
        (folder / "lines.jsonl").write_text(lines)
        duckdb.connect().execute(f"COPY (FROM read_json('{folder / 'lines.jsonl'}')) TO '{path}'")
    else:
        path.write_text(lines if ending == "jsonl" else json.dumps(records))
    assert verdicts(path)["sales"] == {"no": "none", "items": "email"}


@pytest.mark.parametrize(
    "text", ['{"a": [', '{"a": ' * 9_000 + "1" + "}" * 9_000, "[1, 2", '{"a": [{"b": NaN}]} x']
)
def test_a_document_that_is_none_is_no_table_and_ends_nothing(folder: Path, text: str) -> None:
    (folder / "good.csv").write_text("id,name\n1,x\n")
    (folder / "a.json").write_text(text)
    assert "good" in connect(folder)
