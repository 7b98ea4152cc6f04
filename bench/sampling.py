"""A bounded sample of a large table: Discreet's own statements beside DuckDB's scanners.

    python -m bench.sampling [--rows 1000000] [--sample 2000]

Starts its own PostgreSQL on loopback (or takes DISCREET_TEST_POSTGRESQL_URL) and writes a SQLite file. Each way
reads the same columns of the same table, on a connection that is open already. Prints Markdown.
"""

import argparse
import glob
import importlib.util
import os
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psycopg

ROUNDS = 7
CHARS = 200
LARGE_CELLS = 200
COLUMNS = (
    "id", "email", "phone", "name", "street", "city", "zip", "country", "born", "note", "created", "balance",
)  # fmt: skip
CELLS = (
    "i, 'user' || i || '@example.com', '+49171' || (1000000 + i), 'Name ' || (i % 5000),"
    " 'Street ' || (i % 900) || ' No. ' || (i % 80), 'City ' || (i % 300), '0' || (1000 + i % 9000), 'DE',"
    " '19' || (50 + i % 50) || '-03-02', 'called on day ' || (i % 365) || ' about order ' || i, '2026-03-02', i % 977"
)
LARGE = "CREATE TABLE large (id integer PRIMARY KEY, body text)"
SETTINGS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2"}
Way = Callable[[], list[tuple[object, ...]]]


def made(run: Callable[[str], object], numbers: str, large: str) -> None:
    types = ", ".join(f"{name} {'integer' if name == 'balance' else 'text'}" for name in COLUMNS[1:])
    run(f"CREATE TABLE customer (id integer PRIMARY KEY, {types})")
    run(f"INSERT INTO customer SELECT {CELLS} FROM {numbers}")
    run(LARGE)
    run(f"INSERT INTO large {large}")


@contextmanager
def postgresql(rows: int) -> Iterator[str]:
    """Yield the address of a database with the tables."""
    from tests.servers import _server

    servers = _server("postgresql", "DISCREET_TEST_POSTGRESQL_URL", 5432)
    server, name = next(servers), f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    url = server.url("postgresql", name)
    with psycopg.connect(url, autocommit=True) as company:
        # letters by chance, so that the server cannot keep a large cell small
        letters = f"SELECT i, (SELECT string_agg(md5(i || '-' || k), '') FROM generate_series(1, 32768) k) FROM generate_series(1, {LARGE_CELLS}) n(i)"
        made(company.execute, f"generate_series(1, {rows}) n(i)", letters)
        company.execute("VACUUM ANALYZE")
    try:
        yield url
    finally:
        with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        next(servers, None)


def sqlite(path: Path, rows: int) -> str:
    with sqlite3.connect(path) as company:
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
        made(
            company.execute,
            f"({numbers.format(rows)} SELECT i FROM n)",
            f"{numbers.format(LARGE_CELLS)} SELECT i, hex(randomblob(524288)) FROM n",
        )
    return f"sqlite:///{path}"


def attached(kind: str, place: str) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that reads the database as `company`."""
    found = importlib.util.find_spec(f"duckdb_extension_{kind}_scanner")
    assert found and found.submodule_search_locations
    (file,) = glob.glob(f"{found.submodule_search_locations[0]}/**/*.duckdb_extension", recursive=True)
    connection = duckdb.connect(config=SETTINGS)
    connection.execute(f"LOAD '{file}'")
    connection.execute(f"ATTACH '{place}' AS company (TYPE {kind}, READ_ONLY)")
    return connection


def measured(way: Way) -> tuple[str, int]:
    times, rows = [], 0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        rows = len(way())
        times.append(time.perf_counter() - begun)
    return f"{statistics.median(times) * 1000:.1f} ms (min {min(times) * 1000:.1f})", rows


def ours(name: str, table: str, columns: tuple[str, ...], limit: int) -> Way:
    from discreet.engines.subjects.graph import TableRef
    from discreet.foundation.sources import session

    def way() -> list[tuple[object, ...]]:
        with session.read(name) as reader:
            return reader.sample_spread(TableRef(name, table), columns, limit=limit, max_chars=CHARS)

    return way


def theirs(connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], how: str) -> Way:
    cut = ", ".join(f"left({name}::VARCHAR, {CHARS})" for name in columns)
    return lambda: connection.execute(f"SELECT {cut} FROM company.{table} {how}").fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=2_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ.update(DISCREET_HOME=str(home), DJANGO_SETTINGS_MODULE="discreet.project.settings")
        from discreet.project.start import prepare_home

        prepare_home()
        with postgresql(args.rows) as url:
            report({"postgres": url, "sqlite": sqlite(Path(folder) / "company.sqlite", args.rows)}, args)


def report(urls: dict[str, str], args: argparse.Namespace) -> None:
    from discreet.foundation.sources.actions import connect_source
    from discreet.vocabulary.actors import Actor, ActorKind

    print(
        f"{args.rows:,} rows of {len(COLUMNS)} columns, a sample of {args.sample:,}; Python {sys.version.split()[0]}, DuckDB {duckdb.__version__}\n"
    )
    print("| source | table | way | median | rows |\n|---|---|---|---|---|")
    percent = max(100 * args.sample / args.rows, 0.01)
    for kind, url in urls.items():
        now, actor = datetime.now(UTC), Actor(kind=ActorKind.SHELL, name="bench")
        connect_source(actor=actor, now=now, name=kind, url=url)
        begun = time.perf_counter()
        scanner = attached(kind, url if kind == "postgres" else url.removeprefix("sqlite:///"))
        opening = f"{(time.perf_counter() - begun) * 1000:.1f} ms"
        for table, columns, limit in (
            ("customer", COLUMNS, args.sample),
            ("large", ("id", "body"), LARGE_CELLS),
        ):
            ways = {
                "sample_spread": ours(kind, table, columns, limit),
                "DuckDB, the first rows (not spread)": theirs(scanner, table, columns, f"LIMIT {limit}"),
                "DuckDB, TABLESAMPLE SYSTEM": theirs(
                    scanner, table, columns, f"TABLESAMPLE SYSTEM ({percent:.4f} PERCENT) LIMIT {limit}"
                ),
                "DuckDB, TABLESAMPLE RESERVOIR": theirs(
                    scanner, table, columns, f"USING SAMPLE {limit} ROWS"
                ),
            }
            for name, way in ways.items():
                took, rows = measured(way)
                print(f"| {kind} | {table} | {name} | {took} | {rows} |", flush=True)
        print(f"| {kind} | | DuckDB: loading and attaching, once a connection | {opening} | |")


if __name__ == "__main__":
    main()
