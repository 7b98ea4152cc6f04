"""Shortcuts that somebody hasty, careless or dishonest would take: each brings a request so far, and leaves a step out.

Random steps alone seldom come so deep; what each may lead to is for the model to say.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from discreet.mechanisms.rights.kinds import Kind, Requester, Way, right_of
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM, Actor
from tests.mechanisms.rights.company import AGENT, APPROVER, CUSTOMER, SECOND_APPROVER, VIEWER
from tests.mechanisms.rights.history_model import ADMIN, BOTH, CLERK, MOST, RETURN, TOKEN, Drawn, act_of
from tests.mechanisms.rights.history_steps import STEPS

if TYPE_CHECKING:
    from tests.mechanisms.rights.history_deeds import Deeds

Shortcut = Callable[["Deeds", str], None]
EVERYBODY = (VIEWER, CUSTOMER, AGENT, BOTH, APPROVER, ADMIN)


def _anew(
    it: "Deeds",
    number: str,
    *,
    kind: Kind | None = None,
    requester: Requester | None = None,
    is_californian: bool | None = None,
) -> str:
    """Return a request that nobody has worked on yet: this one, another, or one that is received now."""
    like = it.known[number]
    kind, requester = kind or like.kind, requester or Requester(like.requester)
    for other in (number, *sorted(it.known, reverse=True)):
        known = it.known[other]
        if (
            (known.kind, known.requester) == (kind, requester)
            and is_californian in (None, known.is_californian)
            and not (known.proofs or known.is_authorised or known.is_code_back or known.is_declared)
            and it.state(other) is State.RECEIVED
        ):
            return other
    if len(it.known) < MOST:
        return it.take_up(kind, requester, is_californian=is_californian)
    return number


def _bring(it: "Deeds", number: str, state: State) -> bool:
    """Do what comes next until a request is so far; say whether it is."""
    for _ in range(8):
        if it.state(number) is state:
            return True
        it.next_step(number)
    return it.state(number) is state


def _planned(it: "Deeds", number: str, drawn: Drawn | None = None) -> None:
    """Bring a request to a plan that nobody has decided on; one that runs already is sent back."""
    if it.state(number) is State.PLANNED and it.known[number].plan.deciders:
        it.decided(APPROVER, number, RETURN)
    if not _bring(it, number, State.PLANNED) and it.state(number) is State.ACCEPTED:
        it.executed(number, it.batch(number), it.run(number), "send_back")
    it.planned(SYSTEM, number, drawn or Drawn())


def _approve(it: "Deeds", number: str, *actors: Actor, digest: str | None = None, act: str = "") -> None:
    known = it.known[number]
    for actor in actors:
        it.approved(actor, act or act_of(known.kind), number, known.plan.digest if digest is None else digest)


def _by_staff_without_authority(it: "Deeds", number: str) -> None:
    it.proven(AGENT, How.STAFF, _anew(it, number, requester=Requester.AGENT))


def _by_a_code_that_never_came_back(it: "Deeds", number: str) -> None:
    number = _anew(it, number, requester=Requester.SELF)
    it.found(number, people=1, by="phone")
    it.proven(CUSTOMER, How.CODE, number)


def _by_a_sign_in_that_never_was(it: "Deeds", number: str) -> None:
    it.proven(CUSTOMER, How.HANDOVER, _anew(it, number, requester=Requester.SELF))


def _by_code_alone(it: "Deeds", number: str) -> None:
    if it.known[number].people != 1:
        it.found(number, people=1, by="name")
    it.code_returned(number)
    it.proven(CUSTOMER, How.CODE, number)


def _by_code_without_enough(it: "Deeds", number: str) -> None:
    """A code of somebody in California, who asks for a copy: it says too little, with their word and without."""
    number = _anew(it, number, kind=Kind.ACCESS, requester=Requester.SELF, is_californian=True)
    _by_code_alone(it, number)
    it.declared(CUSTOMER, number)


def _by_code_without_their_word(it: "Deeds", number: str) -> None:
    number = _anew(it, number, kind=Kind.ACCESS, requester=Requester.SELF, is_californian=True)
    _by_code_and_detail(it, number)


def _by_a_code_of_somebody_else(it: "Deeds", number: str) -> None:
    """A code went to whoever was found first; then others are found, and one of them is chosen."""
    number = _anew(it, number, kind=Kind.ACCESS, requester=Requester.SELF, is_californian=True)
    it.found(number, people=1, by="phone")
    it.code_returned(number)
    it.proven(CUSTOMER, How.CODE, number)
    it.found(number, people=2, by="phone")
    it.proven(CUSTOMER, How.CODE, number)
    it.chosen(AGENT, number)
    it.declared(CUSTOMER, number)


def _by_a_code_to_several(it: "Deeds", number: str) -> None:
    number = _anew(it, number, requester=Requester.SELF)
    it.found(number, people=2, by="phone")
    it.code_returned(number)
    it.proven(CUSTOMER, How.CODE, number)


def _by_a_code_to_the_child(it: "Deeds", number: str) -> None:
    for requester in (Requester.GUARDIAN, Requester.AGENT):
        one = _anew(it, number, requester=requester)
        _by_code_alone(it, one)
        it.authorised(AGENT, one)
        _by_code_alone(it, one)


def _by_code_and_word(it: "Deeds", number: str) -> None:
    _by_code_alone(it, number)
    it.declared(CUSTOMER, number)


def _by_code_and_detail(it: "Deeds", number: str) -> None:
    it.found(number, people=1, by="phone")
    _by_code_alone(it, number)


def _by_code_with_authority(it: "Deeds", number: str) -> None:
    it.authorised(AGENT, number)
    _by_code_alone(it, number)


def _by_a_list(it: "Deeds", number: str) -> None:
    """A list is proven at once, and somebody in it asks for another."""
    it.beside(AGENT, _anew(it, number), "batch")
    it.beside(AGENT, _anew(it, number, requester=Requester.AGENT), "batch")


def _by_half_a_list(it: "Deeds", number: str) -> None:
    """Of two in one batch one is proven; both are planned, approved, carried out."""
    first, second = _two(it, number)
    it.proven(AGENT, How.STAFF, first)
    it.planned(SYSTEM, first, Drawn())
    _approve(it, first, AGENT, APPROVER)
    for how in sorted(STEPS):
        for one in (first, second):
            it.executed(one, it.batch(one), it.run(one), how)


def _two(it: "Deeds", number: str) -> list[str]:
    kind = it.known[number].kind
    if right_of(kind).way is Way.CORRECT:  # a list of corrections is taken one by one
        kind = Kind.ERASURE
    return it.receive_together(kind, (Requester.SELF, Requester.SELF))


def _by_anybody(it: "Deeds", number: str) -> None:
    for actor in (VIEWER, APPROVER):
        it.receive(it.known[number].kind, Requester.SELF, actor)
    for one in (_anew(it, number), _anew(it, number, requester=Requester.AGENT)):
        for actor in (VIEWER, APPROVER, CUSTOMER):
            it.authorised(actor, one)
            it.proven(actor, How.STAFF, one)


def _planned_early(it: "Deeds", number: str) -> None:
    number = _anew(it, number)
    it.planned(AGENT, number, Drawn())
    _approve(it, number, AGENT, APPROVER)


def _alone(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, BOTH, BOTH)


def _without_an_approver(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, AGENT, ADMIN, TOKEN, CLERK)


def _by_whoever_reads(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, VIEWER, CUSTOMER, VIEWER)


def _of_an_old_plan(it: "Deeds", number: str) -> None:
    _planned(it, number)
    old = it.known[number].plan.digest
    it.planned(SYSTEM, number, Drawn())
    _approve(it, number, AGENT, APPROVER, digest=old)


def _of_two_plans(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, AGENT)
    it.planned(SYSTEM, number, Drawn())
    _approve(it, number, APPROVER)


def _with_open_questions(it: "Deeds", number: str) -> None:
    _planned(it, number, Drawn(is_open=True))
    _approve(it, number, AGENT, APPROVER)


def _sensitive_by_one(it: "Deeds", number: str) -> None:
    number = _anew(it, number, kind=Kind.ACCESS, requester=Requester.SELF)
    _planned(it, number, Drawn(is_sensitive=True))
    _approve(it, number, APPROVER)


def _sensitive_by_agents(it: "Deeds", number: str) -> None:
    number = _anew(it, number, kind=Kind.PORTABILITY, requester=Requester.SELF)
    _planned(it, number, Drawn(is_sensitive=True))
    _approve(it, number, AGENT, CLERK)


def _handed_over_by_one(it: "Deeds", number: str) -> None:
    number = _anew(it, number, kind=Kind.ACCESS, requester=Requester.AGENT)
    _planned(it, number)
    _approve(it, number, APPROVER)


def _correction_without_an_approver(it: "Deeds", number: str) -> None:
    number = _anew(it, number, kind=Kind.RECTIFICATION, requester=Requester.SELF)
    _without_an_approver(it, number)


def _correction_of_an_old_plan(it: "Deeds", number: str) -> None:
    number = _anew(it, number, kind=Kind.RECTIFICATION, requester=Requester.SELF)
    _of_an_old_plan(it, number)


def _of_somebody_else(it: "Deeds", number: str) -> None:
    """Whom a plan is about is chosen anew: before the second approval, and after it."""
    number = _anew(it, number)
    it.found(number, people=2, by="phone")
    _planned(it, number)
    digest = it.known[number].plan.digest
    _approve(it, number, AGENT)
    it.chosen(CLERK, number)
    _approve(it, number, APPROVER, digest=digest)
    _bring(it, number, State.ACCEPTED)
    it.chosen(AGENT, number)


def _for_a_whole_list(it: "Deeds", number: str) -> None:
    """Two in one batch are proven, planned and approved together; one leaves on the way."""
    first, second = _two(it, number)
    it.found(first, people=1, by="phone")
    it.beside(AGENT, first, "batch")
    _planned(it, first)
    digest = it.known[first].plan.digest
    _approve(it, first, AGENT)
    it.executed(first, it.batch(first), it.run(first), "set_apart")
    _approve(it, first, APPROVER, digest=digest)
    _approve(it, second, APPROVER, digest=digest)
    if _bring(it, first, State.ACCEPTED):
        it.executed(first, it.batch(first), it.run(first), "set_apart")
        for one in (second, first):
            it.executed(one, it.batch(first), it.run(first), "deliver")
            it.executed(one, it.batch(first), it.run(first), "tell")


def _by_one(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, APPROVER)


def _as_another_kind(it: "Deeds", number: str) -> None:
    _planned(it, number)
    for act in ("erasure", "access", "correction"):
        _approve(it, number, AGENT, APPROVER, act=act)


def _decided_in_between(it: "Deeds", number: str) -> None:
    for which in range(4):
        _planned(it, number)
        digest = it.known[number].plan.digest
        _approve(it, number, AGENT)
        it.decided(APPROVER if which == RETURN else AGENT, number, which)
        _approve(it, number, APPROVER, digest=digest)
        it.planned(SYSTEM, number, Drawn(is_new=False))  # it comes to the very same
        _approve(it, number, APPROVER)


def _wished_in_between(it: "Deeds", number: str) -> None:
    number = _anew(it, number, kind=Kind.RECTIFICATION, requester=Requester.SELF)
    _planned(it, number)
    digest = it.known[number].plan.digest
    _approve(it, number, AGENT)
    it.beside(AGENT, number, "wish")
    _approve(it, number, AGENT, APPROVER, digest=digest)


def _by_jobs_alone(it: "Deeds", number: str) -> None:
    """A worker does all of its work: for somebody who is not proven, and with a plan that nobody approved."""
    number = _anew(it, number)
    for how in sorted(STEPS):
        it.executed(number, it.batch(number), it.run(number), how)
    _bring(it, number, State.PLANNED)
    for how in sorted(STEPS):
        it.executed(number, it.batch(number), it.run(number), how)


def _by_an_old_job(it: "Deeds", number: str) -> None:
    """A run is sent back and approved anew; the jobs of the first are replayed."""
    number = _anew(it, number)
    _bring(it, number, State.ACCEPTED)
    batch_id, run = it.batch(number), it.run(number)
    digest = it.known[number].plan.digest
    it.executed(number, batch_id, run, "send_back")
    _approve(it, number, AGENT, APPROVER, digest=digest)
    _bring(it, number, State.ACCEPTED)
    for how in ("begin", "send_back", "erase", "deliver", "tell", "correct"):
        it.executed(number, batch_id, run, how)


def _by_the_job_of_another(it: "Deeds", number: str) -> None:
    """The run of a request that was approved ends one that was not, proven or not."""
    approved = _anew(it, number)
    if not _bring(it, approved, State.ACCEPTED):
        return
    other = _anew(it, approved)
    for state in (State.RECEIVED, State.VERIFIED, State.PLANNED):
        _bring(it, other, state)
        for how in ("deliver", "tell"):
            it.executed(other, it.batch(approved), it.run(approved), how)


def _withdrawn(it: "Deeds", number: str) -> None:
    number = _anew(it, number)
    _bring(it, number, State.ACCEPTED)
    batch_id, run = it.batch(number), it.run(number)
    it.ended(CUSTOMER, number, "cancel", number)
    for how in sorted(STEPS):
        it.executed(number, batch_id, run, how)


def _ended_by_whoever_reads(it: "Deeds", number: str) -> None:
    number = _anew(it, number)
    for how in ("refuse", "cancel"):
        it.ended(VIEWER, number, how, number)


def _appealed_to_the_same(it: "Deeds", number: str) -> None:
    number = _anew(it, number)
    if not _bring(it, number, State.DONE):
        it.ended(AGENT, number, "refuse", number)
    it.next_step(number)  # the person appeals
    for actor in EVERYBODY:
        for how in ("dismiss", "reopen"):
            it.judged(actor, number, how)


def _taken_back_unasked(it: "Deeds", number: str) -> None:
    for actor in (SECOND_APPROVER, ADMIN):
        for how in ("dismiss", "reopen"):
            it.judged(actor, number, how)


def _refused_unproven_and_reopened(it: "Deeds", number: str) -> None:
    number = _anew(it, number)
    it.ended(AGENT, number, "refuse", number)
    it.next_step(number)
    it.judged(SECOND_APPROVER, number, "reopen")
    it.planned(SYSTEM, number, Drawn())


def _reopened_and_run(it: "Deeds", number: str) -> None:
    """The answer is taken back; nothing that was decided before carries it out again."""
    number = _anew(it, number)
    _bring(it, number, State.APPEALED)
    digest, batch_id, run = it.known[number].plan.approved, it.batch(number), it.run(number)
    it.judged(SECOND_APPROVER, number, "reopen")
    _approve(it, number, AGENT, APPROVER, digest=digest)
    it.planned(SYSTEM, number, Drawn(is_new=False))  # it comes to the very same plan
    _approve(it, number, APPROVER)
    for how in sorted(STEPS):
        it.executed(number, batch_id, run, how)


def _as_a_duplicate(it: "Deeds", number: str) -> None:
    """One ends as a duplicate of another of the same person: none is proven, one is, both are; by anybody."""
    kind = it.known[number].kind
    first = _anew(it, number, requester=Requester.SELF)
    it.found(first, people=1, by="phone")
    second = it.take_up(kind, Requester.SELF) if len(it.known) < MOST else ""
    if not second:
        return
    it.found(second, people=1, by="phone")
    for proven in ("", second, first):
        if proven:
            it.proven(AGENT, How.STAFF, proven)
        for actor in (VIEWER, APPROVER, AGENT):
            it.ended(actor, first, "same", second)
            it.ended(actor, second, "same", first)


def _named(*functions: Shortcut) -> dict[str, Shortcut]:
    return {function.__name__.strip("_"): function for function in functions}


SHORTCUTS = _named(
    _by_staff_without_authority,
    _by_a_code_that_never_came_back,
    _by_a_sign_in_that_never_was,
    _by_code_alone,
    _by_code_and_word,
    _by_code_and_detail,
    _by_code_with_authority,
    _by_code_without_enough,
    _by_code_without_their_word,
    _by_a_code_of_somebody_else,
    _by_a_code_to_several,
    _by_a_code_to_the_child,
    _by_a_list,
    _by_half_a_list,
    _by_anybody,
    _planned_early,
    _alone,
    _without_an_approver,
    _by_whoever_reads,
    _of_an_old_plan,
    _of_two_plans,
    _with_open_questions,
    _sensitive_by_one,
    _sensitive_by_agents,
    _handed_over_by_one,
    _correction_without_an_approver,
    _correction_of_an_old_plan,
    _of_somebody_else,
    _for_a_whole_list,
    _by_one,
    _as_another_kind,
    _decided_in_between,
    _wished_in_between,
    _by_jobs_alone,
    _by_an_old_job,
    _by_the_job_of_another,
    _withdrawn,
    _ended_by_whoever_reads,
    _appealed_to_the_same,
    _taken_back_unasked,
    _refused_unproven_and_reopened,
    _reopened_and_run,
    _as_a_duplicate,
)


def take_every_shortcut(new: Callable[[], "Deeds"]) -> None:
    """Take each in order, with requests of every way: what the random histories draw from."""
    for kind in (Kind.ERASURE, Kind.ACCESS, Kind.RECTIFICATION, Kind.KNOW, Kind.RESTRICTION):
        for name in sorted(SHORTCUTS):
            it = new()
            try:
                SHORTCUTS[name](it, it.take_up(kind, Requester.SELF))
                it.hold_against_the_records()
            finally:
                it.teardown()
