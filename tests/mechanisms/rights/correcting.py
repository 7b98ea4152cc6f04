"""A company whose customers' data stand in several places, and corrections driven through the product's own acts.

Mia's address stands in three tables of two databases, as a key in one of them; a log refers to it by an enforced
reference. Her name is divided in one table and whole in others. Tom lives with her, and shares a phone number.
"""

from datetime import UTC, datetime
from pathlib import Path

from discreet.engines.subjects.corrections import Change, Choice
from discreet.foundation.datamap.actions import apply_map
from discreet.mechanisms.rights import contacts, queries
from discreet.mechanisms.rights.actions import correcting, proving
from discreet.mechanisms.rights.correcting import planning as correction_planning
from discreet.mechanisms.rights.correcting.workflows import prepare_correction
from discreet.mechanisms.rights.rules import ApprovalStep
from discreet.vocabulary.actors import Actor
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, APPROVER, NOW, OPERATOR, who
from tests.mechanisms.rights.driving import work

MIA = "mia.canary@example.com"
NEW = "mia.other@example.com"
TOM = "tom@example.com"
TABLES = (
    "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(200), phone varchar(40), first varchar(80),"
    " last varchar(80), born date, city varchar(60))",
    "CREATE UNIQUE INDEX customer_email ON customer (email)",
    "CREATE TABLE subscription (email varchar(200) PRIMARY KEY, customer_id integer, since varchar(20),"
    " FOREIGN KEY (customer_id) REFERENCES customer (id))",
    "CREATE TABLE mail_log (id integer PRIMARY KEY, recipient varchar(200), sent_on varchar(20),"
    " FOREIGN KEY (recipient) REFERENCES subscription (email))",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, ship_name varchar(120), note varchar(200),"
    " FOREIGN KEY (customer_id) REFERENCES customer (id))",
)
ROWS = (
    f"INSERT INTO customer VALUES (1, '{MIA}', '044 668 18 00', 'Mia', 'Canary', '1990-04-03', 'Bern'),"
    f" (2, '{TOM}', '044 668 18 00', 'Tom', 'Roe', '1980-01-01', 'Bern')",
    f"INSERT INTO subscription VALUES ('{MIA}', 1, '2020'), ('{TOM}', 2, '2021')",
    f"INSERT INTO mail_log VALUES (1, '{MIA}', '2024'), (2, '{MIA}', '2025'), (3, '{TOM}', '2025')",
    "INSERT INTO orders VALUES (10, 1, 'Mia Canary', 'ring twice'), (11, 1, 'Mia Maiden', NULL),"
    " (12, 2, 'Tom Roe', NULL)",
)
CRM = (
    "CREATE TABLE contact (id integer PRIMARY KEY, mail text, full_name text, note text)",
    f"INSERT INTO contact VALUES (7, '{MIA.upper()}', 'CANARY, MIA', 'writes from {MIA}'), (8, '{TOM}', 'ROE, TOM', '')",
)
MAP = """
version: 1
sources:
  shop:
    tables:
      customer:
        people: true
        columns: {id: none, email: email, phone: phone, first: name, last: name, born: birth_date, city: address}
      subscription:
        columns: {email: email, customer_id: none, since: none}
        links:
        - {columns: [customer_id], to: customer, to_columns: [id], role: owner}
      mail_log:
        columns: {id: none, recipient: none, sent_on: none}
        links:
        - {columns: [recipient], to: subscription, to_columns: [email], role: owner}
      orders:
        columns: {id: none, customer_id: none, ship_name: name, note: free_text}
        links:
        - {columns: [customer_id], to: customer, to_columns: [id], role: owner}
  crm:
    tables:
      contact:
        columns: {id: none, mail: email, full_name: name, note: free_text}
        links:
        - {columns: [mail], to_source: shop, to: customer, to_columns: [email], role: owner, match: email}
"""


def set_up(shop: Company, crm: Company) -> None:
    shop.fill((*TABLES, *ROWS))
    crm.fill(CRM)
    shop.connect("shop")
    crm.connect("crm")
    apply_map(actor=OPERATOR, now=NOW, text=MAP)


def second_database(folder: Path) -> Path:
    return folder / "crm.sqlite"


def everything(*companies: Company) -> list[object]:
    tables = ("customer", "subscription", "mail_log", "orders"), ("contact",)
    return [
        sorted(map(repr, company.run(f"SELECT * FROM {table}")))
        for company, names in zip(companies, tables, strict=False)
        for table in names
    ]


def asked(*changes: Change, email: str = MIA, actor: Actor = AGENT) -> str:
    """Open a correction, prove who it is, and have it planned."""
    received = correcting.receive_correction(
        actor=actor, now=NOW, claim=who(email), changes=changes, residence="CH", channel="desk"
    )
    proving.verify_identity(actor=AGENT, now=NOW, number=received.number, reason="Passport seen")
    work()
    return received.number


def choose(number: str, choice: Choice) -> None:
    """Answer every open question in one way."""
    batch_id = queries.batch_of(number)
    open_places = correction_planning.plan_of(batch_id).open_questions
    correcting.decide_places(
        actor=AGENT,
        now=NOW,
        batch_id=batch_id,
        choices={place.id: choice for place in open_places},
        own_values={},
    )
    prepare_correction(batch_id, AGENT, NOW)


def accept(number: str, actor: Actor) -> ApprovalStep:
    batch_id = queries.batch_of(number)
    return correcting.accept_correction(
        actor=actor,
        now=datetime.now(UTC),
        batch_id=batch_id,
        plan_digest=queries.plan_view(batch_id).digest,
        contact=contacts.held(batch_id).get(number),
    )


def approve(number: str) -> None:
    assert accept(number, AGENT) is ApprovalStep.FIRST
    assert accept(number, APPROVER) is ApprovalStep.SECOND


def corrected(*changes: Change, choice: Choice = Choice.LEAVE) -> queries.RequestView:
    """Carry a correction through and return how the request stands."""
    number = asked(*changes)
    choose(number, choice)
    approve(number)
    work()
    return queries.request_view(number)
