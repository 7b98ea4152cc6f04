"""A code says who reads one mailbox: it proves rows that hold this address, and no others beside them.

Attacks that a tester carried out: a newsletter is signed up for with one's own address and another's number.
Source: failure promise 16; 11 CCR 7060 to 7062.
"""

import pytest
from django.core.cache import cache
from django.test import Client

from discreet.foundation.centre import verification
from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.mail.api import open_contact
from discreet.mechanisms.rights import queries, workflows
from discreet.mechanisms.rights.actions import proving, receiving
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.refusals import NoCodeReturned
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, ANN_NAME, ANN_PHONE, CUSTOMER, NOW, OPERATOR, who
from tests.mechanisms.rights.driving import work
from tests.mechanisms.rights.test_limits import code
from tests.mechanisms.rights.test_somebody_elses import rows_of, take

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(16)]

EVE = "eve@example.org"
TABLES = (
    "CREATE TABLE account (id integer PRIMARY KEY, email varchar(90), phone varchar(40), name varchar(90))",
    "CREATE TABLE club (id integer PRIMARY KEY, phone varchar(40), name varchar(90))",
    "CREATE TABLE letter (email varchar(90), phone varchar(40), name varchar(90))",
)
MAP = """
version: 1
sources:
  shop:
    tables:
      account:
        people: true
        columns: {id: none, email: email, phone: phone, name: name}
      club:
        people: true
        columns: {id: none, phone: phone, name: name}
      letter:
        people: true
        columns: {email: email, phone: phone, name: name}
"""


@pytest.fixture
def company(sqlite_company: Company, db: None) -> Company:
    cache.clear()
    sqlite_company.fill(TABLES)
    sqlite_company.connect("shop")
    apply_map(actor=OPERATOR, now=NOW, text=MAP)
    return sqlite_company


def add(company: Company, table: str, *values: str | None) -> None:
    told = ", ".join("NULL" if value is None else f"'{value}'" for value in values)
    company.run(f"INSERT INTO {table} VALUES ({told})")


def asked(kind: str = "access", email: str | None = None, residence: str = "US-CA", **more: str) -> str:
    number = receiving.receive_request(
        actor=CUSTOMER, now=NOW, kind=kind, claim=who(email, **more), residence=residence, channel="centre"
    ).number
    work()
    return number


def sent_to(number: str) -> str | None:
    contact = verification.held_contact(number) if verification.is_code_sent(number) else None
    return contact and open_contact(contact)


@pytest.mark.parametrize("kind", ["know", "access", "erasure"])
@pytest.mark.parametrize("name", [None, ANN_NAME], ids=["no name", "her name"])
@pytest.mark.parametrize(
    "hers",
    [[("account", "1", ANN, ANN_PHONE, ANN_NAME)], [("club", "1", ANN_PHONE, ANN_NAME)]],
    ids=["account", "club"],
)
def test_another_s_number_on_ones_own_row_brings_no_code_for_the_others_rows(
    company: Company, kind: str, name: str | None, hers: list[tuple[str, ...]]
) -> None:
    for table, *values in hers:
        add(company, table, *values)
    add(company, "letter", EVE, ANN_PHONE, name)
    for more in ({}, {"name": ANN_NAME}, {"email": EVE}):
        number = asked(kind, phone=ANN_PHONE, **more)
        assert len(rows_of(number)) == 2 and queries.request_view(number).candidates == 2
        assert sent_to(number) is None


def test_a_membership_without_address_glues_no_two_people_together(company: Company) -> None:
    add(company, "account", "1", ANN, ANN_PHONE, ANN_NAME)
    add(company, "club", "1", ANN_PHONE, ANN_NAME)
    add(company, "letter", EVE, ANN_PHONE, None)
    number = asked("erasure", phone=ANN_PHONE)
    assert queries.request_view(number).candidates == 3 and sent_to(number) is None


def test_what_staff_joined_by_hand_gets_no_code_where_two_mailboxes_are_held(company: Company) -> None:
    add(company, "account", "1", ANN, ANN_PHONE, ANN_NAME)
    add(company, "letter", EVE, ANN_PHONE, None)
    number = asked("access", phone=ANN_PHONE)
    found = queries.roots_of(number)
    assert found is not None
    receiving.choose_candidates(actor=AGENT, now=NOW, number=number, chosen=list(found.labels()))
    assert len(rows_of(number)) == 2 and queries.request_view(number).candidates == 1
    assert workflows.send_code(number, NOW) == "no_contact"
    with pytest.raises(NoCodeReturned):
        proving.verify_identity(actor=CUSTOMER, now=NOW, number=number, how=How.CODE)


def test_rows_under_one_address_get_their_code_also_without_a_key(company: Company) -> None:
    add(company, "account", "1", ANN, ANN_PHONE, ANN_NAME)
    add(company, "letter", ANN.upper(), None, "A. Canary")
    number = asked("access", ANN, phone=ANN_PHONE, residence="DE")
    assert queries.request_view(number).candidates == 1 and len(rows_of(number)) == 2
    assert str(sent_to(number)).lower() == ANN


def test_a_detail_adds_no_row_to_those_that_were_found(company: Company) -> None:
    add(company, "letter", EVE, ANN_PHONE, ANN_NAME)
    number = asked("access", EVE)
    before = rows_of(number)
    add(company, "club", "1", ANN_PHONE, ANN_NAME)
    proving.add_detail(actor=CUSTOMER, now=NOW, number=number, phone=ANN_PHONE)
    work()
    assert rows_of(number) == before and queries.claim_of(number).phone is None


def test_who_is_looked_for_anew_after_a_code_is_found_by_the_mailbox_that_it_went_to(
    company: Company,
) -> None:
    """Eve proves her own row by the number on it, and takes the row away: the number is then another's."""
    add(company, "account", "1", EVE, ANN_PHONE, None)
    number = asked("erasure", phone=ANN_PHONE, residence="DE")
    assert take(number, code())
    company.run("DELETE FROM account")
    add(company, "account", "2", ANN, ANN_PHONE, ANN_NAME)
    workflows.locate_request(number, SYSTEM, NOW)
    assert rows_of(number) == []


def test_staff_read_where_the_code_went_and_which_row_it_speaks_for(company: Company, desk: Client) -> None:
    add(company, "account", "7", ANN, ANN_PHONE, ANN_NAME)
    number = asked("access", phone=ANN_PHONE)
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    assert "a•••@•••••.com" in page
