"""`discreet serve`: the web server and a worker, from one command."""

import os
import sys

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the desk, the privacy centre and the API, with a worker beside them."""
    from django.conf import settings

    os.environ.setdefault("DISCREET_BASE_URL", f"http://localhost:{port}")
    click.echo(f"Discreet: {os.environ['DISCREET_BASE_URL']}")
    sys.stdout.flush()
    # This process has loaded Django to prepare the home; the parent of the others need not keep it.
    command = [sys.executable, "-m", "discreet.project.supervisor", "--host", host, "--port", str(port)]
    os.execv(sys.executable, [*command, "--home", str(settings.DISCREET_HOME)])  # noqa: S606
