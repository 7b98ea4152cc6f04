"""`discreet work`: the worker."""

import os
import sys

import click


@click.command()
@click.option(
    "--until-idle",
    is_flag=True,
    help="Do what is waiting, then exit; 1 if something failed or waits for another try.",
)
@click.option(
    "--again",
    metavar="NUMBER",
    help="Have what failed for good for this request, such as R-1001, tried again, and exit.",
)
def work(until_idle: bool, again: str | None) -> None:
    """Run the jobs: erasures, packages, mails, evidence."""
    from django.utils import timezone
    from django.utils.translation import gettext

    from discreet.foundation.jobs.unfinished import try_again, unfinished
    from discreet.foundation.jobs.worker import work as run

    if again is not None:
        from discreet.foundation.jobs.registry import load_all

        load_all()
        count = try_again(again)
        click.echo(gettext("Jobs that are tried again: %(count)s") % {"count": count})
        sys.exit(0 if count else 1)
    begun_at = timezone.now()
    report = run(until_idle=until_idle)
    is_done = not (until_idle and (report.failed or report.waiting))
    for job in [] if is_done else unfinished(since=begun_at):
        why = gettext(job.message) if job.message else ""
        if not why:
            why = gettext("an error of the program (%(code)s); the log says where") % {
                "code": job.code or "–"
            }
        elif job.params:
            why %= job.params
        line = gettext("%(about)s failed: %(why)s") if job.is_failed else gettext("%(about)s waits: %(why)s")
        click.echo(line % {"about": job.about, "why": why}, err=True)
    if until_idle and report.failed:
        click.echo(gettext("Jobs that failed: %(count)s") % {"count": report.failed}, err=True)
    if until_idle and report.waiting:
        click.echo(
            gettext("Jobs that wait for their next try: %(count)s") % {"count": report.waiting}, err=True
        )
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads may still be inside a step; it is taken up again by the next worker.
    os._exit(0 if is_done else 1)
