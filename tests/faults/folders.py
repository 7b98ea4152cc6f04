"""A folder of delimited and JSON files and a folder of Parquet, both of which name a person and others."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

BOB = "bob@example.com"
HEAD, REST = "id;email;note\r\n", f"2;{BOB};\r\n\r\n3;cleo@example.com;x"
MAP = """
  crm:
    tables:
      people:
        people: true
        columns: {id: none, email: email, note: none}
      below/events:
        people: true
        columns: {email: email, props: none}
  lake:
    tables:
      visits:
        people: true
        columns: {email: email, at: none}
      below/logins:
        people: true
        columns: {id: none, email: email}
"""
FILES = ["crm/below/events.jsonl", "crm/people.csv", "lake/below/logins.parquet", "lake/visits.parquet"]


@dataclass(frozen=True, slots=True)
class Folders:
    """`crm` and `lake` below `root`. `email`: the person's, who stands in every file."""

    root: Path
    email: str

    def connects(self) -> list[tuple[str, ...]]:
        urls = {name: f"files://{self.root / name}" for name in ("crm", "lake")}
        return [("connect", name, url, "--write-url", url) for name, url in urls.items()]

    def fill(self) -> None:
        for name in ("crm", "lake"):
            shutil.rmtree(self.root / name, ignore_errors=True)
            (self.root / name / "below").mkdir(parents=True)
        (self.root / "crm/people.csv").write_bytes(self._people(self.email).encode())
        (self.root / "crm/below/events.jsonl").write_text(self._events(self.email))
        for file, columns, values in (
            ("visits", 'email, "at"', f"('{self.email}', 1), ('{BOB}', 2)"),
            ("below/logins", "id, email", f"(7, '{BOB}'), (8, '{self.email}')"),
        ):
            rows = f"SELECT * FROM (VALUES {values}) v({columns})"
            duckdb.sql(f"COPY ({rows}) TO '{self.root / 'lake' / file}.parquet' (FORMAT parquet)")

    def _people(self, email: str) -> str:
        return HEAD + (f'1;"{email}";"two\r\nlines"\r\n' if email else "") + REST

    def _events(self, email: str) -> str:
        return (f'{{"email": "{email}", "props": 1}}\n' if email else "") + f'{{"email": "{BOB}"}}\n'

    def check(self, *, now: str, only: str = "") -> None:
        """No file is half written or left behind, and all but the person stands as it was.

        `now`: their address, "" where they are gone. `only`: one of the folders.
        """
        folders = (only,) if only else ("crm", "lake")
        found = [path for name in folders for path in (self.root / name).rglob("*") if path.is_file()]
        names = [str(path.relative_to(self.root)) for path in found]
        assert sorted(names) == [name for name in FILES if name.startswith(folders)], "a copy was left behind"
        if "crm" in folders:
            unquoted = self._people(now).replace(f'"{now}"', now) if now else ""
            people = (self.root / "crm/people.csv").read_bytes().decode()
            assert people in (self._people(now), unquoted)
            assert (self.root / "crm/below/events.jsonl").read_text() == self._events(now)
        if "lake" in folders:
            visits = [(now, 1), (BOB, 2)] if now else [(BOB, 2)]
            logins = [(7, BOB), (8, now)] if now else [(7, BOB)]
            assert duckdb.sql(f"FROM '{self.root}/lake/visits.parquet'").fetchall() == visits
            assert duckdb.sql(f"FROM '{self.root}/lake/below/logins.parquet'").fetchall() == logins
