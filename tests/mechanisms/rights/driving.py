"""Driving requests through the product's own acts, and its jobs in this process, fence and claims included."""

from collections.abc import Callable
from datetime import UTC, datetime

from discreet.foundation.jobs import claims, outcomes, registry
from discreet.foundation.jobs.context import Fence, WorkflowContext
from discreet.foundation.jobs.models import Job, Worker
from discreet.foundation.mail import workflows as mail_workflows
from discreet.mechanisms.rights import preparing, queries, workflows
from discreet.mechanisms.rights.actions import deciding, proving, receiving
from discreet.mechanisms.rights.rules import ApprovalStep, State
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.errors import Refused
from tests.mechanisms.rights.company import AGENT, APPROVER, NOW, who

assert mail_workflows and workflows  # registers what sends mail and carries requests out


def work() -> None:
    """Run what waits, until nothing is left that can run now. A refusal ends a job, as in a worker."""
    Worker.objects.get_or_create(pk="test", defaults={"host": "here", "pid": 1})
    while claimed := claims.claim_waiting(worker="test", limit=1, now=datetime.now(UTC)):
        (claim,) = claimed
        fence = Fence(key=claim.key, number=claim.fence)
        context = WorkflowContext(
            key=claim.key, fence=fence, _run_step=lambda name, call: _run(call), _run_plain=_run
        )
        try:
            registry.workflow_named(claim.workflow)(context, **claim.args)
            ending = outcomes.DONE
        except _Leave as leave:
            ending = outcomes.parked(leave.refusal)
        except Refused as refusal:
            ending = outcomes.failed(refusal)
        claims.finish([(claim, ending)], now=datetime.now(UTC))


class _Leave(Exception):
    """What can be waited for leaves the workflow, as in a worker: its body never sees it."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def _run(call: Callable[[], object]) -> object:
    try:
        return call()
    except Refused as refusal:
        if outcomes.is_transient(refusal):
            raise _Leave(refusal) from refusal
        raise


def failures() -> list[str]:
    """Return why jobs failed."""
    return list(Job.objects.filter(state="failed").values_list("failure_code", flat=True))


def opened(kind: str = "erasure", email: str | None = None, *, actor: Actor = AGENT, **more: str) -> str:
    received = receiving.receive_request(
        actor=actor, now=NOW, kind=kind, claim=who(email, **more), residence="DE", channel="shell"
    )
    return received.number


def verified(kind: str = "erasure", email: str | None = None, **more: str) -> str:
    number = opened(kind, email, **more)
    proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Passport seen")
    return number


def planned(kind: str = "erasure", email: str | None = None, **more: str) -> str:
    """Open, verify and plan, as the worker does after the identity is proven."""
    number = verified(kind, email, **more)
    work()
    return number


def approve(number: str, *, digest: str | None = None) -> ApprovalStep:
    """Propose as the agent and approve as the approver."""
    batch_id = queries.batch_of(number)
    digest = digest or queries.plan_view(batch_id).digest
    now = datetime.now(UTC)
    deciding.accept_erasure(actor=AGENT, now=now, batch_id=batch_id, plan_digest=digest)
    return deciding.accept_erasure(actor=APPROVER, now=now, batch_id=batch_id, plan_digest=digest)


def hand_over(number: str) -> None:
    """Decide that the person gets the answer: both people, where two are needed."""
    batch_id, now = queries.batch_of(number), datetime.now(UTC)
    if deciding.accept_access(actor=AGENT, now=now, batch_id=batch_id) is ApprovalStep.FIRST:
        deciding.accept_access(actor=APPROVER, now=now, batch_id=batch_id)


def accepted(email: str, **more: str) -> str:
    number = planned("erasure", email, **more)
    assert approve(number) is ApprovalStep.SECOND
    return number


def erased(email: str, **more: str) -> queries.RequestView:
    """Carry an erasure through and return how the request stands."""
    number = accepted(email, **more)
    work()
    assert failures() == []
    return queries.request_view(number)


def batch_of(number: str) -> int:
    return queries.batch_of(number)


def state(number: str) -> State:
    return queries.state_of_request(number)


def replan(number: str, actor: Actor = AGENT) -> str:
    return preparing.prepare_batch(queries.batch_of(number), actor, datetime.now(UTC))
