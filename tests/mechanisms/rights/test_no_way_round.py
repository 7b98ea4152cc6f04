"""No request reaches execution without verification and approval, whatever path is tried.

Every act on requests, every door that a program or a person has, in random order, by everybody: customers, staff of
every role, tokens, the shell. Beside it stands a model that knows only what was proven and who decided; what the
records say must follow from it. Source: failure promise 16; issue "Customer rights in full (M8)".
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.plans import SharedChoice
from discreet.foundation.centre.models import Verification
from discreet.foundation.jobs.models import Job
from discreet.mechanisms.rights.actions import (
    appealing,
    applying,
    correcting,
    deciding,
    deciding_items,
    executing,
    proving,
    receiving,
    telling,
    timing,
)
from discreet.mechanisms.rights.actions.deciding import NewPlan
from discreet.mechanisms.rights.deciding.items import ItemDecision, Justification, Verdict
from discreet.mechanisms.rights.kinds import Kind, Requester, Tier, Way, right_of
from discreet.mechanisms.rights.matching.roots import Candidates, Person, Root
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.asker import Asking, who_asks
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role
from discreet.vocabulary.errors import Refused
from tests.mechanisms.rights.company import (
    AGENT,
    APPROVER,
    CUSTOMER,
    NOW,
    OPERATOR,
    SECOND_APPROVER,
    VIEWER,
    who,
)

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(16)]

ADMIN = Actor(kind=ActorKind.STAFF, name="ada", roles=frozenset({Role.ADMINISTRATOR}))
BOTH = Actor(kind=ActorKind.STAFF, name="bo", roles=frozenset({Role.AGENT, Role.APPROVER}))
TOKEN = Actor(kind=ActorKind.API, name="wei", roles=frozenset({Role.VIEWER, Role.AGENT}))
ACTORS = (AGENT, APPROVER, SECOND_APPROVER, VIEWER, CUSTOMER, OPERATOR, ADMIN, BOTH, TOKEN)
TABLE = TableRef(source="shop", table="customer")
SHOP = {
    "name": "shop",
    "tables": [
        {
            "table": "customer",
            "rows": 1,
            "shared": 0,
            "action": "delete",
            "reason": "about_the_person",
            "params": {},
        }
    ],
}
EXECUTIONS = ("rights.erase", "rights.deliver", "rights.correct")
RUNS = frozenset({State.ACCEPTED, State.EXECUTING})


@dataclass
class Known:
    """What the model knows of one request."""

    kind: Kind
    requester: str
    is_proven: bool = False
    is_authorised: bool = False
    is_code_back: bool = False
    has_proof: bool = False
    digest: str = ""
    proposer: str = ""
    deciders: set[str] = field(default_factory=set)
    approved: str = ""  # the digest that the last decision bound to


class Requests(RuleBasedStateMachine):
    """Random histories. An act that is refused changes nothing; one that is not must be allowed by the model."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Known] = {}
        self.at = NOW
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.plans = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # what is tried

    @initialize(kinds=st.lists(st.sampled_from(list(Kind)), min_size=1, max_size=2), data=st.data())
    def some_requests(self, kinds: list[Kind], data: st.DataObject) -> None:
        for kind in kinds:
            self.receive(
                kind, data.draw(st.sampled_from(list(Requester))), data.draw(st.sampled_from(ACTORS))
            )

    @rule(
        kind=st.sampled_from(list(Kind)),
        requester=st.sampled_from(list(Requester)),
        actor=st.sampled_from(ACTORS),
    )
    def another(self, kind: Kind, requester: Requester, actor: Actor) -> None:
        if len(self.known) < 3:
            self.receive(kind, requester, actor)

    def receive(self, kind: Kind, requester: Requester, actor: Actor) -> None:
        asking = Asking(requester=requester.value, who=who_asks(name="A. Gent"))
        if requester is Requester.SELF:
            asking = Asking()
        received = self.tried(
            lambda: receiving.receive_request(
                actor=actor,
                now=self.at,
                kind=kind.value,
                claim=who("ann@example.com"),
                residence="DE",
                channel="centre" if actor is CUSTOMER else "desk",
                asking=asking,
            )
        )
        if received is not None:
            self.known[received.number] = Known(kind=kind, requester=requester.value)

    @rule(data=st.data())
    def code_comes_back(self, data: st.DataObject) -> None:
        number = self.some(data)
        Verification.objects.update_or_create(case_number=number, defaults={"verified_at": self.at})
        self.known[number].is_code_back = True

    @rule(data=st.data(), steps=st.integers(min_value=1, max_value=4))
    def carry_on(self, data: st.DataObject, steps: int) -> None:
        """Do what people who mean well do next, so that histories go deep."""
        number = self.some(data)
        for _ in range(steps):
            self.next_step(number)

    def next_step(self, number: str) -> None:
        known, batch_id = self.known[number], self.batch(number)
        state = self.state(number)
        if state is State.RECEIVED and known.requester != Requester.SELF and not known.is_authorised:
            self.authorised(AGENT, number)
        elif state is State.RECEIVED:
            self.proven(AGENT, How.STAFF, number)
        elif state is State.VERIFIED:
            self.planned(SYSTEM, number, is_new=True, is_sensitive=False)
        elif state is State.PLANNED:
            by_way = {Way.ERASE: "erasure", Way.CORRECT: "correction"}
            actor = BOTH if AGENT.person in known.deciders else AGENT
            self.approved(actor, by_way.get(right_of(known.kind).way, "access"), number, known.digest)
        elif state is State.ACCEPTED:
            run = RightsRequest.objects.get(number=number).batch.run
            self.is_done(
                lambda: executing.begin_execution(
                    now=self.at, batch_id=batch_id, run=run, people=1, sources=["shop"], witness_sealed=b"w"
                )
            )

    @rule(actor=st.sampled_from(ACTORS), how=st.sampled_from(list(How)), data=st.data())
    def prove(self, actor: Actor, how: How, data: st.DataObject) -> None:
        self.proven(actor, how, self.some(data))

    def proven(self, actor: Actor, how: How, number: str) -> None:
        left = self.tried(
            lambda: proving.verify_identity(
                actor=actor, now=self.at, number=number, reason="Passport seen", how=how
            )
        )
        known = self.known[number]
        if left is None:
            return
        if how is How.STAFF:
            assert actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)
        else:
            assert known.requester in (Requester.SELF, Requester.AGENT)
        if how is How.CODE:
            assert known.is_code_back
        assert how is not How.HANDOVER, "no site vouched for anybody in these histories"
        known.has_proof = True
        self.note_proof(number, left)

    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def authorise(self, actor: Actor, data: st.DataObject) -> None:
        self.authorised(actor, self.some(data))

    def authorised(self, actor: Actor, number: str) -> None:
        left = self.tried(
            lambda: proving.authorise(actor=actor, now=self.at, number=number, reason="Paper seen")
        )
        if left is not None:
            assert actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)
            self.known[number].is_authorised = True
        self.note_proof(number, left)

    @rule(data=st.data(), is_accepted=st.booleans())
    def paper_is_checked(self, data: st.DataObject, is_accepted: bool) -> None:
        number = self.some(data)
        self.tried(lambda: proving.note_paper(now=self.at, number=number, is_accepted=is_accepted))
        authorised_at = RightsRequest.objects.values_list("authorised_at", flat=True).get(number=number)
        assert authorised_at is None or self.known[number].is_authorised  # a paper gives no authority

    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def declare(self, actor: Actor, data: st.DataObject) -> None:
        number = self.some(data)
        self.note_proof(number, self.tried(lambda: proving.declare(actor=actor, now=self.at, number=number)))

    @rule(data=st.data(), people=st.integers(min_value=0, max_value=2))
    def look(self, data: st.DataObject, people: int) -> None:
        number = self.some(data)
        found = Candidates(
            people=tuple(
                Person(roots=(Root(table=TABLE, key=(1 + place,), matched_by=("email",)),))
                for place in range(people)
            )
        )
        self.tried(
            lambda: receiving.note_candidates(actor=SYSTEM, now=self.at, number=number, candidates=found)
        )

    @rule(actor=st.sampled_from((SYSTEM, *ACTORS)), data=st.data(), is_sensitive=st.booleans())
    def plan(self, actor: Actor, data: st.DataObject, is_sensitive: bool) -> None:
        is_new = data.draw(st.booleans())  # at times the very same plan again
        self.planned(actor, self.some(data), is_new=is_new, is_sensitive=is_sensitive)

    def planned(self, actor: Actor, number: str, *, is_new: bool, is_sensitive: bool) -> None:
        self.plans += is_new
        digest = f"{self.plans:064d}"
        plan = NewPlan(
            digest=digest,
            sealed=b"plan",
            capture_sealed=b"capture",
            summary={"sources": [SHOP], "sensitive_fields": int(is_sensitive)},
            open_questions=(),
        )
        is_saved = self.tried(lambda: self.save_plan(actor, number, plan))
        if is_saved and self.known[number].digest != digest:
            self.known[number].digest = digest
            self.known[number].deciders = set()

    def save_plan(self, actor: Actor, number: str, plan: NewPlan) -> bool:
        deciding.save_plan(actor=actor, now=self.at, batch_id=self.batch(number), plan=plan)
        return True

    @rule(actor=st.sampled_from(ACTORS), data=st.data(), is_stale=st.booleans())
    def approve(self, actor: Actor, data: st.DataObject, is_stale: bool) -> None:
        number = self.some(data)
        act = data.draw(st.sampled_from(("erasure", "access", "correction")))
        self.approved(actor, act, number, "0" * 63 + "x" if is_stale else self.known[number].digest)

    def approved(self, actor: Actor, act: str, number: str, digest: str) -> None:
        known, batch_id = self.known[number], self.batch(number)
        calls = {
            "erasure": lambda: deciding.accept_erasure(
                actor=actor, now=self.at, batch_id=batch_id, plan_digest=digest
            ),
            "access": lambda: deciding.accept_access(
                actor=actor, now=self.at, batch_id=batch_id, plan_digest=digest
            ),
            "correction": lambda: correcting.accept_correction(
                actor=actor, now=self.at, batch_id=batch_id, plan_digest=digest, contact=None
            ),
        }
        before = self.state(number)
        if self.tried(calls[act]) is not None and before is State.PLANNED:
            assert digest == known.digest, "an approval binds to the plan that was looked at"
            assert known.is_proven
            assert actor.may(Role.AGENT) or actor.may(Role.APPROVER) or actor.may(Role.ADMINISTRATOR)
            known.deciders.add(actor.person)
            known.approved = digest

    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def decide(self, actor: Actor, data: st.DataObject) -> None:
        number = self.some(data)
        batch_id = self.batch(number)
        decision = ItemDecision(verdict=Verdict.REFUSE, justification=Justification.LEGAL_CLAIMS.value)
        calls = (
            lambda: deciding_items.decide_item(
                actor=actor, now=self.at, batch_id=batch_id, table=TABLE, decision=decision
            ),
            lambda: deciding.decide_shared(
                actor=actor, now=self.at, batch_id=batch_id, table=TABLE, choice=SharedChoice.KEEP
            ),
            lambda: deciding.return_plan(actor=actor, now=self.at, batch_id=batch_id),
        )
        if self.is_done(data.draw(st.sampled_from(calls))):
            self.known[number].deciders = set()
            if not RightsRequest.objects.get(number=number).batch.plan_digest:
                self.known[number].digest = ""

    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def end(self, actor: Actor, data: st.DataObject) -> None:
        number = self.some(data)
        calls = (
            lambda: deciding.cancel_request(actor=actor, now=self.at, number=number),
            lambda: deciding.refuse_request(actor=actor, now=self.at, number=number, reason="No", article=""),
            lambda: appealing.mark_duplicate(actor=actor, now=self.at, number=number, of=self.some(data)),
        )
        before = self.state(number)
        if self.is_done(data.draw(st.sampled_from(calls))):
            assert before not in (State.EXECUTING, State.DONE)

    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def appeal(self, actor: Actor, data: st.DataObject) -> None:
        number = self.some(data)
        calls = (
            lambda: appealing.appeal(actor=actor, now=self.at, number=number, words="Wrong"),
            lambda: appealing.dismiss_appeal(actor=actor, now=self.at, number=number, reason="Right"),
            lambda: appealing.reopen_request(actor=actor, now=self.at, number=number, reason="Look again"),
        )
        was_appealed = self.state(number) is State.APPEALED
        is_done = self.is_done(data.draw(st.sampled_from(calls)))
        if is_done and was_appealed and self.state(number) in (State.RECEIVED, State.VERIFIED):
            self.known[number].deciders, self.known[number].digest = set(), ""  # both decide anew

    @rule(actor=st.sampled_from(ACTORS), data=st.data(), days=st.integers(min_value=0, max_value=40))
    def time(self, actor: Actor, data: st.DataObject, days: int) -> None:
        number = self.some(data)
        calls = (
            lambda: timing.acknowledge(actor=actor, now=self.at, number=number),
            lambda: timing.extend_deadline(actor=actor, now=self.at, number=number, reason="Many"),
            lambda: timing.pause_clocks(actor=actor, now=self.at, number=number, wait="identity"),
            lambda: timing.resume_clocks(actor=actor, now=self.at, number=number),
        )
        self.is_done(data.draw(st.sampled_from(calls)))
        self.at += timedelta(days=days)

    @rule(data=st.data(), run=st.integers(min_value=0, max_value=3))
    def execute(self, data: st.DataObject, run: int) -> None:
        """What a worker does, and what a replayed or forged job would do: any run, at any time."""
        number = self.some(data)
        batch_id = self.batch(number)
        calls = (
            lambda: executing.begin_execution(
                now=self.at, batch_id=batch_id, run=run, people=1, sources=["shop"], witness_sealed=b"w"
            ),
            lambda: executing.send_back(
                now=self.at, batch_id=batch_id, run=run, reason="rights.plan_changed"
            ),
            lambda: executing.finish_access(
                now=self.at, batch_id=batch_id, run=run, number=number, facts={}, contact=None
            ),
            lambda: telling.finish_telling(
                now=self.at,
                batch_id=batch_id,
                run=run,
                number=number,
                told=[],
                not_covered=[],
                is_reachable=False,
            ),
            lambda: applying.apply_choices(actor=SYSTEM, now=self.at, batch_id=batch_id),
        )
        self.is_done(data.draw(st.sampled_from(calls)))

    @rule(data=st.data(), door=st.sampled_from(("desk", "api", "centre")))
    def knock(self, data: st.DataObject, door: str) -> None:
        """Try every door without being anybody."""
        number = self.some(data)
        paths = {
            "desk": [
                f"/desk/requests/{number}/{name}/" for name in ("verify", "accept", "authorise", "reopen")
            ],
            "api": [f"/api/v1/requests/{number}/{name}" for name in ("verify", "plan", "package")],
            "centre": [
                f"/privacy/request/{number}/{name}/" for name in ("code", "declare", "cancel", "appeal")
            ],
        }[door]
        before = self.everything(number)
        Client().post(data.draw(st.sampled_from(paths)), {"reason": "me", "plan": self.known[number].digest})
        assert self.everything(number) == before

    # what must hold

    @invariant()
    def nothing_runs_without_proof_and_approval(self) -> None:
        for number, known in self.known.items():
            request = RightsRequest.objects.select_related("batch").get(number=number)
            state, right = self.state(number), right_of(known.kind)
            if request.verified_at is not None:
                assert known.is_proven
                assert known.requester == Requester.SELF or known.is_authorised or right.tier is Tier.NONE
            if state in RUNS:
                assert known.is_proven
                assert request.batch.approved_by in known.deciders
                assert known.approved == request.batch.plan_digest
                if right.needs_two_people or request.batch.plan_summary.get("sensitive_fields"):
                    assert right.way is Way.TELL or len(known.deciders) > 1
            if state is State.DUPLICATE:
                assert known.is_proven
            if state is State.DONE and right.way is not Way.STAND:
                assert known.is_proven and request.batch.approved_by

    @invariant()
    def no_job_runs_that_nobody_approved(self) -> None:
        for job in Job.objects.filter(workflow__in=EXECUTIONS):
            members = RightsRequest.objects.filter(batch_id=job.args["batch_id"])
            for request in members:
                assert request.verified_at is not None and request.batch.run >= job.args["run"]

    # how it is tried

    def tried(self, call: Any) -> Any:
        try:
            with transaction.atomic():
                return call()
        except Refused:
            return None

    def is_done(self, call: Any) -> bool:
        try:
            with transaction.atomic():
                call()
        except Refused:
            return False
        return True

    def some(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.known))) if self.known else self.one()

    def one(self) -> str:
        self.receive(Kind.ERASURE, Requester.SELF, CUSTOMER)
        return next(iter(self.known))

    def batch(self, number: str) -> int:
        return RightsRequest.objects.values_list("batch_id", flat=True).get(number=number)

    def state(self, number: str) -> State:
        from discreet.mechanisms.rights.queries import state_of_request

        return state_of_request(number)

    def note_proof(self, number: str, left: Any) -> None:
        if left == ():
            known = self.known[number]
            assert known.has_proof or right_of(known.kind).tier is Tier.NONE
            known.is_proven = True

    def everything(self, number: str) -> tuple[Any, ...]:
        request = (
            RightsRequest.objects.select_related("batch")
            .filter(number=number)
            .values(
                "verified_at", "proofs", "authorised_at", "completed_at", "batch__approved_at", "batch__run"
            )
        )
        return (self.state(number), *request)


def histories(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=(Phase.explicit, Phase.generate),
    )


@pytest.mark.django_db
def test_no_request_runs_without_proof_and_approval_whatever_is_tried() -> None:
    run_state_machine_as_test(Requests, settings=histories(60, 25))


@pytest.mark.full
@pytest.mark.django_db
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("half", [1, 2])
def test_in_ten_thousand_histories_no_request_runs_without_proof_and_approval(half: int) -> None:
    run_state_machine_as_test(Requests, settings=histories(5_000, 20))
