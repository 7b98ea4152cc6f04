"""What happens to papers by itself."""

from discreet.foundation.jobs.api import WorkflowContext, workflow
from discreet.foundation.papers import scanning


@workflow("papers.scan", tells_from_records=True)
def scan(ctx: WorkflowContext, paper_id: str) -> None:
    """Have a paper scanned; while the scanner is away, again and again."""
    ctx.run(lambda: scanning.scan_paper(now=ctx.now(), paper_id=paper_id))


@workflow("papers.remove_file", tells_from_records=True)
def remove_file(ctx: WorkflowContext, paper_id: str) -> None:
    """Overwrite and unlink the file of a destroyed paper."""
    ctx.run(lambda: scanning.remove_file(now=ctx.now(), paper_id=paper_id))
