"""Two people behind an erasure, also where both names come from one shell."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import override_settings

from discreet.foundation.cases.models import CaseTask
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import deciding
from discreet.mechanisms.rights.refusals import NotAnApprover, SamePersonApproves, ShellActsForAnother
from discreet.mechanisms.rights.rules import ApprovalStep
from discreet.mechanisms.rights.views import request_document
from discreet.vocabulary.actors import Actor, ActorKind
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, SECOND_APPROVER
from tests.mechanisms.rights.driving import batch_of, planned, replan

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.4")]


def at_shell(actor: Actor, user: str) -> Actor:
    return replace(actor, kind=ActorKind.SHELL, shell_user=user)


def accept(number: str, actor: Actor) -> ApprovalStep:
    batch_id = batch_of(number)
    digest = queries.plan_view(batch_id).digest
    return deciding.accept_erasure(actor=actor, now=datetime.now(UTC), batch_id=batch_id, plan_digest=digest)


def evidence() -> dict[str, object]:
    facts: dict[str, object] = json.loads(
        LedgerEntry.objects.filter(act="rights.accept_erasure").latest("id").body
    )["facts"]
    return facts


def test_two_names_through_one_shell_are_let_through_and_said_plainly(shop: Company) -> None:
    number = planned(email=ANN)
    replan(number, at_shell(AGENT, "ops"))
    assert accept(number, at_shell(APPROVER, "ops")) is ApprovalStep.SECOND
    assert evidence()["both_by_shell_user"] == "ops"
    assert request_document(queries.request_view(number))["both_by_shell_user"] == "ops"


@pytest.mark.parametrize("first", [AGENT, at_shell(AGENT, "wei")])
def test_two_people_through_two_doors_are_not_called_one(shop: Company, first: Actor) -> None:
    number = planned(email=ANN)
    accept(number, first)
    assert accept(number, at_shell(APPROVER, "lan")) is ApprovalStep.SECOND
    assert "both_by_shell_user" not in evidence()
    assert request_document(queries.request_view(number))["both_by_shell_user"] is None


def test_an_approvers_look_at_the_plan_does_not_bar_them(shop: Company) -> None:
    number = planned(email=ANN)
    replan(number, APPROVER)
    assert accept(number, AGENT) is ApprovalStep.FIRST
    assert CaseTask.objects.get(case__number=number, key="decide").barred == AGENT.person
    assert accept(number, APPROVER) is ApprovalStep.SECOND


def test_who_made_the_plan_can_only_propose_it(shop: Company) -> None:
    number = planned(email=ANN)
    replan(number, APPROVER)
    assert accept(number, APPROVER) is ApprovalStep.FIRST
    with pytest.raises(SamePersonApproves):
        accept(number, APPROVER)
    with pytest.raises(NotAnApprover):
        accept(number, AGENT)
    assert accept(number, SECOND_APPROVER) is ApprovalStep.SECOND


def test_a_later_look_does_not_take_the_proposal_over(shop: Company) -> None:
    number = planned(email=ANN)
    accept(number, AGENT)
    replan(number, APPROVER)
    assert queries.plan_view(batch_of(number)).prepared_by == AGENT.person
    assert accept(number, APPROVER) is ApprovalStep.SECOND


@pytest.mark.parametrize("setting", ["separate", "Recorded", "typo"])
def test_where_shells_are_kept_apart_nobody_decides_under_anothers_name(shop: Company, setting: str) -> None:
    number = planned(email=ANN)
    with override_settings(DISCREET_SHELL_APPROVALS=setting):
        replan(number, at_shell(AGENT, "lan"))
        assert queries.plan_view(batch_of(number)).prepared_by == ""
        with pytest.raises(ShellActsForAnother):
            accept(number, at_shell(AGENT, "lan"))
        assert accept(number, at_shell(AGENT, "wei")) is ApprovalStep.FIRST
        with pytest.raises(ShellActsForAnother):
            accept(number, at_shell(APPROVER, "wei"))
        assert accept(number, at_shell(APPROVER, "LAN")) is ApprovalStep.SECOND
