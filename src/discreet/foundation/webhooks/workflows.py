"""Sending, as soon as an act has committed. Later tries: `schedules.py`."""

from discreet.foundation.jobs.api import WorkflowContext, workflow
from discreet.foundation.webhooks.delivery import send_due


@workflow("webhooks.send", can_wait=True, tells_from_records=True)
def send(ctx: WorkflowContext, subscription_id: str) -> None:
    """Send what is due. A receiver that is away is no error of the workflow: its messages wait."""
    ctx.run(lambda: send_due(subscription_id=subscription_id, clock=ctx.now))
