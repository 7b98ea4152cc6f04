"""The strip of a request: done is what happened, what waits says what must be done, and an early end ends it."""

import dataclasses
from datetime import UTC, datetime

import pytest
from django.test import Client

from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import deciding
from discreet.mechanisms.rights.course.stages import stages
from discreet.mechanisms.rights.queries import RequestView
from discreet.mechanisms.rights.rules import State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, CUSTOMER

pytestmark = pytest.mark.django_db
ALL_DONE = [
    ("Received", "done"),
    ("Identity proven", "done"),
    ("Plan previewed", "done"),
    ("Approved", "done"),
    ("Carried out", "done"),
    ("Searched again", "done"),
]
ALL_AWAITED = ["Receive", "Prove identity", "Make the plan", "Approve", "Carry out", "Search again"]


def shown(view: RequestView) -> list[tuple[str, str]]:
    return [(step.label, step.state) for step in stages(view)]


def view_of(number: str) -> RequestView:
    return queries.request_view(number)


def refused(number: str) -> RequestView:
    deciding.refuse_request(
        actor=AGENT,
        now=datetime.now(UTC),
        number=number,
        reason="We could not tell who asked.",
        article="GDPR Art. 12(6)",
    )
    return view_of(number)


def expected(done: int) -> list[tuple[str, str]]:
    """Return the strip of a request that waits for its step after `done` ones."""
    todo = [(label, "todo") for label in ALL_AWAITED[done + 1 :]]
    return [*ALL_DONE[:done], (ALL_AWAITED[done], "now"), *todo]


def test_what_waits_is_never_said_to_be_done(shop: Company) -> None:
    number = driving.opened("erasure", ANN)
    assert shown(view_of(number)) == expected(1)
    assert stages(view_of(number))[1].note == "waiting"
    planned = driving.planned("erasure", ANN)
    assert shown(view_of(planned)) == expected(3)
    driving.approve(planned)
    assert shown(view_of(planned)) == expected(4)
    assert stages(view_of(planned))[4].note == "under way"
    driving.work()
    assert shown(view_of(planned)) == ALL_DONE


def test_a_plan_that_must_be_made_again_is_not_previewed(shop: Company) -> None:
    view = view_of(driving.planned("erasure", ANN))
    without = dataclasses.replace(view, plan=dataclasses.replace(view.plan, digest=""))
    assert shown(without) == expected(2)


def test_a_refused_request_shows_only_what_happened(shop: Company) -> None:
    unproven = refused(driving.opened("erasure", ANN))
    assert shown(unproven) == [("Received", "done"), ("Refused", "ended")]
    planned = refused(driving.planned("erasure", ANN))
    assert shown(planned) == [*ALL_DONE[:3], ("Refused", "ended")]


def test_a_withdrawn_request_shows_only_what_happened(shop: Company, desk: Client) -> None:
    number = driving.opened("access", ANN)
    deciding.cancel_request(actor=CUSTOMER, now=datetime.now(UTC), number=number)
    assert shown(view_of(number)) == [("Received", "done"), ("Withdrawn", "ended")]
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    assert "The request was withdrawn. Nothing was changed." in page


def test_a_search_that_was_refused_is_not_called_done(shop: Company) -> None:
    view = dataclasses.replace(driving.erased(ANN), outcome="incomplete", search={"refused": "too_many_rows"})
    assert shown(view) == [*ALL_DONE[:5], ("Not searched again", "ended")]
    unwritten = dataclasses.replace(view, sources=())
    assert shown(unwritten)[-2:] == [("Not carried out", "ended"), ("Not searched again", "ended")]


def test_a_copy_is_delivered_and_not_carried_out(shop: Company) -> None:
    view = dataclasses.replace(view_of(driving.planned("access", ANN)), state=State.DONE)
    assert [label for label, _ in shown(view)] == [label for label, _ in ALL_DONE[:4]] + ["Delivered"]


def test_staff_read_why_a_request_was_refused(shop: Company, desk: Client) -> None:
    view = refused(driving.opened("erasure", ANN))
    page = desk.get(f"/desk/requests/{view.number}/").content.decode()
    assert "We could not tell who asked." in page and "GDPR Art. 12(6)" in page
