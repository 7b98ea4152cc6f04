"""A sample of a table, the same on every kind of database: spread, bounded, and never failed by one value."""

import json
from datetime import UTC, date, datetime

import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.sources import pools, refusals, session
from discreet.foundation.sources.cells import UNDECODABLE
from discreet.foundation.sources.dialects.base import STATEMENT_TIMEOUT_S
from tests.foundation.sources.conftest import Company

pytestmark = pytest.mark.duty("sources")
BIG = TableRef("shop", "big")
ROWS = 20_000
_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT {cells} FROM n",
    "postgresql": "SELECT {cells} FROM generate_series(1, {rows}) n(i)",
    "mysql": "SELECT {cells} FROM (SELECT seq AS i FROM seq_1_to_{rows}) n",
}


def fill_big(
    company: Company, *, key: str = "integer PRIMARY KEY", cell: str = "i", rows: int = ROWS
) -> None:
    company.run(f"CREATE TABLE big (id {key}, name varchar(40))")
    cells = f"{cell}, concat('name ', i)" if company.engine != "sqlite" else f"{cell}, 'name ' || i"
    company.run("INSERT INTO big " + _NUMBERS[company.engine].format(rows=rows, cells=cells))
    if company.engine != "sqlite":
        company.run("ANALYZE TABLE big" if company.engine == "mysql" else "ANALYZE big")


def sample(
    table: TableRef, *columns: str, limit: int = 320, max_chars: int = 100, at_most: int = 4
) -> list[tuple[object, ...]]:
    with session.read("shop") as reader:
        rows = reader.sample_spread(table, columns, limit=limit, max_chars=max_chars)
        assert reader.statements <= at_most, "begin and one to three"
    return rows


