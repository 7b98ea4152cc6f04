"""The same histories, tried at the doors: the desk as somebody of every role, the API with a token, the command line.

The model of `histories.py` learns here from evidence alone, and what evidence says is held against who stood
at the door: the act that a page or a command leads to is the one it says, by the person who was there, of a role that
may do it. Source: failure promise 16; issue "Customer rights in full (M8)".
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner
from django.core.cache import cache
from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from pytest_django import Settings

from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources.pools import InsideTransaction
from discreet.foundation.staff import actions as staff
from discreet.foundation.staff.rules import Scope
from discreet.mechanisms.rights.cli import rights
from discreet.mechanisms.rights.kinds import Kind, Requester
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.queries import roots_of, state_of_batch
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM, Role
from discreet.vocabulary.errors import Refused
from tests.foundation.staff.people import ROOT, add
from tests.mechanisms.rights.company import CUSTOMER
from tests.mechanisms.rights.histories import Requests
from tests.mechanisms.rights.history_model import Decided, Drawn
from tests.mechanisms.rights.test_no_way_round import histories

pytestmark = [
    pytest.mark.duty("M8.2"),
    pytest.mark.promise(16),
    pytest.mark.usefixtures("people_at_the_doors"),
]

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
    "pause_clocks": PROVING,
    "resume_clocks": PROVING,
    "set_wish": PROVING,
    "decide_places": PROVING,
    "decide_shared": PROVING,
    "decide_item": (*DECIDING, Role.ADMINISTRATOR),
    "lift_stand_ins": (*DECIDING, Role.ADMINISTRATOR),
    "ask_search": (*DECIDING, Role.ADMINISTRATOR),
    "answer_by_letter": PROVING,
    "write_letter": (*DECIDING, Role.ADMINISTRATOR),
    "reveal_person": DECIDING,
    "view_package": DECIDING,
    "take_package": (*DECIDING, Role.ADMINISTRATOR),
}
#: After these the plan is another's, or about something else.
UNDECIDED = frozenset({"set_wish", "decide_places", "decide_shared", "decide_item", "lift_stand_ins"})
#: What stands behind the number of a request on the desk, and is posted.
DESK = (
    "verify", "authorise", "acknowledge", "extend", "pause", "resume", "duplicate", "appeal", "dismiss", "reopen",
    "choose", "plan", "decide", "shared", "accept", "send-back", "search-again", "refuse", "reveal", "answer",
    "package", "letters/extension", "correction", "correction/wish", "correction/places",
)  # fmt: skip
#: Operations of the API: some exist, and some must not.
API = {
    ("POST", "/requests/{number}/verify"): {"reason": "Seen"},
    ("POST", "/requests/{number}/correction"): {
        "changes": [{"kind": "email", "old": "ann@example.com", "new": "new@example.com"}]
    },
    ("GET", "/requests/{number}/package"): {},
    ("POST", "/requests/{number}/accept"): {"hash": ""},
    ("POST", "/requests/{number}/authorise"): {"reason": "Seen"},
    ("POST", "/requests/{number}/plan"): {},
    ("POST", "/requests/{number}/package"): {},
    ("POST", "/requests/{number}/reopen"): {"reason": "Look again"},
}
#: Commands that write to one request, or read what is recorded, and what they are told beside its number.
COMMANDS: dict[str, list[str]] = {
    "verify": ["--reason", "Seen"],
    "authorise": ["--reason", "Seen"],
    "accept": ["--hash", "{plan}"],
    "refuse": ["--reason", "No"],
    "cancel": [],
    "dismiss": ["--reason", "Right"],
    "reopen": ["--reason", "Look again"],
    "appeal": ["--words", "Wrong"],
    "duplicate": ["--of", "{of}"],
    "acknowledge": [],
    "extend": ["--reason", "Many"],
    "pause": ["--wait", "identity"],
    "resume": [],
    "choose": ["{candidate}"],
    "correct": [],
    "decide": ["shop.customer", "grant"],
    "plan": [],
    "search-again": [],
    "answered": [],
}
OF_BATCHES = ("verify", "accept")
WISH = json.dumps({"changes": [{"kind": "email", "old": "ann@example.com", "new": "new@example.com"}]})
QUIETLY = frozenset(
    {"save_plan", "mail_answers", "note_candidates", "apply_choices", "open_correction", "ask_who"}
)

FIELDS = {
    "reason": "Seen",
    "authority_reason": "Seen",
    "extension_reason": "Many",
    "appeal_reason": "Looked",
    "words": "Wrong",
    "justification": "",
    "article": "",
    "wait": "identity",
    "table": "shop.customer",
    "choice": "keep",
    "verdict": "grant",
    "kind_1": "email",
    "old_1": "ann@example.com",
    "new_1": "new@example.com",
}


@pytest.fixture(autouse=True)
def nobody_needs_a_second_factor(settings: Settings) -> None:
    settings.DISCREET_DEMO = True


@pytest.fixture
def people_at_the_doors(nobody_needs_a_second_factor: None, waiting_requests: None) -> Iterator[None]:
    """Somebody of every role, signed in, and a token: the same for all histories."""
    cache.clear()
    for name, roles in PEOPLE.items():
        client = Client(raise_request_exception=False)
        client.force_login(add(name, *roles), backend=BACKEND)
        Doors.clients[name] = client
    Doors.token = staff.create_token(
        actor=ROOT,
        now=datetime.now(UTC),
        owner="dora",
        name="crm",
        scopes=(Scope.REQUESTS_READ, Scope.REQUESTS_WRITE),
        days=30,
    )
    yield
    Doors.clients.clear()


class Doors(Requests):
    """Random histories whose steps are also posted at the desk, called over the API, typed at the command line."""

    clients: ClassVar[dict[str, Client]] = {}
    token: ClassVar[str] = ""

    @initialize()
    def limits_begin_anew(self) -> None:
        cache.clear()

    @rule(who=st.sampled_from(sorted(PEOPLE)), door=st.sampled_from(DESK), data=st.data())
    def at_the_desk(self, who: str, door: str, data: st.DataObject) -> None:
        number = self.some(data)
        fields = {
            **FIELDS,
            "plan": self.known[number].plan.digest,
            "of": self.some(data),
            "candidate": self.candidate(number),
        }
        with self.watched(number, who):
            self.clients[who].post(f"/desk/requests/{number}/{door}/", fields)

    @rule(who=st.sampled_from(sorted(PEOPLE)), data=st.data())
    def at_the_batch(self, who: str, data: st.DataObject) -> None:
        number = self.some(data)
        with self.watched(number, who):
            self.clients[who].post(f"/desk/batches/B-{self.batch(number)}/verify/", FIELDS)

    @rule(data=st.data(), operation=st.sampled_from(sorted(API)))
    def over_the_api(self, data: st.DataObject, operation: tuple[str, str]) -> None:
        number, (method, path) = self.some(data), operation
        with self.watched(number, "dora", only=("verify_identity", "set_wish", "take_package")):
            Client(raise_request_exception=False).generic(
                method,
                f"/api/v1{path.format(number=number)}",
                json.dumps(API[operation]) if method == "POST" else "",
                content_type="application/json",
                headers={"Authorization": f"Bearer {self.token}"},
            )

    @rule(
        who=st.sampled_from(sorted(PEOPLE)),
        command=st.sampled_from(sorted(COMMANDS)),
        data=st.data(),
        is_batch=st.booleans(),
    )
    def at_the_command_line(self, who: str, command: str, data: st.DataObject, is_batch: bool) -> None:
        number = self.some(data)
        name = f"B-{self.batch(number)}" if is_batch and command in OF_BATCHES else number
        told = {
            "plan": self.known[number].plan.digest or "0",
            "of": self.some(data),
            "candidate": self.candidate(number),
        }
        options = [option.format(**told) for option in COMMANDS[command]]
        with self.watched(number, who):
            done = CliRunner().invoke(rights, [command, name, *options, "--as", who], input=WISH)
            # A plan is made of live rows, and a history has no source: there the command ends.
            expected = Refused | SystemExit | InsideTransaction
            assert done.exception is None or isinstance(done.exception, expected), done.exception

    def candidate(self, number: str) -> str:
        """Return what the first of those who were found is chosen by."""
        found = roots_of(number)
        return next(iter(found.labels()), "none") if found is not None else "none"

    def watched(self, number: str, who: str, only: tuple[str, ...] = ()) -> "Watched":
        return Watched(self, number, who, only)


class Watched:
    """Holds what was recorded meanwhile against who stood at the door, and lets the model learn it."""

    def __init__(self, machine: Doors, number: str, who: str, only: tuple[str, ...]) -> None:
        self.machine, self.number, self.who, self.only = machine, number, who, only
        self.known = machine.known[number]

    def __enter__(self) -> None:
        self.before = self.machine.state(self.number)
        self.before_of_batch = state_of_batch(self.machine.batch(self.number))
        self.last = LedgerEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        for entry in LedgerEntry.objects.filter(pk__gt=self.last, act__startswith="rights.").order_by("pk"):
            self.learn(entry.act.removeprefix("rights."), json.loads(entry.body))

    def learn(self, act: str, body: dict[str, Any]) -> None:
        if act in QUIETLY:
            return
        assert act in (self.only or MAY), f"{act} was reached"
        assert f":{self.who}" in body["actor"], "evidence names who stood at the door"
        assert set(MAY[act]) & set(PEOPLE[self.who]), f"{self.who} may not {act}"
        known, request = self.known, RightsRequest.objects.select_related("batch").get(number=self.number)
        if act == "verify_batch":
            self.machine.proven_together(self.number)
        if act == "verify_identity":
            known.proofs.add("staff")
        if act == "authorise":
            known.is_authorised = True
        if act in ("verify_identity", "authorise") and request.verified_at is not None:
            assert known.is_enough
            known.is_proven = True
        if act.startswith("accept_"):
            self.accepted(request)
        if act == "choose_candidates":
            assert self.before in (State.RECEIVED, State.VERIFIED, State.PLANNED)
            known.people = 1
        if act in UNDECIDED or (act == "choose_candidates" and self.before is not State.RECEIVED):
            known.plan.undecided("")
        if act == "return_plan":
            known.plan.undecided(known.plan.digest)
        if act in ("dismiss_appeal", "reopen_request"):
            assert self.who not in known.judges | known.batch_judges, "somebody else looks at an appeal"
        if act == "reopen_request":
            known.plan = Decided(last=known.plan.last)
        if act == "refuse_request":
            known.judges.add(self.who)
        if act in ("refuse_request", "cancel_request", "mark_duplicate"):
            assert self.before not in (State.EXECUTING, State.DONE)
            known.is_over = act != "refuse_request"

    def accepted(self, request: RightsRequest) -> None:
        known, mates = self.known, self.machine.together(self.number)
        for one in mates:
            (one.judges if len(mates) == 1 else one.batch_judges).add(self.who)
        if self.before_of_batch is not State.PLANNED:
            return
        assert known.is_proven and request.batch.plan_digest == known.plan.digest
        known.plan.deciders.add(self.who)
        known.plan.may_approve = known.plan.may_approve or Role.APPROVER in PEOPLE[self.who]
        known.plan.approved = known.plan.digest
        if request.batch.is_proposed and not request.batch.approved_by:
            known.plan.planner = ""


def test_no_door_leads_to_execution_without_proof_and_approval() -> None:
    run_state_machine_as_test(Doors, settings=histories(12, 10))


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_in_a_thousand_histories_no_door_leads_there() -> None:
    run_state_machine_as_test(Doors, settings=histories(1_000, 10))


def test_the_doors_of_these_histories_are_open_to_whom_they_are_meant_for() -> None:
    """Without this, doors that no longer stand where the histories knock would prove nothing."""
    machine = Doors()
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
