"""A program that has read all its code and waits: each command is a copy of it, which begins at once.

Reading the code takes most of a short command's time, and under strace most of its system calls. A sweep starts some
hundred workers on homes that are alike, so it starts the program once, for one place, and has it copied.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.stories.house import ROOT, House, end, until

PATIENCE_S = 300.0
#: What a worker and a letter come to read sooner or later. The copies share it.
READ = (
    "dbos", "duckdb", "psycopg", "pymysql", "pypdf", "typst", "sqlalchemy.dialects.mysql.pymysql",
    "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite", "duckdb_engine",
    "discreet.foundation.jobs.worker", "discreet.foundation.jobs.cli", "discreet.foundation.ledger.prove",
    "discreet.mechanisms.rights.letters.answers", "tests.faults.request_steps",
)  # fmt: skip


class WarmHouse(House):
    """An installation whose commands are copies of one program. What stands at its place may change in between."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        with (home.parent / f"{home.name}.log").open("ab") as log:
            self._program = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.warm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env={**self.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, stderr=log, text=True,
                cwd=home.parent, start_new_session=True,
            )  # fmt: skip
        self._wants()

    def place(self, home: Path) -> None:
        """Put a home in the place of the one that stood here."""
        shutil.rmtree(self.home, ignore_errors=True)
        home.rename(self.home)

    def run(self, *args: str, text: str = "", may_fail: bool = False) -> str:
        code, said = self.work(*args)
        assert may_fail or code == 0, f"{args}: {said}{self.log()}"
        return said

    def steps(self, *args: str) -> str:
        """Run `request_steps`."""
        return self.run("request_steps", *args)

    def work(self, *args: str, begins: Callable[[int], None] | None = None) -> tuple[int, str]:
        """Run one command; return how it ended, -9 where it was killed, and its output.

        `begins` is told the process, which stands still meanwhile.
        """
        said = self.home.parent / f"{self.home.name}.said"
        pid = int(self._asks(json.dumps({"args": args, "is_held": begins is not None, "out": str(said)})))
        if begins is not None:
            begins(pid)
            os.kill(pid, signal.SIGCONT)
        return int(self._wants()), said.read_text(errors="replace")

    def traced(self, tracer: Sequence[str], *args: str) -> int:
        """Run one command under a tracer; return how it ended, -9 where it was killed."""
        watching: list[subprocess.Popen[bytes]] = []

        def watch(pid: int) -> None:
            with (self.home.parent / f"{self.home.name}.log").open("ab") as log:
                watching.append(subprocess.Popen([*tracer, "-p", str(pid)], stdout=log, stderr=log))
            until(lambda: _is_traced(pid) or None, "strace")

        code, _ = self.work(*args, begins=watch)
        for one in watching:
            one.wait(PATIENCE_S)
        return code

    def _asks(self, line: str) -> str:
        assert self._program.stdin is not None
        self._program.stdin.write(line + "\n")
        self._program.stdin.flush()
        return self._wants()

    def _wants(self) -> str:
        assert self._program.stdout is not None
        answer = self._program.stdout.readline().strip()
        assert answer, self.log()
        return answer

    def close(self) -> None:
        end(self._program)
        for pipe in (self._program.stdin, self._program.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def warm_house(home: Path) -> Iterator[WarmHouse]:
    """Yield an installation at a place where nothing stands yet."""
    house = WarmHouse(home)
    try:
        yield house
    finally:
        house.close()


def _is_traced(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    return "TracerPid:\t0\n" not in status


def _copy(asked: dict[str, object]) -> int:
    """Return the process of a copy that runs one command; a held one waits for SIGCONT."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        out = os.open(str(asked["out"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(out, 1)
        if asked["is_held"]:
            os.kill(os.getpid(), signal.SIGSTOP)
        code = _run(asked["args"])
    except BaseException:  # noqa: BLE001 - a copy must end here, whatever happened
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)


def _run(args: object) -> int:
    assert isinstance(args, list)
    try:
        if args[0] == "request_steps":
            from tests.faults import request_steps

            request_steps.main(args[1:])
        else:
            from discreet.project.cli import main

            main(args)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _serve() -> None:
    """Answer each line with a copy's process, and with how it ended."""
    import importlib

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
    django.setup()
    for name in READ:
        importlib.import_module(name)
    from discreet.foundation.jobs.registry import load_all

    load_all()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    answers.write("ready\n")
    for line in sys.stdin:
        asked = json.loads(line)
        pid = _copy(asked)
        if asked["is_held"]:
            os.waitpid(pid, os.WUNTRACED)
        answers.write(f"{pid}\n")
        _, status = os.waitpid(pid, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    _serve()
