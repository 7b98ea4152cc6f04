"""The command line. Commands load lazily: `discreet --help` imports neither Django nor an engine."""

import importlib

import click

from discreet.vocabulary.errors import Refused

# command → (module:attribute, one-line help)
COMMANDS: dict[str, tuple[str, str]] = {
    "connect": ("discreet.foundation.sources.cli:connect", "Connect a database: NAME URL [--write-url URL]."),
    "sources": ("discreet.foundation.sources.cli:sources", "List the connected databases."),
    "grants": ("discreet.foundation.sources.cli:grants", "Print the least rights a source's accounts need."),
    "ledger": ("discreet.foundation.ledger.cli:ledger", "Verify the evidence and hand out proofs."),
    "company": ("discreet.foundation.organisation.cli:company", "Show and set the company's profile."),
    "law": ("discreet.foundation.rulepacks.cli:law", "List and show the rules of law."),
    "keys": ("discreet.foundation.keys.cli:keys", "Look after the keyring."),
    "serve": ("discreet.project.serve:serve", "Serve the desk and the privacy centre, with a worker."),
    "work": ("discreet.foundation.jobs.cli:work", "Run the jobs; --until-idle: what is waiting, then exit."),
    "map": ("discreet.foundation.datamap.cli:map_group", "Export, apply, confirm and show the data map."),
    "demo": ("discreet.project.demo:demo", "Make the sample company and serve it."),
    "find": ("discreet.mechanisms.rights.cli:find", "Find a person in a source; the look-up is recorded."),
    "rights": ("discreet.mechanisms.rights.cli:rights", "Requests: open, verify, plan, accept, show."),
    "doctor": (
        "discreet.project.operations.cli:doctor",
        "Examine this installation; 1 if something must be done.",
    ),
    "backup": (
        "discreet.project.operations.cli:backup",
        "Write one file from which all comes back: --out FILE.",
    ),
    "restore": ("discreet.project.operations.cli:restore", "Bring an installation back: FILE [--home DIR]."),
    "upgrade": ("discreet.project.operations.cli:upgrade", "Back up, change the database, check."),
    "tombstones": (
        "discreet.project.operations.cli:tombstones",
        "Find who came back with a restored source.",
    ),
    "staff": ("discreet.foundation.staff.cli:staff", "Add, list and change staff accounts."),
}
# commands that choose the home before Django is loaded, or run where the database is missing or broken
SETS_UP_ITSELF = frozenset({"demo", "doctor", "restore", "upgrade"})


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            raise _told(refusal) from refusal

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        if cmd_name not in SETS_UP_ITSELF:
            setup()
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


def _told(refusal: Refused) -> click.ClickException:
    """Return the sentence a refusal tells, for exit code 1."""
    from django.utils.translation import gettext

    sentence = gettext(refusal.message)
    return click.ClickException(sentence % refusal.params if refusal.params else sentence)


def setup() -> None:
    """Load Django and bring the home to the state this version needs."""
    from discreet.project.start import prepare_home

    prepare_home()


@click.group(cls=LazyGroup)
@click.version_option(package_name="discreet")
def main() -> None:
    """Discreet: find customers in your data, answer their requests, prove it."""
