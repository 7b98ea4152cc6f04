"""The command line. Commands load lazily: `discreet --help` imports neither Django nor an engine."""

import importlib
import json
import os
import sys
from typing import ClassVar

import click

from discreet.project.environment import is_installed, read_environment
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

# command → (module:attribute, one-line help)
COMMANDS: dict[str, tuple[str, str]] = {
    "connect": ("discreet.foundation.datamap.cli:connect", "Connect a database: NAME URL [--write-url URL]."),
    "sources": ("discreet.foundation.sources.cli:sources", "List the connected databases."),
    "grants": ("discreet.foundation.sources.cli:grants", "Print the least rights a source's accounts need."),
    "ledger": ("discreet.foundation.ledger.cli:ledger", "Verify the evidence and hand out proofs."),
    "company": ("discreet.foundation.organisation.cli:company", "Show and set the company's profile."),
    "law": ("discreet.foundation.rulepacks.cli:law", "List and show the rules of law."),
    "keys": ("discreet.foundation.keys.cli:keys", "Look after the keyring."),
    "serve": ("discreet.project.serve:serve", "Serve the desk and the privacy centre, with a worker."),
    "work": ("discreet.foundation.jobs.cli:work", "Run the jobs; --until-idle: what is waiting, then exit."),
    "scan": (
        "discreet.foundation.datamap.scan_cli:scan",
        "Read a source and propose its data map: NAME [--json].",
    ),
    "classify": (
        "discreet.foundation.datamap.classify_cli:classify",
        "Say what kind of personal data a file holds: FILE [--json].",
    ),
    "map": (
        "discreet.foundation.datamap.sharing_cli:map_group",
        "Export, apply, confirm and show the data map.",
    ),
    "demo": ("discreet.project.demo:demo", "Make the sample company and serve it."),
    "find": ("discreet.mechanisms.rights.cli:find", "Find a person in a source; the look-up is recorded."),
    "rights": (
        "discreet.mechanisms.rights.cli:rights",
        "Requests: open, verify, choose, plan, accept, show.",
    ),
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
    "webhooks": (
        "discreet.foundation.webhooks.cli:webhooks",
        "List the receivers of messages, and test one.",
    ),
    "staff": ("discreet.foundation.staff.cli:staff", "Add, list and change staff accounts."),
}
# commands that choose the home before Django is loaded, or run where the database is missing or broken
SETS_UP_ITSELF = frozenset({"demo", "doctor", "restore", "upgrade"})
# commands that a new installation may begin with; any other one reads what is there
MAY_BEGIN = frozenset({"company", "connect", "demo", "keys", "restore", "serve", "staff", "upgrade", "work"})
# commands that read what comes with the program
NEEDS_NO_HOME = frozenset({"classify", "law"})


