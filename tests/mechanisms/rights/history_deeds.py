"""What is done to requests in random histories: each deed calls an act, and says what the model makes of it.

An act that is refused changes nothing; one that is not must be allowed by the model.
"""

from typing import Any

from hypothesis import strategies as st

from discreet.engines.subjects.plans import SharedChoice
from discreet.foundation import plain_sql
from discreet.foundation.centre.models import Verification
from discreet.mechanisms.rights.actions import (
    appealing,
    correcting,
    deciding,
    deciding_items,
    lifting,
    proving,
    receiving,
)
from discreet.mechanisms.rights.actions.deciding import NewPlan
from discreet.mechanisms.rights.deciding.items import ItemDecision, Justification, Verdict
from discreet.mechanisms.rights.kinds import Kind, Requester
from discreet.mechanisms.rights.matching.roots import Candidates, Person, Root
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.queries import roots_of, state_of_batch, state_of_request
from discreet.mechanisms.rights.rules import ApprovalStep, State
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from tests.mechanisms.rights.company import AGENT, CUSTOMER, SECOND_APPROVER
from tests.mechanisms.rights.history_asides import ASIDES, QUIET, TABLE, WORKERS
from tests.mechanisms.rights.history_model import (
    BOTH,
    OVER,
    RETURN,
    RUNS,
    Decided,
    Drawn,
    Known,
    act_of,
    decides,
    works,
)
from tests.mechanisms.rights.history_receiving import Receiving
from tests.mechanisms.rights.history_steps import NEXT, STEPS

ROW = {
    "table": "customer", "rows": 1, "shared": 0, "action": "delete", "reason": "about_the_person", "params": {},
}  # fmt: skip
#: Read by plain statements: histories ask for these thousands of times.
BATCH = (
    "SELECT r.batch_id, b.run FROM rights_rightsrequest r JOIN rights_batch b ON b.id = r.batch_id"
    " WHERE r.number = %s"
)
TOGETHER = "SELECT number, completed_at FROM rights_rightsrequest WHERE batch_id = %s"
CHOOSING = ("choose", "end_choice")  # steps that nobody approves
SHOP = {"name": "shop", "tables": [ROW]}


