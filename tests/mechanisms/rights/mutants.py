"""Guards of the product taken out one at a time: by each, random histories must find a way round.

A mutant changes the text of one function and puts its code in the place of the old one.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from discreet.mechanisms.rights import rules
from discreet.mechanisms.rights.actions import (
    appealing,
    applying,
    batches,
    correcting,
    deciding,
    deciding_items,
    executing,
    lifting,
    proving,
    receiving,
    telling,
)
from discreet.mechanisms.rights.opening import identity


@dataclass(frozen=True, slots=True)
class Mutant:
    """The text of a function, and what stands there instead: one guard less. `also`: what stands behind it, less too."""

    function: Callable[..., Any]
    old: str
    new: str
    also: "Mutant | None" = None


NEVER = "if False:"
#: Behind guards that take a first approval back: a plan with another digest takes it back as well.
PLANNED_AGAIN = Mutant(deciding.save_plan, "if is_new:", NEVER)
MUTANTS: dict[str, Mutant] = {
    "a code counts that never came back": Mutant(proving.verify_identity, "(is_returned and ", "("),
    "a code counts that went to one of several": Mutant(
        proving.verify_identity, " and request.candidate_count == 1)", ")"
    ),
    "a code counts that went to somebody else": Mutant(
        receiving._void_what_another_proved, "if before is None or", "if True or"
    ),
    "nobody vouched for a sign-in": Mutant(
        proving.verify_identity, "if how is How.HANDOVER and not _is_vouched_for(number):", NEVER
    ),
    "a code stands for a guardian": Mutant(
        proving.verify_identity,
        "if how is not How.STAFF and not may_prove_by_code(request.requester):",
        NEVER,
    ),
    "anybody says that they checked": Mutant(
        proving.verify_identity, "refuse_unless(actor, Role.AGENT)", "pass"
    ),
    "anybody says that somebody may ask": Mutant(
        proving.authorise, "refuse_unless(actor, Role.AGENT)", "pass"
    ),
    "no authority is needed": Mutant(
        identity.needed, "authority=is_for_another and right.tier is not Tier.NONE", "authority=False"
    ),
    "two points are as good as three": Mutant(
        identity.missing, "elif points(given) < needed.points:", "elif False:"
    ),
    "no declaration is needed": Mutant(
        identity.needed,
        "declaration=is_californian and right.way is Way.COPY and not is_for_another",
        "declaration=False",
    ),
    "what is missing is overlooked": Mutant(proving.settle_identity, "if left:", NEVER),
    "a list stands for an authority": Mutant(proving.verify_batch, "if Missing.AUTHORITY in still_missing(one):", NEVER),
    "planned before it is proven": Mutant(
        proving.settle_identity, "request.save()\n        _ask", "request.verified_at = now; request.save()\n        _ask"
    ),
    "an approval of an erasure binds to no plan": Mutant(
        deciding.accept_erasure, "if plan_digest != batch.plan_digest:", NEVER
    ),
    "an approval of a copy binds to no plan": Mutant(
        deciding.accept_access, "if plan_digest and plan_digest != batch.plan_digest:", NEVER
    ),
    "an approval of a correction binds to no plan": Mutant(
        correcting._refuse_undecidable, "if plan_digest != batch.plan_digest:", NEVER
    ),
    "open questions are no matter": Mutant(deciding.accept_erasure, "if questions:", NEVER),
    "open places are no matter": Mutant(
        correcting._refuse_undecidable, 'if summary.get("places_open"):', NEVER
    ),
    "two eyes": Mutant(
        rules.erasure_approval,
        "return ApprovalStep.SAME_PERSON if is_proposed else ApprovalStep.FIRST",
        "return ApprovalStep.SECOND",
    ),
    "one decision is enough for a copy": Mutant(
        deciding.accept_access,
        "if takes_two_people(batch) and _proposes(batch, actor=actor, now=now, numbers=numbers):",
        NEVER,
    ),
    "sensitive data need one decision": Mutant(
        identity.needs_second_person, "sensitive_fields > 0 or ", ""
    ),
    "what goes to somebody else needs one decision": Mutant(
        identity.needs_second_person, " or requester != Requester.SELF", ""
    ),
    "the second person need not be an approver": Mutant(
        deciding.accept_erasure, "if not actor.may(Role.APPROVER):\n        raise NotAnApprover\n    batch.approved", "if False:\n        raise NotAnApprover\n    batch.approved"
    ),
    "the second of a correction need not be an approver": Mutant(
        correcting.accept_correction, "if not actor.may(Role.APPROVER):\n        raise", "if False:\n        raise"
    ),
    "anybody approves an erasure": Mutant(
        deciding.accept_erasure, "if not (actor.may(Role.APPROVER) or actor.may(Role.AGENT)):", NEVER
    ),
    "anybody approves a copy": Mutant(
        deciding.accept_access,
        "if actor.kind is not ActorKind.SYSTEM and not actor.may(Role.APPROVER):",
        NEVER,
    ),
    "the second of a copy need not be an approver": Mutant(
        deciding._proposes, "if not actor.may(Role.APPROVER):\n            raise", "if False:\n            raise"
    ),
    "another plan keeps its first approval": PLANNED_AGAIN,
    "a plan is made for whoever": Mutant(deciding.save_plan, "if state not in PREPARABLE:", NEVER),
    # A plan that is made again after a decision takes the first approval back, too: only without both it stays.
    "a table decided anew keeps the first approval": Mutant(
        deciding_items.decide_item, "set_proposer(batch, None)", "pass", also=PLANNED_AGAIN
    ),
    "lifted letters keep the first approval": Mutant(
        lifting.lift_stand_ins, "batch.plan_digest = batch.planned_by = batch.planned_shell =", "batch.run -= 0; _ ="
    ),
    "a table decided anew keeps its plan": Mutant(
        deciding_items.decide_item, 'batch.plan_digest = ""', "pass"
    ),
    "a plan sent back keeps the first approval": Mutant(
        deciding.return_plan, "set_proposer(batch, None)", "pass"
    ),
    "another wish keeps the plan": Mutant(
        correcting.set_wish, 'batch.plan_digest, batch.decisions = "", {}', "pass"
    ),
    "an approval of one kind carries out another": Mutant(
        batches.refuse_other_kinds, "if way_of(batch.kind) not in ways:", NEVER
    ),
    "a run that was sent back goes on": Mutant(
        executing.begin_execution, "or batch.run != run:", "or False:"
    ),
    "what was sent back stays approved": Mutant(
        executing.send_back, 'False, ""\n', "False, batch.plan_digest\n"
    ),
    "a run undoes the approval of another": Mutant(executing.send_back, "if batch.run != run:", NEVER),
    "erased without having run": Mutant(
        executing.finish_erasure, "if state is not State.EXECUTING or batch.run != run:", NEVER
    ),
    "delivered without approval": Mutant(
        executing.finish_access, "if state is not State.ACCEPTED or request.batch_id != batch_id or batch.run != run:", NEVER
    ),
    "told without approval": Mutant(
        telling.finish_telling,
        "if state is not State.ACCEPTED or request.batch_id != batch_id or batch.run != run:",
        NEVER,
    ),
    "somebody else is chosen after the approval": Mutant(
        receiving.choose_candidates,
        "not in (State.RECEIVED, State.VERIFIED, State.PLANNED):",
        "not in set(State):",
    ),
    "somebody else is chosen and the plan stands": Mutant(
        receiving.choose_candidates, "_void_plan(request.batch_id)", "pass"
    ),
    "who is set apart stays approved": Mutant(deciding.set_apart, "not in PREPARABLE:", "not in set(State):"),
    "who is set apart leaves the plan as it is": Mutant(deciding.set_apart, 'batch.plan_digest = ""', "pass"),
    # Behind it: what was only received does not end by a choice.
    "a choice stands that nobody proved": Mutant(
        applying.apply_choices,
        ", verified_at__isnull=False",
        "",
        also=Mutant(
            applying._end, "transitions=CHOICES", "transitions=CHOICES | {'received': frozenset({'done'})}"
        ),
    ),
    "a duplicate of what nobody proved": Mutant(
        identity.is_duplicate_of, " and is_verified and other_is_verified", ""
    ),
    "a duplicate by anybody": Mutant(appealing.mark_duplicate, "refuse_unless(actor, Role.AGENT)", "pass"),
    "withdrawn by anybody": Mutant(deciding.cancel_request, "refuse_unless_theirs(actor)", "pass"),
    "refused by anybody": Mutant(
        deciding.refuse_request, "if not actor.may(Role.APPROVER):", NEVER
    ),
    "who decided judges the appeal": Mutant(
        appealing._appealed, "if actor.person in deciders_of(number, request.batch_id):", NEVER
    ),
    "an appeal is answered by anybody": Mutant(
        appealing._appealed, "if not actor.may(Role.APPROVER):", NEVER
    ),
    "an answer is taken back that nobody appealed": Mutant(
        appealing._appealed, "if state is not State.APPEALED:", NEVER
    ),
    "what is reopened keeps its approval": Mutant(
        appealing.reopen_request, "request.batch, request.position = new_batch(Kind(request.kind)), 0", "pass"
    ),
    "what is reopened counts as proven": Mutant(
        appealing.reopen_request,
        "State.VERIFIED if request.verified_at is not None else State.RECEIVED",
        "State.VERIFIED",
    ),
    "received from anybody of the company": Mutant(
        receiving.receive_request, "refuse_unless_theirs(actor)", "pass"
    ),
}  # fmt: skip


@contextmanager
def taken_out(mutant: Mutant) -> Iterator[None]:
    """Let the product run without the guard."""
    every = [mutant]
    while (behind := every[-1].also) is not None:
        every.append(behind)
    texts: dict[Callable[..., Any], str] = {}
    for one in every:
        function = inspect.unwrap(one.function)
        source = textwrap.dedent(inspect.getsource(function))
        source = texts.get(function, source[source.index("def ") :])  # without its decorators
        assert source.count(one.old) == 1, f"{one.old!r} stands {source.count(one.old)} times"
        texts[function] = source.replace(one.old, one.new)
    kept = {function: function.__code__ for function in texts}  # type: ignore[attr-defined]
    try:
        for function, source in texts.items():
            made: dict[str, Any] = {}
            exec(compile(source, "<mutant>", "exec"), function.__globals__, made)
            function.__code__ = made[function.__name__].__code__  # type: ignore[attr-defined]
        yield
    finally:
        for function, code in kept.items():
            function.__code__ = code  # type: ignore[attr-defined]
