"""`kill -9` of the worker at a put in a bucket, before, while and after it takes effect: carried out exactly once.

A copy, a correction and an erasure over a database and a bucket that keeps older versions, end to end. The store's own
thread kills the worker, so every kill hits the very request that is meant.
"""

import io
import os
import signal
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes import s3
from tests.faults.request_steps import corrected, told
from tests.faults.three_sources import entries
from tests.faults.warm import WarmHouse, warm_house
from tests.stories.house import copy_home, new_house

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

pytestmark = [pytest.mark.promise(2), pytest.mark.duty("M8.1"), pytest.mark.xdist_group("kill")]
ANN, NEW, BOB = "ann@example.com", "ann.new@example.com", "bob@example.com"
MAP = """
version: 1
sources:
  crm:
    tables:
      customers:
        people: true
        columns: {customer_id: customer_id, full_name: name, email: email}
      eu/orders:
        columns: {order_no: none, customer_id: none, 备注: free_text}
        links:
        - {columns: [customer_id], to: customers, to_columns: [customer_id], role: owner}
      events:
        people: true
        columns: {email: email, props: none}
  shop:
    tables:
      customer:
        people: true
        columns: {id: none, email: email}
"""
NUMBER = "R-1001"
WORK = ("work", "--until-idle")


def objects(email: str) -> dict[str, bytes]:
    """Return what the bucket holds. `email`: Ann's, "" where she is gone."""
    ann = f'0001,"Ann\r\nSmith",{email}\r\n' if email else ""
    order = "9001,0001,请放门口\n" if email else ""
    event = f'{{"email": "{email}", "props": [1,  2]}}\n' if email else ""
    return {
        "crm/customers.csv": f"customer_id,full_name,email\r\n{ann}0002,Bob Miller,{BOB}\r\n".encode(),
        "crm/eu/orders.csv": f"order_no,customer_id,备注\n{order}9002,0002,电话联系\n".encode("gb18030"),
        "crm/events.jsonl": f'{event}{{"email":"{BOB}"}}\n'.encode(),
        "crm/stock.csv": b'sku;left\n1;"2"\n',
        "other/customers.csv": f"email\n{ANN}\n".encode(),
    }


class Moment(StrEnum):
    BEFORE = "before"
    DURING = "during"  # it took effect and nobody was told
    AFTER = "after"  # it was answered, and what comes next was not


class Scene:
    """A company with a database and a bucket, and a request of each kind that waits for a worker."""

    def __init__(self, folder: Path, store: s3.Store) -> None:
        self.folder, self.store = folder, store
        self.shop = folder / "shop.sqlite"
        store.keep_versions()
        store.may("writer", [*s3.WRITE, *s3.OLDER])
        with closing(sqlite3.connect(self.shop, isolation_level=None)) as connection:
            connection.execute("CREATE TABLE customer (id integer PRIMARY KEY, email varchar(90))")
        self.fill()
        (folder / "map.yaml").write_text(MAP)
        url, shop = store.url(store.writer), f"sqlite:///{self.shop}"
        house = new_house(folder)
        house.add_staff(
            {"chen": "agent", "lena": "approver"},
            ("connect", "crm", url, "--write-url", url),
            ("connect", "shop", shop, "--write-url", shop),
            ("map", "apply", str(folder / "map.yaml")),
        )
        self._first = house.home
        self.numbers: dict[str, str] = {}

    def prepare(self, house: WarmHouse) -> None:
        """Have a request of each kind approved, each in a home of its own."""
        for kind in ("access", "correction", "erasure"):
            house.place(self._copy(self._first))
            self.numbers[kind] = self._approved(house, kind)
            copy_home(house.home, self.folder / kind)

    def _approved(self, house: WarmHouse, kind: str) -> str:
        if kind == "correction":
            return corrected(house, old=ANN, new=NEW)
        for step in (
            ("open", "--kind", kind, "--email", ANN),
            ("verify", NUMBER, "--reason", "Passport seen"),
            ("plan", NUMBER, "--as", "chen"),
            ("accept", NUMBER, "--as", "lena"),
        ):
            house.run("rights", *step)
        return NUMBER

    def _copy(self, home: Path) -> Path:
        copy_home(home, self.folder / "next")
        return self.folder / "next"

    def fill(self) -> None:
        with closing(sqlite3.connect(self.shop, isolation_level=None)) as connection:
            connection.execute("DELETE FROM customer")
            connection.execute(f"INSERT INTO customer VALUES (1, '{ANN}'), (2, '{BOB}')")
        self.store.empty()
        for _ in range(2):  # each has an older version
            for key, body in objects(ANN).items():
                self.store.put(key, body)

    def again(self, kind: str) -> Path:
        """Return a home in which a request's execution has not begun, its sources filled anew."""
        self.fill()
        return self._copy(self.folder / kind)

    def check(self, house: WarmHouse, kind: str) -> None:
        number = self.numbers[kind]
        {"access": self._check_copy, "correction": self._check_correction, "erasure": self._check_erasure}[
            kind
        ](house, number)

    def _check_erasure(self, house: WarmHouse, number: str) -> None:
        said = told(house, number)
        assert (said.state, said.outcome) == ("done", "erased"), (said, house.log())
        assert number in said.proof, "a stranger's verifier refuses the proof"
        endings = [facts for act, facts in entries(house) if act == "rights.finish_erasure"]
        assert [facts["outcome"] for facts in endings if "outcome" in facts] == ["erased"]
        self._holds("", older={"crm/stock.csv": 1, "other/customers.csv": 1})
        assert ANN.encode() not in b"".join(self.store.every_version("crm/"))
        assert self._customers() == [(2, BOB)]

    def _check_correction(self, house: WarmHouse, number: str) -> None:
        said = told(house, number)
        assert (said.state, said.outcome) == ("done", "corrected"), (said, house.log())
        endings = [facts for act, facts in entries(house) if act == "rights.finish_correction"]
        assert [facts["outcome"] for facts in endings if "outcome" in facts] == ["corrected"]
        written = {"crm/customers.csv": 2, "crm/events.jsonl": 2}
        self._holds(NEW, older={**dict.fromkeys(objects(NEW), 1), **written})
        assert self._customers() == [(1, NEW), (2, BOB)]

    def _check_copy(self, house: WarmHouse, number: str) -> None:
        endings = [facts for act, facts in entries(house) if act == "rights.finish_access"]
        assert len(endings) == 1, endings
        out = house.home.parent / "package.zip"
        out.unlink(missing_ok=True)
        house.run("rights", "package", number, "--out", str(out), "--as", "lena")
        with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as package:
            data = package.read("data.json").decode()
        assert all(word in data for word in ("0001", "Smith", "请放门口", ANN)), data
        assert not any(word in data for word in (BOB, "Miller", "电话联系")), data
        self._holds(ANN, older=dict.fromkeys(objects(ANN), 1))
        assert self._customers() == [(1, ANN), (2, BOB)]

    def _holds(self, email: str, *, older: dict[str, int]) -> None:
        """Say that every object is what it should be, byte for byte, with so many older versions."""
        assert {key: self.store.get(key) for key in self.store.listed()} == objects(email)
        found = {key: len(self.store.versions(key)) - 1 for key in objects(email)}
        assert {key: count for key, count in found.items() if count} == older

    def _customers(self) -> list[tuple[int, str]]:
        with closing(sqlite3.connect(self.shop)) as connection:
            return connection.execute("SELECT * FROM customer ORDER BY id").fetchall()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with s3.running() as store:
        yield Scene(tmp_path_factory.mktemp("bucket"), store)


