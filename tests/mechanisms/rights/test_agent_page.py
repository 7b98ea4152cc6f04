"""Whoever asks for another reads on their page how the request stands, and nothing of that person's data."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.foundation.centre import verification
from discreet.foundation.mail.api import ContactKind, hold
from discreet.foundation.mail.delivery import deliver_due
from discreet.foundation.mail.folder import newest_in_folder
from discreet.mechanisms.rights.actions import deciding, proving, receiving
from discreet.mechanisms.rights.opening.asker import Asking, who_asks
from discreet.mechanisms.rights.queries import request_view
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CUSTOMER, NOW, who

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(16), pytest.mark.django_db]
DATA = (
    "What was erased",
    "What stays, and why",
    "What the search did not cover",
    "What we hold about you",
    "row",
)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"


def asked_by(requester: str, kind: str) -> receiving.Received:
    asking = Asking(requester=requester, who=who_asks(name="A. Gent")) if requester != "self" else Asking()
    return receiving.receive_request(
        actor=CUSTOMER,
        now=NOW,
        kind=kind,
        claim=who(ANN),
        residence="DE",
        channel="centre",
        asking=asking,
    )


def answered(requester: str, kind: str) -> receiving.Received:
    received = asked_by(requester, kind)
    driving.work()
    if requester != "self":
        proving.authorise(actor=AGENT, now=NOW, number=received.number, reason="Document seen")
    proving.verify_identity(actor=AGENT, now=NOW, number=received.number, reason="Called her")
    contact = hold(case_number=received.number, kind=ContactKind.EMAIL, address=ANN)
    verification.keep_contacts(
        actor=SYSTEM, now=NOW, subject=f"request:{received.number}", contacts={received.number: contact}
    )
    driving.work()
    if kind == "erasure":
        driving.approve(received.number)
    elif request_view(received.number).state is State.PLANNED:
        driving.hand_over(received.number)
    driving.work()
    assert driving.failures() == [] and request_view(received.number).state is State.DONE
    return received


def shown(path: str) -> tuple[str, list[int]]:
    client = Client()
    codes = [client.get(f"{path}{name}").status_code for name in ("letter.pdf", "proof.json")]
    return client.get(path).content.decode(), codes


def links() -> list[str]:
    deliver_due(datetime.now(UTC) + timedelta(minutes=1))
    words = " ".join(one.body for one in newest_in_folder() if one.to == ANN).split()
    return [word.partition("localhost:8000")[2] for word in words if "/privacy/request/" in word]


@pytest.mark.parametrize(
    ("requester", "kind", "sees"),
    [
        ("self", "erasure", True),
        ("agent", "erasure", False),
        ("agent", "know", False),
        ("guardian", "erasure", True),
    ],
)
def test_only_the_person_and_whoever_stands_in_their_place_read_what_was_done(
    shop: Company, requester: str, kind: str, sees: bool
) -> None:
    received = answered(requester, kind)
    page, codes = shown(f"/privacy/request/{received.public_token}/")
    assert any(words in page for words in DATA) is sees
    assert (set(codes) == {200}) is sees and (200 in codes) is sees
    assert ("went to the person for whom you ask" in page) is not sees
    if not sees:
        (link, *_) = links()
        page, codes = shown(link)
        assert any(words in page for words in DATA) and codes == [200, 200], (
            "the person has a page of their own"
        )


@pytest.mark.parametrize("requester", ["agent", "guardian", "relative"])
def test_nobody_reads_anything_before_their_authority_is_proven(shop: Company, requester: str) -> None:
    received = asked_by(requester, "erasure")
    driving.work()
    page, codes = shown(f"/privacy/request/{received.public_token}/")
    assert not any(words in page for words in DATA) and 200 not in codes
    deciding.refuse_request(
        actor=APPROVER, now=NOW, number=received.number, reason="The document shows no authority", article=""
    )
    page, codes = shown(f"/privacy/request/{received.public_token}/")
    assert "The document shows no authority" in page and "not proven that you may ask" in page
    assert not any(words in page for words in DATA) and 200 not in codes


def test_why_an_agents_proven_request_is_refused_is_told_to_the_person_alone(shop: Company) -> None:
    received = asked_by("agent", "erasure")
    driving.work()
    proving.authorise(actor=AGENT, now=NOW, number=received.number, reason="Document seen")
    proving.verify_identity(actor=AGENT, now=NOW, number=received.number, reason="Called her")
    driving.work()
    why = "She still owes for order 4711"
    deciding.refuse_request(
        actor=APPROVER, now=datetime.now(UTC), number=received.number, reason=why, article=""
    )
    driving.work()
    assert why not in shown(f"/privacy/request/{received.public_token}/")[0]
    assert why in shown(links()[0])[0]
