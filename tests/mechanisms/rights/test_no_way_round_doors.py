"""The same histories, tried at the doors: the desk as somebody of every role, the API with a token, the command line.

The model of `histories.py` learns here from evidence alone, and what evidence says is held against who stood
at the door: the act that a page or a command leads to is the one it says, by the person who was there, of a role that
may do it. Source: failure promise 16; issue "Customer rights in full (M8)".
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.cache import cache
from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from pytest_django import Settings

from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.staff import actions as staff
from discreet.foundation.staff.rules import Scope
from discreet.mechanisms.rights.cli import rights
from discreet.mechanisms.rights.kinds import Kind, Requester
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM, Role
from discreet.vocabulary.errors import Refused
from tests.foundation.staff.people import ROOT, add
from tests.mechanisms.rights.company import CUSTOMER
from tests.mechanisms.rights.histories import Requests
from tests.mechanisms.rights.history_model import Drawn
from tests.mechanisms.rights.test_no_way_round import histories

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(16), pytest.mark.usefixtures("waiting_requests")]

BACKEND = "django.contrib.auth.backends.ModelBackend"
PEOPLE = {
    "dora": (Role.AGENT,),
    "dino": (Role.APPROVER,),
    "dana": (Role.VIEWER,),
    "dirk": (Role.ADMINISTRATOR,),
    "dudu": (Role.AUDITOR,),
    "duke": (Role.AGENT, Role.APPROVER),
}
PROVING = (Role.AGENT, Role.ADMINISTRATOR)
DECIDING = (Role.AGENT, Role.APPROVER)
ANEW = (Role.APPROVER, Role.ADMINISTRATOR)
#: Who may do what. An act that is not here must not be reached by these doors.
MAY = {
    "verify_identity": PROVING,
    "verify_batch": PROVING,
    "authorise": PROVING,
    "accept_erasure": DECIDING,
    "accept_access": DECIDING,
    "accept_correction": DECIDING,
    "return_plan": (Role.APPROVER,),
    "refuse_request": (*DECIDING, Role.ADMINISTRATOR),
    "cancel_request": PROVING,
    "mark_duplicate": PROVING,
    "appeal": PROVING,
    "dismiss_appeal": ANEW,
    "reopen_request": ANEW,
    "acknowledge": (*DECIDING, Role.ADMINISTRATOR),
    "extend_deadline": (*DECIDING, Role.ADMINISTRATOR),
    "choose_candidates": PROVING,
}
DESK = (
    "verify", "authorise", "accept", "send-back", "refuse", "dismiss", "reopen", "appeal", "duplicate", "acknowledge",
    "extend", "choose", "correction/accept",
)  # fmt: skip
COMMANDS = (
    "verify", "authorise", "accept", "refuse", "cancel", "dismiss", "reopen", "appeal", "duplicate", "acknowledge",
    "extend",
)  # fmt: skip

FIELDS = {
    "reason": "Seen",
    "authority_reason": "Seen",
    "extension_reason": "Many",
    "appeal_reason": "Looked",
    "words": "Wrong",
    "justification": "",
    "article": "",
    "candidate": "1",
}


@pytest.fixture(autouse=True)
def nobody_needs_a_second_factor(settings: Settings) -> None:
    settings.DISCREET_DEMO = True


class Doors(Requests):
    """Random histories whose steps are also posted at the desk, called over the API, typed at the command line."""

    @initialize()
    def people_come(self) -> None:
        cache.clear()
        self.clients = {}
        for name, roles in PEOPLE.items():
            client = Client(raise_request_exception=False)
            client.force_login(add(name, *roles), backend=BACKEND)
            self.clients[name] = client
        self.token = staff.create_token(
            actor=ROOT,
            now=datetime.now(UTC),
            owner="dora",
            name="crm",
            scopes=(Scope.REQUESTS_READ, Scope.REQUESTS_WRITE),
            days=30,
        )

    @rule(who=st.sampled_from(sorted(PEOPLE)), door=st.sampled_from(DESK), data=st.data())
    def at_the_desk(self, who: str, door: str, data: st.DataObject) -> None:
        number = self.some(data)
        fields = {**FIELDS, "plan": self.known[number].plan.digest, "of": self.some(data)}
        with self.watched(number, who):
            self.clients[who].post(f"/desk/requests/{number}/{door}/", fields)

    @rule(who=st.sampled_from(sorted(PEOPLE)), data=st.data())
    def at_the_batch(self, who: str, data: st.DataObject) -> None:
        number = self.some(data)
        with self.watched(number, who):
            self.clients[who].post(f"/desk/batches/B-{self.batch(number)}/verify/", FIELDS)

    @rule(
        data=st.data(), path=st.sampled_from(("verify", "accept", "authorise", "plan", "package", "reopen"))
    )
    def over_the_api(self, data: st.DataObject, path: str) -> None:
        number = self.some(data)
        with self.watched(number, "dora", only=("verify_identity",)):
            Client(raise_request_exception=False).post(
                f"/api/v1/requests/{number}/{path}",
                json.dumps({"reason": "Seen", "hash": self.known[number].plan.digest}),
                content_type="application/json",
                headers={"Authorization": f"Bearer {self.token}"},
            )

    @rule(
        who=st.sampled_from(sorted(PEOPLE)),
        command=st.sampled_from(COMMANDS),
        data=st.data(),
        is_batch=st.booleans(),
    )
    def at_the_command_line(self, who: str, command: str, data: st.DataObject, is_batch: bool) -> None:
        number = self.some(data)
        name = f"B-{self.batch(number)}" if is_batch and command in ("verify", "accept") else number
        options = {
            "verify": ["--reason", "Seen"],
            "authorise": ["--reason", "Seen"],
            "accept": ["--hash", self.known[number].plan.digest or "0"],
            "refuse": ["--reason", "No"],
            "dismiss": ["--reason", "Right"],
            "reopen": ["--reason", "Look again"],
            "appeal": ["--words", "Wrong"],
            "duplicate": ["--of", self.some(data)],
            "extend": ["--reason", "Many"],
        }.get(command, [])
        with self.watched(number, who):
            done = CliRunner().invoke(rights, [command, name, *options, "--as", who])
            assert done.exception is None or isinstance(done.exception, Refused | SystemExit), done.exception

    def watched(self, number: str, who: str, only: tuple[str, ...] = ()) -> "Watched":
        return Watched(self, number, who, only)


class Watched:
    """Holds what was recorded meanwhile against who stood at the door, and lets the model learn it."""

    def __init__(self, machine: Doors, number: str, who: str, only: tuple[str, ...]) -> None:
        self.machine, self.number, self.who, self.only = machine, number, who, only
        self.known = machine.known[number]

    def __enter__(self) -> None:
        self.before = self.machine.state(self.number)
        self.last = LedgerEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        for entry in LedgerEntry.objects.filter(pk__gt=self.last, act__startswith="rights.").order_by("pk"):
            self.learn(entry.act.removeprefix("rights."), json.loads(entry.body))

    def learn(self, act: str, body: dict[str, Any]) -> None:
        if act in ("save_plan", "mail_answers", "note_candidates", "apply_choices", "open_correction"):
            return
        assert act in (self.only or MAY), f"{act} was reached"
        assert f":{self.who}" in body["actor"], "evidence names who stood at the door"
        assert set(MAY[act]) & set(PEOPLE[self.who]), f"{self.who} may not {act}"
        known, request = self.known, RightsRequest.objects.select_related("batch").get(number=self.number)
        if act in ("verify_identity", "verify_batch"):
            known.proofs.add("staff")
        if act == "authorise":
            known.is_authorised = True
        if act in ("verify_identity", "verify_batch", "authorise") and request.verified_at is not None:
            assert known.is_enough
            known.is_proven = True
        if act.startswith("accept_") or act == "refuse_request":
            known.judges.add(self.who)
        if act.startswith("accept_") and self.before is State.PLANNED:
            assert known.is_proven and request.batch.plan_digest == known.plan.digest
            known.plan.deciders.add(self.who)
            known.plan.may_approve = known.plan.may_approve or Role.APPROVER in PEOPLE[self.who]
            known.plan.approved = known.plan.digest
            if request.batch.is_proposed and not request.batch.approved_by:
                known.plan.planner = ""
        if act == "return_plan":
            known.plan.undecided(known.plan.digest)
        if act == "reopen_request":
            known.plan.undecided("")
            known.plan.approved = ""
        if act in ("dismiss_appeal", "reopen_request"):
            assert self.who not in known.judges, "somebody else looks at an appeal"
        if act in ("refuse_request", "cancel_request", "mark_duplicate"):
            assert self.before not in (State.EXECUTING, State.DONE)
            known.is_over = act != "refuse_request"


def test_no_door_leads_to_execution_without_proof_and_approval() -> None:
    run_state_machine_as_test(Doors, settings=histories(12, 25))


@pytest.mark.full
@pytest.mark.timeout(2400)
def test_in_a_thousand_histories_no_door_leads_there() -> None:
    run_state_machine_as_test(Doors, settings=histories(1_000, 25))


def test_the_doors_of_these_histories_are_open_to_whom_they_are_meant_for() -> None:
    """Without this, doors that no longer stand where the histories knock would prove nothing."""
    machine = Doors()
    machine.people_come()
    machine.receive(Kind.ERASURE, Requester.AGENT, CUSTOMER)
    (number,) = machine.known
    for act, client, path in (
        ("authorise", "dora", f"/desk/requests/{number}/authorise/"),
        ("verify_batch", "dora", f"/desk/batches/B-{machine.batch(number)}/verify/"),
    ):
        with machine.watched(number, client):
            machine.clients[client].post(path, FIELDS)
        assert LedgerEntry.objects.filter(act=f"rights.{act}").exists()
    known = machine.known[number]
    assert known.is_proven and machine.state(number) is State.VERIFIED
    machine.planned(SYSTEM, number, Drawn())
    for who in ("dora", "duke"):
        with machine.watched(number, who):
            machine.clients[who].post(f"/desk/requests/{number}/accept/", {"plan": known.plan.digest})
    assert known.plan.deciders == {"dora", "duke"} and machine.state(number) is State.ACCEPTED
    machine.nothing_runs_without_proof_and_approval()
    machine.teardown()
