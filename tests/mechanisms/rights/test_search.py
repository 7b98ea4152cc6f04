"""Staff find a request by who made it; what names a person stands in no address, and nothing is kept in the clear."""

import pytest
from django.db import connection
from django.test import Client

from discreet.engines.subjects.identity import Identity
from discreet.mechanisms.rights import listing
from discreet.mechanisms.rights.actions import forgetting, importing, receiving
from discreet.mechanisms.rights.kinds import Kind
from tests.mechanisms.rights.company import AGENT, NOW

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "ann.o'hara@example.com", "+49 151 2345678"


@pytest.fixture
def number() -> str:
    return receiving.receive_request(
        actor=AGENT, now=NOW, kind="access", claim=Identity(email=EMAIL, phone=PHONE), channel="shell"
    ).number


@pytest.mark.parametrize("words", [EMAIL, f"  {EMAIL.upper()} ", PHONE, "0049 151 2345678", "+491512345678"])
@pytest.mark.parametrize("address", ["/desk/requests/", "/desk/find/", "/desk/search/"])
def test_a_request_is_found_by_the_contact_it_was_opened_with(
    desk: Client, number: str, words: str, address: str
) -> None:
    response = desk.post(address, {"q": words, "state": "open"})
    assert response.status_code == 200
    assert f"/desk/requests/{number}/" in response.content.decode()


def test_an_ended_request_is_found_too(desk: Client, number: str) -> None:
    from discreet.mechanisms.rights.actions import deciding

    deciding.refuse_request(actor=AGENT, now=NOW, number=number, reason="Not ours", article="")
    for words in (EMAIL, number, number.removeprefix("R-")):
        page = desk.post("/desk/requests/", {"q": words, "state": "open"}, follow=True).content.decode()
        assert f"/desk/requests/{number}/" in page


@pytest.mark.parametrize(
    "words", ["ann.o'hara@example", "hara@example.com", "151 2345679", "o'hara", "' OR 1=1"]
)
def test_a_part_of_a_contact_finds_nothing(desk: Client, number: str, words: str) -> None:
    page = desk.post("/desk/requests/", {"q": words}, follow=True).content.decode()
    assert f"/desk/requests/{number}/" not in page


def test_what_names_a_person_stands_in_no_address(desk: Client, number: str) -> None:
    for address in ("/desk/requests/", "/desk/search/"):
        assert 'role="search" action="/desk/search/" method="post"' in desk.get(address).content.decode()
        assert desk.post(address, {"q": EMAIL}).status_code == 200
        assert desk.post(address, {"q": number}).status_code == 302
    assert 'class="filters" method="post" role="search"' in desk.get("/desk/find/").content.decode()
    assert EMAIL not in desk.get("/desk/find/", {"q": EMAIL}).content.decode()


def test_what_is_typed_of_a_person_is_not_suggested_but_leads_on(desk: Client, number: str) -> None:
    page = desk.post("/desk/search/suggest/", {"q": EMAIL}).content.decode()
    assert number not in page and "Press Enter to find this person" in page


def test_requests_of_an_import_are_found(desk: Client) -> None:
    claims = [(Identity(email=f"p{n}@example.com"), "DE", "en") for n in range(3)]
    _, numbers = importing.receive_batch(actor=AGENT, now=NOW, kind=Kind.ERASURE, claims=claims)
    assert listing.numbers_of_contact("P1@example.com") == [numbers[1]]


def test_the_database_holds_no_contact_and_an_expired_request_no_digest(number: str) -> None:
    assert listing.numbers_of_contact(EMAIL) == [number]
    with connection.cursor() as cursor:
        cursor.execute("SELECT email_digest, phone_digest FROM rights_rightsrequest")
        row = cursor.fetchone()
    assert all(len(one) == 64 for one in row) and "ann" not in "".join(row)
    forgetting.forget_request(now=NOW, number=number)
    assert listing.numbers_of_contact(EMAIL) == listing.numbers_of_contact(PHONE) == []
