"""The companies of the stories: how each is filled and mapped, and which rows are whose, by its own SQL.

What is whose is asked of the database itself, never of Discreet.
"""

import contextlib
import gzip
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

import psycopg
import pymysql
import pymysql.constants.CLIENT
import pytest

from discreet.project.sample.build import build, map_text, sample_company
from tests.foundation.sources.conftest import open_mariadb
from tests.servers import Server

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
MAPS = Path(__file__).parents[1] / "maps"
Rows = dict[str, dict[tuple[object, ...], tuple[object, ...]]]
Query = Callable[[str], list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    url: str
    query: Query
    tables: Mapping[str, tuple[str, ...]]  # table → its primary key


@dataclass(frozen=True, slots=True)
class Person:
    """`theirs`: a condition per "source.table" that finds the rows about the person, for SQL of that source.

    `gone`: of which tables no row of theirs may be left. `mailbox` "": the company holds no address.
    """

    claim: Mapping[str, str]
    mailbox: str
    theirs: Mapping[str, str]
    gone: tuple[str, ...]
    outcome: str
    secrets: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Company:
    sources: tuple[Source, ...]
    map_text: str
    people: Mapping[str, Person]  # by language

    def rows(self) -> Rows:
        """Return every row of every table by its primary key."""
        found: Rows = {}
        for source in self.sources:
            for table, key in source.tables.items():
                columns = ", ".join(key)
                rows = source.query(f"SELECT {columns}, {table}.* FROM {table}")
                found[f"{source.name}.{table}"] = {row[: len(key)]: row[len(key) :] for row in rows}
        return found

    def keys_of(self, person: Person) -> dict[str, set[tuple[object, ...]]]:
        """Return the primary keys of the rows about a person."""
        found = {}
        for source in self.sources:
            for table, key in source.tables.items():
                where = person.theirs.get(f"{source.name}.{table}")
                if where:
                    rows = source.query(f"SELECT {', '.join(key)} FROM {table} WHERE {where}")
                    found[f"{source.name}.{table}"] = set(rows)
        return found


def _sample(name: str) -> str:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("../shared is absent")
    return gzip.decompress(path.read_bytes()).decode("utf-8")


# --- the sample company, on SQLite ---


@cache
def _built() -> Path:
    folder = Path(mkdtemp(prefix="discreet-sample-"))
    build(folder)
    return folder


def _sqlite_source(name: str, path: Path) -> Source:
    def query(sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            return connection.execute(sql).fetchall()

    names = query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    keys = {
        str(table): tuple(
            str(row[0])
            for row in query(f"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk")
        )
        for (table,) in names
    }
    tables = {table: key or ("rowid",) for table, key in keys.items()}
    return Source(name=name, url=f"sqlite:///{path}", query=query, tables=tables)


def _of_shop(number: str) -> dict[str, str]:
    who = f"(SELECT id FROM customer WHERE customer_number = '{number}')"
    orders = f"(SELECT id FROM orders WHERE customer_id IN {who})"
    return {
        "shop.customer": f"id IN {who}",
        "shop.address": f"id IN (SELECT address_id FROM customer WHERE id IN {who})",
        "shop.orders": f"customer_id IN {who}",
        "shop.order_item": f"order_id IN {orders}",
        "shop.payment": f"order_id IN {orders}",
        "shop.invoice": f"order_id IN {orders}",
        "shop.review": f"customer_id IN {who}",
        "shop.login_history": f"customer_id IN {who}",
        "shop.shipment": f"order_id IN {orders}",
        "shop.note": f"(subject_type = 'customer' AND subject_id IN {who})"
        f" OR (subject_type = 'order' AND subject_id IN {orders})",
    }


def _of_support(email: str, number: str) -> dict[str, str]:
    who = f"(SELECT id FROM contacts WHERE lower(email) = '{email}')"
    tickets = f"(SELECT id FROM tickets WHERE contact_id IN {who})"
    return {
        "support.contacts": f"id IN {who}",
        "support.tickets": f"contact_id IN {who}",
        "support.messages": f"ticket_id IN {tickets}",
        "support.call_notes": f"customer_no = '{number}'",
        "support.remarks": f"(about_type = 'ticket' AND about_id IN {tickets})"
        f" OR (about_type = 'contact' AND about_id IN {who})",
    }


def _of_marketing(email: str) -> dict[str, str]:
    who = f"(SELECT subId FROM subscribers WHERE lower(emailAddr) = '{email}')"
    cookies = f"(SELECT cookieId FROM subscribers WHERE subId IN {who})"
    return {
        "marketing.subscribers": f"subId IN {who}",
        "marketing.sends": f"subId IN {who}",
        "marketing.opens": f"sendId IN (SELECT sendId FROM sends WHERE subId IN {who})",
        "marketing.segMembers": f"subId IN {who}",
        "marketing.webEvents": f"subId IN {who} OR cookieId IN {cookies}",
        "marketing.fairLeads": f"lower(emailAddr) = '{email}'",
    }


def _of_loyalty(mobile: str) -> dict[str, str]:
    who = f"(SELECT hybh FROM t_hy_hyxx WHERE sjh = '{mobile}')"
    tables = ("hyxx", "hyk", "jfls", "srlp", "zjjl", "hyxx_bak20240601")
    return {f"loyalty.t_hy_{table}": f"hybh IN {who}" for table in tables}


def _of_sample(email: str, number: str, mobile: str) -> dict[str, str]:
    return _of_shop(number) | _of_support(email, number) | _of_marketing(email) | _of_loyalty(mobile)


@contextlib.contextmanager
def sample(folder: Path) -> Iterator[Company]:
    shutil.copytree(_built(), folder)
    gone = ("shop.review", "shop.login_history", "shop.note", "support.contacts", "support.tickets",
            "support.messages", "support.call_notes", "support.remarks", "marketing.subscribers",
            "marketing.sends", "marketing.opens", "marketing.segMembers", "marketing.webEvents")  # fmt: skip
    lead = ("marketing.fairLeads",)
    member = ("loyalty.t_hy_hyxx", "loyalty.t_hy_hyk", "loyalty.t_hy_jfls", "loyalty.t_hy_srlp",
              "loyalty.t_hy_hyxx_bak20240601")  # fmt: skip
    yield Company(
        sources=tuple(_sqlite_source(name, path) for name, path in sample_company(folder).databases.items()),
        map_text=map_text(),
        people={
            "en": Person(
                claim={"email": "anna.weber@example.org", "residence": "DE"},
                mailbox="anna.weber@example.org",
                theirs=_of_sample("anna.weber@example.org", "Q000003", ""),
                gone=gone + lead,
                outcome="erased_except_kept",
                secrets=("anna.weber@example.org", "+493023125001", "wheelchair"),
            ),
            "zh-hans": Person(
                claim={"email": "MEI.LIN@example.com", "residence": "CN"},
                mailbox="Mei.Lin@example.com",
                theirs=_of_sample("mei.lin@example.com", "Q000001", "13900000001"),
                gone=gone + member,
                outcome="erased_except_kept",
                secrets=(
                    "ei.Lin@",
                    "ei.lin@",
                    "linmei90@",
                    "13900000001",
                    "13900000091",
                    "梅子酱",
                    "小孩午睡",
                ),
            ),
        },
    )


# --- Northwind, on PostgreSQL ---


def _of_northwind(customer: str) -> dict[str, str]:
    orders = f"(SELECT order_id FROM orders WHERE customer_id = '{customer}')"
    return {
        "northwind.customers": f"customer_id = '{customer}'",
        "northwind.orders": f"customer_id = '{customer}'",
        "northwind.order_details": f"order_id IN {orders}",
        "northwind.customer_customer_demo": f"customer_id = '{customer}'",
    }


@contextlib.contextmanager
def northwind(server: Server) -> Iterator[Company]:
    text = _sample("northwind/northwind_psql.sql.gz")
    database = f"story_{secrets.token_hex(6)}"
    url = server.url("postgresql", database)
    with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database} TEMPLATE template0")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(text)
            connection.execute("SET search_path TO public")
            yield Company(
                sources=(_postgresql_source(url, connection),),
                map_text=(MAPS / "northwind.yaml").read_text(encoding="utf-8"),
                people={
                    language: Person(
                        claim=claim,
                        mailbox="",
                        theirs=_of_northwind(customer),
                        gone=("northwind.customers", "northwind.orders", "northwind.order_details"),
                        outcome="erased",
                    )
                    for language, customer, claim in (
                        ("en", "ALFKI", {"customer_number": "ALFKI", "residence": "DE"}),
                        ("zh-hans", "SPLIR", {"customer_number": "SPLIR", "residence": "CN"}),
                    )
                },
            )
        admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _postgresql_source(url: str, connection: "psycopg.Connection[tuple[object, ...]]") -> Source:
    def query(sql: str) -> list[tuple[object, ...]]:
        return connection.execute(sql.encode()).fetchall()

    rows = query(
        "SELECT c.conrelid::regclass::text, array_agg(a.attname::text ORDER BY k.place) FROM pg_constraint c"
        " CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (number, place)"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number"
        " WHERE c.contype = 'p' AND c.connamespace = 'public'::regnamespace GROUP BY 1"
    )
    tables = {str(table): tuple(columns) for table, columns in rows}  # type: ignore[arg-type]
    return Source(name="northwind", url=url, query=query, tables=tables)


# --- mall, on MariaDB ---


@contextlib.contextmanager
def mall(server: Server) -> Iterator[Company]:
    text = _sample("mall/mall.sql.gz")
    database = f"story_{secrets.token_hex(6)}"
    url = server.url("mysql", database)
    admin = pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True
    )
    with admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        _fill_mariadb(url, text)
        with open_mariadb(url) as connection:
            source = _mariadb_source(url, database, connection)
            yield Company(
                sources=(source,),
                map_text=(MAPS / "mall.yaml").read_text(encoding="utf-8"),
                people={
                    language: _member(source, member, phone, residence)
                    for language, member, phone, residence in (
                        ("en", 3, "18061581848", "DE"),
                        ("zh-hans", 1, "18061581849", "CN"),
                    )
                },
            )
        cursor.execute(f"DROP DATABASE IF EXISTS {database}")


