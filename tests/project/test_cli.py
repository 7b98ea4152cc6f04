"""What the command line says when something is wrong: one line, in the reader's language, and never a traceback."""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.mechanisms.rights.company import ANN
from tests.project.operations.installation import Installation

pytestmark = pytest.mark.xdist_group("cli")
OWN_SETTINGS = {"DJANGO_SETTINGS_MODULE": "discreet.project.settings"}  # those of tests make a home
LONG = "x" * 100_000  # about as much as one argument may be
DEFECTIVE = {"binary": bytes(range(256)) * 20, "empty": b"", "cut": b"SQLite format 3\x00" + bytes(50)}
Words: TypeAlias = tuple[str, ...]
WRONG: tuple[Words, ...] = (
    ("connect", "a", "sqlite:///HERE/folder"),
    ("connect", "a", "sqlite:///HERE/binary"),
    ("connect", "a", "sqlite:///HERE/cut"),
    ("connect", "a", "sqlite:///HERE/missing.db"),
    ("connect", "a", "env:NOT_SET"),
    ("connect", "a", "nonsense"),
    ("connect", 'x"; DROP TABLE keep;--', "sqlite:///HERE/shop.db"),
    ("connect", "", "sqlite:///HERE/shop.db"),
    ("connect", "a", "postgresql://u:p@127.0.0.1:1/x"),
    ("connect", "a", "sqlite:///HERE/shop.db", "--as", LONG),
    ("grants", "nowhere"),
    ("map", "export", "nowhere"),
    ("map", "apply", "HERE/folder"),
    ("map", "apply", "HERE/binary"),
    ("map", "apply", "HERE/missing"),
    ("map", "confirm", "nowhere", "--all"),
    ("find", "nowhere", "--email", ANN, "--json"),
    ("find", "shop", "--json"),
    ("find", "shop", "--email", "", "--json"),
    ("find", "shop", "--email", LONG, "--json"),
    ("find", "shop", "--name", "Ann", "--json"),
    ("ledger", "prove", "--request", "R-9", "--out", "HERE/proof.json"),
    ("ledger", "prove", "--request", "R-1001", "--out", "HERE/nowhere/proof.json"),
    ("ledger", "prove", "--request", "R-1001", "--out", "HERE/folder"),
    ("ledger", "verify", "--checkpoint", "HERE/binary"),
    ("rights", "open", "--kind", "erasure", "--email", "", "--json"),
    ("rights", "open", "--kind", "erasure", "--json"),
    ("rights", "open", "--kind", "erasure", "--email", "bad", "--json"),
    ("rights", "open", "--kind", "erasure", "--email", "a\nBcc: b@example.com", "--json"),
    ("rights", "open", "--kind", "erasure", "--email", LONG + "@example.com", "--json"),
    ("rights", "open", "--kind", "erasure", "--phone", "NULL", "--json"),
    ("rights", "open", "--kind", "erasure", "--name", "Ann", "--json"),
    ("rights", "open", "--kind", "erasure", "--email", ANN, "--residence", "Narnia", "--json"),
    ("rights", "open", "--kind", "erasure", "--email", ANN, "--as", "", "--json"),
    ("rights", "open", "--kind", "wrong", "--email", ANN, "--json"),
    ("rights", "verify", "R-9", "--reason", "Seen"),
    ("rights", "verify", "B-9", "--reason", "Seen"),
    ("rights", "verify", "R-1001", "--reason", "  "),
    ("rights", "verify", "'; DROP TABLE keep;--", "--reason", "Seen"),
    ("rights", "verify", LONG, "--reason", "Seen"),
    ("rights", "plan", "R-1001", "--json"),
    ("rights", "plan", "R-9", "--json"),
    ("rights", "plan", "B-99999999999999999999", "--json"),
    ("rights", "accept", "R-1001", "--as", "lan"),
    ("rights", "accept", "R-9", "--as", "lan"),
    ("rights", "choose", "R-1001", "7"),
    ("rights", "choose", "R-1001"),
    ("rights", "show", "R-9", "--json"),
    ("rights", "show", "", "--json"),
    ("rights", "show", "%s", "--json"),
    ("rights", "package", "R-1001", "--out", "HERE/package.zip"),
    ("rights", "refuse", "R-1001", "--reason", " "),
    ("rights", "cancel", "R-9"),
    ("rights", "import", "HERE/folder", "--json"),
    ("rights", "import", "HERE/missing", "--json"),
)
#: Runs commands, given as a file of JSON, and prints exit code, stdout and stderr of each.
ONE_BY_ONE = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from discreet.project.cli import main
said = []
for words in json.load(open(sys.argv[1])):
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            main(words)
        except SystemExit as ended:
            code = ended.code or 0
    said.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with one request that was opened, R-1001."""
    folder = tmp_path_factory.mktemp("cli")
    made = Installation(home=folder / "home", source=folder / "shop.db")
    made.connect()
    made.do("rights", "open", "--kind", "erasure", "--email", ANN)
    (folder / "folder").mkdir()
    for name, blob in DEFECTIVE.items():
        (folder / name).write_bytes(blob)
    return made


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def told(one: Installation) -> dict[Words, Told]:
    """Run every wrong command, all in one process."""
    words = [[word.replace("HERE", str(one.home.parent)) for word in command] for command in WRONG]
    path = one.home.parent / "commands.json"
    path.write_text(json.dumps(words), encoding="utf-8")
    done = one.python(ONE_BY_ONE, str(path))
    assert done.returncode == 0, done.stderr
    return {command: Told(*said) for command, said in zip(WRONG, json.loads(done.stdout), strict=True)}


@pytest.mark.parametrize("words", WRONG, ids=lambda words: " ".join(words)[:40])
def test_what_cannot_be_done_is_told_in_one_line(told: dict[Words, Told], words: Words) -> None:
    """On stderr; with --json as a code and a sentence on stdout alone. No traceback, no driver's code."""
    said = told[words]
    assert said.code in (1, 2), said
    assert "Traceback" not in said.err + said.out
    if "--json" in words:
        problem = json.loads(said.out)
        assert said.err == "" and problem["code"]
        line = f"Error: {problem['message']}"
    elif said.code == 1:
        assert said.out == ""
        [line] = said.err.splitlines()
    else:
        *_, line = said.err.splitlines()
    assert line.startswith("Error: ")
    assert "SQLITE" not in line and "Errno" not in line


