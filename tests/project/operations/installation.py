"""A real installation of a test's own: its home, its commands, one company database on SQLite."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.mechanisms.rights.company import MAP, ROWS, TABLES
from tests.stories.house import IN_ONE_PROCESS, copy_prepared

ROOT = Path(__file__).parents[3]
MAIN = "from discreet.project.cli import main; main()"
#: Several commands in one process, each an argument as JSON; "ID" stands for the number that the first one gave.
SEVERAL = """
import io, json, sys
from contextlib import redirect_stdout
from discreet.project.cli import main
number = "ID"
for text in sys.argv[1:]:
    told = io.StringIO()
    with redirect_stdout(told):
        main([number if word == "ID" else word for word in json.loads(text)], standalone_mode=False)
    if number == "ID":
        number = json.loads(told.getvalue())["id"]
print(number)
"""


@dataclass
class Installation:
    """`outputs` collects everything that any command printed."""

    home: Path
    source: Path
    more: dict[str, str] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DISCREET_", "LANG", "LC_"))
        }
        return {**kept, "DISCREET_HOME": str(self.home), "PYTHONPATH": str(ROOT / "src"), **self.more}

    def python(
        self, code: str, *arguments: str, before: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*before, sys.executable, "-c", code, *arguments],
            env=self.environment, cwd=ROOT, text=True, capture_output=True, timeout=180, check=False,
        )  # fmt: skip
        self.outputs += [done.stdout, done.stderr]
        return done

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.python(MAIN, *arguments)

    def do(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.do(*arguments, "--json"))

    def connect(self) -> None:
        """Fill the company's database, connect it and confirm its map. A home that is missing is made."""
        if not self.home.exists():
            copy_prepared(self.home)
        with closing(sqlite3.connect(self.source)) as link:
            for statement in (*TABLES, *ROWS):
                link.execute(statement)
            link.commit()
        url = f"sqlite:///{self.source}"
        path = self.source.with_suffix(".map.yaml")
        path.write_text(MAP % {"name": "shop", "keep": ""}, encoding="utf-8")
        commands = (("connect", "shop", url, "--write-url", url), ("map", "apply", str(path)))
        done = self.python(IN_ONE_PROCESS, json.dumps(commands))
        assert done.returncode == 0, done.stderr + done.stdout
        path.unlink()

    def accepted(self, email: str) -> str:
        """Open, verify and approve an erasure; nothing has worked on it yet."""
        commands = (
            ["rights", "open", "--kind", "erasure", "--email", email, "--residence", "DE", "--json"],
            ["rights", "verify", "ID", "--reason", "seen"],
            ["rights", "plan", "ID", "--as", "wei"],
            ["rights", "accept", "ID", "--as", "lan"],
        )
        done = self.python(SEVERAL, *(json.dumps(command) for command in commands))
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def approve(self, number: str) -> None:
        """Propose, where nobody did, and approve as another person."""
        if "proposed" in self.do("rights", "accept", number, "--as", "wei"):
            self.do("rights", "accept", number, "--as", "lan")

    def erased(self, email: str) -> str:
        number = self.accepted(email)
        self.do("work", "--until-idle")
        assert self.show(number)["state"] == "done"
        return number

    def show(self, number: str) -> Any:
        return self.json("rights", "show", number)

    def database(self, sql: str, *, file: str = "discreet.sqlite3") -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.home / file)) as link:
            rows = link.execute(sql).fetchall()
            link.commit()
            return rows
