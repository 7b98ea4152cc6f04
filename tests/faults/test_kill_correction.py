"""`kill -9` of the worker in the middle of a correction over two databases: corrected once, and said once."""

import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.three_sources import entries
from tests.mechanisms.rights.correcting import CRM, MAP, MIA, NEW, ROWS, TABLES, TOM
from tests.stories.house import ROOT, House, copy_home, new_house

pytestmark = [
    pytest.mark.promise(2),
    pytest.mark.xdist_group("kill"),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
CALLS = ("fdatasync", "pwrite64")
SEED = 20_261_128
CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)")


class Correction:
    """An approved correction that waits for a worker, as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.used = 0
        self.fill()
        house = new_house(folder)
        (folder / "map.yaml").write_text(MAP)
        connects = [
            ("connect", name, self.url(name), "--write-url", self.url(name)) for name in ("shop", "crm")
        ]
        house.run_all([*connects, ("map", "apply", str(folder / "map.yaml"))])
        steps = [sys.executable, "-m", "tests.faults.correction_steps"]
        environment = {**house.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        done = subprocess.run(
            steps, env=environment, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
        )
        assert done.returncode == 0, done.stderr
        self.number = done.stdout
        self.home = house.home

    def url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.sqlite"

    def rows(self, name: str, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / f"{name}.sqlite")) as connection:
            return connection.execute(sql).fetchall()

    def fill(self) -> None:
        for name, statements in (("shop", (*TABLES, *ROWS)), ("crm", CRM)):
            for ending in ("", "-journal", "-wal", "-shm"):
                (self.folder / f"{name}.sqlite{ending}").unlink(missing_ok=True)
            with closing(sqlite3.connect(self.folder / f"{name}.sqlite")) as connection:
                for statement in statements:
                    connection.execute(statement)
                connection.commit()

    def again(self) -> House:
        self.used += 1
        self.fill()
        copy_home(self.home, self.folder / f"try-{self.used}")
        return House(self.folder / f"try-{self.used}")

    def check(self, house: House) -> None:
        """Corrected everywhere, one outcome, and nobody else's field touched."""
        with closing(sqlite3.connect(house.home / "discreet.sqlite3")) as connection:
            outcome = connection.execute("SELECT number, outcome FROM rights_rightsrequest").fetchall()
        assert outcome == [(self.number, "corrected")], house.log()
        endings = [facts for act, facts in entries(house) if act == "rights.finish_correction"]
        assert [facts["outcome"] for facts in endings if "outcome" in facts] == ["corrected"]
        assert self.rows("shop", "SELECT email FROM customer ORDER BY id") == [(NEW,), (TOM,)]
        assert self.rows("shop", "SELECT recipient FROM mail_log ORDER BY id") == [(NEW,), (NEW,), (TOM,)]
        assert self.rows("shop", "SELECT email FROM subscription ORDER BY customer_id") == [(NEW,), (TOM,)]
        assert self.rows("crm", "SELECT mail FROM contact ORDER BY id") == [(NEW.upper(),), (TOM,)]
        assert MIA not in str(self.rows("shop", "SELECT * FROM customer"))


@pytest.fixture(scope="module")
def correction(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Correction]:
    yield Correction(tmp_path_factory.mktemp("correction"))


def traced(house: House, *options: str) -> int:
    worker = house.start("work", "--until-idle", wrapper=("strace", "-f", "-qq", *options))
    return worker.wait(120)


def counts(correction: Correction) -> dict[str, int]:
    """Return how many calls of each kind the busiest thread makes when nothing disturbs it."""
    house, log = correction.again(), correction.folder / "strace.log"
    assert traced(house, "-e", f"trace={','.join(CALLS)}", "-o", str(log)) == 0, house.log()
    correction.check(house)
    found: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        seen = CALL.match(line)
        if seen and "resumed>" not in line:
            found[seen[2], seen[1]] += 1
    return {call: max((n for (name, _), n in found.items() if name == call), default=0) for call in CALLS}


def kill_at(correction: Correction, call: str, number: int) -> bool:
    house = correction.again()
    inject = f"inject={call}:signal=KILL:when={number}"
    code = traced(house, "-e", f"trace={call}", "-e", inject, "-o", "/dev/null")
    house.run("work", "--until-idle")
    correction.check(house)
    shutil.rmtree(house.home)
    return code != 0


@pytest.mark.timeout(900)
def test_a_worker_killed_in_a_correction_leaves_it_corrected_once(correction: Correction) -> None:
    """Two points by a fixed seed, one of each kind."""
    found = counts(correction)
    assert all(found.values()), found
    chance = random.Random(SEED)
    killed = [kill_at(correction, call, chance.randint(1, found[call])) for call in CALLS]
    assert any(killed)


@pytest.mark.full
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_killed_at_every_durable_write_leaves_it_corrected_once(
    correction: Correction, call: str
) -> None:
    """Every flush to the disk; every tenth write to a file."""
    step = 10 if call == "pwrite64" else 1
    swept = range(1, counts(correction)[call] + 1, step)
    killed = [kill_at(correction, call, number) for number in swept]
    assert killed.count(True) > len(swept) * 0.9, "strace did not kill where it should"
