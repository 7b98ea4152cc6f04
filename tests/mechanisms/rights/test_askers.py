"""Whoever asks for another hears of their request where they said, and no child or dead person gets mail of it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.centre import actions as centre
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.delivery import deliver_due
from discreet.foundation.mail.folder import newest_in_folder
from discreet.mechanisms.rights import handlers
from discreet.mechanisms.rights.actions import deciding, proving, receiving, timing
from discreet.mechanisms.rights.copying import delivered as copies
from discreet.mechanisms.rights.opening.asker import Asking, who_asks
from discreet.mechanisms.rights.queries import request_view
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.schedules import expire_packages
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CUSTOMER, NOW, who

assert handlers  # listens to what is completed
pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(16), pytest.mark.django_db]
MOTHER = "mother@example.net"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"


def asked(requester: str, kind: str, *, contact: str = MOTHER, channel: str = "centre") -> str:
    asking = Asking(requester=requester, who=who_asks(name="A. Gent", contact=contact))
    received = receiving.receive_request(
        actor=CUSTOMER if channel == "centre" else AGENT,
        now=NOW,
        kind=kind,
        claim=who(ANN),
        residence="DE",
        channel=channel,
        asking=asking,
    )
    driving.work()
    return received.number


def authorised(requester: str, kind: str, **more: str) -> str:
    number = asked(requester, kind, **more)
    proving.authorise(actor=AGENT, now=NOW, number=number, reason="Document seen")
    proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Called them")
    driving.work()
    return number


def answered(requester: str, kind: str, **more: str) -> str:
    number = authorised(requester, kind, **more)
    if kind == "erasure":
        driving.approve(number)
    elif request_view(number).state is State.PLANNED:
        driving.hand_over(number)
    driving.work()
    deliver_once(now=datetime.now(UTC))
    assert driving.failures() == [] and request_view(number).state is State.DONE
    return number


def mailed() -> list[tuple[str, str]]:
    deliver_due(datetime.now(UTC) + timedelta(minutes=1))
    return [(one.to, one.body) for one in newest_in_folder()]


def page_in(body: str) -> str:
    (link,) = [word.partition("localhost:8000")[2] for word in body.split() if "/privacy/request/" in word]
    return Client().get(link).content.decode()


@pytest.mark.parametrize("kind", ["erasure", "know", "access"])
@pytest.mark.parametrize(("requester", "channel"), [("guardian", "centre"), ("relative", "letter")])
def test_who_asks_in_another_s_place_gets_the_mail_with_their_page_and_the_person_gets_none(
    shop: Company, requester: str, channel: str, kind: str
) -> None:
    number = answered(requester, kind, channel=channel)
    sent = mailed()
    assert {to for to, _ in sent} == {MOTHER} and len(sent) == 1
    ((_, body),) = sent
    assert number in page_in(body)
    assert ("hand it to you" in body) is (kind == "access") and "/privacy/package/" not in body


@pytest.mark.parametrize("kind", ["erasure", "know"])
def test_an_agent_hears_that_there_is_an_answer_and_the_answer_goes_to_the_person(
    shop: Company, kind: str
) -> None:
    answered("agent", kind, contact="agent@example.net")
    bodies = {to: body for to, body in mailed() if "/privacy/request/" in body}
    assert set(bodies) == {ANN, "agent@example.net"}
    assert "went to the person for whom you ask" in page_in(bodies["agent@example.net"])
    assert "went to the person" not in page_in(bodies[ANN])


@pytest.mark.parametrize("contact", ["", "+49 30 1234567", "Anna <a@example.net>"])
def test_without_an_address_of_who_asks_nobody_is_mailed_and_the_answer_stands_on_their_page(
    shop: Company, contact: str
) -> None:
    number = answered("guardian", "erasure", contact=contact)
    assert mailed() == [] and request_view(number).answer == "page"


def test_staff_take_a_relative_s_copy_at_the_desk_and_the_page_says_when_and_where(
    shop: Company, desk: Client, client: Client
) -> None:
    number = answered("relative", "access")
    staff = desk.get(f"/desk/requests/{number}/answer/").content.decode()
    assert "in this person’s place" in staff and "A. Gent" in staff and "discreet rights package" not in staff
    assert "Ready to be handed over" in desk.get(f"/desk/requests/{number}/").content.decode()
    ((_, body),) = mailed()
    page = page_in(body)
    assert "Ready to be handed over" in page and "where we checked your documents" in page
    view = request_view(number)
    assert "You have it by" in copies.handed_over(view, copies.copy_of(view), now=NOW)
    assert "e-mail address of yours" not in page
    expire_packages(now=datetime.now(UTC) + timedelta(days=30))
    taken = b"".join(desk.post(f"/desk/requests/{number}/copy/"))
    assert taken.startswith(b"PK") and LedgerEntry.objects.filter(act="rights.take_package").count() == 1
    assert desk.post(f"/desk/requests/{number}/answer/").status_code == 302
    assert "We gave you the copy on" in page_in(body) and "Delivered" in page_in(body)
    assert desk.post(f"/desk/requests/{number}/copy/").status_code == 409


def test_nothing_is_mailed_to_who_asks_before_their_authority_is_proven(shop: Company) -> None:
    number = asked("guardian", "erasure")
    assert centre.send_progress_link(now=NOW, number=number) is centre.Link.NO_CONTACT
    deciding.refuse_request(actor=APPROVER, now=NOW, number=number, reason="No paper came", article="")
    driving.work()
    deliver_once(now=datetime.now(UTC))
    assert mailed() == []


def test_a_lost_page_and_an_extension_go_to_the_guardian(shop: Company) -> None:
    number = authorised("guardian", "erasure")
    assert centre.send_progress_link(now=NOW, number=number) is centre.Link.SENT
    timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason="Many systems")
    sent = mailed()
    assert [to for to, _ in sent] == [MOTHER, MOTHER]
    assert any("Many systems" in page_in(body) for _, body in sent if "takes" in body or "more time" in body)
    assert all(number in page_in(body) for _, body in sent)


def test_a_code_that_came_back_is_part_of_an_agents_proof_and_is_not_awaited_again(
    shop: Company, desk: Client
) -> None:
    number = asked("agent", "erasure")
    (code,) = re.findall(r"\b\d{8}\b", dict(mailed())[ANN])
    assert proving.take_code(actor=CUSTOMER, now=NOW, number=number, code=code, declares=False)
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    assert "In part: Code to the e-mail we hold" in page and "Part of the proof came" in page
    assert "that whoever asks may ask for this person" in page
    assert "Identity proven<" not in page and "Awaited from the customer: the code" not in page


@pytest.mark.parametrize("requester", ["guardian", "agent"])
def test_a_document_is_awaited_no_more_once_the_authority_is_noted(
    shop: Company, desk: Client, requester: str
) -> None:
    number = asked(requester, "erasure")
    proving.authorise(actor=AGENT, now=NOW, number=number, reason="Document seen")
    staff = desk.get(f"/desk/requests/{number}/").content.decode()
    token = add_public_token(actor=CUSTOMER, now=NOW, number=number)
    theirs = Client().get(f"/privacy/request/{token}/").content.decode()
    assert "Awaited from whoever asks: a document" not in staff
    assert "You have shown that you may ask for this person" in theirs
    assert "Send us the document" not in theirs and "check whether you may ask" not in theirs


def test_an_agents_page_offers_no_look_that_only_the_person_can_ask_for(shop: Company) -> None:
    answered("agent", "access", contact="agent@example.net")
    bodies = {to: body for to, body in mailed() if "/privacy/package/" in body or to != ANN}
    theirs, own = page_in(bodies["agent@example.net"]), page_in(bodies[ANN])
    assert "The person for whom you ask can ask for another look" in theirs and "appeal/" not in theirs
    assert "I do not accept this answer" in own and "proof.json" in own
    assert "of you" not in theirs and "Prove it is me" not in theirs


def test_the_represented_person_is_told_what_to_do_and_whom_to_write_to(shop: Company) -> None:
    asked("agent", "erasure")
    ((to, body),) = mailed()
    assert to == ANN and "do nothing" not in body
    assert "give the code to nobody" in body and "localhost:8000/privacy/" in body
