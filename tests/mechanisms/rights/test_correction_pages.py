"""The pages of a correction: the public form, the staff page place by place, and what the person reads afterwards."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import Settings

from discreet.engines.subjects.corrections import Change, Choice
from discreet.foundation.ledger import prove
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.foundation.ledger.verifier import discreet_verify
from discreet.foundation.sources.queries import sources
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.correcting import planning as correction_planning
from discreet.mechanisms.rights.correcting import queries as correction_queries
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.vocabulary.actors import Role
from tests.foundation.sources.conftest import Company, _sqlite
from tests.foundation.staff.people import add
from tests.mechanisms.rights.correcting import MIA, NEW, approve, asked, choose, second_database, set_up
from tests.mechanisms.rights.driving import batch_of, state, work

BACKEND = "django.contrib.auth.backends.ModelBackend"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[Company]:
    yield from _sqlite(second_database(tmp_path))


@pytest.fixture
def companies(sqlite_company: Company, crm: Company, db: None) -> tuple[Company, Company]:
    set_up(sqlite_company, crm)
    return sqlite_company, crm


def signed_in(settings: Settings, name: str, *roles: Role) -> Client:
    settings.DISCREET_DEMO = True
    cache.clear()
    client = Client()
    client.force_login(add(name, *roles), backend=BACKEND)
    return client


def text_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


@pytest.mark.duty("M8.1")
def test_somebody_says_what_is_wrong_on_the_public_page(companies: tuple[Company, Company]) -> None:
    cache.clear()
    client = Client()
    url = reverse("rights:ask_rectification")
    page = text_of(client, url)
    assert "Correct my data" in page
    assert 'value="birth_date"' in page
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token is not None
    sent = {
        "form_token": token[1],
        "email": MIA,
        "kind_1": "birth_date",
        "new_1": "1991-13-45",
        "kind_2": "",
        "note": "",
    }
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "one certain day" in refused.content.decode()
    assert not RightsRequest.objects.exists()


def test_what_was_written_is_sealed_and_taken_into_the_plan(
    companies: tuple[Company, Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    from discreet.foundation.centre import form_guard

    monkeypatch.setattr(form_guard, "read", lambda **_: "one form")
    cache.clear()
    client = Client()
    sent = {"email": MIA, "residence": "CH", "kind_1": "name", "old_1": "Mia Canary", "new_1": HOSTILE}
    answer = client.post(reverse("rights:ask_rectification"), {**sent, "note": "see my passport"})
    assert answer.status_code == 302
    request = RightsRequest.objects.get()
    assert HOSTILE.encode() not in bytes(request.wish_sealed or b"")
    assert correction_queries.wish_of(request.number).changes == (Change("name", HOSTILE, "Mia Canary"),)
    assert "Your correction request" in text_of(client, answer["Location"])


@pytest.mark.duty("M8.3")
def test_staff_read_choose_and_two_people_approve(
    companies: tuple[Company, Company], settings: Settings
) -> None:
    shop, _ = companies
    number = asked(Change("name", HOSTILE, "Mia Canary"), Change("email", NEW, MIA))
    agent = signed_in(settings, "wei", Role.AGENT)
    url = reverse("rights:correction", args=[number])
    masked = text_of(agent, url)
    assert MIA not in masked
    assert HOSTILE not in masked
    assert "Mia Maiden" not in masked
    before = LedgerEntry.objects.filter(act="rights.open_correction").count()
    opened = agent.post(url).content.decode()
    assert LedgerEntry.objects.filter(act="rights.open_correction").count() == before + 1
    assert "Mia Maiden" in opened
    assert NEW in opened
    assert HOSTILE not in opened
    assert "&lt;script&gt;" in opened
    assert "a contact point changes" in opened.lower()
    request_page = reverse("rights:request", args=[number])
    assert "Choose first" in text_of(agent, request_page)
    places = correction_planning.plan_of(batch_of(number)).open_questions
    chosen = {f"choice-{place.id}": "leave" for place in places}
    assert agent.post(reverse("rights:decide_places", args=[number]), chosen).status_code == 302
    assert not correction_planning.plan_of(batch_of(number)).open_questions
    accept = reverse("rights:accept", args=[number])
    plan = {"plan": queries.plan_view(batch_of(number)).digest}
    assert "Ask for second approval" in text_of(agent, request_page)
    assert agent.post(accept, plan).status_code == 302
    approver = signed_in(settings, "lan", Role.APPROVER)
    assert "Approve and correct" in text_of(approver, request_page)
    assert approver.post(accept, plan).status_code == 302
    work()
    view = queries.request_view(number)
    assert (view.state, view.outcome) == (State.DONE, Outcome.CORRECTED_EXCEPT)
    assert shop.run("SELECT ship_name FROM orders WHERE id = 10") == [(HOSTILE,)]
    done = text_of(agent, request_page)
    assert HOSTILE not in done
    assert "What was corrected" in done
    letter = agent.get(reverse("rights:letter", args=[number])).content
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(letter)).pages)
    assert "What was corrected" in said
    for value in (MIA, NEW, "Maiden", "alert("):
        assert value not in said


def test_a_choice_on_a_page_that_is_out_of_date_is_refused(
    companies: tuple[Company, Company], settings: Settings
) -> None:
    number = asked(Change("name", "Maria Canari", "Mia Canary"))
    agent = signed_in(settings, "wei", Role.AGENT)
    answer = agent.post(
        reverse("rights:decide_places", args=[number]), {"choice-0123456789abcdef": "correct"}
    )
    assert answer.status_code == 409
    assert state(number) is State.PLANNED


def test_a_field_takes_what_a_person_writes_for_it_alone(
    companies: tuple[Company, Company], settings: Settings
) -> None:
    shop, _ = companies
    number = asked(Change("name", "Anna Maria Canari", "Mia Canary"))
    agent = signed_in(settings, "wei", Role.AGENT)
    plan = correction_planning.plan_of(batch_of(number))
    sent: dict[str, str] = {}
    for place in plan.open_questions:
        sent[f"choice-{place.id}"] = "correct" if place.table.table == "customer" else "leave"
        if place.column in ("first", "last"):
            sent[f"value-{place.id}"] = {"first": "Anna", "last": "Maria Canari"}[place.column]
    agent.post(reverse("rights:decide_places", args=[number]), sent)
    approve(number)
    work()
    assert shop.run("SELECT first, last FROM customer WHERE id = 1") == [("Anna", "Maria Canari")]


def test_staff_write_down_what_a_person_said_by_phone(
    companies: tuple[Company, Company], settings: Settings
) -> None:
    from tests.mechanisms.rights.driving import verified

    number = verified("rectification", MIA)
    work()
    assert not correction_queries.has_wish(number)
    agent = signed_in(settings, "wei", Role.AGENT)
    url = reverse("rights:correction", args=[number])
    assert "Nothing is written down" in text_of(agent, url)
    refused = agent.post(reverse("rights:wish", args=[number]), {"kind_1": "birth_date", "new_1": "nonsense"})
    assert refused.status_code == 422
    told = {"kind_1": "birth_date", "new_1": "1991-05-06"}
    assert agent.post(reverse("rights:wish", args=[number]), told).status_code == 302
    work()
    assert state(number) is State.PLANNED
    approve(number)
    work()
    assert queries.request_view(number).outcome == Outcome.CORRECTED


@pytest.mark.duty("M8.4")
def test_the_customers_proof_says_that_it_was_corrected_and_names_no_value(
    companies: tuple[Company, Company], settings: Settings
) -> None:
    number = asked(Change("email", NEW, MIA))
    approve(number)
    work()
    for _ in range(3):
        sequence_once(timezone.now())
    bundle = prove.customer_bundle(f"request:{number}", now=timezone.now())
    told = [discreet_verify.say("en", *one) for one in discreet_verify.verify(bundle, None, None)]
    assert "corrected, every field read again" in told[0] or "corrected" in told[0]
    said = json.dumps(bundle)
    assert MIA not in said
    assert NEW not in said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_complete_in_both_languages(
    language: str, companies: tuple[Company, Company], settings: Settings
) -> None:
    number = asked(Change("name", "Maria Canari", "Mia Canary"))
    agent = signed_in(settings, "wei", Role.AGENT)
    agent.cookies.load({settings.LANGUAGE_COOKIE_NAME: language})
    pages = [
        text_of(agent, reverse("rights:correction", args=[number])),
        text_of(agent, reverse("rights:ask_rectification")),
        text_of(agent, reverse("rights:request", args=[number])),
    ]
    assert all('<html lang="zh-Hans"' in page for page in pages) is (language == "zh-hans")
    choose(number, Choice.LEAVE)
    assert len(sources()) == 2
