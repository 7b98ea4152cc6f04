"""`discreet demo`: the sample company, connected and confirmed, served on this machine only.

Nothing of Django is imported before the demo's own home is chosen: no other installation is touched.
"""

import json
import os
import shutil
import socket
from contextlib import closing
from pathlib import Path

import click

from discreet.project.demo_accounts import ACCOUNTS, PASSWORD

MARK = "demo.json"


@click.command()
@click.option("--fresh", is_flag=True, help="Start over: forget everything the demo holds.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--prepare-only", is_flag=True, help="Make everything, serve nothing.")
@click.pass_context
def demo(ctx: click.Context, *, fresh: bool, port: int, prepare_only: bool) -> None:
    """Make the sample company, connect and confirm it, and serve it on this machine."""
    home = Path(os.environ.get("DISCREET_HOME") or Path.home() / ".discreet-demo").absolute()
    if not prepare_only:
        _refuse_taken_port(port)
    _refuse_other_home(home)
    if fresh and home.exists():
        shutil.rmtree(home)
    _set_environment(home, port)
    from discreet.project.start import prepare_home

    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home / MARK).exists():
        (home / MARK).write_text('{"ready": false}\n', encoding="utf-8")
        click.echo("Making the sample company …")
    prepare_home()
    if not json.loads((home / MARK).read_text(encoding="utf-8"))["ready"]:
        from discreet.project.demo_company import make_company

        make_company(home=home, mark=home / MARK)
    address = f"http://localhost:{port}"
    click.echo(f"\n  Privacy centre   {address}/privacy/\n  Desk             {address}/desk/")
    click.echo(f"  Mailbox          {address}/mailbox/\n\n  Accounts, all with the password “{PASSWORD}”:")
    for account in ACCOUNTS:
        click.echo(f"  {account.username:10} {', '.join(role.value for role in account.roles)}")
    click.echo("\n  A customer to try: anna.weber@example.org\n")
    if not prepare_only:
        from discreet.project.serve import serve

        ctx.invoke(serve, host="127.0.0.1", port=port)


def _set_environment(home: Path, port: int) -> None:
    """Point this process and what it starts at the demo's home, and at no other database or mail server."""
    for name in [name for name in os.environ if name.startswith("DISCREET_")]:
        del os.environ[name]
    os.environ["DISCREET_HOME"] = str(home)
    os.environ["DISCREET_DEMO"] = "1"
    os.environ["DISCREET_BASE_URL"] = f"http://localhost:{port}"


def _refuse_taken_port(port: int) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} is taken. End the program that uses it, or choose another with --port."
            ) from error


def _refuse_other_home(home: Path) -> None:
    """Refuse a folder that holds something and was not made by a demo: `--fresh` would delete it."""
    if home.exists() and not (home / MARK).exists() and any(home.iterdir()):
        raise click.ClickException(
            f"{home} holds something that no demo made. Name an empty folder in DISCREET_HOME."
        )