class ShellContext(click.Context):
    """Writes help in the language of the shell."""

    def make_formatter(self) -> click.HelpFormatter:
        if shell_language() == "en":
            return super().make_formatter()
        from discreet.project.helping import ChineseFormatter

        return ChineseFormatter(width=self.terminal_width, max_width=self.max_content_width)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    context_class = ShellContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not all(map(_is_text, args)):
            error = click.UsageError("An argument is not UTF-8 text.", ctx)
            raise _told_usage(error, is_json="--json" in args)
        ctx.meta[_ARGUMENTS] = frozenset(args)
        ctx.meta[_IS_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            raise _told(refusal, is_json=ctx.meta[_IS_JSON]) from refusal
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            raise _told_usage(error, is_json=ctx.meta[_IS_JSON]) from error
        except Exception as error:
            problem = _foreseen(error, ctx.meta[_ARGUMENTS])
            if problem is None:
                raise
            raise _told(problem, is_json=ctx.meta[_IS_JSON]) from error
        finally:
            _seal_evidence()
            _forget_language_and_time()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        if cmd_name not in MAY_BEGIN and not is_installed():
            if cmd_name not in NEEDS_NO_HOME and not _HELP & ctx.meta[_ARGUMENTS]:
                raise NothingInstalled(home=str(read_environment().home))
            _speak()
        elif cmd_name not in SETS_UP_ITSELF:
            setup()
        command: click.Command = getattr(importlib.import_module(module), attribute)
        _speak_help(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


def _speak_help(command: click.Command) -> None:
    """Let a command, and those below it, write help in the language of the shell.

    A list of commands shows all of each one's first paragraph: what is cut at a line's end has no translation.
    """
    command.context_class = ShellContext
    if command.help:
        command.short_help = command.help.partition("\n\n")[0]
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        _speak_help(one)


NOT_SEALED = gettext_noop(
    "The evidence is recorded but not sealed yet: `discreet ledger verify` and `discreet doctor` say why."
)
_HELP = frozenset({"--help"})
_IS_JSON = "discreet.is_json"
_ARGUMENTS = "discreet.arguments"


class DatabaseAway(Refused):
    code = "cli.database"
    message: ClassVar[str] = gettext_noop(
        "Discreet's own database cannot be used now: it is busy, full, or away. Try again; `discreet doctor`"
        " says more."
    )
    status = 503


class HomeUnusable(Refused):
    code = "cli.home"
    message: ClassVar[str] = gettext_noop(
        "The folder of DISCREET_HOME cannot be made or written. Name one that this account may write."
    )
    status = 503


class NothingInstalled(Refused):
    """A command that only reads met a folder without an installation: none is made of a mistyped name."""

    code = "cli.nothing_installed"
    message: ClassVar[str] = gettext_noop(
        "The folder of DISCREET_HOME, %(home)s, holds no installation of Discreet: nothing was read or made."
        " Check its name. `discreet demo`, `discreet connect` and `discreet serve` make an installation."
    )
    status = 404


class FileUnusable(Refused):
    code = "cli.file"
    message: ClassVar[str] = gettext_noop(
        "The file %(file)s cannot be read or written. Check that its folder exists, that it is a file, and that"
        " this account may use it."
    )
    status = 422


class Told(click.ClickException):
    """A refusal, told in one line on stderr, in the language of the shell. Exit code 1."""

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


class ToldAsJson(click.ClickException):
    """A failure as the API answers it, `{"code", "message"}` on stdout, and nothing beside it on stderr."""

    def __init__(self, *, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def show(self, file: object = None) -> None:
        document = {"code": self.code, "message": self.message}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))


class ToldOfArgument(Told):
    """A refusal of an argument alone; its exit code is that of click for one."""

    exit_code = 2


class ToldOfArgumentAsJson(ToldAsJson):
    exit_code = 2


def _told(refusal: Refused, *, is_json: bool) -> click.ClickException:
    """Return what says a refusal, once: as JSON where that was asked for, else as a line."""
    if "django" not in sys.modules:
        _speak()
    from django.utils.translation import gettext

    from discreet.foundation.desk.refusals import message_of

    message = message_of(refusal)
    is_argument = getattr(refusal, "is_wrong_argument", False)
    if is_json:
        as_json = ToldOfArgumentAsJson if is_argument else ToldAsJson
        return as_json(code=refusal.code, message=message)
    told = ToldOfArgument if is_argument else Told
    return told(gettext("Error: %(message)s") % {"message": message})


def _told_usage(error: click.UsageError, *, is_json: bool) -> click.ClickException:
    """Return what says a mistyped command in the language of the shell."""
    _speak()
    from discreet.project.usage import ToldUsage, usage_words

    if is_json:
        return ToldOfArgumentAsJson(code="cli.usage", message=usage_words(error))
    return ToldUsage(error)


def _foreseen(error: Exception, arguments: frozenset[str]) -> Refused | None:
    """Return the refusal that an error stands for: Discreet's own database, or a file of an argument."""
    from django.db import InterfaceError, OperationalError

    if isinstance(error, InterfaceError | OperationalError):
        return DatabaseAway()
    if isinstance(error, OSError) and str(error.filename) in arguments:
        return FileUnusable(file=os.path.basename(str(error.filename))[:100])
    return None


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in word


def shell_language() -> str:
    """Return the language of the shell: Chinese where its locale is, else English."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if named.lower().startswith("zh") else "en"


def _seal_evidence() -> None:
    """Seal what the command recorded, also where it ended with a refusal. Its outcome stays what it was."""
    if "discreet.foundation.ledger.acts" not in sys.modules:
        return
    from discreet.foundation.ledger.acts import has_recorded

    if not has_recorded():
        return
    from django.db import DatabaseError
    from django.utils import timezone
    from django.utils.translation import gettext

    from discreet.foundation.ledger.sequencer import seal_before_exit

    try:
        seal_before_exit(timezone.now())
    except (Refused, DatabaseError, OSError):
        click.echo(gettext(NOT_SEALED), err=True)


def _forget_language_and_time() -> None:
    if "django" in sys.modules and "django.utils.translation" in sys.modules:
        from django.conf import settings
        from django.utils import timezone, translation

        if settings.configured:
            translation.deactivate()
            timezone.deactivate()


def setup() -> None:
    """Load Django and bring the home to the state this version needs, in the language of the shell.

    Raises:
        HomeUnusable: the home cannot be made or written.
    """
    from discreet.project.start import prepare_home

    try:
        prepare_home()
        _tell_company_time()
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise HomeUnusable from error
    finally:
        _speak()


def _tell_company_time() -> None:
    """Reckon times as the pages do: in the zone of the first law the company answers to."""
    from django.utils import timezone

    from discreet.foundation.organisation.queries import profile

    timezone.activate(profile().zone)


def _speak() -> None:
    """Speak the language of the shell, also where nothing could be prepared."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
    import django
    from django.apps import apps
    from django.utils import translation

    if not apps.ready:
        django.setup()
    translation.activate(shell_language())


@click.group(cls=LazyGroup)
@click.version_option(package_name="discreet")
def main() -> None:
    """Discreet: find customers in your data, answer their requests, prove it."""
