"""The command line. Commands load lazily: `discreet --help` imports neither Django nor an engine."""

import importlib
import os

import click

# command → (module:attribute, one-line help)
COMMANDS: dict[str, tuple[str, str]] = {
    "staff": ("discreet.foundation.staff.cli:staff", "Add, list and change staff accounts."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        setup()
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


def setup() -> None:
    """Load Django's settings and apps."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
    import django

    django.setup()


@click.group(cls=LazyGroup)
@click.version_option(package_name="discreet")
def main() -> None:
    """Discreet: find customers in your data, answer their requests, prove it."""
