"""Work of the public side that happens after the answer, so that its time tells nothing."""

from discreet.foundation.centre.actions import send_progress_link
from discreet.foundation.jobs.api import WorkflowContext, workflow


@workflow("centre.send_progress_link", tells_from_records=True)
def send_link(ctx: WorkflowContext, number: str) -> None:
    """Look the case up and send its link."""
    ctx.run(lambda: send_progress_link(now=ctx.now(), number=number))
