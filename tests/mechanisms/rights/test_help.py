"""In every state, for every right and whoever asks, the page says what comes next, by when, and whom to ask."""

import dataclasses
from datetime import timedelta
from itertools import product

import pytest
from django.utils import translation
from django.utils.translation import gettext

from discreet.foundation.desk import times
from discreet.mechanisms.rights import progress, queries, status_page
from discreet.mechanisms.rights.actions import receiving
from discreet.mechanisms.rights.kinds import Kind, Requester, Way, way_of
from discreet.mechanisms.rights.opening.asker import Asking, who_asks
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Outcome, State
from tests.mechanisms.rights.company import ANN, CUSTOMER, NOW, who

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]
ENDED = {State.DONE, State.REFUSED, State.CANCELLED, State.DUPLICATE}


def view_of(kind: Kind, requester: Requester, residence: str) -> RequestView:
    asking = Asking(requester=requester.value, who=who_asks(name="A. Gent"))
    received = receiving.receive_request(
        actor=CUSTOMER,
        now=NOW,
        kind=kind.value,
        claim=who(ANN),
        residence=residence,
        channel="centre",
        asking=asking if requester is not Requester.SELF else Asking(),
    )
    return queries.request_view(received.number)


def in_state(view: RequestView, state: State) -> RequestView:
    at = NOW if state in ENDED else None
    return dataclasses.replace(view, state=state, completed_at=at, answered_at=at)


@pytest.mark.parametrize("residence", ["DE", "US-CA", "CN", ""])
def test_every_page_says_what_comes_next_by_when_and_whom_to_ask(residence: str) -> None:
    said: set[str] = set()
    for kind, requester in product(Kind, Requester):
        view = view_of(kind, requester, residence)
        for state in State:
            shown = in_state(view, state)
            for language in ("en", "zh-hans"):
                with translation.override(language):
                    found = status_page.help_of(shown, now=NOW + timedelta(days=1))
                    words = [gettext(status_page.next_of(shown)), gettext(status_page.next_unseen(shown))]
                    working = progress.working(shown)
                    words += [found.by, found.who] + ([working.progress] if working else [])
                    assert all(words), (kind, requester, state)
                    is_chinese = all("\u4e00" <= one[0] <= "\u9fff" for one in words)
                    assert is_chinese is (language != "en"), words
            assert found.may_cancel is (
                state in (State.RECEIVED, State.VERIFIED, State.PLANNED, State.ACCEPTED)
            )
            said.add(f"{state}:{found.is_plain}")
    assert {state for state in State if f"{state}:True" in said} <= set(State) - ENDED - {State.APPEALED}


def test_a_date_is_said_where_a_law_sets_one_and_its_absence_where_none_does() -> None:
    with translation.override("en"):
        view = view_of(Kind.ERASURE, Requester.SELF, "DE")
        assert view.due_at is not None
        by = status_page.help_of(view, now=NOW)
        assert by.is_plain and by.by == f"You have our answer by {times.due_day(view.due_at)}."
        late = status_page.help_of(view, now=NOW + timedelta(days=60))
        assert "are late" in late.by and not late.is_plain
        none = dataclasses.replace(view, due_at=None)
        assert "No law sets a date" in status_page.help_of(none, now=NOW).by
        paused = dataclasses.replace(view, course=dataclasses.replace(view.course, paused_at=NOW))
        assert "stands still" in status_page.help_of(paused, now=NOW).by
        done = in_state(view, State.DONE)
        assert times.day(NOW + timedelta(days=90)) in status_page.help_of(done, now=NOW).by
        appealed = dataclasses.replace(done, course=dataclasses.replace(done.course, appealed_at=NOW))
        assert status_page.help_of(appealed, now=NOW).by.startswith("Nothing more is due")


def test_a_code_that_came_back_is_not_asked_for_again_and_what_is_incomplete_is_not_called_answered() -> None:
    view = view_of(Kind.ACCESS, Requester.SELF, "US-CA")
    assert "a code goes to" in status_page.next_of(view)
    proven = dataclasses.replace(view, course=dataclasses.replace(view.course, proofs=("code",)))
    assert "still missing" in status_page.next_of(proven)
    incomplete = dataclasses.replace(
        in_state(view_of(Kind.ERASURE, Requester.SELF, "DE"), State.DONE), outcome=Outcome.INCOMPLETE.value
    )
    assert "Not everything" in status_page.next_of(incomplete)


@pytest.mark.parametrize("kind", list(Kind))
def test_work_under_way_is_called_what_it_is(kind: Kind) -> None:
    with translation.override("en"):
        working = progress.working(in_state(view_of(kind, Requester.SELF, "DE"), State.ACCEPTED))
    assert working is not None
    own = {
        Way.ERASE: "erasure",
        Way.COPY: "copy",
        Way.TELL: "answer",
        Way.CORRECT: "corrected",
        Way.STAND: "choice",
    }
    assert own[way_of(kind)] in working.progress