def test_a_file_that_is_no_checkpoint_is_not_taken_for_broken_evidence(one: Installation) -> None:
    """1 is what evidence that is not intact ends with."""
    done = one.run("ledger", "verify", "--json", "--checkpoint", str(one.home.parent / "binary"))
    assert (done.returncode, json.loads(done.stdout)["code"]) == (2, "ledger.not_a_checkpoint")
    assert done.stderr == ""
    told = one.run("ledger", "verify", "--checkpoint", str(one.home.parent / "binary"))
    assert told.stderr.startswith("Error: The file binary is no checkpoint")


def test_an_argument_that_is_no_text_is_refused(one: Installation) -> None:
    done = one.run("rights", "show", os.fsdecode(b"\xff"))
    assert done.returncode == 2 and "Traceback" not in done.stderr
    as_json = one.run("rights", "show", os.fsdecode(b"\xff"), "--json")
    assert (as_json.returncode, json.loads(as_json.stdout)["code"]) == (2, "cli.usage")
    assert as_json.stderr == ""


def test_the_shells_language_is_spoken(one: Installation) -> None:
    chinese = Installation(home=one.home, source=one.source, more={"LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"})
    assert chinese.run("rights", "show", "R-9").stderr == "错误：没有请求 R-9。\n"
    done = chinese.run("rights", "show", "R-9", "--json")
    assert done.stderr == ""
    assert json.loads(done.stdout) == {"code": "rights.unknown_request", "message": "没有请求 R-9。"}
    again = chinese.run("rights", "accept", "R-1001", "--as", "lan")
    assert again.stderr.startswith("错误：") and again.returncode == 1


def test_every_wrong_line_of_an_import_is_told(one: Installation, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(f"email,residence\n{ANN},\nbad,\n,\n{ANN},Narnia\n", encoding="utf-8")
    done = one.run("rights", "import", str(path), "--kind", "erasure", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["imported"], said["ids"]) == (1, 0, [])
    assert [(error["line"], error["code"]) for error in said["errors"]] == [
        (3, "import.email"),
        (4, "import.empty_identity"),
        (5, "import.residence"),
    ]
    assert done.stderr == ""
    told = one.run("rights", "import", str(path))
    assert (
        told.stderr.splitlines()[0]
        == "Line 2: The line does not say what is asked for. Name it, or choose one kind for such lines."
    )
    told = one.run("rights", "import", str(path), "--kind", "erasure")
    assert told.stderr.splitlines()[0] == "Line 3: This is not an e-mail address."
    assert told.stderr.splitlines()[-1].startswith("Error: ") and told.returncode == 1


def test_a_command_without_a_word_shows_its_help_once(one: Installation) -> None:
    told = one.run("rights")
    assert (told.returncode, told.stderr.count("Usage:")) == (2, 1)


def test_an_own_database_that_is_broken_is_told_in_one_line(one: Installation) -> None:
    with closing(sqlite3.connect(one.home / "discreet.sqlite3", isolation_level=None)) as link:
        link.execute("ALTER TABLE rights_batch RENAME TO moved")
        try:
            done = one.run("rights", "show", "R-1001", "--json")
        finally:
            link.execute("ALTER TABLE moved RENAME TO rights_batch")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "cli.database")
    assert "Traceback" not in done.stderr


