"""The public pages, served apart from the desk: what they show, what they tell, how they refuse."""

import statistics
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from discreet.foundation.centre import entries, limits, public, visits
from discreet.foundation.centre.actions import Link, send_progress_link
from discreet.foundation.centre.entries import Entry
from discreet.foundation.centre.rules import CLIENT_CHECKS
from discreet.foundation.centre.verification import Start
from discreet.foundation.desk import acts
from discreet.foundation.jobs.models import Job
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.mail.models import OutgoingMessage
from tests.foundation.cases.conftest import NOW, OpenedCase, opened
from tests.foundation.centre.conftest import delivered_texts
from tests.foundation.centre.test_verification import held, start

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.1")]


@pytest.fixture(autouse=True)
def served_apart(settings: Settings) -> Iterator[None]:
    """Serve the centre alone, with a status page that its own front page stands in for."""
    settings.ROOT_URLCONF = "discreet.project.urls_centre"
    before, pages = dict(entries._entries), dict(entries._status_pages)
    entries._entries.clear()
    yield
    entries._entries.clear()
    entries._entries.update(before)
    entries._status_pages.clear()
    entries._status_pages.update(pages)


def ask(client: Client, number: str, **extra: str) -> HttpResponse:
    return client.post("/privacy/progress/", {"number": number}, **extra)


@pytest.mark.parametrize(
    ("language", "lang", "words"),
    [("en", "en", "It costs nothing"), ("zh-hans", "zh-Hans", "不收费，也不用说明理由。")],
)
def test_the_front_page_speaks_both_languages(client: Client, language: str, lang: str, words: str) -> None:
    client.get(f"/privacy/language/{language}/")
    page = client.get("/privacy/").content.decode()
    assert words in page and f'<html lang="{lang}"' in page


def test_the_front_page_offers_what_is_registered_and_reachable_only(client: Client) -> None:
    assert 'class="ask"' not in client.get("/privacy/").content.decode()
    entries.register(Entry("erasure", "trash", "Erase", "What is no longer needed", "centre:front"))
    entries.register(Entry("portability", "transform", "Take along", "To another company", "nowhere:ask"))
    page = client.get("/privacy/").content.decode()
    assert "Erase" in page and "Take along" not in page


def test_pages_load_nothing_from_elsewhere_and_run_no_inline_code(client: Client) -> None:
    response = client.get("/privacy/")
    page = response.content.decode()
    assert "//" not in page.replace('"//', "").replace("http://www.w3.org", "")
    assert "<script" not in page and " style=" not in page and "onclick" not in page
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store" and response["X-Frame-Options"] == "DENY"


def test_no_session_of_staff_starts_on_public_pages(client: Client) -> None:
    client.get("/privacy/")
    assert "discreet_session" not in client.cookies


