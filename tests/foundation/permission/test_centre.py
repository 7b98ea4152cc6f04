"""The public pages: the signal honoured at once, an opt-out without an account, and nothing asked beyond need."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.permission import counted
from discreet.foundation.permission.actions import choosing
from discreet.foundation.permission.devices import COOKIE
from discreet.foundation.permission.models import Choice, ChoiceKey
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.queries import standing_of
from discreet.foundation.permission.rules import Channel, Kind, Use
from discreet.foundation.permission.said import Source
from tests.foundation.permission.said import CUSTOMER, NOW

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.duty("M1.4"), pytest.mark.django_db]
PAGE, SIGNAL = "/privacy/choices/", {"Sec-GPC": "1"}


def allowed(person: Person, use: Use | None = None) -> bool:
    return standing_of(person=person, use=use or Use("SellDataToThirdParties"), at=timezone.now()).is_allowed


def test_the_signal_is_honoured_at_once_for_the_browser_and_the_page_says_so(client: Client) -> None:
    """11 CCR 7025(c)(1), (6); nobody's identity is checked, and repeated visits write nothing."""
    for _ in range(3):
        page = client.get(PAGE, headers=SIGNAL)
        assert "Opt-out request honoured" in page.content.decode()
    (choice,) = Choice.objects.all()
    assert (choice.kind, choice.channel, choice.article) == (Kind.OPT_OUT, Channel.GPC, "11 CCR 7025")
    assert client.cookies[COOKIE]["httponly"] and client.cookies[COOKIE]["samesite"] == "Lax"
    assert "Sec-GPC" in page["Vary"] and page["Cache-Control"] == "no-store"
    chinese = client.get(PAGE, headers={**SIGNAL, "Accept-Language": "zh-Hans"}).content.decode()
    assert "已执行您的选择退出请求" in chinese


@pytest.mark.parametrize("header", ["", "0", "true", "1, 1"])
def test_what_is_no_signal_changes_nothing_and_leaves_no_cookie(client: Client, header: str) -> None:
    page = client.get(PAGE, headers={"Sec-GPC": header})
    assert "honoured" not in page.content.decode()
    assert not Choice.objects.exists() and COOKIE not in client.cookies


def test_the_signal_counts_for_the_person_who_gives_an_address(client: Client) -> None:
    client.get(PAGE, headers=SIGNAL)
    client.post(PAGE, {"contact": "Ann@example.com", "what": "opt_out"}, headers=SIGNAL)
    assert not allowed(Person(email="ann@example.com"))
    assert set(Choice.objects.values_list("channel", flat=True)) == {Channel.GPC}


def test_an_opt_out_takes_one_button_and_has_a_page_of_its_own(client: Client) -> None:
    """11 CCR 7004(a), 7026(a): no account, no identity, nothing needed but the click."""
    done = client.post(PAGE, {"what": "opt_out"})
    where = done["Location"]
    page = Client().get(where).content.decode()  # without the cookie, too
    assert "Your choice is in force" in page and "this browser" in page
    assert re.search(r"We do not ask you to change your mind before \d+ \w+", page.replace("\xa0", " "))
    assert "Opt-out of sale and sharing" in client.get(PAGE).content.decode()
    assert ChoiceKey.objects.count() == 1
    assert Client().get(where[:-2] + "x/").status_code == 404


def test_the_same_click_again_is_the_same_choice(client: Client) -> None:
    places = {
        client.post(PAGE, {"contact": "ann@example.com", "what": "limit"})["Location"] for _ in range(3)
    }
    assert len(places) >= 1 and Choice.objects.count() == 1
    assert not allowed(Person(email="ann@example.com"), Use("Marketing", is_sensitive=True))


def test_the_answer_tells_nobody_whether_an_address_is_known(client: Client) -> None:
    Client().post(PAGE, {"contact": "known@example.com", "what": "opt_out"})
    pages = [
        Client().get(Client().post(PAGE, {"contact": contact, "what": "opt_out"})["Location"]).content
        for contact in ("known@example.com", "other@example.com")
    ]
    first, second = (re.sub(rb'next=[^"]+', b"", page) for page in pages)
    assert first == second


@pytest.mark.parametrize("contact", ["not an address", "ann@", "a\0b@example.com", "x" * 400])
def test_what_is_no_address_is_told_and_nothing_is_kept(client: Client, contact: str) -> None:
    page = client.post(PAGE, {"contact": contact, "what": "opt_out"})
    assert page.status_code == 422 and b'role="alert"' in page.content
    assert not Choice.objects.exists()


def test_a_program_that_fills_the_hidden_field_is_turned_away(client: Client) -> None:
    assert client.post(PAGE, {"what": "opt_out", "website": "x"}).status_code == 400
    assert not Choice.objects.exists()


def test_a_flood_is_shed_and_what_was_said_before_counts() -> None:
    """Failure promise 13. A new browser each time, so each would be a choice of its own."""
    most = counted.MAILBOX_CHOICES.count
    statuses = [
        Client().post(PAGE, {"contact": "victim@example.com", "what": "opt_out"}).status_code
        for _ in range(most + 2)
    ]
    assert statuses == [302] * most + [429] * 2
    left = counted.CLIENT_CHOICES.count - len(statuses)
    answers = [Client().get(PAGE, headers=SIGNAL) for _ in range(left + 1)]
    assert [one.status_code for one in answers] == [200] * left + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert not allowed(Person(email="victim@example.com"))
    assert Choice.objects.count() == most + left


