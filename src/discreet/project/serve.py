"""`discreet serve`: the web server and a worker, from one command."""

import gc
import os
import socket
from typing import ClassVar

import click

from discreet.project.supervisor import Child, supervise
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class PortTaken(Refused):
    code = "serve.port_taken"
    message: ClassVar[str] = gettext_noop(
        "Port %(port)s is in use or not allowed here. Choose another with --port."
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the desk, the privacy centre and the API, with a worker beside them."""
    from django.conf import settings

    _refuse_a_taken_port(host, port)
    if "DISCREET_BASE_URL" not in os.environ:
        os.environ["DISCREET_BASE_URL"] = settings.DISCREET_BASE_URL = f"http://localhost:{port}"
    _load_the_house()
    click.echo(f"Discreet: {settings.DISCREET_BASE_URL}")
    lease_s = float(os.environ.get("DISCREET_LEASE_SECONDS", "10"))
    beat_file = settings.DISCREET_HOME / "run" / "supervised.beat"
    children = [
        Child(name="web", run=lambda: _serve_web(host, port)),
        Child(name="worker", run=_work, beat_file=beat_file),
    ]
    supervise(children, stale_s=max(3 * lease_s, 20.0))


def _refuse_a_taken_port(host: str, port: int) -> None:
    """The server shares ports with others of its kind: two installations would answer in turns."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            raise PortTaken(port=port) from None


def _load_the_house() -> None:
    """Import once what every child needs; the children share this memory."""
    from django.db import connections
    from django.urls import get_resolver

    import discreet.project.wsgi  # noqa: F401
    from discreet.foundation.jobs.registry import load_all

    get_resolver().url_patterns  # noqa: B018 - imports every view
    load_all()
    connections.close_all()
    gc.collect()
    gc.freeze()


def _serve_web(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from discreet.project.door import web_threads

    Granian(
        "discreet.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("DISCREET_WEB_WORKERS", "2")),
        blocking_threads=web_threads(),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        log_level=LogLevels.warning,
    ).serve()


def _work() -> None:
    from discreet.foundation.jobs.worker import work

    work()
