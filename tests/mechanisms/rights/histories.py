"""No request reaches execution without verification and approval, whatever path is tried.

Every act on requests, every door that a program or a person has, in random order, by everybody: customers, staff of
every role, tokens, the shell. Beside it stands a model that knows only what was proven and who decided; what the
records say must follow from it. Source: failure promise 16; issue "Customer rights in full (M8)".
"""

import json
from datetime import timedelta

from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from discreet.foundation import plain_sql
from discreet.mechanisms.rights.actions import (
    appealing,
    proving,
    timing,
)
from discreet.mechanisms.rights.kinds import Kind, Requester, Tier, Way, right_of
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM, Actor
from tests.mechanisms.rights.history_asides import ASIDES
from tests.mechanisms.rights.history_deeds import Deeds
from tests.mechanisms.rights.history_model import (
    ACTORS,
    OVER,
    RUNS,
    Drawn,
)
from tests.mechanisms.rights.history_shortcuts import SHORTCUTS
from tests.mechanisms.rights.history_steps import STEPS

KINDS = (Kind.ACCESS, Kind.ERASURE, Kind.RECTIFICATION, *Kind)
REQUESTERS = (Requester.SELF, *Requester)  # most ask for themselves
SHORT = st.sampled_from(sorted(SHORTCUTS))
STANDING = (
    "SELECT r.number, r.batch_id, r.verified_at, c.state, b.approved_by, b.plan_digest, b.run"
    " FROM rights_rightsrequest r JOIN rights_batch b ON b.id = r.batch_id JOIN cases_case c ON c.number = r.number"
    " WHERE r.number IN ({})"
)
STARTED = "SELECT args FROM jobs_job WHERE workflow IN ('rights.erase', 'rights.deliver', 'rights.correct')"


