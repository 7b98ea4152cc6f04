"""Acts on cases: record, evidence and event together."""

from datetime import timedelta

import pytest

from discreet.events.cases import CaseExpired
from discreet.foundation.cases import actions, queries
from discreet.foundation.cases.actions import NewTask, OpenedCase
from discreet.foundation.cases.models import Case, CaseToken
from discreet.foundation.cases.refusals import (
    CaseClosed,
    SamePerson,
    StaleCase,
    UnknownCase,
    UnknownTask,
    WrongState,
)
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.jobs.models import OutboxEvent
from discreet.foundation.keys.api import KeyDestroyed
from discreet.foundation.ledger.queries import entries_for
from discreet.vocabulary.actors import SYSTEM, Role
from tests.foundation.cases.conftest import AGENT, APPROVER, NOW, PERSON, TRANSITIONS, opened

pytestmark = pytest.mark.django_db


def acts_of(number: str) -> list[str]:
    return [entry.act for entry in entries_for(f"request:{number}")]


def move(number: str, to: str, version: int | None = None) -> int:
    return actions.move(actor=AGENT, now=NOW, number=number, to=to, transitions=TRANSITIONS, version=version)


def close(number: str) -> int:
    return actions.close(
        actor=AGENT, now=NOW, number=number, state="refused", transitions=TRANSITIONS, retention_days=30
    )


def test_numbers_of_a_prefix_follow_one_another() -> None:
    first, second, other = opened(), opened(), opened(prefix="C", kind="complaint")
    assert (first.number, second.number, other.number) == ("R-1001", "R-1002", "C-1001")


def test_opening_seals_the_person_and_records_evidence(case: OpenedCase) -> None:
    stored = Case.objects.get(number=case.number)
    assert PERSON not in bytes(stored.subject)
    assert queries.subject_of(case.number) == PERSON
    assert acts_of(case.number) == ["cases.open_case"]


def test_the_public_token_is_stored_as_its_hash_only(case: OpenedCase) -> None:
    assert queries.get_by_token(case.public_token).row.number == case.number
    assert not CaseToken.objects.filter(token_hash=case.public_token).exists()


def test_a_second_public_token_leaves_the_first_valid(case: OpenedCase) -> None:
    second = actions.add_public_token(actor=SYSTEM, now=NOW, number=case.number)
    assert second != case.public_token
    assert {queries.get_by_token(token).row.number for token in (case.public_token, second)} == {case.number}


@pytest.mark.parametrize("token", ["", "x", "R-1001", "\x00", "\ud800", "' OR 1=1"])
def test_a_wrong_token_opens_nothing(case: OpenedCase, token: str) -> None:
    with pytest.raises(UnknownCase):
        queries.get_by_token(token)


def test_a_move_follows_the_mechanisms_arrows(case: OpenedCase) -> None:
    assert move(case.number, "verified") == 2
    assert queries.get(case.number).row.state == "verified"
    with pytest.raises(WrongState):
        move(case.number, "received")
    assert acts_of(case.number).count("cases.move") == 1


@pytest.mark.promise(7)
def test_the_second_writer_is_told_that_the_case_changed(case: OpenedCase) -> None:
    move(case.number, "verified", version=1)
    with pytest.raises(StaleCase) as stale:
        move(case.number, "done", version=1)
    assert stale.value.status == 409
    assert queries.get(case.number).row.state == "verified"


def test_the_case_is_due_when_its_first_running_clock_is(case: OpenedCase) -> None:
    late, early = (
        ClockFacts("gdpr-12-3", "eu-gdpr", "Art. 12(3)", NOW + timedelta(days=31), NOW + timedelta(days=28)),
        ClockFacts(
            "pipl-50", "cn-pipl", "第五十条", NOW + timedelta(days=15), NOW + timedelta(days=12), True
        ),
    )
    actions.set_clocks(actor=AGENT, now=NOW, number=case.number, clocks=[late, early])
    assert queries.get(case.number).row.due_at == early.due_at
    actions.pause_clock(actor=AGENT, now=NOW, number=case.number, rule_id="pipl-50")
    assert queries.get(case.number).row.due_at == late.due_at
    actions.meet_clock(actor=AGENT, now=NOW, number=case.number, rule_id="gdpr-12-3")
    assert queries.get(case.number).row.due_at is None


