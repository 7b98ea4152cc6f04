"""`kill -9` of the worker in the middle of an erasure over a database and a folder: no file lost, one certificate.

The points are the calls by which a file is written, flushed and put in the place of the old one.
"""

import random
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.faults.test_kill import traced
from tests.faults.three_sources import entries
from tests.stories.house import House, copy_home, new_house

pytestmark = [
    pytest.mark.promise(2),
    pytest.mark.xdist_group("kill"),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
CALLS = ("renameat", "fsync", "fchmod", "flock", "ftruncate", "unlinkat", "write")
CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)")
SEED = 20_261_128
ANN, NUMBER = "ann@example.com", "R-1001"
HEAD, ANNS, REST = (
    "id;email;note\r\n",
    f'1;"{ANN}";"two\r\nlines"\r\n',
    "2;bob@example.com;\r\n\r\n3;cleo@example.com;x",
)
MAP = """
version: 1
sources:
  shop:
    tables:
      customer:
        people: true
        columns: {id: none, email: email}
  crm:
    tables:
      people:
        people: true
        columns: {id: none, email: email, note: none}
      visits:
        people: true
        columns: {email: email, at: none}
      below/events:
        people: true
        columns: {email: email, props: none}
"""


@dataclass(slots=True)
class Approved:
    """An approved erasure of Ann in a database and a folder, to be carried out as often as wanted."""

    home: Path
    folder: Path
    used: int = 0

    def fill(self) -> None:
        shutil.rmtree(self.folder / "crm", ignore_errors=True)
        (self.folder / "crm" / "below").mkdir(parents=True)
        (self.folder / "crm" / "people.csv").write_bytes((HEAD + ANNS + REST).encode())
        (self.folder / "crm" / "below" / "events.jsonl").write_text(
            f'{{"email": "{ANN}", "props": 1}}\n{{"email": "bob@example.com"}}\n'
        )
        duckdb.sql(
            f"COPY (SELECT * FROM (VALUES ('{ANN}', 1), ('bob@example.com', 2)) v(email, \"at\"))"
            f" TO '{self.folder / 'crm' / 'visits.parquet'}' (FORMAT parquet)"
        )
        with closing(sqlite3.connect(self.folder / "shop.sqlite", isolation_level=None)) as shop:
            shop.execute("CREATE TABLE IF NOT EXISTS customer (id integer PRIMARY KEY, email varchar(90))")
            shop.execute(f"INSERT OR REPLACE INTO customer VALUES (1, '{ANN}'), (2, 'bob@example.com')")

    def again(self) -> House:
        self.fill()
        self.used += 1
        home = self.home.parent / f"try-{self.used}"
        copy_home(self.home, home)
        return House(home)

    def check(self, house: House) -> None:
        """One certificate, no trace of Ann, and every byte of the others where it was."""
        view = house.json("rights", "show", NUMBER)
        assert view["outcome"] == "erased", (view, house.log())
        endings = [facts for act, facts in entries(house) if act == "rights.finish_erasure"]
        assert [facts["outcome"] for facts in endings if "outcome" in facts] == ["erased"]
        crm = self.folder / "crm"
        assert (crm / "people.csv").read_bytes() == (HEAD + REST).encode()
        assert (crm / "below" / "events.jsonl").read_text() == '{"email": "bob@example.com"}\n'
        visits = duckdb.sql(f"SELECT * FROM '{crm / 'visits.parquet'}'").fetchall()
        assert visits == [("bob@example.com", 2)]
        with closing(sqlite3.connect(self.folder / "shop.sqlite")) as shop:
            assert shop.execute("SELECT id FROM customer").fetchall() == [(2,)]
        assert sorted(str(path.relative_to(crm)) for path in crm.rglob("*")) == [
            "below", "below/events.jsonl", "people.csv", "visits.parquet",
        ], "a copy was left behind"  # fmt: skip
        house.run("ledger", "verify")


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Approved:
    folder = tmp_path_factory.mktemp("files")
    house = new_house(folder)
    made = Approved(house.home, folder)
    made.fill()
    (folder / "map.yaml").write_text(MAP)
    shop, crm = f"sqlite:///{folder / 'shop.sqlite'}", f"files://{folder / 'crm'}"
    house.add_staff(
        {"chen": "agent", "lena": "approver"},
        ("connect", "shop", shop, "--write-url", shop),
        ("connect", "crm", crm, "--write-url", crm),
        ("map", "apply", str(folder / "map.yaml")),
        ("rights", "open", "--kind", "erasure", "--email", ANN),
        ("rights", "verify", NUMBER, "--reason", "Passport seen"),
        ("rights", "plan", NUMBER, "--as", "chen"),
        ("rights", "accept", NUMBER, "--as", "lena"),
    )
    return made


@pytest.fixture(scope="module")
def points(approved: Approved, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """Every point at which the worker can be killed."""
    house = approved.again()
    log = tmp_path_factory.mktemp("counts") / "strace.log"
    assert traced(house, "-e", f"trace={','.join(CALLS)}", "-o", str(log)) == 0, house.log()
    approved.check(house)
    found: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        seen = CALL.match(line)
        if seen and "resumed>" not in line:
            found[seen[2], seen[1]] += 1
    most = {call: max((n for (name, _), n in found.items() if name == call), default=0) for call in CALLS}
    assert most["renameat"] == 3, most
    return [(call, number) for call in CALLS for number in range(1, most[call] + 1)]


def kill_at(approved: Approved, call: str, number: int) -> bool:
    """Kill the worker at its Nth call, start another, and check what came of it; say whether it was killed."""
    house = approved.again()
    inject = f"inject={call}:signal=KILL:when={number}"
    code = traced(house, "-e", f"trace={call}", "-e", inject, "-o", "/dev/null")
    house.run("work", "--until-idle")
    approved.check(house)
    shutil.rmtree(house.home)
    return code != 0


def test_a_worker_killed_while_it_rewrites_files_loses_none_and_the_erasure_goes_on(
    approved: Approved, points: list[tuple[str, int]]
) -> None:
    """Between two renames, and one point more by a fixed seed."""
    chosen = random.Random(SEED).choice([point for point in points if point[0] != "renameat"])
    killed = [kill_at(approved, *point) for point in (("renameat", 2), chosen)]
    assert any(killed)


@pytest.mark.full
@pytest.mark.timeout(2400)
def test_a_worker_killed_anywhere_while_it_rewrites_files_loses_none(
    approved: Approved, points: list[tuple[str, int]]
) -> None:
    """Every rename, flush, lock and write of the busiest thread."""
    killed = [kill_at(approved, *point) for point in points]
    assert killed.count(True) > len(points) * 0.9, "strace did not kill where it should"