class Requests(Deeds):
    """Random histories: which deeds, by whom, in which order. `hurry`: how many shortcuts come first."""

    hurry = 1

    @initialize(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=2), data=st.data())
    def some_requests(self, kinds: list[Kind], data: st.DataObject) -> None:
        """Requests that somebody has begun to work on, each so far."""
        for kind in kinds:
            self.take_up(kind, data.draw(st.sampled_from(REQUESTERS)))
        for number in list(self.known):
            for _ in range(data.draw(st.integers(min_value=0, max_value=3))):
                self.next_step(number)
        for _ in range(self.hurry):
            SHORTCUTS[data.draw(SHORT)](self, self.some(data))

    @rule(
        kind=st.sampled_from(KINDS),
        requester=st.sampled_from(REQUESTERS),
        actor=st.sampled_from(ACTORS),
    )
    def another(self, kind: Kind, requester: Requester, actor: Actor) -> None:
        if len(self.known) < 3:
            self.receive(kind, requester, actor)

    @rule(
        kind=st.sampled_from((Kind.ERASURE, Kind.ACCESS, Kind.RESTRICTION)),
        actor=st.sampled_from(ACTORS),
        how=st.sampled_from(("correction", "list", "backup")),
    )
    def by_another_way(self, kind: Kind, actor: Actor, how: str) -> None:
        self.receive_otherwise(kind, actor, how)

    @rule(data=st.data(), actor=st.sampled_from(ACTORS))
    def same_again(self, data: st.DataObject, actor: Actor) -> None:
        known = self.known[self.some(data)]
        if len(self.known) < 3:
            self.receive(known.kind, Requester(known.requester), actor)

    @rule(data=st.data())
    def code_comes_back(self, data: st.DataObject) -> None:
        self.code_returned(self.some(data))

    @rule(data=st.data(), steps=st.integers(min_value=1, max_value=4))
    def carry_on(self, data: st.DataObject, steps: int) -> None:
        """Do what people who mean well do next, so that histories go deep."""
        number = self.some(data)
        for _ in range(steps):
            self.next_step(number)

    @rule(actor=st.sampled_from(ACTORS), how=st.sampled_from(list(How)), data=st.data())
    def prove(self, actor: Actor, how: How, data: st.DataObject) -> None:
        self.proven(actor, how, self.some(data))

    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def authorise(self, actor: Actor, data: st.DataObject) -> None:
        self.authorised(actor, self.some(data))

    @rule(data=st.data(), is_accepted=st.booleans())
    def paper_is_checked(self, data: st.DataObject, is_accepted: bool) -> None:
        self.paper(self.some(data), is_accepted=is_accepted)

    def paper(self, number: str, *, is_accepted: bool) -> None:
        self.tried(lambda: proving.note_paper(now=self.at, number=number, is_accepted=is_accepted))
        authorised_at = RightsRequest.objects.values_list("authorised_at", flat=True).get(number=number)
        assert authorised_at is None or self.known[number].is_authorised  # a paper gives no authority

    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def declare(self, actor: Actor, data: st.DataObject) -> None:
        self.declared(actor, self.some(data))

    @rule(data=st.data(), people=st.integers(min_value=0, max_value=2), by=st.sampled_from(("name", "phone")))
    def look(self, data: st.DataObject, people: int, by: str) -> None:
        self.found(self.some(data), people=people, by=by)

    @rule(
        actor=st.sampled_from((SYSTEM, *ACTORS)),
        data=st.data(),
        drawn=st.builds(Drawn, st.booleans(), st.booleans(), st.sampled_from((False, False, True))),
    )
    def plan(self, actor: Actor, data: st.DataObject, drawn: Drawn) -> None:
        self.planned(actor, self.some(data), drawn)

    @rule(actor=st.sampled_from(ACTORS), data=st.data(), is_stale=st.booleans())
    def approve(self, actor: Actor, data: st.DataObject, is_stale: bool) -> None:
        number = self.some(data)
        act = data.draw(st.sampled_from(("erasure", "access", "correction")))
        self.approved(actor, act, number, "0" * 63 + "x" if is_stale else self.known[number].plan.digest)

    @rule(actor=st.sampled_from(ACTORS), data=st.data(), which=st.integers(min_value=0, max_value=3))
    def decide(self, actor: Actor, data: st.DataObject, which: int) -> None:
        self.decided(actor, self.some(data), which)

    @rule(actor=st.sampled_from(ACTORS), data=st.data(), how=st.sampled_from(("cancel", "refuse", "same")))
    def end(self, actor: Actor, data: st.DataObject, how: str) -> None:
        self.ended(actor, self.some(data), how, self.some(data))

    @rule(
        actor=st.sampled_from(ACTORS),
        data=st.data(),
        how=st.sampled_from(("appeal", "dismiss", "reopen", "reopen")),
    )
    def appeal(self, actor: Actor, data: st.DataObject, how: str) -> None:
        number = self.some(data)
        if how != "appeal":
            self.judged(actor, number, how)
        else:
            self.is_done(lambda: appealing.appeal(actor=actor, now=self.at, number=number, words="Wrong"))

    @rule(
        actor=st.sampled_from(ACTORS),
        data=st.data(),
        which=st.integers(min_value=0, max_value=3),
        days=st.integers(min_value=0, max_value=40),
    )
    def time(self, actor: Actor, data: st.DataObject, which: int, days: int) -> None:
        self.timed(actor, self.some(data), which)
        self.at += timedelta(days=days)

    def timed(self, actor: Actor, number: str, which: int) -> None:
        calls = (
            lambda: timing.acknowledge(actor=actor, now=self.at, number=number),
            lambda: timing.extend_deadline(actor=actor, now=self.at, number=number, reason="Many"),
            lambda: timing.pause_clocks(actor=actor, now=self.at, number=number, wait="identity"),
            lambda: timing.resume_clocks(actor=actor, now=self.at, number=number),
        )
        self.is_done(calls[which])

    @rule(
        data=st.data(),
        run=st.integers(min_value=0, max_value=3),
        is_current=st.booleans(),
        how=st.sampled_from(sorted(STEPS)),
    )
    def execute(self, data: st.DataObject, run: int, is_current: bool, how: str) -> None:
        """What a worker does, and what a replayed or forged job would do: any run, at any time."""
        number = self.some(data)
        if is_current:
            run = self.run(number)
        self.executed(number, self.batch(number), run, how)

    @rule(actor=st.sampled_from(ACTORS), data=st.data(), how=st.sampled_from(sorted(ASIDES)))
    def aside(self, actor: Actor, data: st.DataObject, how: str) -> None:
        """Acts beside the course: who is proven, and what was approved, is as it was or asked anew."""
        self.beside(actor, self.some(data), how)

    @rule(actor=st.sampled_from(ACTORS), data=st.data())
    def choose(self, actor: Actor, data: st.DataObject) -> None:
        self.chosen(actor, self.some(data))

    @rule(data=st.data(), name=SHORT)
    def shortcut(self, data: st.DataObject, name: str) -> None:
        SHORTCUTS[name](self, self.some(data))

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
        Client().post(
            data.draw(st.sampled_from(paths)), {"reason": "me", "plan": self.known[number].plan.digest}
        )
        assert self.everything(number) == before

    @invariant()
    def nothing_runs_without_proof_and_approval(self) -> None:
        self.hold_against_the_records()

    def hold_against_the_records(self) -> None:
        self.runs.clear()
        numbers = plain_sql.marks(len(self.known))
        rows = plain_sql.rows(STANDING.format(numbers), *self.known) if self.known else ()
        for number, batch_id, verified_at, state, approved_by, digest, run in rows:
            known, state = self.known[number], State(state)
            right = right_of(known.kind)
            is_verified, _ = self.runs.get(batch_id, (False, run))
            self.runs[batch_id] = (is_verified or verified_at is not None, run)
            if verified_at is not None:
                assert known.is_proven
                assert known.requester == Requester.SELF or known.is_authorised or right.tier is Tier.NONE
            if state in RUNS:
                assert known.is_proven
                assert approved_by in known.plan.deciders
                assert known.plan.approved == known.plan.digest == digest
                if known.needs_two:
                    assert len(known.plan.deciders | {known.plan.planner} - {""}) > 1
                    assert known.plan.may_approve
            if known.is_over:
                assert state in OVER, "what was withdrawn stays so"
            if state is State.DUPLICATE:
                assert known.is_proven
            if state is State.DONE and right.way is not Way.STAND:
                assert known.is_proven and approved_by
            if state is State.DONE and right.tier is not Tier.NONE:
                assert known.is_proven
        self.no_job_runs_that_nobody_approved()

    def no_job_runs_that_nobody_approved(self) -> None:
        for (args,) in plain_sql.rows(STARTED):
            job = json.loads(args)
            is_verified, run = self.runs.get(job["batch_id"], (True, job["run"]))  # a batch may be left empty
            assert is_verified and run >= job["run"]
