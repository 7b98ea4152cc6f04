"""The four indicators of rights: what they say of answers on time, late, open and never begun."""

from datetime import UTC, datetime, timedelta

import pytest

from discreet.foundation.desk.home import verdict
from discreet.foundation.desk.indicators import Measurement, State, measure_all
from discreet.foundation.ledger.queries import entry
from discreet.mechanisms.rights import indicators, queries
from discreet.mechanisms.rights.actions import answering, deciding
from discreet.mechanisms.rights.figures.answered import WEEK
from discreet.mechanisms.rights.rules import Outcome
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CLEO, NOW
from tests.mechanisms.rights.driving import erased, opened

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.3"), pytest.mark.duty("effectiveness")]
MEASURES = (
    indicators.answered_in_time,
    indicators.open_and_overdue,
    indicators.median_time_to_answer,
    indicators.erasures_verified,
)
DAY = timedelta(days=1)


def refused(after: timedelta) -> str:
    """Receive a request at NOW and answer it that much later."""
    number = opened(email=ANN)
    deciding.refuse_request(
        actor=APPROVER, now=NOW + after, number=number, reason="Unfounded", article="GDPR Art. 12(5)"
    )
    answering.answer_by_letter(actor=AGENT, now=NOW + after, number=number)
    return number


def measured(value: Measurement | None) -> Measurement:
    assert value is not None
    return value


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
def test_without_any_request_nothing_is_measured(measure: object) -> None:
    assert callable(measure)
    assert measure(NOW) is None


def test_the_home_page_lists_all_four_under_customer_rights() -> None:
    (rights,) = [one for one in measure_all(now=NOW) if one.mechanism.number == 8]
    assert len(rights.readings) == 4
    assert rights.state is State.NOT_MEASURED
    assert "not measured" in verdict(now=NOW).heading


def test_an_answer_before_its_deadline_is_in_time_and_names_its_evidence() -> None:
    number = refused(3 * DAY)
    found = measured(indicators.answered_in_time(NOW + 4 * DAY))
    assert (found.state, found.value, found.unit) == (State.WORKING, "100", "%")
    assert found.evidence is not None
    proof = entry(found.evidence)
    assert proof is not None
    assert (proof.act, proof.subject) == ("rights.refuse_request", f"request:{number}")


def test_a_late_answer_lowers_the_share_and_never_rounds_up_to_all() -> None:
    refused(3 * DAY)
    refused(60 * DAY)
    found = measured(indicators.answered_in_time(NOW + 61 * DAY))
    assert (found.state, found.value) == (State.FAILING, "50")
    assert indicators._percent(199, 200) == 99


def test_who_waits_past_the_deadline_counts_as_late_before_any_answer() -> None:
    opened(email=ANN)
    found = measured(indicators.answered_in_time(NOW + 60 * DAY))
    assert (found.state, found.value) == (State.FAILING, "0")
    assert found.next_act


def test_an_answer_of_long_ago_no_longer_counts() -> None:
    refused(60 * DAY)
    assert indicators.answered_in_time(NOW + 60 * DAY + 13 * WEEK) is None


def test_a_withdrawn_request_was_not_answered() -> None:
    number = opened(email=ANN)
    deciding.cancel_request(actor=AGENT, now=NOW + DAY, number=number)
    assert indicators.answered_in_time(NOW + 2 * DAY) is None
    assert indicators.median_time_to_answer(NOW + 2 * DAY) is None


def test_overdue_turns_with_the_deadline_and_names_who_waits_longest() -> None:
    number = opened(email=ANN)
    due_at = queries.request_view(number).due_at
    assert due_at is not None
    at_deadline = measured(indicators.open_and_overdue(due_at))
    assert (at_deadline.state, at_deadline.value) == (State.WORKING, "0")
    after = measured(indicators.open_and_overdue(due_at + timedelta(seconds=1)))
    assert (after.state, after.value) == (State.FAILING, "1")
    assert after.url.endswith(f"/{number}/")
    assert after.evidence is not None


def test_a_past_moment_is_measured_as_it_was_then() -> None:
    """What was overdue and answered since counts as overdue then; what came later does not count at all."""
    refused(60 * DAY)
    assert measured(indicators.open_and_overdue(NOW + 50 * DAY)).value == "1"
    assert measured(indicators.answered_in_time(NOW + 50 * DAY)).value == "0"
    assert measured(indicators.open_and_overdue(NOW + 61 * DAY)).value == "0"
    assert indicators.open_and_overdue(NOW - DAY) is None


def test_the_median_is_of_the_time_from_receipt_to_answer() -> None:
    for days in (2, 4, 30):
        refused(days * DAY)
    found = measured(indicators.median_time_to_answer(NOW + 31 * DAY))
    assert (found.state, found.value, found.unit) == (State.WORKING, "4.0", "days")


def test_a_median_beyond_the_shortest_legal_limit_fails() -> None:
    refused(60 * DAY)
    assert measured(indicators.median_time_to_answer(NOW + 61 * DAY)).state is State.FAILING


def test_an_erasure_whose_fresh_search_was_clean_is_verified(free_shop: Company) -> None:
    assert erased(CLEO).outcome == Outcome.ERASED
    found = measured(indicators.erasures_verified(datetime.now(UTC)))
    assert (found.state, found.value) == (State.WORKING, "100")
    proof = entry(found.evidence or 0)
    assert proof is not None
    assert proof.act == "rights.finish_erasure"


def test_an_erasure_that_a_trigger_undid_fails_the_indicator(free_shop: Company) -> None:
    free_shop.fill(
        (
            "CREATE TRIGGER undo AFTER DELETE ON customer BEGIN INSERT INTO customer VALUES "
            "(OLD.id, OLD.email, OLD.phone, OLD.name, NULL, OLD.deleted_at); END",
        )
    )
    assert erased(CLEO).outcome != Outcome.ERASED
    found = measured(indicators.erasures_verified(datetime.now(UTC)))
    assert (found.state, found.value) == (State.FAILING, "0")


def test_a_refused_request_is_no_erasure_to_verify() -> None:
    refused(DAY)
    assert indicators.erasures_verified(NOW + 2 * DAY) is None
