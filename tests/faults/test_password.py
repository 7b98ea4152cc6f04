"""A password that is changed while an erasure runs: it waits, staff are told, and it goes on with the new one."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.three_sources import Approved, approved_erasure, entries
from tests.servers import Server
from tests.stories.house import House, end, until

pytestmark = [pytest.mark.promise(2), pytest.mark.postgresql]
OLD, NEW = "canary-old-password", "canary-new-password"


@pytest.fixture
def account(postgresql_server: Server) -> Iterator[Server]:
    """An account of PostgreSQL that owns a database of its own name."""
    name = f"owner_{secrets.token_hex(4)}"
    server = postgresql_server
    with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{OLD}'")
        admin.execute(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0")
        yield Server(host=server.host, port=server.port, user=name, password=OLD)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"DROP ROLE {name}")


@pytest.fixture
def approved(account: Server, tmp_path: Path) -> Iterator[Approved]:
    with approved_erasure(tmp_path, {"shop": account.url("postgresql", account.user)}) as erasure:
        yield erasure


def query(house: House, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(house.home / "discreet.sqlite3", timeout=20)) as connection:
        return connection.execute(sql).fetchall()


def tasks(house: House) -> list[tuple[Any, ...]]:
    return query(house, "SELECT what, params, role FROM cases_casetask WHERE key = 'waits'")


def is_waiting(house: House) -> bool | None:
    rows = query(house, "SELECT state, failure_code, attempts FROM jobs_job WHERE workflow = 'rights.erase'")
    return (rows[0][:2] == ("waiting", "wrong_password") and rows[0][2] >= 4) or None


def test_a_password_changed_in_the_middle_of_an_erasure_is_waited_for(
    approved: Approved, account: Server, postgresql_server: Server
) -> None:
    house = approved.again()
    shop, proxy = approved.companies["shop"], approved.proxies["shop"]
    shop.run("BEGIN")
    shop.run("SELECT id FROM customer WHERE id = 1 FOR UPDATE")
    worker = house.start("work")
    try:
        until(lambda: is_held_up(postgresql_server, account.user), f"the write\n{house.log()}")
        change_password(postgresql_server, account.user, NEW)
        proxy.cut_all()
        shop.run("ROLLBACK")
        until(lambda: is_waiting(house), f"that it waits\n{house.log()}")
        ((what, params, role),) = until(lambda: tasks(house) or None, f"the task\n{house.log()}")
        assert "refused the user name or the password" in what
        assert ("shop" in params, role) == (True, "administrator")
        view = approved.state_of(house)
        assert (view["state"], view["outcome"]) == ("executing", None), "not called incomplete"
        assert shop.run("SELECT id FROM customer WHERE id = 1") == [(1,)]

        url = f"postgresql://{account.user}:{NEW}@127.0.0.1:{proxy.port}/{account.user}"
        house.run("connect", "shop", url, "--write-url", url)
        until(lambda: is_done(house), f"the end\n{house.log()}", patience_s=20)
    finally:
        end(worker)
    approved.check(house)
    assert not tasks(house)
    assert OLD not in house.log() + str(entries(house))
    assert NEW not in house.log() + str(entries(house))


def change_password(server: Server, name: str, password: str) -> None:
    with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER ROLE {name} PASSWORD '{password}'")


def is_held_up(server: Server, name: str) -> bool | None:
    with psycopg.connect(server.url("postgresql", "postgres")) as admin:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = %s"
        return admin.execute(waiting, [name]).fetchone() is not None or None


def is_done(house: House) -> bool | None:
    return any(act == "rights.finish_erasure" for act, _ in entries(house)) or None
