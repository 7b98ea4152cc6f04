"""The shop on SQLite, PostgreSQL and MariaDB: a database of its own for a measurement, gone after it."""

import contextlib
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pymysql

HERE = Path(__file__).resolve().parent
COUNT = "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < {})"


@contextlib.contextmanager
def shop_on(engine: str, rows: int, folder: Path) -> Iterator[str]:
    """Yield the address of a database that holds the shop."""
    with {"sqlite": sqlite, "postgresql": postgresql, "mariadb": mariadb}[engine](rows, folder) as url:
        yield url


@contextlib.contextmanager
def sqlite(rows: int, folder: Path) -> Iterator[str]:
    path = folder / f"shop-{secrets.token_hex(4)}.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as shop:
        shop.execute("PRAGMA journal_mode=WAL")
        for statement in portable(rows):
            shop.execute(statement)
        shop.commit()
        shop.execute("ANALYZE")
    yield f"sqlite:///{path}"


@contextlib.contextmanager
def mariadb(rows: int, folder: Path) -> Iterator[str]:
    from tests.servers import _server

    servers = _server("mariadb", "DISCREET_TEST_MARIADB_URL", 3306)
    server, name = next(servers), f"bench_{secrets.token_hex(4)}"
    admin = pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True
    )
    with admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {name}")
        cursor.execute("SET sql_mode='PIPES_AS_CONCAT', max_recursive_iterations=100000000")
        for statement in portable(rows):
            cursor.execute(statement)
        cursor.execute("ANALYZE TABLE customer, address, orders, payment_card, login")
        try:
            yield server.url("mysql", name)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
            next(servers, None)


def portable(rows: int) -> Iterator[str]:
    text = (HERE / "shop-portable.sql").read_text(encoding="utf-8").replace(":n", str(rows))
    text = re.sub(r":g\(([^)]*)\)", lambda found: COUNT.format(found[1]), text)
    yield from (one for one in "\n".join(text.splitlines()[1:]).split(";\n") if one.strip())


@contextlib.contextmanager
def postgresql(rows: int, folder: Path) -> Iterator[str]:
    given = os.environ.get("DISCREET_BENCH_POSTGRESQL_URL")
    if given:
        load(given, rows)
        yield given
        return
    from tests.servers import _server

    servers = _server("postgresql", "DISCREET_TEST_POSTGRESQL_URL", 5432)
    server = next(servers)
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    load(server.url("postgresql", name), rows)
    try:
        yield server.url("postgresql", name)
    finally:
        with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        next(servers, None)


def load(url: str, rows: int) -> None:
    for file in ("shop.sql", "shop-indexes.sql"):
        text = (HERE / file).read_text(encoding="utf-8").replace(":n", str(rows))
        with psycopg.connect(url, autocommit=True) as shop:
            for statement in text.split(";\n"):
                lines = [line for line in statement.splitlines() if not line.startswith("--")]
                if body := "\n".join(lines).strip().rstrip(";"):
                    shop.execute(body)
