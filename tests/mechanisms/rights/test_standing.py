"""Requests that are choices: what each kind leaves standing, from when, and how its request ends."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from discreet.engines.subjects.identity import Identity
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.permission.models import Choice
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.queries import facts_of_many, standing_of
from discreet.foundation.permission.rules import Channel, Use
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import importing, proving, receiving
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.asker import Asking
from discreet.mechanisms.rights.rules import Answer, Outcome, State
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]
NOW = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
AGENT = Actor(kind=ActorKind.STAFF, name="anna", roles=frozenset({Role.AGENT}))
CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")
ANN = Identity(email="ann@example.com", phone="+4930123456")
SALE, CARE, ADS = Use("SellDataToThirdParties"), Use("CustomerCare"), Use("DirectMarketing")


def received(kind: str, *, channel: str = "centre", scope: str = "", residence: str = "") -> str:
    actor = CUSTOMER if channel == "centre" else AGENT
    return receiving.receive_request(
        actor=actor,
        now=NOW,
        kind=kind,
        claim=ANN,
        residence=residence,
        channel=channel,
        asking=Asking(scope=scope),
    ).number


def allowed(use: Use) -> bool:
    person = Person(email="ANN@example.com")
    return standing_of(person=person, use=use, at=NOW + timedelta(seconds=1)).is_allowed


@pytest.mark.parametrize(("kind", "use"), [("opt_out", SALE), ("limit", Use("Marketing", is_sensitive=True))])
@pytest.mark.parametrize(
    ("channel", "answer"), [("centre", Answer.PAGE), ("desk", Answer.NONE), ("api", Answer.NONE)]
)
def test_an_opt_out_and_a_limit_stand_from_receipt_without_proof(
    kind: str, use: Use, channel: str, answer: Answer
) -> None:
    """11 CCR 7026(f), 7027(g), 7060(b)."""
    number = received(kind, channel=channel, residence="US-CA")
    assert not allowed(use)
    request = RightsRequest.objects.get(number=number)
    assert (request.outcome, request.answer, request.completed_at) == (Outcome.APPLIED, answer, NOW)
    assert queries.state_of_request(number) is State.DONE
    assert [choice.origin for choice in Choice.objects.all()] == [number]
    acts = list(LedgerEntry.objects.filter(subject=f"request:{number}").values_list("act", flat=True))
    assert acts[-1] == "rights.apply_at_receipt"


@pytest.mark.parametrize(
    ("kind", "scope", "stopped", "left"),
    [
        ("restriction", "", {SALE, CARE, ADS}, set()),
        ("restriction", "marketing", {ADS}, {SALE, CARE}),
        ("objection", "marketing", {ADS}, {SALE, CARE}),
        ("objection", "", {SALE, CARE, ADS}, set()),
        ("objection", "profiling", set(), {Use("CustomerCare", is_profiling=False)}),
        ("consent_withdrawal", "", {SALE, CARE, ADS}, set()),
    ],
)
def test_any_other_choice_stands_once_the_identity_is_proven(
    kind: str, scope: str, stopped: set[Use], left: set[Use]
) -> None:
    """GDPR Art. 7(3), 18, 21; an objection to marketing at once."""
    number = received(kind, scope=scope, residence="DE")
    assert all(allowed(use) for use in stopped | left)
    proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Known by voice")
    for _ in range(2):
        preparing.prepare_batch(queries.batch_of(number), SYSTEM, NOW)
    assert [use for use in stopped if allowed(use)] == []
    assert [use for use in left if not allowed(use)] == []
    is_decided_on = kind == "objection" and scope != "marketing"
    assert RightsRequest.objects.get(number=number).outcome == ("" if is_decided_on else Outcome.APPLIED)
    assert Choice.objects.count() == 1


def test_a_file_of_opt_outs_stands_as_it_is_received_and_again_changes_nothing() -> None:
    claims = [(Identity(email=f"p{number}@example.com"), "US-CA", "en") for number in range(1200)]
    first = importing.receive_import(actor=AGENT, now=NOW, kind=Kind.OPT_OUT, claims=claims)
    assert len(first.numbers) == 1200 and Choice.objects.filter(channel=Channel.IMPORT).count() == 1200
    assert not RightsRequest.objects.filter(completed_at__isnull=True).exists()
    again = importing.receive_import(actor=AGENT, now=NOW, kind=Kind.OPT_OUT, claims=claims[:3])
    people = [Person(email=claim.email or "") for claim, *_ in claims]
    assert [len(facts) for facts in facts_of_many(people=people, at=NOW)] == [1] * 1200
    assert len(again.numbers) == 3 and Choice.objects.count() == 1200


def test_the_centre_asks_what_an_objection_is_about_and_marketing_stops_at_once(client: Client) -> None:
    """GDPR Art. 21(3): from the public form to the fact, with one code in between."""
    page = client.get("/privacy/ask/objection/")
    token = re.search(r'name="form_token" value="([^"]+)"', page.content.decode())
    assert token is not None and b"Advertising" in page.content
    fields = {"email": "ann@example.com", "scope": "marketing", "form_token": token.group(1)}
    with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=True):
        assert client.post("/privacy/ask/objection/", {**fields, "scope": "x"}).status_code == 422
        assert client.post("/privacy/ask/objection/", fields).status_code == 302
    request = RightsRequest.objects.get()
    proving.verify_identity(actor=AGENT, now=timezone.now(), number=request.number, reason="Known by voice")
    preparing.prepare_batch(request.batch_id, SYSTEM, timezone.now())
    (fact,) = facts_of_many(people=[Person(email="ann@example.com")], at=timezone.now())[0]
    assert (fact.purpose, fact.decision, fact.article) == ("Marketing", "upheld", "GDPR Art. 21(2)")
