"""A company in miniature for requests: customers, shared addresses, kept orders, soft-deleted rows.

Ann and Bob live at one address. Ann has an old, soft-deleted account of her own mailbox only in `login`;
orders are kept for tax law. Cleo is nobody's neighbour and has no order: nothing of hers is kept.
"""

from datetime import UTC, datetime
from pathlib import Path

from discreet.engines.subjects.identity import Identity
from discreet.foundation.datamap.actions import apply_map
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.sources.conftest import Company

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OPERATOR = Actor(kind=ActorKind.SHELL, name="operator", roles=frozenset({Role.AGENT, Role.ADMINISTRATOR}))
AGENT = Actor(kind=ActorKind.STAFF, name="wei", roles=frozenset({Role.VIEWER, Role.AGENT}))
APPROVER = Actor(kind=ActorKind.STAFF, name="lan", roles=frozenset({Role.VIEWER, Role.APPROVER}))
SECOND_APPROVER = Actor(kind=ActorKind.STAFF, name="mei", roles=frozenset({Role.APPROVER}))
VIEWER = Actor(kind=ActorKind.STAFF, name="tao", roles=frozenset({Role.VIEWER}))
CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")

ANN = "ann.canary@example.com"
ANN_PHONE = "+41446681800"
ANN_NAME = "Annabel Canary"
BOB = "bob@example.com"
CLEO = "cleo@example.com"

TABLES = (
    "CREATE TABLE address (id integer PRIMARY KEY, street varchar(80), city varchar(80))",
    "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(200), phone varchar(40), name varchar(100),"
    " address_id integer, deleted_at varchar(30), FOREIGN KEY (address_id) REFERENCES address (id))",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, placed_on date NOT NULL,"
    " note varchar(200), total integer, FOREIGN KEY (customer_id) REFERENCES customer (id))",
    "CREATE TABLE line (order_id integer NOT NULL, place integer NOT NULL, item varchar(50),"
    " PRIMARY KEY (order_id, place), FOREIGN KEY (order_id) REFERENCES orders (id))",
    "CREATE TABLE login (id integer PRIMARY KEY, customer_id integer NOT NULL, ip varchar(45),"
    " deleted_at varchar(30), FOREIGN KEY (customer_id) REFERENCES customer (id))",
    "CREATE INDEX customer_email ON customer (email)",
    "CREATE INDEX customer_phone ON customer (phone)",
)
ROWS = (
    "INSERT INTO address VALUES (1, 'Shared Lane 1', 'Bern'), (2, 'Lone Road 2', 'Basel')",
    f"INSERT INTO customer VALUES (1, '{ANN}', '{ANN_PHONE}', '{ANN_NAME}', 1, NULL),"
    f" (2, '{BOB}', '+41446681801', 'Bob Else', 1, NULL), (3, '{CLEO}', NULL, '=HYPERLINK(1)', 2, '2025-01-01'),"
    " (4, 'twin@example.com', NULL, 'Twin One', NULL, NULL), (5, 'twin@example.com', NULL, 'Twin Two', NULL, NULL)",
    "INSERT INTO orders VALUES (10, 1, '2025-05-01', 'ring twice', 5), (11, 2, '2025-06-01', 'back door', 7)",
    "INSERT INTO line VALUES (10, 1, 'tea'), (10, 2, 'cup'), (11, 1, 'pot')",
    "INSERT INTO login VALUES (20, 1, '192.0.2.1', NULL), (21, 1, '192.0.2.2', '2025-02-02'),"
    " (22, 2, '192.0.2.3', NULL), (23, 3, '192.0.2.4', '2025-03-03')",
)
KEEP = """
        keep:
          article: "Art. 958f OR"
          reason: {en: "Accounts are kept ten years.", zh: "账簿须保存十年。"}
          years: 10
          from: placed_on
          fields: [total]
"""
MAP = """
version: 1
sources:
  %(name)s:
    tables:
      address:
        columns: {id: none, street: address, city: address}
      customer:
        people: true
        columns: {id: none, email: email, phone: phone, name: name, address_id: none, deleted_at: none}
        links:
        - {columns: [address_id], to: address, to_columns: [id], role: detail}
      orders:
        columns: {id: none, customer_id: none, placed_on: none, note: free_text, total: behaviour}
        links:
        - {columns: [customer_id], to: customer, to_columns: [id], role: owner}%(keep)s
      line:
        columns: {order_id: none, place: none, item: none}
        links:
        - {columns: [order_id], to: orders, to_columns: [id], role: owner}
      login:
        columns: {id: none, customer_id: none, ip: ip_address, deleted_at: none}
        links:
        - {columns: [customer_id], to: customer, to_columns: [id], role: owner}
"""


def fill(company: Company) -> None:
    """Create the tables and rows."""
    company.fill((*TABLES, *ROWS))


def map_company(name: str = "shop", *, is_kept: bool = True) -> None:
    """Confirm the map; `is_kept`: tax law keeps orders."""
    apply_map(actor=OPERATOR, now=NOW, text=MAP % {"name": name, "keep": KEEP if is_kept else ""})


def who(email: str | None = None, **more: str) -> Identity:
    return Identity(email=email, **more)


def write_csv(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