def is_spread(numbers: list[int], *, over: int = ROWS) -> bool:
    tenths = {number * 10 // (over + 1) for number in numbers}
    return tenths == set(range(10)) and min(numbers) == 1 and max(numbers) == over


def test_a_sample_comes_from_the_beginning_the_end_and_all_between(company: Company, db: None) -> None:
    fill_big(company)
    company.connect()
    numbers = [int(str(row[0])) for row in sample(BIG, "id", "name")]
    assert len(numbers) == len(set(numbers)) == 320
    assert is_spread(numbers)


@pytest.mark.parametrize("limit", [1, 2, 5, 16, 17, 1_000, 100_000])
def test_a_sample_never_has_more_rows_than_asked_for(company: Company, db: None, limit: int) -> None:
    fill_big(company, rows=1_000)
    company.connect()
    rows = sample(BIG, "id", limit=limit)
    assert len(rows) == len(set(rows)) == min(limit, 1_000)


def test_gaps_in_the_key_bring_no_row_twice_and_still_fill_the_sample(company: Company, db: None) -> None:
    fill_big(company, cell="CASE WHEN i < 19990 THEN i ELSE i * 10000 END")
    company.connect()
    rows = sample(BIG, "id")
    assert len(rows) == len(set(rows)) == 320
    assert (200_000_000,) in rows


def test_keys_of_text_are_spread_too(company: Company, db: None) -> None:
    cell = {
        "mysql": "md5(i)",
        "postgresql": "md5(i::text)",
        "sqlite": "printf('%08x', i * 104729 % 65536 * 65536)",
    }
    without = " WITHOUT ROWID" if company.engine == "sqlite" else ""
    company.run(f"CREATE TABLE big (id varchar(40) NOT NULL PRIMARY KEY){without}")
    company.run("INSERT INTO big " + _NUMBERS[company.engine].format(rows=ROWS, cells=cell[company.engine]))
    company.run("ANALYZE TABLE big" if company.engine == "mysql" else "ANALYZE big")
    company.connect()
    rows = sample(BIG, "id", at_most=5)
    assert len(rows) > 300
    assert len({str(row[0])[0] for row in rows}) >= 12, "of sixteen digits"


@pytest.mark.postgresql
def test_a_table_without_any_key_is_spread_where_its_pages_are_known(
    postgresql_company: Company, db: None
) -> None:
    fill_big(postgresql_company, key="integer")
    postgresql_company.connect()
    assert is_spread([int(str(row[0])) for row in sample(BIG, "id")])


@pytest.mark.postgresql
def test_thousands_of_partitions_are_sampled_by_a_few(postgresql_company: Company, db: None) -> None:
    postgresql_company.run("CREATE TABLE big (id integer, name text) PARTITION BY LIST (id)")
    for start in range(0, 2000, 100):
        postgresql_company.run(
            f"DO $$ BEGIN FOR i IN {start}..{start + 99} LOOP"
            " EXECUTE format('CREATE TABLE big_%s PARTITION OF big FOR VALUES IN (%s)', lpad(i::text, 4, '0'), i);"
            " END LOOP; END $$"
        )
    postgresql_company.run("INSERT INTO big SELECT i / 10, i::text FROM generate_series(0, 19999) i")
    postgresql_company.connect()
    assert len(sample(BIG, "id", limit=1_000)) == 640, "of sixty-four partitions, with ten rows each"
    numbers = [int(str(row[0])) for row in sample(BIG, "id", limit=160)]
    assert len(numbers) == 160
    assert (min(numbers), max(numbers), len(set(numbers))) == (0, 1999, 64)


def test_views_and_tables_without_rows_are_sampled(company: Company, db: None) -> None:
    fill_big(company, rows=50)
    company.run("CREATE VIEW several AS SELECT name FROM big")
    company.run("CREATE VIEW over_views AS SELECT name FROM several")
    company.run("CREATE TABLE hollow (id integer PRIMARY KEY)")
    company.connect()
    assert len(sample(TableRef("shop", "over_views"), "name", limit=20)) == 20
    assert sample(TableRef("shop", "hollow"), "id") == []
    assert sample(BIG) == []
    with pytest.raises(refusals.UnknownName):
        sample(BIG, "nobody")


def test_large_cells_are_cut_before_they_travel(company: Company, db: None) -> None:
    text, blob = {
        "sqlite": ("text", "blob"),
        "postgresql": ("text", "bytea"),
        "mysql": ("longtext", "longblob"),
    }[company.engine]
    mark = "?" if company.engine == "sqlite" else "%s"
    company.run(f"CREATE TABLE big (id integer PRIMARY KEY, body {text}, picture {blob})")
    company.run(f"INSERT INTO big VALUES (1, {mark}, {mark})", ("省" * 1_000_000, b"\xff\xd8" * 500_000))
    company.run("INSERT INTO big VALUES (2, NULL, NULL)")
    company.connect()
    assert sorted(sample(BIG, "id", "body", "picture"), key=repr) == [
        (1, "省" * 100, b"\xff\xd8" * 8),
        (2, None, None),
    ]


def test_structures_come_as_text(company: Company, db: None) -> None:
    kinds = {
        "sqlite": ("json", "text", "text"),
        "postgresql": ("jsonb", "xml", "text[]"),
        "mysql": ("json", "uuid", "geometry"),
    }[company.engine]
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    third = {"sqlite": "'x'", "postgresql": "ARRAY['ann', 'bob']", "mysql": "ST_GeomFromText('POINT(1 2)')"}
    second = uuid if company.engine == "mysql" else "<a>ann</a>"
    company.run("CREATE TABLE big (a {}, b {}, c {})".format(*kinds))
    company.run(
        f"""INSERT INTO big VALUES ('{{"mail": "ann@example.com"}}', '{second}', {third[company.engine]})"""
    )
    company.connect()
    ((a, b, c),) = sample(BIG, "a", "b", "c")
    assert json.loads(str(a)) == {"mail": "ann@example.com"}
    assert b == second
    assert c == {"sqlite": "x", "postgresql": "{ann,bob}", "mysql": "POINT(1 2)"}[company.engine]


def test_what_cannot_be_decoded_in_sqlite_is_marked(sqlite_company: Company, db: None) -> None:
    sqlite_company.run("CREATE TABLE big (id integer, name text, day date)")
    sqlite_company.run(
        "INSERT INTO big VALUES (1, CAST(x'B0A2C3F7' AS TEXT), '0000-00-00'), ('x', x'00ff', 7)"
    )
    sqlite_company.connect()
    assert sample(BIG, "id", "name", "day") == [(1, UNDECODABLE, UNDECODABLE), ("x", b"\x00\xff", 7)]


@pytest.mark.postgresql
def test_times_that_python_has_not_are_marked_in_postgresql(postgresql_company: Company, db: None) -> None:
    postgresql_company.run("CREATE TABLE big (id integer, day date, at timestamptz, hour time)")
    postgresql_company.run(
        "INSERT INTO big VALUES (1, 'infinity', '4713-01-01 BC', '24:00'),"
        " (2, '2026-03-02', '2026-03-02 09:00+00', '09:00')"
    )
    postgresql_company.connect()
    rows = sample(BIG, "id", "day", "at", "hour")
    assert rows[0] == (1, UNDECODABLE, UNDECODABLE, UNDECODABLE)
    assert rows[1][1:3] == (date(2026, 3, 2), datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.mark.postgresql
def test_a_database_of_any_bytes_is_sampled(postgresql_company: Company, db: None) -> None:
    name = postgresql_company.url.rpartition("/")[2] + "_ascii"
    postgresql_company.run(
        f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    try:
        import psycopg

        url = postgresql_company.url.rpartition("/")[0] + f"/{name}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE big (id integer, name text)")
            connection.execute(
                r"INSERT INTO big VALUES (1, convert_from('\xb0a2c3f7', 'SQL_ASCII')),"
                r" (2, convert_from('\xe5b08fe5b08f', 'SQL_ASCII'))"
            )
        Company(engine="postgresql", url=url, run=postgresql_company.run).connect(writable=False)
        assert sample(BIG, "id", "name") == [(1, UNDECODABLE), (2, "小小")]
        assert sample(BIG, "name", max_chars=4)[1] == ("小",), "cut by bytes there: half a letter is left out"
        pools.dispose_all()
    finally:
        postgresql_company.run(f"DROP DATABASE {name}")


@pytest.mark.mariadb
def test_zero_dates_and_other_encodings_do_not_fail_a_sample_of_mariadb(
    mariadb_company: Company, db: None
) -> None:
    mariadb_company.run("SET SESSION sql_mode = ''")
    mariadb_company.run(
        "CREATE TABLE big (id integer, day date, at datetime, old varchar(20) CHARACTER SET latin1,"
        " flags bit(3), kind enum('a', 'b'), far varchar(20) CHARACTER SET gbk)"
    )
    mariadb_company.run(
        "INSERT INTO big VALUES (1, '0000-00-00', '0000-00-00', x'B0A281', b'101', 'a', '小明')"
    )
    mariadb_company.run("INSERT INTO big VALUES (2, '2026-03-02', '2026-02-30', 'Zoë', NULL, 'b', NULL)")
    mariadb_company.connect()
    first, second = sample(BIG, "id", "day", "at", "old", "flags", "kind", "far")
    assert first[:3] == (1, UNDECODABLE, UNDECODABLE)
    assert first[5:] == ("a", "小明")
    assert isinstance(first[3], str)
    assert isinstance(first[4], bytes)
    assert second[1:4] == (date(2026, 3, 2), UNDECODABLE, "Zoë")


@pytest.mark.postgresql
def test_a_table_that_is_refused_leaves_the_session_for_the_others(
    postgresql_company: Company, db: None
) -> None:
    fill_big(postgresql_company, rows=100)
    postgresql_company.run("CREATE TABLE closed (id integer)")
    postgresql_company.connect()
    user, database = postgresql_company.run("SELECT current_user, current_database()")[0]
    here = f"ALTER ROLE {user} IN DATABASE {database}"  # other tests use the account, too
    postgresql_company.run(f"{here} SET role = 'pg_monitor'")
    pools.dispose_all()
    try:
        postgresql_company.run("GRANT USAGE ON SCHEMA public TO pg_monitor")
        postgresql_company.run("GRANT SELECT ON big TO pg_monitor")
        with session.read("shop") as reader:
            for call in (
                lambda: reader.sample_spread(TableRef("shop", "closed"), ["id"], limit=5, max_chars=5),
                lambda: reader.count_up_to(TableRef("shop", "closed"), 5),
                lambda: reader.which_exist(TableRef("shop", "closed"), ["id"], [(1,)]),
            ):
                with pytest.raises(refusals.PermissionDenied) as refused:
                    call()
                assert refused.value.params["table"] == "closed"
                assert len(reader.sample_spread(BIG, ["id"], limit=5, max_chars=5)) == 5
    finally:
        postgresql_company.run(f"{here} RESET role")
        pools.dispose_all()


def test_a_table_that_is_gone_is_refused_and_the_next_is_read(company: Company, db: None) -> None:
    fill_big(company, rows=100)
    company.run("CREATE TABLE gone (id integer)")
    company.connect()
    company.run("DROP TABLE gone")
    with session.read("shop") as reader:
        with pytest.raises(refusals.SchemaChanged):
            reader.sample_spread(TableRef("shop", "gone"), ["id"], limit=5, max_chars=5)
        assert reader.count_up_to(BIG, 50) == 50
        assert reader.count_up_to(BIG, 500) == 100


@pytest.mark.postgresql
def test_a_lost_connection_is_said_and_the_session_connects_again(
    postgresql_company: Company, db: None
) -> None:
    fill_big(postgresql_company, rows=100)
    postgresql_company.connect()
    with session.read("shop") as reader:
        assert reader.count_up_to(BIG, 5) == 5
        postgresql_company.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with pytest.raises(refusals.SourceDown):
            reader.sample_spread(BIG, ["id"], limit=5, max_chars=5)
        assert len(reader.sample_spread(BIG, ["id"], limit=5, max_chars=5)) == 5


def test_keys_are_told_apart_by_whether_a_row_has_them(company: Company, db: None) -> None:
    fill_big(company, rows=5_000)
    company.connect()
    with session.read("shop") as reader:
        names = [(f"name {number}",) for number in range(4_900, 5_100)]
        before = reader.statements
        assert reader.which_exist(BIG, ["name"], names) == set(names[:101])
        assert reader.statements == before + 2, "begin and one"
        assert reader.which_exist(BIG, ["id"], [("17",), (17,), ("017",), ("x",), (6_000,)]) == {
            ("17",),
            (17,),
        }
        assert reader.which_exist(BIG, ["id", "name"], [(5, "name 5"), (5, "name 6")]) == {(5, "name 5")}
        assert reader.which_exist(BIG, ["name"], [("NAME 5",), ("name 5 ",), (None,)]) == set()
        assert reader.which_exist(BIG, ["name"], []) == set()


def test_texts_of_fixed_width_are_found_as_they_were_asked_for(company: Company, db: None) -> None:
    company.run("CREATE TABLE big (code char(8), amount decimal(10, 2))")
    company.run("INSERT INTO big VALUES ('ab', 1.50)")
    company.connect()
    with session.read("shop") as reader:
        assert reader.which_exist(BIG, ["code"], [("ab",), ("cd",)]) == {("ab",)}
        assert reader.which_exist(BIG, ["amount"], [("1.5",)]) in ({("1.5",)}, set())


@pytest.mark.postgresql
def test_a_search_that_takes_too_long_is_stopped(
    postgresql_company: Company, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for in a view that cannot be quick, a key costs the statement's time-out and no more."""
    monkeypatch.setattr("discreet.foundation.sources.dialects.base.STATEMENT_TIMEOUT_S", 1)
    assert STATEMENT_TIMEOUT_S > 1
    fill_big(postgresql_company, rows=5)
    postgresql_company.run("CREATE VIEW slow AS SELECT id, pg_sleep(1)::text AS name FROM big")
    postgresql_company.connect()
    with session.read("shop") as reader:
        with pytest.raises(refusals.TimedOut):
            reader.which_exist(TableRef("shop", "slow"), ["name"], [("x",)])
        assert reader.count_up_to(BIG, 5) == 5


@pytest.mark.mariadb
def test_a_server_of_mariadb_that_refuses_one_table_gives_the_next(
    mariadb_company: Company, db: None
) -> None:
    fill_big(mariadb_company, rows=100)
    mariadb_company.run("CREATE TABLE closed (id integer)")
    database = mariadb_company.url.rpartition("/")[2]
    mariadb_company.run(f"CREATE USER 'c_{database[-8:]}'@'%' IDENTIFIED BY 'canary-1'")
    user = f"c_{database[-8:]}"
    try:
        for table in ("big", "closed"):
            mariadb_company.run(f"GRANT SELECT ON {database}.{table} TO '{user}'@'%'")
        host = mariadb_company.url.rpartition("@")[2]
        url = f"mysql://{user}:canary-1@{host}"
        Company(engine="mysql", url=url, run=mariadb_company.run).connect(writable=False)
        mariadb_company.run(f"REVOKE SELECT ON {database}.closed FROM '{user}'@'%'")
        pools.dispose_all()
        with session.read("shop") as reader:
            with pytest.raises(refusals.PermissionDenied):
                reader.sample_spread(TableRef("shop", "closed"), ["id"], limit=5, max_chars=5)
            assert len(reader.sample_spread(BIG, ["id"], limit=5, max_chars=5)) == 5
    finally:
        mariadb_company.run(f"DROP USER '{user}'@'%'")
