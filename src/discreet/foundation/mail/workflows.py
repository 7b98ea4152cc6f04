"""The first attempt of a message, as soon as its act has committed. Later ones: `schedules.py`."""

from discreet.foundation.jobs.api import WorkflowContext, workflow
from discreet.foundation.mail.delivery import deliver_once


@workflow("mail.deliver", can_wait=True, tells_from_records=True)
def deliver(ctx: WorkflowContext, message_id: str) -> None:
    """Try once. A server that is away is no error of the workflow: the message waits for its next time."""
    ctx.run(lambda: deliver_once(message_id=message_id, now=ctx.now()))