class Deeds(Receiving):
    """Requests, and beside each what the model knows of it."""

    def hold_against_the_records(self) -> None:
        """Compare what the records say with what follows from the model."""
        raise NotImplementedError

    def code_returned(self, number: str) -> None:
        """A code that went to the person's contact comes back."""
        shown = {"verified_at": self.at, "codes": 1}
        Verification.objects.update_or_create(case_number=number, defaults=shown)
        self.known[number].is_code_back = True

    def next_step(self, number: str) -> None:
        known, batch_id = self.known[number], self.batch(number)
        state = self.state(number)
        if state is State.RECEIVED and known.requester != Requester.SELF and not known.is_authorised:
            self.authorised(AGENT, number)
        elif state is State.RECEIVED:
            self.proven(AGENT, How.STAFF, number)
        elif state is State.VERIFIED or (
            state is State.PLANNED and (known.plan.is_open or not known.plan.digest)
        ):
            self.planned(SYSTEM, number, Drawn())
        elif state is State.PLANNED:
            actor = BOTH if AGENT.person in known.plan.deciders else AGENT
            self.approved(actor, act_of(known.kind), number, known.plan.digest)
        elif state in RUNS:
            run = self.run(number)
            for how in NEXT[state, act_of(known.kind)]:
                self.executed(number, batch_id, run, how)
        elif state in (State.DONE, State.REFUSED):
            self.is_done(lambda: appealing.appeal(actor=CUSTOMER, now=self.at, number=number, words="Wrong"))
        elif state is State.APPEALED:
            self.judged(SECOND_APPROVER, number, "reopen")

    def proven(self, actor: Actor, how: How, number: str) -> None:
        left = self.tried(
            lambda: proving.verify_identity(
                actor=actor, now=self.at, number=number, reason="Passport seen", how=how
            )
        )
        if left is None:
            return
        assert how is not How.STAFF or works(actor)
        assert how is not How.HANDOVER, "no site vouched for anybody in these histories"
        self.known[number].proofs.add(how.value)
        if how is How.CODE:
            assert self.known[number].is_code_back and self.known[number].people == 1
            assert self.known[number].requester in (Requester.SELF, Requester.AGENT)
        self.note_proof(number, left)

    def authorised(self, actor: Actor, number: str) -> None:
        left = self.tried(
            lambda: proving.authorise(actor=actor, now=self.at, number=number, reason="Paper seen")
        )
        if left is not None:
            assert works(actor)
            self.known[number].is_authorised = True
        self.note_proof(number, left)

    def declared(self, actor: Actor, number: str) -> None:
        left = self.tried(lambda: proving.declare(actor=actor, now=self.at, number=number))
        if left is not None:
            assert works(actor) or actor is CUSTOMER
            self.known[number].is_declared = True
        self.note_proof(number, left)

    def found(self, number: str, *, people: int, by: str) -> None:
        found = Candidates(
            people=tuple(
                Person(roots=(Root(table=TABLE, key=(1 + place,), matched_by=("email", by)),))
                for place in range(people)
            )
        )
        known = self.known[number]
        if not self.is_done(
            lambda: receiving.note_candidates(actor=SYSTEM, now=self.at, number=number, candidates=found)
        ):
            return
        if known.people == 1 and people != 1 and not known.is_proven:  # whom did the code go to?
            known.is_code_back = False
            known.proofs.discard(How.CODE.value)
        known.people, known.found_by = people, by

    def chosen(self, actor: Actor, number: str) -> None:
        """Staff say which of those who were found it is."""
        roots, before, known = roots_of(number), self.state(number), self.known[number]
        labels = roots.labels()[:1] if roots is not None else ()
        if not self.is_done(
            lambda: receiving.choose_candidates(actor=actor, now=self.at, number=number, chosen=labels)
        ):
            return
        assert works(actor)
        assert before in (State.RECEIVED, State.VERIFIED, State.PLANNED), (
            "whom an approval is about is settled"
        )
        known.people = 1
        if before is not State.RECEIVED:
            known.plan.undecided("")

    def planned(self, actor: Actor, number: str, drawn: Drawn) -> None:
        known = self.known[number]
        self.plans += 1
        digest = f"{self.plans:064d}" if drawn.is_new or not known.plan.last else known.plan.last
        is_again = digest == known.plan.last  # the very same plan: it says what it said
        is_sensitive = known.plan.is_sensitive if is_again else drawn.is_sensitive
        questions = ("shop.customer",) if (known.plan.is_open if is_again else drawn.is_open) else ()
        plan = NewPlan(
            digest=digest,
            sealed=b"plan",
            capture_sealed=b"capture",
            summary={
                "sources": [SHOP],
                "sensitive_fields": int(is_sensitive),
                "open_questions": list(questions),
                "places_open": list(questions),
                "written": ["shop.customer.email"],
                "categories": ["name"],
            },
            open_questions=questions,
        )
        if not self.tried(lambda: self.save_plan(actor, number, plan)):
            return
        for one in self.together(number):
            assert one.is_proven, "nothing is planned for somebody whose identity is not proven"
        assert actor is SYSTEM or decides(actor)
        if digest != known.plan.digest:
            known.plan.undecided(digest)
        known.plan.is_sensitive, known.plan.is_open = is_sensitive, bool(questions)
        if not known.plan.deciders and not known.plan.planner and actor is not SYSTEM:
            known.plan.planner = actor.person

    def save_plan(self, actor: Actor, number: str, plan: NewPlan) -> bool:
        deciding.save_plan(actor=actor, now=self.at, batch_id=self.batch(number), plan=plan)
        return True

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
        before = state_of_batch(batch_id)
        step = self.tried(calls[act])
        if step is None:
            return
        assert decides(actor)
        mates = self.together(number)
        for one in mates:
            (one.judges if len(mates) == 1 else one.batch_judges).add(actor.person)
        if before in (State.ACCEPTED, State.DONE):
            return  # accepted before: it changed nothing
        assert before is State.PLANNED and act == act_of(known.kind)
        assert digest == known.plan.digest, "an approval binds to the plan that was looked at"
        assert known.is_proven and not (known.plan.is_open and act != "access")
        known.plan.deciders.add(actor.person)
        known.plan.may_approve = known.plan.may_approve or actor.may(Role.APPROVER)
        known.plan.approved = digest
        if step is ApprovalStep.FIRST:
            known.plan.planner = ""
        else:
            self.hold_against_the_records()  # before anything that follows hides it

    def decided(self, actor: Actor, number: str, which: int) -> None:
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
            lambda: lifting.lift_stand_ins(
                actor=actor, now=self.at, batch_id=batch_id, table=TABLE, columns=(), reason=""
            ),
        )
        if self.is_done(calls[which]):
            assert decides(actor)
            self.known[number].plan.undecided(self.known[number].plan.digest if which == RETURN else "")

    def ended(self, actor: Actor, number: str, how: str, other: str) -> None:
        calls = {
            "cancel": lambda: deciding.cancel_request(actor=actor, now=self.at, number=number),
            "refuse": lambda: deciding.refuse_request(
                actor=actor, now=self.at, number=number, reason="No", article=""
            ),
            "same": lambda: appealing.mark_duplicate(actor=actor, now=self.at, number=number, of=other),
        }
        before, known = self.state(number), self.known[number]
        if not self.is_done(calls[how]):
            return
        assert before not in (State.EXECUTING, State.DONE, *OVER)
        assert decides(actor) or (how == "cancel" and actor is CUSTOMER)
        known.is_over = how != "refuse"
        if how == "refuse":
            known.judges.add(actor.person)
        if how == "same":
            twin = self.known[other]
            assert other != number and known.is_proven and twin.is_proven and known.kind is twin.kind

    def judged(self, actor: Actor, number: str, how: str) -> None:
        """Answer an appeal. Who decided before may not, and whatever was decided is decided anew."""
        calls = {
            "dismiss": lambda: appealing.dismiss_appeal(
                actor=actor, now=self.at, number=number, reason="Right"
            ),
            "reopen": lambda: appealing.reopen_request(
                actor=actor, now=self.at, number=number, reason="Look again"
            ),
        }
        before, known = self.state(number), self.known[number]
        if self.is_done(calls[how]):
            assert before is State.APPEALED
            assert actor.may(Role.APPROVER) or actor.may(Role.ADMINISTRATOR)
            assert actor.person not in known.judges | known.batch_judges, "somebody else looks at an appeal"
            if how == "reopen":
                known.plan = Decided(last=known.plan.last)

    def executed(self, number: str, batch_id: int, run: int, how: str) -> None:
        known, before = self.known[number], self.state(number)
        current, mates = self.run(number), self.together(number)
        if not self.is_done(lambda: STEPS[how](self.at, number, batch_id, run)):
            return
        after = self.state(number)
        if after is not before and how != "set_apart":
            assert how in CHOOSING or run == current, "a run that was sent back does nothing"
        if how == "send_back":
            assert before in (*RUNS, State.PLANNED, State.VERIFIED)
            known.plan.undecided("")
            known.plan.approved = ""
        if how == "set_apart":
            self.set_apart(mates, batch_id)
        if after is State.DONE and before is not State.DONE and how not in CHOOSING:
            assert before in RUNS, "nothing ends that did not run"

    def beside(self, actor: Actor, number: str, how: str) -> None:
        batch_id, known, before = self.batch(number), self.known[number], self.everything(number)
        if not self.is_done(lambda: ASIDES[how](actor, self.at, number, batch_id)):
            return
        assert how in WORKERS or decides(actor) or actor is CUSTOMER or self.everything(number) == before
        if how in QUIET:
            assert self.everything(number) == before, "nothing beside the course moves it"
        if how in ("wish", "places"):
            known.plan.undecided("")
        if how == "batch":
            assert works(actor)
            self.proven_together(number)
        if how == "settle" and known.is_enough and known.proofs:
            known.is_proven = True

    def proven_together(self, number: str) -> None:
        """Learn that staff took the identity of everybody in a batch as proven."""
        for one in self.together(number):
            if not one.is_proven:
                one.proofs.add(How.STAFF.value)
                one.is_proven = one.is_enough

    def set_apart(self, mates: list[Known], batch_id: int) -> None:
        """Learn who left a batch: what was planned and decided with the others is void for all."""
        plan = mates[0].plan
        moved = [
            number for number, one in self.known.items() if one in mates and self.batch(number) != batch_id
        ]
        for number in moved:
            self.known[number].plan, self.known[number].batch_judges = Decided(last=plan.last), set()
        if moved:
            plan.undecided("")

    def together(self, number: str) -> list[Known]:
        """Return what the model knows of the open requests of a batch; of all where none is open."""
        rows = list(plain_sql.rows(TOGETHER, self.batch(number)))
        numbers = [one for one, completed_at in rows if completed_at is None]
        return [self.known[one] for one in numbers or [one for one, _ in rows]]

    def some(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.known))) if self.known else self.one()

    def one(self) -> str:
        self.receive(Kind.ERASURE, Requester.SELF, CUSTOMER)
        return next(iter(self.known))

    def batch(self, number: str) -> int:
        ((batch_id, _),) = plain_sql.rows(BATCH, number)
        return int(batch_id)

    def run(self, number: str) -> int:
        ((_, run),) = plain_sql.rows(BATCH, number)
        return int(run)

    def state(self, number: str) -> State:
        return state_of_request(number)

    def note_proof(self, number: str, left: Any) -> None:
        if left == ():
            assert self.known[number].is_enough
            self.known[number].is_proven = True

    def everything(self, number: str) -> tuple[Any, ...]:
        request = (
            RightsRequest.objects.select_related("batch")
            .filter(number=number)
            .values(
                "verified_at", "proofs", "authorised_at", "completed_at", "batch__approved_at", "batch__run"
            )
        )
        return (self.state(number), *request)
