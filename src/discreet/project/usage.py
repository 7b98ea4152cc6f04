"""What is wrong with a command as it was typed, in the language of the shell, and what would be right."""

from collections.abc import Sequence
from difflib import SequenceMatcher

import click
from django.utils.translation import gettext

from discreet.foundation.desk.phrases import is_chinese, listed

NEAREST = 3


class ToldUsage(click.UsageError):
    """A mistyped command, told with the command's usage and where its help is. Exit code 2, as click's."""

    def __init__(self, error: click.UsageError) -> None:
        super().__init__(usage_words(error), error.ctx)
        self.lines = [gettext("Error: %(message)s") % {"message": self.message}]
        if error.ctx is not None:
            path = error.ctx.command_path
            usage = " ".join([path, *error.ctx.command.collect_usage_pieces(error.ctx)])
            help_of = gettext("Everything it takes: %(command)s") % {"command": f"{path} --help"}
            self.lines = [gettext("Usage: %(usage)s") % {"usage": usage}, help_of, *self.lines]

    def show(self, file: object = None) -> None:
        for line in self.lines:
            click.echo(line, err=True)


def usage_words(error: click.UsageError) -> str:
    """Return the mistake and the way out, without any value that was typed."""
    if isinstance(error, click.NoSuchOption):
        return _no_such(error.option_name, gettext("There is no option %(name)s."), _options(error.ctx))
    if isinstance(error, click.MissingParameter):
        return _missing(error)
    if isinstance(error, click.BadParameter):
        return _bad(error)
    if isinstance(error, click.BadOptionUsage):
        if error.message.endswith("requires an argument."):
            return gettext("A value is missing behind %(option)s.") % {"option": error.option_name}
        return gettext("%(option)s takes no value.") % {"option": error.option_name}
    word = _unknown_command(error)
    if word is not None and isinstance(error.ctx and error.ctx.command, click.Group):
        return _no_such(word, gettext("There is no command %(name)s."), _commands(error.ctx))
    if error.message.startswith("Got unexpected extra argument"):
        return gettext("There are more arguments than it takes. Put quotes around one that holds spaces.")
    if error.message.startswith("Missing command"):
        commands = listed(_commands(error.ctx))
        return gettext("A command is missing: one of %(commands)s.") % {"commands": commands}
    return gettext(error.message)


def _no_such(name: str, words: str, known: Sequence[str]) -> str:
    near = sorted(known, key=lambda one: -SequenceMatcher(None, one, name).ratio())[:NEAREST]
    near = [one for one in near if SequenceMatcher(None, one, name).ratio() > 0.6]
    told = words % {"name": name[:60]}
    if near:
        return _after(told, gettext("The nearest: %(names)s.") % {"names": listed(near)})
    return _after(told, gettext("There are: %(names)s.") % {"names": listed(known)})


def _missing(error: click.MissingParameter) -> str:
    param = error.param
    if isinstance(param, click.Option):
        told = gettext("The option %(name)s is missing.") % {"name": _longest(param)}
    else:
        name = param.make_metavar(error.ctx) if param and error.ctx else ""
        told = gettext("The argument %(name)s is missing.") % {"name": name}
    if param is not None and isinstance(param.type, click.Choice):
        return _after(told, _choices(param.type))
    return told


def _bad(error: click.BadParameter) -> str:
    param = error.param
    if param is None:
        return gettext(error.message)
    name = _longest(param) if isinstance(param, click.Option) else (param.human_readable_name or "")
    told = gettext("The value of %(name)s cannot be used.") % {"name": name}
    if isinstance(param.type, click.Choice):
        return _after(told, _choices(param.type))
    if isinstance(param.type, click.IntRange):
        limits = {"low": param.type.min or 0, "high": param.type.max}
        if param.type.max is None:
            return _after(told, gettext("It is a whole number, at least %(low)s.") % limits)
        return _after(told, gettext("It is a whole number, %(low)s to %(high)s.") % limits)
    if isinstance(param.type, click.types.IntParamType):
        return _after(told, gettext("It is a whole number."))
    if isinstance(param.type, click.Path | click.File):
        return _after(told, gettext("It names a file or folder that is there and that this account may use."))
    return _after(told, gettext(error.message))


def _choices(kind: "click.Choice[str]") -> str:
    return gettext("It is one of %(names)s.") % {"names": listed([str(one) for one in kind.choices])}


def _unknown_command(error: click.UsageError) -> str | None:
    head, _, rest = error.message.partition("'")
    return rest.rpartition("'")[0] if head == "No such command " else None


def _options(ctx: click.Context | None) -> list[str]:
    params = ctx.command.get_params(ctx) if ctx else []
    return [_longest(one) for one in params if isinstance(one, click.Option) and not one.hidden]


def _commands(ctx: click.Context | None) -> list[str]:
    return ctx.command.list_commands(ctx) if ctx and isinstance(ctx.command, click.Group) else []


def _longest(param: click.Option) -> str:
    return max(param.opts, key=len)


def _after(first: str, second: str) -> str:
    return first + ("" if is_chinese() else " ") + second