def take_back(client: Client, what: str = "opt_out", contact: str = "", **more: object) -> str:
    """Take both steps; return the last page."""
    first = client.post(f"{PAGE}back/", {"what": what, "contact": contact}, **more)  # type: ignore[arg-type]
    assert first.status_code == 302, first.content.decode()
    assert b"Take this choice back?" in client.get(first["Location"]).content
    return client.post(first["Location"]).content.decode()


def test_a_browser_takes_back_in_two_steps_what_it_said_itself(client: Client) -> None:
    """11 CCR 7028(a): a first step, and a second that confirms it; nothing changes in between."""
    assert b"Take a choice back" not in client.get(PAGE).content, "nobody is asked to"
    client.post(PAGE, {"what": "opt_out", "contact": "ann@example.com"})
    assert b"Take a choice back" in client.get(PAGE).content
    first = client.post(f"{PAGE}back/", {"what": "opt_out", "contact": "ann@example.com"})
    ann = Person(email="ann@example.com")
    assert not allowed(ann)
    other = Client()
    other.get(PAGE, headers=SIGNAL)
    assert other.post(first["Location"]).status_code == 410, "another browser does not confirm"
    assert not allowed(ann)
    done = client.post(first["Location"]).content.decode()
    assert "Your choice was taken back" in done and allowed(ann)
    chinese = client.get(PAGE, headers={"Accept-Language": "zh-Hans"})
    assert chinese.status_code == 200 and b"Take" not in chinese.content


@pytest.mark.promise(14)
@pytest.mark.parametrize("says_so_first", [True, False], ids=["own choice", "no choice"])
def test_the_page_tells_nobody_whether_an_address_is_known(says_so_first: bool) -> None:
    """Who opted out with the company is known to it, and that is nobody else's business."""
    choosing.opt_out(
        actor=CUSTOMER, now=NOW, person=Person(email="ann@example.com"), source=Source(Channel.API)
    )
    pages = []
    for contact in ("ann@example.com", "nobody@example.com", ""):
        browser = Client()
        browser.post(PAGE, {"what": "opt_out" if says_so_first else "limit"})
        page = take_back(browser, contact=contact)
        pages.append(re.sub(r"/back/[^/\"]+/|value=\"[^\"]*\"", "", page))
    assert pages[0] == pages[1] == pages[2]
    assert ("Your choice was taken back" in pages[0]) is says_so_first


def test_who_types_another_persons_address_takes_nothing_of_theirs_back(client: Client) -> None:
    victim = Person(email="ann@example.com")
    choosing.opt_out(actor=CUSTOMER, now=NOW, person=victim, source=Source(Channel.API))
    Client().post(PAGE, {"what": "opt_out", "contact": "ann@example.com"})
    client.post(PAGE, {"what": "opt_out"})
    assert "Your choice was taken back" in take_back(client, contact="ann@example.com")
    assert not allowed(victim)
    again = client.post(f"{PAGE}back/", {"what": "opt_out", "contact": "no address"})
    assert again.status_code == 422 and b'role="alert"' in again.content


def test_a_browser_that_sends_the_signal_does_not_opt_in(client: Client) -> None:
    client.get(PAGE, headers=SIGNAL)
    refused = client.post(f"{PAGE}back/", {"what": "opt_out"}, headers=SIGNAL)
    assert refused.status_code == 409 and "Switch it off" in refused.content.decode()
    step = client.post(f"{PAGE}back/", {"what": "opt_out"})["Location"]
    assert client.post(step, headers=SIGNAL).status_code == 409
    assert Choice.objects.filter(ended_at__isnull=True).count() == 1
    assert client.get(f"{PAGE}back/forged/").status_code == 404


def test_programs_find_that_the_signal_is_honoured(client: Client) -> None:
    found = client.get("/.well-known/gpc.json")
    assert found.json()["gpc"] is True and re.fullmatch(r"\d{4}-\d\d-\d\d", found.json()["lastUpdate"])
    assert found["Content-Type"] == "application/json"
    assert client.post("/.well-known/gpc.json").status_code == 405


def test_a_site_of_its_own_serves_the_choices_too(settings: object, client: Client) -> None:
    settings.ROOT_URLCONF = "discreet.project.urls_centre"  # type: ignore[attr-defined]
    assert client.get(PAGE, headers=SIGNAL).status_code == 200
    assert client.get("/.well-known/gpc.json").status_code == 200
    assert PAGE in client.get("/privacy/").content.decode()


def test_evidence_names_nobody(client: Client) -> None:
    client.post(PAGE, {"contact": "ann@example.com", "what": "opt_out"})
    bodies = "".join(LedgerEntry.objects.values_list("body", flat=True))
    assert "permission.opt_out" in bodies and "ann" not in bodies.replace("channel", "")