@pytest.fixture(scope="module")
def house(scene: Scene) -> Iterator[WarmHouse]:
    copy_home(scene.folder / "home", scene.folder / "try")
    with warm_house(scene.folder / "try") as made:
        scene.prepare(made)
        yield made


def kill_at(scene: Scene, house: WarmHouse, kind: str, call: tuple[str, int], moment: Moment) -> None:
    """Kill the worker at its Nth request of a kind, start another, and check what came of it."""
    house.place(scene.again(kind))
    method, number = call
    met: list[str] = []

    def begins(pid: int) -> None:
        def instead(environ: "WSGIEnvironment", go: Callable[[], Iterable[bytes]]) -> Iterable[bytes] | None:
            is_due = len(met) == number
            if not is_due and environ["REQUEST_METHOD"] == method:
                met.append(environ["PATH_INFO"])
                is_due = len(met) == number and moment is not Moment.AFTER
                if is_due and moment is Moment.DURING:
                    list(go())
            if is_due:
                os.kill(pid, signal.SIGKILL)
                return None
            return go()

        scene.store.wire.instead = instead

    try:
        code, said = house.work(*WORK, begins=begins)
    finally:
        scene.store.wire.instead = None
    assert code == -signal.SIGKILL, f"{met}: {said}{house.log()}"
    house.run(*WORK)
    scene.check(house, kind)


@pytest.mark.parametrize(
    ("kind", "call", "moment"),
    [
        ("access", ("GET", 5), Moment.BEFORE),
        ("correction", ("PUT", 1), Moment.DURING),
        ("erasure", ("PUT", 2), Moment.DURING),
        ("erasure", ("DELETE", 2), Moment.DURING),
    ],
)
def test_a_request_whose_worker_dies_at_the_bucket_is_carried_out_exactly_once(
    scene: Scene, house: WarmHouse, kind: str, call: tuple[str, int], moment: Moment
) -> None:
    kill_at(scene, house, kind, call, moment)


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize(
    ("kind", "call"),
    [
        *(("access", ("GET", number)) for number in (1, 3, 5)),
        *(("correction", ("PUT", number)) for number in (1, 2)),
        *(("erasure", (method, number)) for method in ("PUT", "DELETE") for number in (1, 2, 3)),
    ],
)
def test_a_request_whose_worker_dies_at_any_put_or_deletion_is_carried_out_exactly_once(
    scene: Scene, house: WarmHouse, kind: str, call: tuple[str, int], moment: Moment
) -> None:
    kill_at(scene, house, kind, call, moment)
