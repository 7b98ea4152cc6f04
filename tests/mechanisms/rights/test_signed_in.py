"""Whoever comes signed in from the company's own site asks without a code, as that person and nobody else."""

from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.utils import timezone

from discreet.foundation.centre import form_guard, handover, verification
from discreet.foundation.centre.handover_tokens import Algorithm
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.mail.models import OutgoingMessage
from discreet.foundation.papers import actions as papers
from discreet.foundation.papers.rules import Purpose
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, BOB, CLEO, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.2"), pytest.mark.promise(16)]
ADMIN = Actor(kind=ActorKind.STAFF, name="ada", roles=frozenset({Role.ADMINISTRATOR}))
KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def site(shop: Company) -> str:
    handover.register_site(
        actor=ADMIN,
        now=timezone.now(),
        site_id="shop",
        name="Web shop",
        algorithm=Algorithm.EDDSA,
        public_key=KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        return_url="https://shop.example.com/account",
    )
    return "shop"


def come(client: Client, email: str, *, kind: str = "access", jti: str = "jti-000000001") -> str:
    """Arrive as the site hands the person over; return where the browser is led."""
    now = int(timezone.now().timestamp())
    claims = {"iss": "shop", "aud": "http://localhost:8000", "email": email, "email_verified": True}
    token = jwt.encode(
        claims | {"iat": now, "exp": now + 120, "jti": jti, "kind": kind}, KEY, algorithm="EdDSA"
    )
    return str(client.post("/privacy/handover/", {"token": token})["Location"])


def send(client: Client, path: str, **fields: str) -> str:
    token = form_guard.issue(now=timezone.now() - timedelta(seconds=30))
    answer = client.post(path, {"form_token": token, "website": "", "residence": "DE", **fields})
    return str(answer.headers.get("Location", answer.status_code))


def test_a_signed_in_customer_asks_without_a_code_and_the_copy_goes_where_we_hold(site: str) -> None:
    client = Client()
    path = come(client, CLEO)
    assert path == "/privacy/ask/access/"
    page = client.get(path).content.decode()
    assert "You come signed in from Web shop" in page and CLEO not in page
    assert 'name="email"' not in page and 'name="phone"' not in page
    status = send(client, path)
    (request,) = RightsRequest.objects.all()
    assert (request.verified_how, request.proofs) == ("handover", ["handover"])
    driving.work()
    assert driving.failures() == []
    assert verification.status(request.number).codes_left == 3, "a code was sent"
    acts = [entry.act for entry in entries_for(f"request:{request.number}")]
    assert "centre.use_handover" in acts and "rights.verify_identity" in acts
    assert CLEO not in str([entry.facts for entry in entries_for(f"request:{request.number}")])
    assert client.get(status).status_code == 200
    assert "centre.code" not in OutgoingMessage.objects.values_list("template", flat=True)


def test_what_is_typed_beside_the_sign_in_plays_no_part(site: str) -> None:
    client = Client()
    path = come(client, BOB)
    send(client, path, email=ANN, phone="+41446681800", requester="agent", who_name="Eve")
    (request,) = RightsRequest.objects.all()
    claim = queries.claim_of(request.number)
    assert (claim.email, claim.phone, request.requester) == (BOB, None, "self")


def test_a_sign_in_that_ended_proves_nothing(site: str) -> None:
    client = Client()
    path = come(client, BOB)
    handover.revoke_site(actor=ADMIN, now=timezone.now(), site_id="shop")
    page = client.get(path).content.decode()
    assert "Web shop" not in page and 'name="email"' in page
    send(client, path, email=BOB)
    (request,) = RightsRequest.objects.all()
    assert request.verified_at is None and queries.state_of_request(request.number) is State.RECEIVED


def test_a_forged_cookie_is_no_sign_in(site: str) -> None:
    client = Client()
    client.cookies["discreet_handover"] = "InRva2VuIg:1abc:forged"
    assert 'name="email"' in client.get("/privacy/ask/access/").content.decode()


def test_who_asks_for_somebody_else_goes_the_other_way(site: str) -> None:
    client = Client()
    path = come(client, BOB)
    page = client.get(f"{path}?without=1").content.decode()
    assert 'name="email"' in page and 'href="?for=another"' in page
    page = client.get(f"{path}?for=another").content.decode()
    assert 'name="email"' in page and 'name="requester"' in page
    send(client, f"{path}?without=1", email=ANN)
    (request,) = RightsRequest.objects.all()
    assert request.verified_at is None and request.proofs == []


def test_a_correction_is_asked_for_signed_in_as_well_and_only_for_oneself(site: str) -> None:
    client = Client()
    path = come(client, BOB, kind="rectification")
    page = client.get(path).content.decode()
    assert "You come signed in from Web shop" in page and 'name="email"' not in page
    send(
        client, path, email=ANN, requester="agent", who_name="Eve",
        kind_1="name", old_1="Bob Else", new_1="Bob Elsewhere", note="",
    )  # fmt: skip
    (request,) = RightsRequest.objects.all()
    assert (request.verified_how, request.requester) == ("handover", "self")
    assert queries.claim_of(request.number).email == BOB


def test_a_double_click_is_one_request(site: str) -> None:
    client = Client()
    path = come(client, BOB)
    token = form_guard.issue(now=timezone.now() - timedelta(seconds=30))
    for _ in range(2):
        client.post(path, {"form_token": token, "website": "", "residence": ""})
    assert RightsRequest.objects.count() == 1


def test_staff_read_how_the_identity_was_proven(site: str, desk: Client) -> None:
    client = Client()
    send(client, come(client, BOB))
    number = RightsRequest.objects.get().number
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    assert "Signed in on the company’s own site" in page


def test_a_document_is_asked_for_on_the_case_and_sent_on_the_status_page(shop: Company, desk: Client) -> None:
    number = driving.opened("access", ANN)
    assert "Ask for a document" in desk.get(f"/desk/requests/{number}/").content.decode()
    from discreet.foundation.cases.actions import add_public_token

    token = add_public_token(actor=AGENT, now=NOW, number=number)
    client = Client()
    assert "A document is needed" not in client.get(f"/privacy/request/{token}/").content.decode()
    papers.ask_paper(actor=AGENT, now=NOW, number=number, purpose=Purpose.PERMISSION)
    page = client.get(f"/privacy/request/{token}/").content.decode()
    assert f'action="/privacy/papers/{token}/"' in page and "signed by the person" in page
    assert "Asked of the customer" in desk.get(f"/desk/requests/{number}/").content.decode()
