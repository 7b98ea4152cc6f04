"""A small shop with a declared schema, and a help desk beside it whose tables declare nothing."""

import sqlite3
from dataclasses import replace

from discreet.engines.subjects.graph import Column, Graph, KeepDuty, Link, LinkRole, Match, Table, TableRef
from tests.engines.subjects.sqlite_source import SqliteReader, connect

SHOP = """
CREATE TABLE address(id INTEGER PRIMARY KEY, street TEXT, zip TEXT);
CREATE TABLE employee(id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE,
    reports_to INTEGER REFERENCES employee(id));
CREATE TABLE customer(id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT, phone TEXT,
    address_id INTEGER REFERENCES address(id), support_rep_id INTEGER REFERENCES employee(id),
    deleted INTEGER);
CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(id),
    shipping_address_id INTEGER REFERENCES address(id), ship_name TEXT, placed TEXT,
    total NUMERIC, referrer_id INTEGER REFERENCES customer(id));
CREATE TABLE order_line(order_id INTEGER REFERENCES orders(id), line INTEGER, product TEXT,
    PRIMARY KEY(order_id, line));
CREATE TABLE note(id INTEGER PRIMARY KEY, subject_type TEXT, subject_id INTEGER, body TEXT);
CREATE TABLE vip(customer_id INTEGER PRIMARY KEY REFERENCES customer(id), level TEXT);
INSERT INTO address VALUES (1,'One Street','1'),(2,'Shared Street','2'),(3,'Ben Street','3');
INSERT INTO employee VALUES (1,'Boss','boss@shop.example',NULL),(2,'Rep','rep@shop.example',1);
INSERT INTO customer VALUES
  (1,'ann@example.com','Ann Lee','+41791234567',1,2,0),
  (2,'ben@example.com','Ben Roe','079 222 33 44',2,2,0),
  (3,'Cat@Example.com','Cat Poe','+41793334455',2,NULL,1),
  (4,'ann.two@example.com','Ann Two',NULL,NULL,NULL,0);
INSERT INTO orders VALUES (10,1,1,'Ann Lee','2015-03-01',5,NULL),(11,1,2,'Ann Lee','2025-03-01',6,2),
  (12,2,2,'Ben Roe','2025-04-01',7,1),(13,3,2,'Cat Poe','2025-04-01',8,NULL);
INSERT INTO order_line VALUES (10,1,'tea'),(10,2,'cup'),(11,1,'pot'),(12,1,'tea'),(13,1,'jam');
INSERT INTO note VALUES (1,'customer',1,'likes tea'),(2,'employee',1,'hired'),(3,'order',10,'ring twice'),
  (4,'customer',2,'likes jam');
INSERT INTO vip VALUES (1,'gold');
"""
DESK = """
CREATE TABLE contact(id INTEGER PRIMARY KEY, mail TEXT, full_name TEXT);
CREATE TABLE ticket(id INTEGER PRIMARY KEY, contact_id INTEGER, subject TEXT, body TEXT);
CREATE TABLE newsletter(address TEXT, since TEXT);
INSERT INTO contact VALUES (7,'ANN@example.com','Ann Lee'),(8,'ben@example.com','Ben Roe');
INSERT INTO ticket VALUES (70,7,'Broken','pot broke'),(71,8,'Late','where is it');
"""


def ref(name: str, source: str = "shop") -> TableRef:
    return TableRef(source, name)


def _table(name: str, key: str, columns: str, *, source: str = "shop", people: bool = False) -> Table:
    """Build a table from "name:category!" words: `!` not nullable, `#` numeric, `*` unique and indexed."""
    built = []
    for word in columns.split():
        flags = {flag for flag in "!#*" if flag in word}
        plain = word.strip("!#*").replace("!", "").replace("#", "").replace("*", "")
        column, _, category = plain.partition(":")
        built.append(
            Column(
                column,
                category or "none",
                nullable="!" not in flags,
                numeric="#" in flags,
                unique="*" in flags,
                indexed="*" in flags,
            )
        )
    return Table(TableRef(source, name), tuple(key.split()), tuple(built), is_people=people)


def link(
    start: str,
    end: str,
    role: LinkRole,
    *,
    declared: bool = False,
    match: Match = Match.EXACT,
    only: tuple[str, str] | None = None,
) -> Link:
    """Build a link from "source.table.column" words."""
    (one, table, column), (other, to_table, to_column) = start.split("."), end.split(".")
    ends = (TableRef(one, table), (column,), TableRef(other, to_table), (to_column,))
    return Link(*ends, role, is_declared=declared, match=match, discriminator=only)


def graph() -> Graph:
    tables = (
        _table("address", "id", "id!# street:address zip:postal_code"),
        _table("employee", "id", "id!# name:name email:email* reports_to#", people=True),
        _table(
            "customer",
            "id",
            "id!# email:email!* name:name phone:phone address_id# support_rep_id# deleted#",
            people=True,
        ),
        _table(
            "orders",
            "id",
            "id!# customer_id# shipping_address_id# ship_name:name placed total# referrer_id#",
        ),
        _table("order_line", "order_id line", "order_id!# line!# product"),
        _table("note", "id", "id!# subject_type subject_id# body:free_text"),
        _table("vip", "customer_id", "customer_id!# level:membership"),
        _table("contact", "id", "id!# mail:email full_name:name", source="desk", people=True),
        _table("ticket", "id", "id!# contact_id# subject body:free_text", source="desk"),
        _table("newsletter", "", "address:email since", source="desk"),
    )
    owner, detail, mention = LinkRole.OWNER, LinkRole.DETAIL, LinkRole.MENTION
    links = (
        link("shop.orders.customer_id", "shop.customer.id", owner, declared=True),
        link("shop.order_line.order_id", "shop.orders.id", owner, declared=True),
        link("shop.customer.address_id", "shop.address.id", detail, declared=True),
        link("shop.orders.shipping_address_id", "shop.address.id", detail, declared=True),
        link("shop.customer.support_rep_id", "shop.employee.id", mention, declared=True),
        link("shop.orders.referrer_id", "shop.customer.id", mention, declared=True),
        link("shop.employee.reports_to", "shop.employee.id", mention, declared=True),
        link("shop.vip.customer_id", "shop.customer.id", owner, declared=True),
        link("shop.note.subject_id", "shop.customer.id", owner, only=("subject_type", "customer")),
        link("shop.note.subject_id", "shop.employee.id", owner, only=("subject_type", "employee")),
        link("shop.note.subject_id", "shop.orders.id", owner, only=("subject_type", "order")),
        link("desk.contact.mail", "shop.customer.email", owner, match=Match.EMAIL),
        link("desk.ticket.contact_id", "desk.contact.id", owner),
        link("desk.newsletter.address", "desk.contact.mail", owner, match=Match.EMAIL),
    )
    return Graph({table.ref: table for table in tables}, links)


TAX = KeepDuty("GDPR Art. 17(3)(b); tax law", "Tax records", "税务记录", 10, "placed", ("ship_name",))


def changed(before: Graph, name: str, source: str = "shop", **changes: object) -> Graph:
    """Return the graph with one table changed."""
    table = replace(before.tables[TableRef(source, name)], **changes)  # type: ignore[arg-type]
    return replace(before, tables={**before.tables, table.ref: table})


def connections() -> dict[str, sqlite3.Connection]:
    return {"shop": connect(SHOP), "desk": connect(DESK)}


def readers(opened: dict[str, sqlite3.Connection]) -> dict[str, SqliteReader]:
    return {name: SqliteReader(connection) for name, connection in opened.items()}
