"""Proofs of identity as acts: what is shown is kept, and where no law asks for any, none is waited for."""

import pytest
from django.test import Client

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.ledger.queries import entries_for
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import appealing, proving, receiving
from discreet.mechanisms.rights.matching.roots import Candidates, Person, Root
from discreet.mechanisms.rights.refusals import NothingNew
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM
from tests.mechanisms.rights.company import CUSTOMER, NOW, SECOND_APPROVER, who

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.2")]
CUSTOMERS = TableRef(source="shop", table="customer")
PHONE = "+41446681800"


def received(kind: str = "access") -> receiving.Received:
    claim = who("ann@example.com")
    return receiving.receive_request(
        actor=CUSTOMER, now=NOW, kind=kind, claim=claim, residence="US-CA", channel="centre"
    )


def test_another_detail_is_taken_and_evidence_says_which_without_its_value() -> None:
    number = received().number
    proving.add_detail(actor=CUSTOMER, now=NOW, number=number, phone=PHONE)
    assert queries.claim_of(number).phone is None, "nobody is looked for by what was not compared"
    more = queries.detail_of(number)
    assert more is not None and more.phone == PHONE
    (entry,) = [one for one in entries_for(f"request:{number}") if one.act == "rights.add_detail"]
    assert entry.facts == {"given": ["phone"]}
    found = Candidates(
        people=(Person(roots=(Root(table=CUSTOMERS, key=(1,), matched_by=("email", "phone")),)),)
    )
    proving.settle_again(actor=SYSTEM, now=NOW, number=number, found=found)
    assert queries.claim_of(number).phone == PHONE and queries.detail_of(number) is None
    with pytest.raises(NothingNew):
        proving.add_detail(actor=CUSTOMER, now=NOW, number=number, phone=PHONE)


def test_a_detail_that_is_not_on_the_person_s_own_row_is_forgotten() -> None:
    number = received().number
    proving.add_detail(actor=CUSTOMER, now=NOW, number=number, customer_number="C-of-somebody-else")
    proving.settle_again(actor=SYSTEM, now=NOW, number=number, found=None)
    assert queries.claim_of(number) == who("ann@example.com") and queries.detail_of(number) is None


def test_another_detail_is_taken_on_the_status_page(client: Client) -> None:
    opened = received()
    answer = client.post(f"/privacy/request/{opened.public_token}/detail/", {"customer_number": "C-17"})
    assert answer.status_code == 302
    more = queries.detail_of(opened.number)
    assert more is not None and more.customer_number == "C-17"


def test_a_limit_that_is_looked_at_again_waits_for_no_proof() -> None:
    number = received("limit").number
    appealing.appeal(actor=CUSTOMER, now=NOW, number=number, words="It still goes on")
    appealing.reopen_request(actor=SECOND_APPROVER, now=NOW, number=number, reason="Look again")
    assert queries.state_of_request(number) is State.RECEIVED
    assert proving.declare(actor=CUSTOMER, now=NOW, number=number) == ()
    assert queries.state_of_request(number) is State.VERIFIED
