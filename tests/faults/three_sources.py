"""One erasure over SQLite, PostgreSQL and MariaDB, approved and waiting for a worker, as often as wanted.

With `folders` it is over five: a folder of CSV and JSON lines, and one of Parquet, besides.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pymysql
import pytest

from tests.faults import folders as files
from tests.faults.folders import Folders
from tests.faults.proxy import FaultProxy, fault_proxy
from tests.faults.request_steps import told
from tests.foundation.sources.conftest import (
    Company,
    company_on_mariadb,
    company_on_postgresql,
)
from tests.mechanisms.rights.company import ANN, KEEP, MAP, ROWS, TABLES
from tests.stories.house import House, copy_home, new_house

NUMBER = "R-1001"
ORDER = ("line", "orders", "login", "customer", "address")
OTHERS = (
    "SELECT * FROM customer WHERE id <> 1 ORDER BY id",
    "SELECT * FROM orders WHERE id <> 10 ORDER BY id",
    "SELECT * FROM login WHERE customer_id <> 1 ORDER BY id",
    "SELECT * FROM line WHERE order_id <> 10 ORDER BY order_id, place",
    "SELECT id, street FROM address ORDER BY id",
)
TRACES = (
    f"SELECT id FROM customer WHERE email = '{ANN}' OR name LIKE '%Canary%'",
    "SELECT id FROM orders WHERE note = 'ring twice'",
    "SELECT id FROM login WHERE customer_id = 1",
)


@dataclass(slots=True)
class Approved:
    """An approved erasure of Ann: its home to copy, and the three databases to fill again."""

    home: Path
    number: str
    companies: dict[str, Company]
    others: dict[str, list[list[tuple[object, ...]]]]
    proxies: dict[str, FaultProxy]
    folders: Folders | None = None
    used: int = 0

    def again(self, **more: str) -> House:
        """Return a house in which the approved erasure has not begun, its databases filled anew."""
        for proxy in self.proxies.values():
            proxy.set("passing")
        for company in self.companies.values():
            for table in ORDER:
                company.run(f"DELETE FROM {table}")
            for statement in ROWS:
                company.run(statement)
        if self.folders is not None:
            self.folders.fill()
        self.used += 1
        home = self.home.parent / f"try-{self.used}"
        copy_home(self.home, home)
        return House(home, **more)

    def state_of(self, house: House) -> dict[str, Any]:
        return house.json("rights", "show", self.number)

    def check(self, house: House) -> None:
        """One certificate, a clean search, no trace left, nobody else's row or file changed, and the letter says so."""
        said = told(house, self.number)
        assert (said.state, said.outcome) == ("done", "erased_except_kept"), (said, house.log())
        assert self.number in said.proof, "a stranger's verifier refuses the proof"
        assert "Art.958fOR" in said.letter and said.letter.count("Art.958fOR") >= len(self.companies)
        assert ANN not in said.letter
        endings = [facts for act, facts in entries(house) if act == "rights.finish_erasure"]
        assert [facts["outcome"] for facts in endings if "outcome" in facts] == ["erased_except_kept"]
        assert endings[0]["search"]["found"] == 0
        for name, company in self.companies.items():
            for sql in TRACES:
                assert company.run(sql) == [], (name, sql)
            assert [company.run(sql) for sql in OTHERS] == self.others[name]
        if self.folders is not None:
            self.folders.check(now="")


def entries(house: House) -> list[tuple[str, dict[str, Any]]]:
    """Return act and facts of every entry of the ledger, oldest first."""
    with closing(sqlite3.connect(house.home / "discreet.sqlite3")) as connection:
        rows = connection.execute("SELECT body FROM ledger_ledgerentry ORDER BY id").fetchall()
    bodies = [json.loads(body) for (body,) in rows]
    return [(body["act"], body["facts"]) for body in bodies]


@contextmanager
def approved_erasure(
    folder: Path, urls: dict[str, str], folders: Folders | None = None
) -> Iterator[Approved]:
    """Yield the approved erasure. `urls` are of empty databases, by name of the source."""
    with ExitStack() as stack:
        companies: dict[str, Company] = {}
        proxies: dict[str, FaultProxy] = {}
        for name, url in urls.items():
            opened = contextmanager(company_on)(url)
            companies[name] = stack.enter_context(opened)
            companies[name].fill((*TABLES, *ROWS))
        house = new_house(folder)
        connects: list[tuple[str, ...]] = []
        for name, url in urls.items():
            parts = urlsplit(url)
            if parts.hostname:
                proxies[name] = stack.enter_context(fault_proxy(parts.hostname, parts.port or 0))
                netloc = f"{parts.username}:{parts.password}@127.0.0.1:{proxies[name].port}"
                url = urlunsplit(parts._replace(netloc=netloc))
            connects.append(("connect", name, url, "--write-url", url))
        maps = [MAP % {"name": name, "keep": KEEP} for name in urls]
        path = folder / "map.yaml"
        text = maps[0] + "".join(text.split("sources:\n")[1] for text in maps[1:])
        if folders is not None:
            folders.fill()
            connects += folders.connects()
            text += files.MAP
        path.write_text(text)
        house.add_staff(
            {"chen": "agent", "lena": "approver"},
            *connects,
            ("map", "apply", str(path)),
            ("rights", "open", "--kind", "erasure", "--email", ANN),
            ("rights", "verify", NUMBER, "--reason", "Passport seen"),
            ("rights", "plan", NUMBER, "--as", "chen"),
            ("rights", "accept", NUMBER, "--as", "lena"),
        )
        others = {name: [company.run(sql) for sql in OTHERS] for name, company in companies.items()}
        yield Approved(
            home=house.home,
            number=NUMBER,
            companies=companies,
            others=others,
            proxies=proxies,
            folders=folders,
        )


def company_on(url: str) -> Iterator[Company]:
    if url.startswith("postgresql"):
        yield from company_on_postgresql(url)
    elif url.startswith("mysql"):
        yield from company_on_mariadb(url)
    else:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        with closing(connection):
            yield Company(
                engine="sqlite", url=url, run=lambda sql, args=(): connection.execute(sql, args).fetchall()
            )


@pytest.fixture(scope="module")
def approved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Approved]:
    """The erasure over all three kinds of source."""
    folder = tmp_path_factory.mktemp("three")
    with databases(request, folder) as urls, approved_erasure(folder, urls) as made:
        yield made


@pytest.fixture(scope="module")
def over_five(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Approved]:
    """The erasure over all three kinds of database, and two folders of files."""
    folder = tmp_path_factory.mktemp("five")
    with (
        databases(request, folder) as urls,
        approved_erasure(folder, urls, Folders(folder, ANN)) as made,
    ):
        yield made


@contextmanager
def databases(request: pytest.FixtureRequest, folder: Path) -> Iterator[dict[str, str]]:
    """Yield addresses of an empty database of each kind, by name of the source."""
    with ExitStack() as stack:
        urls = {"files": f"sqlite:///{folder / 'shop.sqlite'}"}
        for name, server in (("postgres", "postgresql_server"), ("maria", "mariadb_server")):
            urls[name] = stack.enter_context(contextmanager(_database)(name, request.getfixturevalue(server)))
        yield urls


def _database(kind: str, server: Any) -> Iterator[str]:
    database = f"kill_{secrets.token_hex(6)}"
    if kind == "postgres":
        with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {database} TEMPLATE template0")
            yield server.url("postgresql", database)
            admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        return
    link = pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True
    )
    with link, link.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        yield server.url("mysql", database)
        cursor.execute(f"DROP DATABASE IF EXISTS {database}")
