"""How far a request has come, for the strip on its page: what happened, what is awaited, how it ended early."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from discreet.foundation.desk.components import Step
from discreet.mechanisms.rights.kinds import Tier, Way, right_of, way_of
from discreet.mechanisms.rights.progress import working
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Answer, Outcome, State
from discreet.mechanisms.rights.words import STATES
from discreet.vocabulary.text import gettext_noop


@dataclass(frozen=True, slots=True)
class Stage:
    """What is said of a step once it happened, while it waits, and when a request ended without it."""

    done: str
    waiting: str
    missed: str = ""


RECEIVED = Stage(gettext_noop("Received"), gettext_noop("Receive"))
PROVEN = Stage(gettext_noop("Identity proven"), gettext_noop("Prove identity"))
PREVIEWED = Stage(gettext_noop("Plan previewed"), gettext_noop("Make the plan"))
APPROVED = Stage(gettext_noop("Approved"), gettext_noop("Approve"))
WRITTEN = Stage(gettext_noop("Carried out"), gettext_noop("Carry out"), gettext_noop("Not carried out"))
SEARCHED = Stage(
    gettext_noop("Searched again"), gettext_noop("Search again"), gettext_noop("Not searched again")
)
IN_FORCE = Stage(gettext_noop("In force"), gettext_noop("Bring into force"))
DECIDED = Stage(gettext_noop("Decided"), gettext_noop("Decide"))
DELIVERED = Stage(gettext_noop("Delivered"), gettext_noop("Deliver"), gettext_noop("Not with the person yet"))

APPEALED = gettext_noop("Look at it again")

ENDED_EARLY = (State.REFUSED, State.CANCELLED)
BEFORE_APPROVAL = (State.RECEIVED, State.VERIFIED, State.PLANNED)


def stages(view: RequestView) -> list[Step]:
    """Return the steps of a request; one that was refused or withdrawn shows what happened, and how it ended."""
    known = _stages(view)
    if view.state is State.APPEALED:  # what was done stays done while somebody looks at the answer again
        again = Step(label=gettext(APPEALED), state="now", note=gettext("waiting"))
        if view.outcome == Outcome.REFUSED:
            happened = [Step(label=gettext(stage.done), state="done") for stage, is_done in known if is_done]
            return [*happened, Step(label=gettext(STATES[State.REFUSED]), state="ended"), again]
        return [*(_ended(stage, is_done=is_done) for stage, is_done in known), again]
    if view.state in ENDED_EARLY:
        happened = [Step(label=gettext(stage.done), state="done") for stage, is_done in known if is_done]
        return [*happened, Step(label=gettext(STATES[view.state]), state="ended")]
    if view.state is State.DONE:
        return [_ended(stage, is_done=is_done) for stage, is_done in known]
    awaited = next((place for place, (_, is_done) in enumerate(known) if not is_done), len(known))
    note = gettext("under way") if working(view) else gettext("waiting")
    return [
        Step(label=gettext(stage.done), state="done")
        if place < awaited
        else Step(label=gettext(stage.waiting), state="now", note=note)
        if place == awaited
        else Step(label=gettext(stage.waiting), state="todo")
        for place, (stage, _) in enumerate(known)
    ]


def _ended(stage: Stage, *, is_done: bool) -> Step:
    if is_done:
        return Step(label=gettext(stage.done), state="done")
    return Step(label=gettext(stage.missed), state="ended")


def _stages(view: RequestView) -> Sequence[tuple[Stage, bool]]:
    """Return each step of this kind of request with whether it happened, in their order."""
    is_over = _is_over(view)
    if way_of(view.kind) is Way.STAND:  # no plan, no approval, nothing written: what was chosen stands
        proof = ((PROVEN, is_over or view.verified_at is not None),)
        needs_proof = right_of(view.kind).tier is not Tier.NONE
        is_undecided = bool(view.course.choice_ref) and not is_over
        decision = ((DECIDED, is_over),) if view.course.choice_ref else ()
        begun = (RECEIVED, True), *(proof if needs_proof else ())
        return (*begun, (IN_FORCE, is_over or is_undecided), *decision)
    is_approved = is_over or (
        view.plan.approved_at is not None and view.state not in (*BEFORE_APPROVAL, State.APPEALED)
    )
    begun = (
        (RECEIVED, True),
        (PROVEN, is_over or view.verified_at is not None),
        (PREVIEWED, is_over or (view.verified_at is not None and bool(view.plan.digest))),
        (APPROVED, is_approved),
    )
    if way_of(view.kind) in (Way.COPY, Way.TELL):
        return (*begun, (DELIVERED, is_over and view.answer != Answer.LETTER_DUE))
    return (*begun, (WRITTEN, _is_written(view)), (SEARCHED, _is_searched(view)))


def _is_written(view: RequestView) -> bool:
    if _is_over(view):
        return view.outcome != Outcome.INCOMPLETE or bool(view.sources)
    planned = view.plan.summary.get("sources")
    if view.state is not State.EXECUTING or not isinstance(planned, list):
        return False
    return 0 < len(planned) <= len(view.sources)


def _is_searched(view: RequestView) -> bool:
    return _is_over(view) and not view.search.get("refused")


def _is_over(view: RequestView) -> bool:
    """Say whether it was answered by doing it, also while that answer is being looked at again."""
    return view.state is State.DONE or (view.state is State.APPEALED and view.outcome != Outcome.REFUSED)
