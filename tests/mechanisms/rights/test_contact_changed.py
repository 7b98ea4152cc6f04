"""The record loses the address that the code went to, in mid-request: nothing goes to anybody until staff decided."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.models import CaseTask
from discreet.foundation.centre.verification import held_contact
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.api import open_contact
from discreet.foundation.mail.delivery import deliver_due
from discreet.foundation.mail.folder import newest_in_folder
from discreet.mechanisms.rights import queries, workflows
from discreet.mechanisms.rights.actions import answering, deciding, held_answers, proving, receiving
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.refusals import AnswerIsHeld, NothingHeld, ReasonMissing
from discreet.mechanisms.rights.rules import Answer, Goes, State
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, ANN_PHONE, APPROVER, CUSTOMER, NOW, who
from tests.mechanisms.rights.driving import approve, failures, hand_over, work

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.django_db]
NEW = "taken.over@example.net"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"


def mailed() -> list[tuple[str, str]]:
    """Return every mail so far, the newest first: (to, body)."""
    deliver_due(datetime.now(UTC) + timedelta(minutes=1))
    return [(one.to, one.body) for one in newest_in_folder()]


def proven(kind: str) -> str:
    """Ask in the privacy centre with address and number, and prove it with the code; return the number."""
    number = receiving.receive_request(
        actor=CUSTOMER,
        now=datetime.now(UTC),
        kind=kind,
        claim=who(ANN, phone=ANN_PHONE),
        residence="DE",
        channel="centre",
    ).number
    workflows.locate_request(number, SYSTEM, NOW)
    workflows.send_code(number, datetime.now(UTC))
    (to, body), *_ = mailed()
    code = re.search(r"\b\d{8}\b", body)
    assert to == ANN and code is not None
    assert proving.take_code(
        actor=CUSTOMER, now=datetime.now(UTC), number=number, code=code.group(), declares=False
    )
    return number


def taken_over(shop: Company) -> None:
    shop.run(f"UPDATE customer SET email='{NEW}' WHERE id=1")


def answered(kind: str, shop: Company) -> str:
    """Prove a request, let somebody change the address, and answer it."""
    number = proven(kind)
    work()
    before = len(mailed())
    taken_over(shop)
    if kind == "erasure":
        approve(number)
    elif queries.state_of_request(number) is State.PLANNED:
        hand_over(number)
    work()
    assert failures() == [] and len(mailed()) == before, "neither the old nor the new address got anything"
    return number


def tasks(number: str) -> list[str]:
    return list(CaseTask.objects.filter(case__number=number, done_at=None).values_list("what", flat=True))


def page_of(number: str) -> str:
    token = add_public_token(actor=CUSTOMER, now=NOW, number=number)
    return Client().get(f"/privacy/request/{token}/").content.decode()


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_an_answer_is_held_from_both_addresses_until_staff_decide(shop: Company, kind: str) -> None:
    """Failure promise 14."""
    number = answered(kind, shop)
    request = RightsRequest.objects.get(number=number)
    assert request.answer == Answer.LETTER_DUE and queries.request_view(number).answered_at is None
    assert tasks(number) == [answering.TASK_HELD]
    assert not any(ANN in one or NEW in one for one in tasks(number))
    assert "held back" in page_of(number)
    with pytest.raises(AnswerIsHeld):
        answering.answer_by_letter(actor=AGENT, now=NOW, number=number)
    if kind == "access":
        with pytest.raises(AnswerIsHeld):
            delivery.take_package(actor=AGENT, now=NOW, number=number)
    assert not any(ANN in entry.body or NEW in entry.body for entry in LedgerEntry.objects.all())


@pytest.mark.parametrize(("goes", "to"), [(Goes.BEFORE, ANN), (Goes.NOW, NEW), (Goes.BY_HAND, "")])
def test_staff_decide_after_a_check_with_a_reason(shop: Company, desk: Client, goes: Goes, to: str) -> None:
    number = answered("access", shop)
    before = len(mailed())
    page = f"/desk/requests/{number}/answer/"
    shown = desk.get(page).content.decode()
    assert "neither to the old nor to the new address" in shown and ANN not in shown and NEW not in shown
    assert desk.post(page, {"goes": goes.value, "reason": ""}).status_code == 422
    with pytest.raises(ReasonMissing):
        held_answers.settle_contact(actor=AGENT, now=NOW, number=number, goes=goes, reason=" ")
    assert desk.post(page, {"goes": goes.value, "reason": "Called the known number"}).status_code == 302
    work()
    sent = mailed()[: len(mailed()) - before]
    assert [one for one, _ in sent] == ([to] if to else [])
    link = re.search(r"/privacy/package/\S+", sent[0][1]) if sent else None
    assert (link is not None) is bool(to)
    if link is not None:
        assert Client().get(link.group()).status_code == 200 and tasks(number) == []
    else:
        assert answering.answer_by_letter(actor=AGENT, now=NOW, number=number) == 1
        assert b"".join(delivery.take_package(actor=AGENT, now=NOW, number=number))
    with pytest.raises(NothingHeld):
        held_answers.settle_contact(actor=AGENT, now=NOW, number=number, goes=goes, reason="Again")


def test_a_decision_for_the_new_address_does_not_reach_a_third(shop: Company) -> None:
    number = answered("access", shop)
    before = len(mailed())
    now = datetime.now(UTC)
    held_answers.settle_contact(actor=AGENT, now=now, number=number, goes=Goes.NOW, reason="Called")
    shop.run("UPDATE customer SET email='third@example.org' WHERE id=1")
    work()
    assert len(mailed()) == before and queries.request_view(number).course.is_held
    assert tasks(number) == [answering.TASK_HELD]


def test_a_refusal_is_held_too_and_an_address_that_is_still_there_gets_its_answer(shop: Company) -> None:
    number, other = proven("access"), proven("know")
    work()
    before = len(mailed())
    shop.run(f"UPDATE customer SET email=upper('{ANN}') WHERE id=1")  # another spelling of the same mailbox
    if queries.state_of_request(other) is State.PLANNED:
        hand_over(other)
    work()
    assert not queries.request_view(other).course.is_held
    taken_over(shop)
    sent = len(mailed())
    deciding.refuse_request(
        actor=APPROVER, now=datetime.now(UTC), number=number, reason="Abusive", article=""
    )
    work()
    assert len(mailed()) == sent >= before and tasks(number) == [answering.TASK_HELD]
    held = held_contact(number)
    assert held is not None and open_contact(held) == ANN
