"""The staff page: how many choices stand, how they arrive, and whose, by a contact."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from discreet.foundation.permission.actions import choosing
from discreet.vocabulary.actors import Role
from tests.foundation.permission.said import ANN, CUSTOMER, FORM, REQUEST
from tests.foundation.staff.people import add

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]
PAGE = "/desk/choices/"


@pytest.fixture
def desk(settings: Settings) -> Client:
    settings.DISCREET_DEMO = True
    cache.clear()
    client = Client()
    client.force_login(add("vera", Role.VIEWER), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_an_empty_page_says_where_choices_come_from(desk: Client) -> None:
    page = desk.get(PAGE).content.decode()
    assert "No choice stands yet" in page and "They arrive from the privacy centre" in page
    assert PAGE in desk.get("/desk/").content.decode()


def test_the_page_counts_what_stands_and_draws_how_it_arrives(desk: Client) -> None:
    now = timezone.now()
    choosing.opt_out(actor=CUSTOMER, now=now, person=ANN, source=FORM)
    choosing.object_to(actor=CUSTOMER, now=now, person=ANN, source=REQUEST, purpose="CustomerCare")
    page = desk.get(PAGE).content.decode()
    assert "2 choices stand, 1 objection waits for a decision" in page
    assert 'data-chart="choices-chart"' in page and "Privacy centre" in page and "Customer Care" in page
    desk.cookies["discreet_language"] = "zh-hans"
    assert "2 项选择生效中，1 项反对待决定" in desk.get(PAGE).content.decode()


def test_a_contact_in_full_finds_its_choices_and_stands_in_no_address(desk: Client) -> None:
    choosing.opt_out(actor=CUSTOMER, now=timezone.now(), person=ANN, source=FORM)
    found = desk.post(PAGE, {"q": "ann.miller@EXAMPLE.com"}).content.decode()
    assert "Opt-out of sale and sharing" in found and "/desk/choices/c_" in found
    none = desk.post(PAGE, {"q": "bo@example.com"}).content.decode()
    assert "No choice stands for this contact" in none
    odd = desk.post(PAGE, {"q": "ann"}).content.decode()
    assert "Nothing was looked for." in odd


def test_an_objection_is_decided_and_a_restriction_lifted_only_after_the_person_was_told(
    desk: Client,
) -> None:
    """GDPR Art. 18(3), 21(1), from the desk; a viewer sees no button and reaches no act."""
    now = timezone.now()
    objection = choosing.object_to(actor=CUSTOMER, now=now, person=ANN, source=REQUEST).ref
    restriction = choosing.restrict(actor=CUSTOMER, now=now, person=ANN, source=REQUEST).ref
    assert "Uphold the objection" not in desk.get(f"{PAGE}{objection}/").content.decode()
    assert desk.post(f"{PAGE}{objection}/uphold/").status_code == 403
    chief = Client()
    chief.force_login(
        add("chief", Role.APPROVER, Role.AGENT), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert "Override the objection" in chief.get(f"{PAGE}{objection}/").content.decode()
    assert chief.post(f"{PAGE}{objection}/override/", {"grounds": " "}).status_code == 422
    assert chief.post(f"{PAGE}{objection}/override/", {"grounds": "Fraud"}).status_code == 302
    assert "overridden" in chief.get(f"{PAGE}{objection}/").content.decode()
    assert chief.post(f"{PAGE}{restriction}/lift/").status_code == 409
    assert "will be lifted" in chief.get(f"{PAGE}{restriction}/").content.decode()
    chief.post(f"{PAGE}{restriction}/tell/")
    chief.post(f"{PAGE}{restriction}/lift/")
    page = chief.get(f"{PAGE}{restriction}/").content.decode()
    assert "lifted" in page and "Lift the restriction" not in page
    assert chief.get(f"{PAGE}c_none/").status_code == 404
