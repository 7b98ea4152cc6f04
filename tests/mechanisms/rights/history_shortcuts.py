"""Shortcuts that somebody hasty, careless or dishonest would take: each brings a request so far, and leaves a step out.

Random steps alone seldom come so deep; what each may lead to is for the model to say.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM, Actor
from tests.mechanisms.rights.company import AGENT, APPROVER, CUSTOMER, SECOND_APPROVER, VIEWER
from tests.mechanisms.rights.history_model import ADMIN, BOTH, TOKEN, Drawn, act_of
from tests.mechanisms.rights.history_steps import STEPS

if TYPE_CHECKING:
    from tests.mechanisms.rights.history_deeds import Deeds

Shortcut = Callable[["Deeds", str], None]
EVERYBODY = (AGENT, APPROVER, BOTH, ADMIN, VIEWER, CUSTOMER)


def _bring(it: "Deeds", number: str, state: State) -> bool:
    """Do what comes next until a request is so far; say whether it is."""
    for _ in range(6):
        if it.state(number) is state:
            return True
        it.next_step(number)
    return it.state(number) is state


def _planned(it: "Deeds", number: str, drawn: Drawn | None = None) -> None:
    """Bring a request to a plan that nobody has decided on; one that runs already is sent back."""
    if not _bring(it, number, State.PLANNED) and it.state(number) is State.ACCEPTED:
        it.executed(number, it.batch(number), it.run(number), "send_back")
    it.planned(SYSTEM, number, drawn or Drawn())


def _approve(it: "Deeds", number: str, *actors: Actor, digest: str | None = None, act: str = "") -> None:
    known = it.known[number]
    for actor in actors:
        it.approved(actor, act or act_of(known.kind), number, known.digest if digest is None else digest)


def _by_staff_without_authority(it: "Deeds", number: str) -> None:
    it.proven(AGENT, How.STAFF, number)


def _by_a_code_that_never_came_back(it: "Deeds", number: str) -> None:
    it.proven(CUSTOMER, How.CODE, number)


def _by_code_alone(it: "Deeds", number: str) -> None:
    it.code_returned(number)
    it.proven(CUSTOMER, How.CODE, number)


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
    it.beside(AGENT, number, "batch")


def _by_anybody(it: "Deeds", number: str) -> None:
    for actor in (VIEWER, APPROVER, CUSTOMER):
        it.authorised(actor, number)
        it.proven(actor, How.STAFF, number)


def _planned_early(it: "Deeds", number: str) -> None:
    it.planned(AGENT, number, Drawn())
    _approve(it, number, AGENT, APPROVER)


def _alone(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, BOTH, BOTH)


def _without_an_approver(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, AGENT, ADMIN, TOKEN)


def _by_whoever_reads(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, VIEWER, CUSTOMER, VIEWER)


def _of_an_old_plan(it: "Deeds", number: str) -> None:
    _planned(it, number)
    old = it.known[number].digest
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
    _planned(it, number, Drawn(is_sensitive=True))
    _approve(it, number, APPROVER)


def _by_one(it: "Deeds", number: str) -> None:
    _planned(it, number)
    _approve(it, number, APPROVER)


def _as_another_kind(it: "Deeds", number: str) -> None:
    _planned(it, number)
    for act in ("erasure", "access", "correction"):
        _approve(it, number, AGENT, APPROVER, act=act)


def _decided_in_between(it: "Deeds", number: str) -> None:
    for which in range(3):
        _planned(it, number)
        digest = it.known[number].digest
        _approve(it, number, AGENT)
        it.decided(AGENT if which < 2 else APPROVER, number, which)
        _approve(it, number, APPROVER, digest=digest)


def _wished_in_between(it: "Deeds", number: str) -> None:
    _planned(it, number)
    digest = it.known[number].digest
    _approve(it, number, AGENT)
    it.beside(AGENT, number, "wish")
    _approve(it, number, AGENT, APPROVER, digest=digest)


def _by_jobs_alone(it: "Deeds", number: str) -> None:
    _bring(it, number, State.PLANNED)
    for how in sorted(STEPS):
        it.executed(number, it.batch(number), it.run(number), how)


def _by_an_old_job(it: "Deeds", number: str) -> None:
    """A run is sent back and approved anew; the jobs of the first are replayed."""
    _bring(it, number, State.ACCEPTED)
    batch_id, run = it.batch(number), it.run(number)
    digest = it.known[number].digest
    it.executed(number, batch_id, run, "send_back")
    _approve(it, number, AGENT, APPROVER, digest=digest)
    _bring(it, number, State.ACCEPTED)
    for how in ("begin", "send_back", "erase", "deliver", "tell", "correct"):
        it.executed(number, batch_id, run, how)


def _withdrawn(it: "Deeds", number: str) -> None:
    _bring(it, number, State.ACCEPTED)
    batch_id, run = it.batch(number), it.run(number)
    it.ended(CUSTOMER, number, "cancel", number)
    for how in sorted(STEPS):
        it.executed(number, batch_id, run, how)


def _ended_by_whoever_reads(it: "Deeds", number: str) -> None:
    for how in ("refuse", "cancel"):
        it.ended(VIEWER, number, how, number)


def _appealed_to_the_same(it: "Deeds", number: str) -> None:
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
    it.ended(AGENT, number, "refuse", number)
    it.next_step(number)
    it.judged(SECOND_APPROVER, number, "reopen")
    it.planned(SYSTEM, number, Drawn())


def _reopened_and_run(it: "Deeds", number: str) -> None:
    """The answer is taken back; nothing that was decided before carries it out again."""
    _bring(it, number, State.APPEALED)
    digest, batch_id, run = it.known[number].approved, it.batch(number), it.run(number)
    it.judged(SECOND_APPROVER, number, "reopen")
    _approve(it, number, AGENT, APPROVER, digest=digest)
    for how in sorted(STEPS):
        it.executed(number, batch_id, run, how)


def _as_a_duplicate(it: "Deeds", number: str) -> None:
    """Another of the same person ends as a duplicate: of one that nobody proved, itself unproven, by anybody."""
    others = [other for other in sorted(it.known) if other != number]
    for other in others:
        for actor in (VIEWER, AGENT):
            it.ended(actor, number, "same", other)
            it.ended(actor, other, "same", number)


def _named(*functions: Shortcut) -> dict[str, Shortcut]:
    return {function.__name__.strip("_"): function for function in functions}


PROOFS = _named(
    _by_staff_without_authority,
    _by_a_code_that_never_came_back,
    _by_code_alone,
    _by_code_and_word,
    _by_code_and_detail,
    _by_code_with_authority,
    _by_a_list,
    _by_anybody,
)
APPROVALS = _named(
    _planned_early,
    _alone,
    _without_an_approver,
    _by_whoever_reads,
    _of_an_old_plan,
    _of_two_plans,
    _with_open_questions,
    _sensitive_by_one,
    _by_one,
    _as_another_kind,
    _decided_in_between,
    _wished_in_between,
)
ENDS = _named(
    _by_jobs_alone,
    _by_an_old_job,
    _withdrawn,
    _ended_by_whoever_reads,
    _appealed_to_the_same,
    _taken_back_unasked,
    _refused_unproven_and_reopened,
    _reopened_and_run,
    _as_a_duplicate,
)
