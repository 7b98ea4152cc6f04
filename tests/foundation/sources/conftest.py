"""Companies' databases in miniature, on each kind of server, connected as sources."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pymysql
import pytest

from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = Actor(kind=ActorKind.SHELL, name="operator")
Run = Callable[..., list[tuple[object, ...]]]

SHOP = (
    "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(200), name varchar(100), city varchar(80))",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL, note text,"
    " FOREIGN KEY (customer_id) REFERENCES customer (id))",
    "CREATE TABLE line (order_id integer NOT NULL, place integer NOT NULL, item varchar(50),"
    " PRIMARY KEY (order_id, place))",
    "INSERT INTO customer VALUES (1, 'ann@example.com', 'Ann', 'Bern'), (2, 'Bob@Example.com', 'Bob', 'Basel'),"
    " (3, 'cleo@example.com', 'Cléo', NULL)",
    "INSERT INTO orders VALUES (10, 1, 'ring twice'), (11, 1, NULL), (12, 2, 'back door')",
    "INSERT INTO line VALUES (10, 1, 'tea'), (10, 2, 'cup'), (11, 1, 'tea'), (12, 1, 'pot')",
)


class Company:
    """A database and a way to run statements on it that is not Discreet's."""

    def __init__(self, *, engine: str, url: str, run: Run) -> None:
        self.engine = engine
        self.url = url
        self.run = run

    def fill(self, statements: tuple[str, ...] = SHOP) -> None:
        for statement in statements:
            self.run(statement)

    def connect(self, name: str = "shop", *, writable: bool = True) -> None:
        connect_source(
            actor=OPERATOR, now=NOW, name=name, url=self.url, write_url=self.url if writable else None
        )


def _sqlite(path: Path) -> Iterator[Company]:
    connection = sqlite3.connect(path, isolation_level=None)
    yield Company(
        engine="sqlite",
        url=f"sqlite:///{path}",
        run=lambda sql, args=(): connection.execute(sql, args).fetchall(),
    )
    connection.close()


def company_on_postgresql(url: str) -> Iterator[Company]:
    with psycopg.connect(url, autocommit=True) as connection:

        def run(sql: str, args: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
            cursor = connection.execute(sql, args or None)
            return cursor.fetchall() if cursor.description else []

        yield Company(engine="postgresql", url=url, run=run)


def open_mariadb(url: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.removeprefix("/"),
        charset="utf8mb4",
        autocommit=True,
    )


def company_on_mariadb(url: str) -> Iterator[Company]:
    with open_mariadb(url) as connection:

        def run(sql: str, args: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(sql, args or None)
                return list(cursor.fetchall()) if cursor.description else []

        yield Company(engine="mysql", url=url, run=run)


@pytest.fixture
def sqlite_company(tmp_path: Path) -> Iterator[Company]:
    yield from _sqlite(tmp_path / "shop.sqlite")


@pytest.fixture
def other_database(mariadb_company: Company) -> Iterator[str]:
    """A second database beside the company's, whose tables can refer to it."""
    name = f"{mariadb_company.url.rpartition('/')[2]}_other"
    mariadb_company.run(f"CREATE DATABASE {name}")
    yield name
    mariadb_company.run(f"DROP DATABASE {name}")


@pytest.fixture
def postgresql_company(postgresql_url: str) -> Iterator[Company]:
    yield from company_on_postgresql(postgresql_url)


@pytest.fixture
def mariadb_company(mariadb_url: str) -> Iterator[Company]:
    yield from company_on_mariadb(mariadb_url)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def company(request: pytest.FixtureRequest) -> Iterator[Company]:
    """An empty company database on each kind of server."""
    yield request.getfixturevalue(f"{request.param}_company")


@pytest.fixture
def shop(company: Company, db: None) -> Company:
    """A small shop with customers, orders and order lines, connected as the source `shop`."""
    company.fill()
    company.connect()
    return company


@pytest.fixture(autouse=True)
def _fresh_pools() -> Iterator[None]:
    yield
    pools.dispose_all()
