"""Objections on which the company still decides: stopped at once, open until decided, and then closed for good."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.concerns import clocks_of
from discreet.foundation.cases.models import CaseTask
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.organisation.queries import profile
from discreet.foundation.permission.actions import ending
from discreet.foundation.permission.models import Choice
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.queries import standing_of
from discreet.foundation.permission.rules import Use
from discreet.mechanisms.rights import handlers, preparing, queries
from discreet.mechanisms.rights.actions import appealing, deciding, proving, receiving
from discreet.mechanisms.rights.figures.answered import overdue
from discreet.mechanisms.rights.figures.counts import figures
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.asker import Asking
from discreet.mechanisms.rights.refusals import DecideObjection, NotADuplicate, WrongRequestState
from discreet.mechanisms.rights.rules import Answer, Outcome, State
from discreet.vocabulary.actors import SYSTEM
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CUSTOMER, NOW, SECOND_APPROVER, who

assert handlers  # registers what hears of decisions
pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.django_db]
GROUNDS = "A claim that we must clear up"
CARE = Use("CustomerCare", is_profiling=True)


def objected(*, scope: str = "") -> str:
    number = receiving.receive_request(
        actor=CUSTOMER,
        now=NOW,
        kind="objection",
        claim=who(ANN),
        residence="DE",
        channel="centre",
        asking=Asking(scope=scope),
    ).number
    proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Known by voice")
    for _ in range(2):
        preparing.prepare_batch(queries.batch_of(number), SYSTEM, NOW)
    return number


def ref_of(number: str) -> str:
    return RightsRequest.objects.get(number=number).choice_ref


def is_allowed(at: datetime = NOW) -> bool:
    return standing_of(person=Person(email=ANN), use=CARE, at=at + timedelta(seconds=1)).is_allowed


def tasks(number: str) -> list[str]:
    return list(CaseTask.objects.filter(case__number=number, done_at=None).values_list("key", flat=True))


def page_of(number: str, language: str = "en") -> str:
    token = add_public_token(actor=CUSTOMER, now=NOW, number=number)
    path = f"/privacy/request/{token}/"
    return Client().get(path, headers={"accept-language": language}).content.decode()


def decide(ref: str, *, is_upheld: bool) -> None:
    if is_upheld:
        ending.uphold_objection(actor=AGENT, now=NOW, ref=ref)
    else:
        ending.override_objection(actor=APPROVER, now=NOW, ref=ref, grounds=GROUNDS)
    deliver_once(now=datetime.now(UTC))


@pytest.mark.parametrize("scope", ["", "profiling"])
def test_an_objection_stops_the_use_and_stays_open_until_it_is_decided(scope: str, desk: Client) -> None:
    """GDPR Art. 12(3), 21(1): it warns, becomes late and counts as unanswered like any open request."""
    number = objected(scope=scope)
    request = RightsRequest.objects.get(number=number)
    due = request.due_at
    assert not is_allowed() and request.completed_at is None and due is not None
    assert queries.state_of_request(number) is State.PLANNED
    assert tasks(number) == [f"objection-{request.choice_ref}"]
    assert CaseTask.objects.get(case__number=number, done_at=None).due_at == due
    for address in ("/desk/requests/", "/desk/requests/board/"):
        assert number in desk.get(address).content.decode()
    assert "Decide the objection" in desk.get(f"/desk/requests/{number}/").content.decode()
    percents = [
        clock.percent
        for share in (0.55, 0.85, 1.05)
        for clock in clocks_of(APPROVER, now=NOW + (due - NOW) * share)
        if clock.number == number and clock.due_at == due
    ]
    assert percents == [50, 80, 100]
    late = datetime.now(UTC)
    assert overdue(late).oldest == number and number in desk.get("/desk/").content.decode()
    counted = figures(NOW.year, now=late, zone=profile().zone).by_kind[Kind.OBJECTION]
    assert (counted.waiting, counted.whole, counted.late, counted.median_days) == (1, 0, 1, None)


def test_its_page_says_that_the_use_has_stopped_what_is_decided_by_when_and_whom_to_ask() -> None:
    page = page_of(number := objected())
    assert "The use that you object to has stopped" in page and "compelling grounds" in page
    assert "Answer by" in page and "Whom to ask" in page and "Applied from now on" not in page
    assert "您反对的使用已经停止" in page_of(number, "zh-hans")


@pytest.mark.parametrize(
    ("is_upheld", "state", "outcome", "answer"),
    [
        (True, State.DONE, Outcome.APPLIED, Answer.PAGE),
        (False, State.REFUSED, Outcome.REFUSED, Answer.LETTER_DUE),  # told in person: no address is held
    ],
)
def test_its_decision_ends_it_once(
    is_upheld: bool, state: State, outcome: Outcome, answer: Answer, desk: Client
) -> None:
    """GDPR Art. 12(4): what was not upheld is a refusal, with its grounds and where to complain."""
    first, again = objected(), objected()
    ref = ref_of(first)
    assert ref_of(again) == ref and Choice.objects.count() == 1
    with pytest.raises(DecideObjection):
        deciding.refuse_request(actor=APPROVER, now=NOW, number=first, reason="No", article="")
    for _ in range(2):
        decide(ref, is_upheld=is_upheld)
    for number in (first, again):
        request = RightsRequest.objects.get(number=number)
        assert (queries.state_of_request(number), request.outcome, request.answer) == (state, outcome, answer)
        assert tasks(number) == ([] if is_upheld else ["letter"])
        page, staff = page_of(number), desk.get(f"/desk/requests/{number}/").content.decode()
        assert page.count(GROUNDS) == (0 if is_upheld else 1) and "supervisory authority" in page
        assert (GROUNDS in staff and "GDPR Art. 21(1)" in staff) is not is_upheld
    assert is_allowed() is not is_upheld
    counted = figures(NOW.year, now=datetime.now(UTC), zone=profile().zone).by_kind[Kind.OBJECTION]
    assert (counted.whole, counted.refused, counted.waiting) == ((2, 0, 0) if is_upheld else (0, 2, 0))


def test_who_takes_it_back_lets_the_use_go_on_unless_another_request_still_objects() -> None:
    first, again = objected(), objected()
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=first)
    assert not is_allowed() and tasks(again)
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=again)
    assert is_allowed() and Choice.objects.get().ended_how == "withdrawn"
    with pytest.raises(WrongRequestState):
        deciding.cancel_request(actor=CUSTOMER, now=NOW, number=again)


def test_an_objection_to_something_else_is_no_duplicate() -> None:
    first, other = objected(), objected(scope="profiling")
    with pytest.raises(NotADuplicate):
        appealing.mark_duplicate(actor=AGENT, now=NOW, number=other, of=first)
    assert queries.state_of_request(other) is State.PLANNED


def test_what_was_overridden_and_is_opened_again_stops_again_and_is_decided_anew() -> None:
    number = objected()
    decide(ref_of(number), is_upheld=False)
    now = datetime.now(UTC)
    appealing.appeal(actor=CUSTOMER, now=now, number=number, words="Look again")
    appealing.reopen_request(actor=SECOND_APPROVER, now=now, number=number, reason="It was too short")
    old = Choice.objects.get().ref
    preparing.prepare_batch(queries.batch_of(number), SYSTEM, now)
    assert queries.state_of_request(number) is State.PLANNED and ref_of(number) not in ("", old)
    assert not is_allowed(now) and GROUNDS not in page_of(number)
