"""The course of a request beside its plan: receipt, extension, pause, duplicate, appeal, looking again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from discreet.foundation.cases.queries import get as get_case
from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.jobs.models import Job
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import appealing, deciding, proving, receiving, timing
from discreet.mechanisms.rights.course.rules import resumed
from discreet.mechanisms.rights.kinds import Requester
from discreet.mechanisms.rights.opening.asker import BY_THEMSELVES, Asking, who_asks
from discreet.mechanisms.rights.opening.identity import Missing
from discreet.mechanisms.rights.refusals import (
    AcknowledgedBefore,
    AppealTooLate,
    AuthorityMissing,
    BadReceipt,
    ExtendedBefore,
    ExtensionMovesNothing,
    ExtensionTooLate,
    NoExtension,
    NoPause,
    NotADuplicate,
    NotForAnother,
    NotYours,
    PauseTooLate,
    RequesterMissing,
    SamePersonDecides,
    WhyMissing,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import (
    AGENT,
    ANN,
    APPROVER,
    BOB,
    CUSTOMER,
    NOW,
    SECOND_APPROVER,
    VIEWER,
    who,
)

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.django_db]


def received(
    residence: str,
    kind: str = "erasure",
    *,
    asking: Asking = BY_THEMSELVES,
    received_on: date | None = None,
) -> str:
    return receiving.receive_request(
        actor=AGENT,
        now=NOW,
        kind=kind,
        claim=who(ANN),
        residence=residence,
        channel="letter",
        asking=asking,
        received_on=received_on,
    ).number


def due(number: str) -> dict[str, datetime]:
    return {clock.rule_id: clock.due_at for clock in get_case(number).clocks if clock.met_at is None}


def test_receipt_is_confirmed_once_and_its_clock_met() -> None:
    number = received("US-CA")
    assert "CA-DSR-ACK" in due(number) and number in open_tasks("acknowledge")
    timing.acknowledge(actor=AGENT, now=NOW, number=number)
    assert "CA-DSR-ACK" not in due(number) and number not in open_tasks("acknowledge")
    with pytest.raises(AcknowledgedBefore):
        timing.acknowledge(actor=AGENT, now=NOW, number=number)


def test_a_deadline_is_extended_once_with_reasons_and_only_where_the_law_allows() -> None:
    number = received("DE")
    first = due(number)["EU-DSR-RESP"]
    with pytest.raises(WhyMissing):
        timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason=" ")
    with pytest.raises(NotYours):
        timing.extend_deadline(actor=VIEWER, now=NOW, number=number, reason="Many sources")
    timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason="Many sources")
    assert due(number)["EU-DSR-RESP"] > first + timedelta(days=55)  # two more months
    assert queries.request_view(number).due_at == due(number)["EU-DSR-RESP"]
    assert queries.words_sealed(number).extension == "Many sources"
    with pytest.raises(ExtendedBefore):
        timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason="Again")


def test_who_heard_of_it_too_late_is_answered_in_the_first_time() -> None:
    number = received("DE")
    late = due(number)["EU-DSR-RESP"] + timedelta(seconds=1)
    with pytest.raises(ExtensionTooLate):
        timing.extend_deadline(actor=AGENT, now=late, number=number, reason="Many sources")


def test_a_law_that_gives_no_longer_time_keeps_its_date() -> None:
    number = received("CN")
    with pytest.raises(NoExtension):
        timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason="Many sources")


def test_under_several_laws_the_strictest_binds_and_nobody_is_told_of_a_longer_time_that_is_none() -> None:
    number = received("")
    before = due(number)
    with pytest.raises(ExtensionMovesNothing) as refused:
        timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason="Many sources")
    assert "8.7" in str(refused.value.params["article"])
    assert due(number) == before and queries.request_view(number).course.extended_at is None
    assert queries.request_view(number).due_at == min(
        at for rule, at in before.items() if not rule.endswith("-ACK")
    )


def test_a_longer_time_that_no_mail_told_is_a_letter_due_before_the_first_deadline() -> None:
    number = received("DE")
    first = due(number)["EU-DSR-RESP"]
    assert timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason="Many sources") is False
    (task,) = [one for one in get_case(number).tasks if one.key == "tell-extension"]
    assert task.due_at == first < due(number)["EU-DSR-RESP"]


def test_a_clock_stands_still_only_under_the_law_that_allows_it() -> None:
    number = received("DE")
    first = due(number)["EU-DSR-RESP"]
    assert timing.pause_clocks(actor=AGENT, now=NOW, number=number, wait="identity") == ("EU-DSR-RESP",)
    with pytest.raises(NoPause):
        timing.pause_clocks(actor=AGENT, now=NOW, number=number, wait="identity")
    timing.resume_clocks(actor=AGENT, now=NOW + timedelta(days=5, hours=9), number=number)
    assert due(number)["EU-DSR-RESP"] == first + timedelta(days=5)
    californian = received("US-CA")
    with pytest.raises(NoPause):
        timing.pause_clocks(actor=AGENT, now=NOW, number=californian, wait="identity")
    with pytest.raises(NoPause):
        timing.pause_clocks(actor=AGENT, now=NOW, number=number, wait="holidays")


def test_what_is_overdue_stays_overdue_and_a_proven_person_is_not_waited_for() -> None:
    number = received("DE")
    late = due(number)["EU-DSR-RESP"] + timedelta(seconds=1)
    with pytest.raises(PauseTooLate):
        timing.pause_clocks(actor=AGENT, now=late, number=number, wait="identity")
    assert queries.request_view(number).course.paused_at is None
    timing.pause_clocks(actor=AGENT, now=NOW, number=number, wait="identity")
    proven = NOW + timedelta(days=2)
    proving.verify_identity(actor=AGENT, now=proven, number=number, reason="Passport seen")
    assert queries.request_view(number).course.paused_at is None
    assert due(number)["EU-DSR-RESP"] == late - timedelta(seconds=1) + timedelta(days=2)
    with pytest.raises(NoPause):
        timing.pause_clocks(actor=AGENT, now=proven, number=number, wait="identity")
    timing.pause_clocks(actor=AGENT, now=proven, number=number, wait="clarification")


def test_a_part_of_a_day_is_never_given() -> None:
    at = datetime(2026, 4, 2, 21, 59, 59, tzinfo=UTC)
    assert resumed(due_at=at, paused_at=NOW, now=NOW + timedelta(hours=23)) == at
    assert resumed(due_at=at, paused_at=NOW, now=NOW - timedelta(days=3)) == at  # a clock that jumped


def test_a_letter_of_last_week_starts_its_clock_last_week() -> None:
    earlier = received("DE", received_on=date(2026, 2, 23))
    assert due(earlier)["EU-DSR-RESP"] < due(received("DE"))["EU-DSR-RESP"]
    for day in (date(2026, 3, 3), date(2024, 1, 1)):
        with pytest.raises(BadReceipt):
            received("DE", received_on=day)


def test_who_asks_for_another_says_so_and_is_checked_on_their_own() -> None:
    with pytest.raises(RequesterMissing):
        received("DE", asking=Asking(requester="agent"))
    asking = Asking(
        requester="agent", who=who_asks(name="A. Gent", contact="a@law.example", relation="lawyer")
    )
    number = received("DE", asking=asking)
    left = proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Called her")
    assert left == (Missing.AUTHORITY,) and driving.state(number) is State.RECEIVED
    assert number in open_tasks("authority")
    assert proving.authorise(actor=AGENT, now=NOW, number=number, reason="Signed permission seen") == ()
    assert driving.state(number) is State.VERIFIED
    assert queries.words_sealed(number).who["name"] == "A. Gent"
    with pytest.raises(NotForAnother):
        proving.authorise(actor=AGENT, now=NOW, number=received("DE"), reason="Seen")


@pytest.mark.parametrize("requester", [one for one in Requester if one is not Requester.SELF])
def test_proving_a_whole_batch_is_no_way_round_the_authority_of_whoever_asks(requester: Requester) -> None:
    number = received("DE", asking=Asking(requester=requester.value, who=who_asks(name="A. Gent")))
    batch_id = queries.batch_of(number)
    with pytest.raises(AuthorityMissing):
        proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch_id, reason="Signed list")
    assert (
        queries.state_of_request(number) is State.RECEIVED
        and not Job.objects.filter(workflow="rights.prepare").exists()
    )
    proving.authorise(actor=AGENT, now=NOW, number=number, reason="Signed permission seen")
    assert proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch_id, reason="Signed list") == 1


def test_a_duplicate_ends_only_beside_a_proven_request_of_the_same_person(shop: Company) -> None:
    first, second = driving.planned("erasure", ANN), driving.planned("erasure", ANN)
    stranger, unproven = driving.planned("erasure", BOB), driving.opened("erasure", ANN)
    for other in (stranger, unproven, second):
        with pytest.raises(NotADuplicate):
            appealing.mark_duplicate(actor=AGENT, now=NOW, number=second, of=other)
    with pytest.raises(NotADuplicate):
        appealing.mark_duplicate(actor=AGENT, now=NOW, number=unproven, of=first)
    appealing.mark_duplicate(actor=AGENT, now=NOW, number=second, of=first)
    view = queries.request_view(second)
    assert view.state is State.DUPLICATE and view.course.duplicate_of == first
    assert driving.state(first) is State.PLANNED


def test_an_appeal_is_looked_at_by_somebody_else_and_may_begin_anew(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    now = datetime.now(UTC)
    deciding.refuse_request(actor=APPROVER, now=now, number=number, reason="Asked too often", article="")
    answered = queries.request_view(number).answered_at
    with pytest.raises(WhyMissing):
        appealing.appeal(actor=CUSTOMER, now=now, number=number, words="")
    appealing.appeal(actor=CUSTOMER, now=now, number=number, words="I asked once")
    assert driving.state(number) is State.APPEALED
    assert queries.request_view(number).answered_at == answered, "the answer stands while it is looked at"
    with pytest.raises(SamePersonDecides):
        appealing.reopen_request(actor=APPROVER, now=now, number=number, reason="Look again")
    appealing.reopen_request(actor=SECOND_APPROVER, now=now, number=number, reason="Look again")
    view = queries.request_view(number)
    assert view.state is State.VERIFIED and view.completed_at is None and view.plan.approved_by == ""
    assert view.due_at is not None and view.due_at > now
    driving.work()
    assert driving.state(number) is State.PLANNED, "both decisions are made again"


def test_a_dismissed_appeal_lets_the_answer_stand_and_is_not_appealed_again() -> None:
    number = driving.opened(email=ANN)
    deciding.refuse_request(actor=APPROVER, now=NOW, number=number, reason="Abusive", article="Art. 12(5)")
    appealing.appeal(actor=CUSTOMER, now=NOW, number=number, words="I asked once")
    appealing.dismiss_appeal(actor=SECOND_APPROVER, now=NOW, number=number, reason="Forty times this month")
    assert driving.state(number) is State.REFUSED
    assert queries.words_sealed(number).appeal_answer == "Forty times this month"
    with pytest.raises(AppealTooLate):
        appealing.appeal(actor=CUSTOMER, now=NOW, number=number, words="Again")


@pytest.mark.parametrize("ended", ["refused", "erased"])
def test_an_appeal_is_answered_by_somebody_else_and_never_refused_or_spent_by_who_decided(
    shop: Company, ended: str
) -> None:
    number, now = driving.planned("erasure", ANN), datetime.now(UTC)
    if ended == "refused":
        deciding.refuse_request(actor=AGENT, now=now, number=number, reason="Asked too often", article="")
    else:
        driving.approve(number)
        driving.work()
    before = queries.request_view(number)
    with pytest.raises(SamePersonDecides):
        appealing.appeal(actor=AGENT, now=now, number=number, words="They called")
    appealing.appeal(actor=CUSTOMER, now=datetime.now(UTC), number=number, words="I asked once")
    for actor in (AGENT, APPROVER, SECOND_APPROVER):
        with pytest.raises(WrongRequestState):
            deciding.refuse_request(actor=actor, now=now, number=number, reason="No", article="")
    for actor in (AGENT, CUSTOMER):
        with pytest.raises(WrongRequestState):
            deciding.cancel_request(actor=actor, now=now, number=number)
    view = queries.request_view(number)
    assert (view.state, view.outcome, view.kept) == (State.APPEALED, before.outcome, before.kept)


def test_nothing_open_is_appealed_and_nothing_old() -> None:
    number = driving.opened(email=ANN)
    with pytest.raises(AppealTooLate):
        appealing.appeal(actor=CUSTOMER, now=NOW, number=number, words="Too slow")
    deciding.refuse_request(actor=APPROVER, now=NOW, number=number, reason="Abusive", article="")
    with pytest.raises(AppealTooLate):
        appealing.appeal(actor=CUSTOMER, now=NOW + timedelta(days=91), number=number, words="Late")
    with pytest.raises(WrongRequestState):
        appealing.dismiss_appeal(actor=SECOND_APPROVER, now=NOW, number=number, reason="No")
