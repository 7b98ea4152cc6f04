"""Somebody with an account of their own wants another's data: a proof is of the person it was given for.

Attacks that a tester carried out: another's number as one more detail, then one's own account changed; a code of
before; another's number in the very form. Source: failure promises 13 and 16.
"""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from discreet.foundation.centre import verification
from discreet.foundation.permission.models import Choice, ChoiceKey
from discreet.mechanisms.rights import queries, workflows
from discreet.mechanisms.rights.actions import proving, receiving
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.refusals import NoCodeReturned, WrongRequestState
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN_PHONE, BOB, CUSTOMER, NOW, who
from tests.mechanisms.rights.driving import work
from tests.mechanisms.rights.test_limits import code

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(16)]
ANN_KEY, BOB_KEY = (1,), (2,)


@pytest.fixture(autouse=True)
def limits_are_new(db: None) -> None:
    cache.clear()


def asked(kind: str = "access", **more: str) -> str:
    received = receiving.receive_request(
        actor=CUSTOMER,
        now=datetime.now(UTC),
        kind=kind,
        claim=who(BOB, **more),
        residence="DE",
        channel="centre",
    )
    work()
    return received.number


def take(number: str, text: str) -> bool:
    return proving.take_code(actor=CUSTOMER, now=datetime.now(UTC), number=number, code=text, declares=False)


def rows_of(number: str) -> list[tuple[object, ...]]:
    found = queries.roots_of(number)
    return [root.key for person in found.people for root in person.roots] if found is not None else []


def give_detail(number: str) -> None:
    proving.add_detail(actor=CUSTOMER, now=NOW, number=number, phone=ANN_PHONE)
    work()


def test_a_detail_that_is_anothers_is_never_looked_for(shop: Company) -> None:
    number = asked()
    sent = code()
    give_detail(number)
    assert queries.claim_of(number) == who(BOB) and rows_of(number) == [BOB_KEY]
    shop.run("UPDATE customer SET email='new@example.com' WHERE id=2")
    receiving.ask_code_again(actor=CUSTOMER, now=NOW, number=number)
    work()
    assert rows_of(number) == []
    assert not take(number, sent), "the code went to somebody who is not found any more"
    assert queries.state_of_request(number) is State.RECEIVED


def test_a_detail_of_ones_own_counts(shop: Company) -> None:
    number = asked()
    proving.add_detail(actor=CUSTOMER, now=NOW, number=number, phone="+41446681801")
    work()
    assert queries.claim_of(number).phone == "+41446681801" and rows_of(number) == [BOB_KEY]
    assert take(number, code()), "what goes on with the same person leaves the code good"


def test_a_code_counts_for_nobody_where_two_are_found(shop: Company) -> None:
    number = asked()
    sent = code()
    shop.run(f"INSERT INTO customer VALUES (9, '{BOB}', NULL, 'Bob Two', NULL, NULL)")
    receiving.ask_code_again(actor=CUSTOMER, now=NOW, number=number)
    work()
    assert len(rows_of(number)) == 2 and not take(number, sent)
    with pytest.raises(NoCodeReturned):
        proving.verify_identity(actor=CUSTOMER, now=NOW, number=number, how=How.CODE)


def test_who_is_looked_for_anew_after_the_proof_is_found_by_what_they_were_found_by(shop: Company) -> None:
    """Ann's number stood in the form from the first, where it matched nobody; then it became hers."""
    shop.run("UPDATE customer SET phone=NULL WHERE id=1")
    number = asked("erasure", phone=ANN_PHONE)
    assert rows_of(number) == [BOB_KEY] and take(number, code())
    shop.run(f"UPDATE customer SET phone='{ANN_PHONE}' WHERE id=1")
    shop.run("UPDATE customer SET email='new@example.com' WHERE id=2")
    workflows.locate_request(number, SYSTEM, NOW)
    assert rows_of(number) == [], "Ann is found by her number alone, and that was never proven"


@pytest.mark.parametrize("kind", ["restriction", "objection"])
def test_a_choice_is_never_laid_on_another_whose_number_was_typed(shop: Company, kind: str) -> None:
    shop.run("UPDATE customer SET phone=NULL WHERE id=1")  # known only where no people table stands
    number = asked(kind, phone=ANN_PHONE)
    assert take(number, code())
    work()
    assert queries.state_of_request(number) is (State.DONE if kind == "restriction" else State.PLANNED)
    (choice,) = Choice.objects.filter(origin=number)
    digests = set(ChoiceKey.objects.filter(choice=choice).values_list("digest", flat=True))
    mine = receiving.receive_request(
        actor=AGENT, now=NOW, kind="opt_out", claim=who(BOB, phone=ANN_PHONE), residence="DE", channel="desk"
    )
    (typed,) = Choice.objects.filter(origin=mine.number)
    assert set(ChoiceKey.objects.filter(choice=typed).values_list("digest", flat=True)) - digests, (
        "an opt-out, which needs no proof, holds the number; the choice that needs one does not"
    )


def test_a_code_is_asked_again_only_while_one_is_waited_for(shop: Company) -> None:
    number = asked()
    assert take(number, code()) and verification.status(number).verified_at is not None
    with pytest.raises(WrongRequestState):
        receiving.ask_code_again(actor=CUSTOMER, now=NOW, number=number)