def _fill_mariadb(url: str, text: str) -> None:
    address = urlsplit(url)
    with (
        pymysql.connect(
            host=address.hostname or "",
            port=address.port or 3306,
            user=address.username or "",
            password=address.password or "",
            database=address.path.lstrip("/"),
            client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(text)
        while cursor.nextset():
            pass


def _mariadb_source(
    url: str, database: str, connection: "pymysql.Connection[pymysql.cursors.Cursor]"
) -> Source:
    def query(sql: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    rows = query(
        "SELECT table_name, group_concat(column_name ORDER BY ordinal_position) FROM"
        " information_schema.key_column_usage WHERE constraint_name = 'PRIMARY'"
        f" AND table_schema = '{database}' GROUP BY table_name"
    )
    tables = {str(table): tuple(str(columns).split(",")) for table, columns in rows}
    return Source(name="mall", url=url, query=query, tables=tables)


def _member(source: Source, member: int, phone: str, residence: str) -> Person:
    """Every table that names the member by number or login name, and what hangs on the member's orders."""
    login = f"(SELECT username FROM ums_member WHERE id = {member})"
    with_column = {
        name: {
            str(table)
            for (table,) in source.query(
                "SELECT table_name FROM information_schema.columns WHERE table_schema = database()"
                f" AND column_name = '{name}'"
            )
        }
        for name in ("member_id", "order_id", "member_username")
    }
    orders = f"(SELECT id FROM oms_order WHERE member_id = {member})"
    theirs = {f"mall.{table}": f"order_id IN {orders}" for table in with_column["order_id"]}
    theirs |= {f"mall.{table}": f"member_id = {member}" for table in with_column["member_id"]}
    for table in with_column["member_username"]:
        old = theirs.get(f"mall.{table}")
        theirs[f"mall.{table}"] = f"member_username = {login}" + (f" OR {old}" if old else "")
    theirs["mall.ums_member"] = f"id = {member}"
    comments = "(SELECT id FROM pms_comment WHERE member_nick_name = (SELECT nickname FROM ums_member"
    comments += f" WHERE id = {member}))"
    theirs["mall.pms_comment"] = f"id IN {comments}"
    theirs["mall.pms_comment_replay"] = f"comment_id IN {comments}"
    return Person(
        claim={"phone": phone, "residence": residence},
        mailbox="",
        theirs=theirs,
        gone=("mall.ums_member",),
        outcome="erased",
        secrets=(phone,),
    )
