"""Every page of requests, in every state, both languages and themes: no axe fault, no sideways scrolling."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.centre import verification
from discreet.mechanisms.rights.actions import deciding, receiving
from discreet.mechanisms.rights.erasing import workflows as erasure_workflow
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import Role
from tests.browser.harness import PHONE, choose, faults_in_both_themes, overflows, picture, sign_in
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import PASSWORD, add
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, BOB, CLEO, CUSTOMER, NOW, who
from tests.mechanisms.rights.conftest import _fresh_pools, shop, sqlite_company
from tests.mechanisms.rights.test_package import link_of

__all__ = ["_fresh_pools", "shop", "sqlite_company"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def base(live_server: LiveServer, settings: Settings, shop: Company) -> Iterator[str]:
    settings.DISCREET_DEMO = True
    cache.clear()
    add("lena.brandt", *Role)
    yield live_server.url


def states() -> dict[str, str]:
    """Bring requests into every state and return their numbers."""
    numbers = {
        "done": driving.accepted(ANN),
        "delivered": driving.verified("access", BOB),
        "planned": driving.planned("erasure", BOB),
        "unknown": driving.verified("erasure", "nobody@example.com"),
        "candidates": driving.verified("erasure", "twin@example.com"),
    }
    numbers["code-sent"] = _asked("erasure", CLEO)
    driving.work()
    driving.hand_over(numbers["delivered"])
    driving.work()
    assert (driving.state(numbers["done"]), driving.state(numbers["delivered"])) == (State.DONE, State.DONE)
    executing, accepted = driving.planned("erasure", BOB), driving.planned("erasure", CLEO)
    numbers |= {
        "received": driving.opened("erasure", CLEO),
        "copy-received": driving.opened("access", CLEO),
        "verified": driving.verified("erasure", CLEO),
        "copy-verified": driving.verified("access", CLEO),
        "refused": driving.opened("erasure", CLEO),
        "cancelled": driving.opened("erasure", CLEO),
        "executing": executing,
        "accepted": accepted,
    }
    for number in (executing, accepted):
        driving.approve(number)  # no job runs from here on
    assert erasure_workflow.capture(driving.batch_of(numbers["executing"]), 1) is not None
    deciding.refuse_request(
        actor=AGENT,
        now=NOW,
        number=numbers["refused"],
        reason="Asked for last week",
        article="GDPR Art. 12(5)",
    )
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=numbers["cancelled"])
    numbers["proposed"] = _proposed()
    for name in ("accepted", "executing", "refused", "cancelled"):
        assert driving.state(numbers[name]) == name
    assert verification.is_code_sent(numbers["code-sent"])
    return numbers


def _asked(kind: str, email: str) -> str:
    """A request from the privacy centre: a code goes to the address held."""
    return receiving.receive_request(
        actor=CUSTOMER, now=NOW, kind=kind, claim=who(email), residence="DE", channel="centre"
    ).number


def _proposed() -> str:
    """A plan that a colleague made: the first of two people."""
    number = driving.verified("erasure", phone="+41446681801")
    driving.replan(number)
    return number


def addresses(numbers: dict[str, str]) -> dict[str, str]:
    found = {"list": "/desk/requests/?state=all", "new": "/desk/requests/new/"}
    found |= {f"request-{state}": f"/desk/requests/{number}/" for state, number in numbers.items()}
    found |= public(numbers)
    return found


def public(numbers: dict[str, str]) -> dict[str, str]:
    found = {"ask-access": "/privacy/ask/access/", "ask-erasure": "/privacy/ask/erasure/"}
    for state, number in numbers.items():
        token = add_public_token(actor=CUSTOMER, now=NOW, number=number)
        found[f"status-{state}"] = f"/privacy/request/{token}/"
    ready = numbers["delivered"]
    return found | {
        "fetch": f"/privacy/package/{ready}/{link_of(ready)}/",
        "fetch-gone": "/privacy/package/R-1/abc/",
    }


def test_every_page_is_accessible_in_both_languages_and_themes(page: Page, base: str) -> None:
    faults: dict[str, list[str]] = {}
    paths = addresses(states())
    sign_in(page, base, "lena.brandt", PASSWORD)
    for language in ("en", "zh-hans"):
        choose(page, base, language=language)
        for name, path in paths.items():
            page.goto(base + path)
            picture(page, f"rights-{name}.{language}")
            assert not overflows(page), name
            faults[f"{name} {language}"] = faults_in_both_themes(page)
    assert {name: found for name, found in faults.items() if found} == {}


def test_no_public_page_scrolls_sideways_on_a_phone(page: Page, base: str) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    paths = addresses(states())
    sign_in(page, base, "lena.brandt", PASSWORD)
    for language in ("en", "zh-hans"):
        choose(page, base, language=language)
        for name, path in paths.items():
            page.goto(base + path)
            picture(page, f"rights-{name}.{language}.phone")
            assert not overflows(page), name