def test_setting_clocks_again_moves_known_ones_and_drops_the_rest(case: OpenedCase) -> None:
    first = ClockFacts("a", "x", "1", NOW + timedelta(days=5), NOW)
    second = ClockFacts("b", "x", "2", NOW + timedelta(days=9), NOW)
    actions.set_clocks(actor=AGENT, now=NOW, number=case.number, clocks=[first, second])
    extended = ClockFacts("b", "x", "2", NOW + timedelta(days=60), NOW)
    actions.set_clocks(actor=AGENT, now=NOW, number=case.number, clocks=[extended])
    view = queries.get(case.number)
    assert [(clock.rule_id, clock.due_at) for clock in view.clocks] == [("b", extended.due_at)]
    assert view.row.due_at == extended.due_at


def test_a_task_is_finished_once_and_by_a_second_person(case: OpenedCase) -> None:
    task = NewTask(key="approve", what="Approve the erasure", role=Role.APPROVER, barred=APPROVER.person)
    actions.add_task(actor=AGENT, now=NOW, number=case.number, task=task)
    with pytest.raises(SamePerson):
        actions.finish_task(actor=APPROVER, now=NOW, number=case.number, key="approve")
    actions.finish_task(actor=AGENT, now=NOW, number=case.number, key="approve")
    with pytest.raises(UnknownTask):
        actions.finish_task(actor=AGENT, now=NOW, number=case.number, key="approve")


def test_assigning_to_an_account_named_by_an_address_is_recorded(case: OpenedCase) -> None:
    actions.assign(actor=AGENT, now=NOW, number=case.number, owner="lan@company.example")
    assert queries.get(case.number).row.owner == "lan@company.example"
    assert "cases.assign" in acts_of(case.number)


def test_closing_meets_clocks_drops_tasks_and_ends_writing(case: OpenedCase) -> None:
    clock = ClockFacts("a", "x", "1", NOW + timedelta(days=5), NOW)
    actions.set_clocks(actor=AGENT, now=NOW, number=case.number, clocks=[clock])
    task = NewTask(key="t", what="Do it", role=Role.AGENT)
    actions.add_task(actor=AGENT, now=NOW, number=case.number, task=task)
    close(case.number)
    view = queries.get(case.number)
    assert (view.row.due_at, view.tasks) == (None, ())
    assert [clock.met_at for clock in view.clocks] == [NOW]
    with pytest.raises(CaseClosed):
        move(case.number, "verified")


def test_expiry_destroys_key_blob_and_public_address_and_says_so(case: OpenedCase) -> None:
    close(case.number)
    assert actions.expire_once(NOW + timedelta(days=29)) == 0
    assert actions.expire_once(NOW + timedelta(days=30)) == 1
    assert actions.expire_once(NOW + timedelta(days=31)) == 0
    with pytest.raises(KeyDestroyed):
        queries.subject_of(case.number)
    with pytest.raises(UnknownCase):
        queries.get_by_token(case.public_token)
    assert bytes(Case.objects.get(number=case.number).subject) == b""
    assert OutboxEvent.objects.filter(name=CaseExpired.event_name()).count() == 1
    assert acts_of(case.number)[-1] == "cases.expire_case"


def test_an_open_case_never_expires(case: OpenedCase) -> None:
    with pytest.raises(WrongState):
        actions.expire_case(actor=SYSTEM, now=NOW + timedelta(days=9999), number=case.number)


def test_a_refused_act_leaves_neither_row_nor_evidence(case: OpenedCase) -> None:
    before = acts_of(case.number)
    with pytest.raises(WrongState):
        move(case.number, "done")
    assert (queries.get(case.number).row.version, acts_of(case.number)) == (1, before)


@pytest.mark.parametrize("number", ["R-9999", "", "R-1001\x00", "R-1001' --", "r-1001", "R-" + "9" * 50])
def test_an_unknown_number_is_refused(case: OpenedCase, number: str) -> None:
    with pytest.raises(UnknownCase):
        queries.get(number)
