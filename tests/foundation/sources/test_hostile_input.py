"""Hostile names and values: names come from the catalogue and are quoted, values are bound."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import pools, refusals, session
from discreet.foundation.sources.actions import connect_source
from tests.foundation.sources.conftest import NOW, OPERATOR, Company

pytestmark = pytest.mark.duty("sources")

NAMES = [
    '"; DROP TABLE keep;--', "'; DROP TABLE keep;--", "`; DROP TABLE keep;--", 'a"b', "a'b", "a`b", "a\\b", "%s",
    "%(k0)s", ":p", "k0", "?", "$1", "100%", "a.b", "public.keep", "SELECT", "x" * 63, "é" * 31, "客户 资料", "a b",
    "[x]", "{x}", "tab\there", "new\nline", "--", "/*",
]  # fmt: skip
VALUES = [
    "%",
    "_",
    "a%",
    "ann' OR '1'='1",
    "\\",
    "\\'",
    '"',
    ";--",
    "😀",
    "ａｎｎ",
    "x" * 1_000_000,
    "",
    " ",
    "%s",
    ":v0",
]


def quoted(company: Company, name: str) -> str:
    mark = "`" if company.engine == "mysql" else '"'
    return mark + name.replace(mark, mark * 2) + mark


@pytest.mark.promise(21)
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_only_a_name(company: Company, db: None, name: str) -> None:
    table, text = quoted(company, name), "mediumtext" if company.engine == "mysql" else "text"
    company.fill(
        (
            "CREATE TABLE keep (id integer PRIMARY KEY)",
            "INSERT INTO keep VALUES (1)",
            f"CREATE TABLE {table} (id integer PRIMARY KEY, {table} {text})",
            f"INSERT INTO {table} VALUES (1, 'one'), (2, 'two'), (3, 'three')",
        )
    )
    company.connect()
    ref = TableRef("shop", name)
    with session.read("shop") as reader:
        query = Select(
            table=ref, columns=(name, "id"), key_columns=("id", name), keys=[(1, "one"), (2, "one")]
        )
        assert list(reader.select(query)) == [("one", 1)]
        assert reader.count(ref) == 3
        by_name = Select(
            table=ref, columns=("id",), key_columns=(name,), keys=[("two",)], equals={name: "two"}
        )
        assert list(reader.select(by_name)) == [(2,)]
        assert reader.statement(by_name)
    with session.write("shop") as writer:
        assert writer.update(ref, [name], [("two",)], {name: "changed"}) == 1
        assert writer.delete(ref, ["id", name], [(3, "three"), (1, "three")]) == 1
        writer.commit(before_commit=lambda: None)
    assert company.run(f"SELECT * FROM {table} ORDER BY id") == [(1, "one"), (2, "changed")]
    assert company.run("SELECT count(*) FROM keep") == [(1,)]


@pytest.mark.promise(21)
@pytest.mark.parametrize("name", ["a\0b", "keep\0", "", "nobody", "KEEP", "keep ", '"keep"'])
def test_a_name_that_is_not_in_the_catalogue_is_refused(company: Company, db: None, name: str) -> None:
    company.fill(("CREATE TABLE keep (id integer PRIMARY KEY)",))
    company.connect()
    with session.read("shop") as reader:
        for query in (
            Select(table=TableRef("shop", name), columns=("id",), key_columns=("id",), keys=[(1,)]),
            Select(table=TableRef("shop", "keep"), columns=(name,), key_columns=("id",), keys=[(1,)]),
            Select(table=TableRef("shop", "keep"), columns=("id",), key_columns=(name,), keys=[(1,)]),
        ):
            with pytest.raises(refusals.UnknownName):
                list(reader.select(query))


def test_twins_by_case_are_two_tables(postgresql_company: Company, db: None) -> None:
    postgresql_company.fill(
        (
            'CREATE TABLE "Keep" (id int PRIMARY KEY, "Name" text, name text)',
            "CREATE TABLE keep (id int PRIMARY KEY, name text)",
            "INSERT INTO \"Keep\" VALUES (1, 'A', 'a')",
            "INSERT INTO keep VALUES (1, 'k')",
        )
    )
    postgresql_company.connect()
    with session.write("shop") as writer:
        assert writer.update(TableRef("shop", "Keep"), ["id"], [(1,)], {"Name": "x"}) == 1
        assert writer.delete(TableRef("shop", "keep"), ["name"], [("K",)]) == 0
        writer.commit(before_commit=lambda: None)
    assert postgresql_company.run('SELECT * FROM "Keep"') == [(1, "x", "a")]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value[:12]))
def test_a_hostile_value_is_only_a_value(company: Company, db: None, value: str) -> None:
    text = "mediumtext" if company.engine == "mysql" else "text"
    mark = "?" if company.engine == "sqlite" else "%s"
    company.fill((f"CREATE TABLE note (id integer PRIMARY KEY, body {text})",))
    others = [(2, "ann"), (3, "a"), (4, None), (5, "other")]
    for row in [(1, value), *others]:
        company.run(f"INSERT INTO note VALUES ({mark}, {mark})", row)
    company.connect()
    ref = TableRef("shop", "note")
    with session.write("shop") as writer:
        query = Select(table=ref, columns=("id", "body"), key_columns=("body",), keys=[(value,)])
        assert writer.select(query) == [(1, value)]
        assert writer.update(ref, ["id"], [(5,)], {"body": value}) == 1
        assert writer.delete(ref, ["body"], [(value,)]) == 2
        writer.commit(before_commit=lambda: None)
    assert sorted(company.run("SELECT id, body FROM note")) == others[:3]


def test_a_text_with_a_zero_byte_matches_nothing_or_itself(company: Company, db: None) -> None:
    company.fill(("CREATE TABLE note (body varchar(20))", "INSERT INTO note VALUES ('a'), ('ab')"))
    company.connect()
    with session.write("shop") as writer:
        assert writer.delete(TableRef("shop", "note"), ["body"], [("a\0",), ("a\0b",)]) == 0


def test_a_value_that_does_not_fit_is_refused_before_it_is_cut(company: Company, db: None) -> None:
    company.fill(
        ("CREATE TABLE note (id integer PRIMARY KEY, body varchar(5))", "INSERT INTO note VALUES (1, 'a')")
    )
    company.connect()
    with session.write("shop") as writer:
        with pytest.raises(refusals.UnusableValue):
            writer.update(TableRef("shop", "note"), ["id"], [(1,)], {"body": "longer"})
        with pytest.raises((refusals.UnusableValue, refusals.ConstraintRefused)):
            writer.update(TableRef("shop", "note"), ["id"], [(1,)], {"id": "x"})


_names = st.text(
    st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1, max_size=40
)


@pytest.mark.promise(21)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=_names, column=_names, value=st.text(st.characters(blacklist_categories=("Cs",)), max_size=30))
def test_any_name_and_value_touch_only_their_row(
    tmp_path_factory: pytest.TempPathFactory, db: None, table: str, column: str, value: str
) -> None:
    if table.lower().startswith("sqlite_") or column.lower() == "id" or table.lower() == "keep":
        return
    path: Path = tmp_path_factory.mktemp("any") / "any.sqlite"
    name, field = (each.replace('"', '""') for each in (table, column))
    own = sqlite3.connect(path)
    own.execute("CREATE TABLE keep (id integer PRIMARY KEY)")
    own.execute(f'CREATE TABLE "{name}" (id integer PRIMARY KEY, "{field}" text)')
    own.executemany(f'INSERT INTO "{name}" VALUES (?, ?)', [(1, value), (2, value + "x"), (3, None)])
    own.commit()
    url = f"sqlite:///{path}"
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=url, write_url=url)
    ref = TableRef("shop", table)
    with session.write("shop") as writer:
        query = Select(table=ref, columns=("id",), key_columns=(column,), keys=[(value,)])
        assert writer.select(query) == [(1,)]
        assert writer.update(ref, [column], [(value,)], {column: "changed"}) == 1
        assert writer.delete(ref, ["id", column], [(1, "changed"), (2, value)]) == 1
        writer.commit(before_commit=lambda: None)
    pools.dispose_all()
    assert own.execute(f'SELECT * FROM "{name}" ORDER BY id').fetchall() == [(2, value + "x"), (3, None)]
    assert own.execute("SELECT count(*) FROM keep").fetchone() == (0,)
    own.close()