def test_a_home_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = Installation(home=tmp_path / "file" / "home", source=tmp_path / "x", more=OWN_SETTINGS).run("keys")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith("Error: The folder of DISCREET_HOME")


@pytest.mark.parametrize(
    "words",
    [
        ("ledger", "verify"),
        ("ledger", "prove", "--request", "R-1", "--out", "proof.json"),
        ("rights", "show", "R-1"),
        ("rights", "open", "--kind", "erasure", "--email", ANN),
        ("sources",),
        ("map", "show", "shop"),
        ("find", "shop", "--email", ANN),
        ("doctor",),
        ("backup", "--out", "backup.tar"),
        ("tombstones", "check", "shop"),
    ],
)
def test_a_mistyped_home_is_told_and_no_installation_is_made_of_it(tmp_path: Path, words: Words) -> None:
    nowhere = Installation(home=tmp_path / "mistyped", source=tmp_path / "x", more=OWN_SETTINGS)
    done = nowhere.run(*words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert f"DISCREET_HOME, {nowhere.home}, holds no installation" in done.stderr
    assert not nowhere.home.exists()


def test_a_lost_database_is_not_taken_for_an_empty_ledger(tmp_path: Path) -> None:
    lost = Installation(home=tmp_path / "home", source=tmp_path / "x")
    assert lost.run("company", "show").returncode == 0
    (lost.home / "discreet.sqlite3").unlink()
    assert lost.run("ledger", "verify").returncode == 1
    assert not (lost.home / "discreet.sqlite3").exists()


def test_help_and_law_need_no_installation(tmp_path: Path) -> None:
    nowhere = Installation(home=tmp_path / "nowhere", source=tmp_path / "x", more=OWN_SETTINGS)
    assert "Usage:" in nowhere.do("ledger", "verify", "--help")
    assert "GDPR" in nowhere.do("law", "list", "--pack", "eu-gdpr")
    assert not nowhere.home.exists()


def test_the_scripts_way_works_with_one_shell_user_and_says_so(tmp_path: Path) -> None:
    """Open, verify, plan, accept, work: as one user of the machine."""
    made = Installation(home=tmp_path / "home", source=tmp_path / "shop.db")
    made.connect()
    number = str(made.json("rights", "open", "--kind", "erasure", "--email", ANN)["id"])
    made.do("rights", "verify", number, "--reason", "Seen")
    assert made.json("rights", "plan", number)["hash"]
    accepted = made.run("rights", "accept", number, "--as", "lena")
    assert (accepted.returncode, accepted.stdout) == (0, f"{number}: accepted\n")
    assert "through one user of the operating system" in accepted.stderr
    made.do("work", "--until-idle")
    shown = made.show(number)
    assert shown["outcome"] in ("erased", "erased_except_kept")
    assert shown["both_by_shell_user"] == accepted.stderr.split("“")[1].split("”")[0]


def test_work_names_the_request_that_waits_and_why(tmp_path: Path) -> None:
    made = Installation(home=tmp_path / "home", source=tmp_path / "shop.db")
    made.connect()
    number = made.accepted(ANN)
    made.source.rename(tmp_path / "elsewhere.db")
    done = made.run("work", "--until-idle")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert f"{number} waits: There is no database file at this path. Discreet never creates one." in lines
    assert ANN not in done.stderr


@pytest.mark.parametrize(
    ("words", "en", "zh"),
    [
        (
            ("rights", "open", "--kin", "x"),
            "There is no option --kin. The nearest: --kind.",
            "没有选项 --kin。",
        ),
        (
            ("rights", "open", "--kind", "x"),
            "It is one of know, access, portability",
            "可用取值：know、access、portability",
        ),
        (("rights", "shw"), "There is no command shw. The nearest: show.", "没有命令 shw。"),
        (("rights", "show"), "The argument ID is missing.", "缺少参数 ID。"),
        (("rights", "accept", "R-1", "--as"), "A value is missing behind --as.", "--as 后面缺少取值。"),
        (("demo", "--port", "x"), "It is a whole number, 1 to 65535.", "须为整数，1 至 65535。"),
    ],
)
def test_a_mistyped_command_is_told_with_the_way_out(
    one: Installation, words: tuple[str, ...], en: str, zh: str
) -> None:
    shell = {"LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    english = one.run(*words)
    assert english.returncode == 2 and en in english.stderr
    chinese = Installation(home=one.home, source=one.source, more=shell).run(*words)
    assert chinese.returncode == 2 and zh in chinese.stderr
    assert chinese.stderr.splitlines()[-1].startswith("错误：")
