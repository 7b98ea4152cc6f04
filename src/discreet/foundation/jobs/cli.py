"""`discreet work`: the worker."""

import os
import sys

import click


@click.command()
@click.option("--until-idle", is_flag=True, help="Do what is waiting, then exit; 1 if something failed.")
def work(until_idle: bool) -> None:
    """Run the jobs: erasures, packages, mails, evidence."""
    from django.utils.translation import gettext

    from discreet.foundation.jobs.worker import work as run

    report = run(until_idle=until_idle)
    if until_idle and report.failed:
        click.echo(gettext("Jobs that failed: %(count)s") % {"count": report.failed}, err=True)
    if until_idle and report.waiting:
        click.echo(
            gettext("Jobs that wait for their next try: %(count)s") % {"count": report.waiting}, err=True
        )
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads may still be inside a step; it is taken up again by the next worker.
    os._exit(1 if until_idle and (report.failed or report.waiting) else 0)