def test_an_address_that_is_nothing_shows_the_public_page(client: Client) -> None:
    response = client.get("/privacy/r/wrong-token/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


@pytest.mark.promise(26)
@pytest.mark.promise(15)
def test_known_and_unknown_numbers_get_the_same_answer(client: Client) -> None:
    case = opened()
    start(case.number, held(case.number))
    known, unknown = ask(client, case.number), ask(client, "R-8888")
    assert known.status_code == unknown.status_code == 200
    assert known.content.replace(case.number.encode(), b"") == unknown.content.replace(b"R-8888", b"")
    assert Job.objects.filter(workflow="centre.send_progress_link").count() == 2
    assert OutgoingMessage.objects.filter(template="centre.progress_link").count() == 0


@pytest.mark.promise(15)
def test_known_and_unknown_numbers_take_the_same_time(client: Client) -> None:
    case = opened()
    start(case.number, held(case.number))
    taken: dict[str, list[float]] = {case.number: [], "R-8888": []}
    for _ in range(25):
        for number, times in taken.items():
            began = perf_counter()
            ask(client, number)
            times.append(perf_counter() - began)
    known, unknown = (statistics.median(times) for times in taken.values())
    assert abs(known - unknown) < max(known, unknown) / 2


def test_the_link_goes_to_the_contact_held_and_opens_the_case(home: object) -> None:
    entries.register_status_page(case_kind="request", path="/privacy/language/%s/")
    case = opened()
    start(case.number, held(case.number))
    assert send_progress_link(now=NOW, number=case.number) is Link.SENT
    to, body = delivered_texts()[-1]
    assert to == "li.lei@example.com" and "http://localhost:8000/privacy/language/" in body


def test_a_number_nobody_has_sends_nothing(home: object) -> None:
    assert send_progress_link(now=NOW, number="R-8888") is Link.NO_CASE
    assert send_progress_link(now=NOW, number=opened().number) is Link.NO_CONTACT
    assert delivered_texts() == []


@pytest.mark.promise(14)
def test_counting_numbers_up_costs_a_person_one_mail_a_day_and_no_code(home: object) -> None:
    """Whoever types every number reaches one mailbox through each of its requests."""
    entries.register_status_page(case_kind="request", path="/privacy/language/%s/")
    first, second = opened(), opened()
    start(first.number, held(first.number))
    start(second.number, held(second.number))
    asked = [send_progress_link(now=NOW, number=case.number) for case in (first, second) for _ in range(5)]
    assert asked == [Link.SENT] + [Link.MAILBOX_FULL] * 9
    assert len(delivered_texts()) == 3
    other = opened()
    send_progress_link(now=NOW + timedelta(days=1), number=first.number)
    assert start(other.number, held(other.number), minutes=24 * 60) is Start.SENT
    assert start(other.number, held(other.number), minutes=24 * 60) is Start.SENT
    assert start(other.number, held(other.number), minutes=24 * 60) is Start.MAILBOX_FULL


def test_evidence_says_whether_the_link_left(home: object) -> None:
    entries.register_status_page(case_kind="request", path="/privacy/language/%s/")
    case = opened()
    start(case.number, held(case.number))
    for _ in range(2):
        send_progress_link(now=NOW, number=case.number)
    told = [one for one in entries_for(f"request:{case.number}") if one.act == "centre.send_progress_link"]
    assert [one.facts for one in told] == [{"sent": True}, {"sent": False, "reason": "mailbox_full"}]
    assert acts.label(told[0].act, told[0].facts) == "Link to the status page sent"
    assert acts.label(told[1].act, told[1].facts).startswith("No link to the status page sent")
    sent = OutgoingMessage.objects.filter(template="centre.progress_link")
    assert sent.count() == 1


@pytest.mark.parametrize("number", ["", "x", "R-", "R-1001; DROP", "<script>", "R-\x001", "9" * 3000])
def test_a_number_of_another_form_is_explained(client: Client, number: str) -> None:
    response = ask(client, number)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode() and "<script>" not in response.content.decode()


@pytest.mark.promise(13)
def test_a_flood_is_answered_429_with_the_time_to_come_back(client: Client) -> None:
    now = timezone.now()
    for _ in range(CLIENT_CHECKS.count):
        limits.count(CLIENT_CHECKS, value="127.0.0.1", now=now)
    response = ask(client, "R-1001")
    assert response.status_code == 429 and int(response["Retry-After"]) > 0
    assert ask(client, "R-1001", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert client.get("/privacy/").status_code == 200


def own_page(client: Client, case: OpenedCase) -> HttpResponse:
    request = RequestFactory().get("/privacy/")
    response = HttpResponse()
    visits.remember_case(request, response, number=case.number, token=case.public_token)
    client.cookies[visits.COOKIE] = response.cookies[visits.COOKIE].value
    return ask(client, case.number)


def test_the_browser_that_made_a_request_is_led_to_it(client: Client) -> None:
    entries.register_status_page(case_kind="request", path="/privacy/language/%s/")
    case = opened()
    response = own_page(client, case)
    assert (response.status_code, case.public_token in response["Location"]) == (302, True)


def test_the_cookie_is_signed_and_out_of_reach_of_scripts(client: Client) -> None:
    case = opened()
    request, response = RequestFactory().get("/"), HttpResponse()
    visits.remember_case(request, response, number=case.number, token=case.public_token)
    cookie = response.cookies[visits.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    request.COOKIES[visits.COOKIE] = cookie.value
    assert visits.visit_of(request).token_of(case.number) == case.public_token
    request.COOKIES[visits.COOKIE] = "x" + cookie.value
    assert visits.visit_of(request).cases == ()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_the_language_switch_leads_nowhere_else(client: Client, target: str) -> None:
    response = client.get("/privacy/language/en/", {"next": target})
    assert response["Location"] == "/privacy/"


def test_the_theme_follows_the_device_until_one_is_chosen(client: Client) -> None:
    assert "data-bs-theme" not in client.get("/privacy/").content.decode()
    client.get("/privacy/theme/dark/")
    assert 'data-bs-theme="dark"' in client.get("/privacy/").content.decode()
    client.get("/privacy/theme/pink/")
    assert 'data-bs-theme="dark"' in client.get("/privacy/").content.decode()


def test_a_refusal_in_a_public_view_becomes_a_public_page(rf: RequestFactory) -> None:
    @public.public_page
    def view(request: HttpRequest) -> HttpResponseBase:
        limits.count(CLIENT_CHECKS, value="x", now=timezone.now() + timedelta(days=1))
        raise public.Http404

    response = view(rf.get("/privacy/x/"))
    assert response.status_code == 404 and response["X-Robots-Tag"].startswith("noindex")
