"""Help is there at once, and in the language of the shell."""

import json
import unicodedata
from pathlib import Path

import pytest

from discreet.project.cli import COMMANDS
from tests.project.operations.installation import Installation
from tests.stories.house import copy_prepared

CHINESE = {"LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
WIDTH = 80
#: Prints of every command the texts that its help is made of, and the help as it is shown.
EVERY_HELP = """
import inspect, io, json
from contextlib import redirect_stdout
import click
from discreet.project.cli import main

def walk(command, words):
    texts = [option.help for option in command.params if isinstance(option, click.Option) and option.help]
    texts += inspect.cleandoc(command.help).split("\\n\\n")
    with redirect_stdout(io.StringIO()) as shown:
        main([*words, "--help"], standalone_mode=False)
    every[" ".join(words)] = [texts, shown.getvalue()]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            walk(command.get_command(context, name), [*words, name])

every, context = {}, click.Context(main)
walk(main, [])
print(json.dumps(every))
"""
OF_CLICK = ("Usage:", "Options:", "Commands:", "Show the ", "Show this ", "required]", "[default")
#: Prints the list of all commands, then which of the slow modules it needed.
LOADED = """
import sys
from discreet.project.cli import main
main(["--help"], standalone_mode=False)
print([name for name in ("django", "sqlalchemy", "dbos") if name in sys.modules])
"""


@pytest.fixture(scope="module")
def helps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], str]]:
    """Return of every command the English texts of its help, and its help in a Chinese shell."""
    folder = tmp_path_factory.mktemp("help")
    copy_prepared(folder / "home")
    done = Installation(home=folder / "home", source=folder / "shop.db", more=CHINESE).python(EVERY_HELP)
    assert done.returncode == 0, done.stderr
    every: dict[str, tuple[list[str], str]] = json.loads(done.stdout)
    assert {"", "rights open", *COMMANDS} <= set(every)
    return every


def test_every_help_is_chinese_in_a_chinese_shell(helps: dict[str, tuple[list[str], str]]) -> None:
    """No text of a command, of those in its list, or of click's own is left in English."""
    texts = {" ".join(text.split()) for said, _ in helps.values() for text in said}
    texts |= {line for _, line in COMMANDS.values()} | set(OF_CLICK)
    left = {
        command: [text for text in texts if text in " ".join(shown.split())]
        for command, (_, shown) in helps.items()
    }
    assert {command: english for command, english in left.items() if english} == {}


def test_no_line_of_chinese_help_is_wider_than_the_terminal(helps: dict[str, tuple[list[str], str]]) -> None:
    """A Chinese character takes two places."""
    wide = [
        line
        for _, shown in helps.values()
        for line in shown.splitlines()
        if sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) > WIDTH
    ]
    assert wide == []


@pytest.mark.parametrize(("shell", "words"), [({}, "Find a person"), (CHINESE, "在数据源中查找某人")])
def test_the_help_of_all_commands_needs_no_django(tmp_path: Path, shell: dict[str, str], words: str) -> None:
    done = Installation(home=tmp_path / "home", source=tmp_path / "shop.db", more=shell).python(LOADED)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "[]"), done.stderr
    assert words in done.stdout
    assert not (tmp_path / "home").exists()
