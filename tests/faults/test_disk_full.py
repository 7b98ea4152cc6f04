"""A disk that is full: a clear error or a safe wait, nothing lost, and one certificate once there is room."""

import re
import shutil
import sqlite3
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.sources import pools, refusals, session
from tests.faults.disks import Disk, family, small_disk
from tests.faults.three_sources import Approved, approved_erasure, entries
from tests.foundation.sources.conftest import Company, postgresql_company
from tests.servers import Server, own_folder
from tests.stories.house import COMMAND, House, end, until

__all__ = ["postgresql_company"]
pytestmark = [pytest.mark.promise(5), pytest.mark.xdist_group("disk")]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as small:
        (small.folder / "try-1.log").symlink_to(tmp_path / "log")  # what the processes say is not on it
        yield small


@pytest.fixture
def approved(disk: Disk, tmp_path: Path) -> Iterator[Approved]:
    """The erasure from a SQLite database on a disk with room; Discreet's home is on the small one."""
    with approved_erasure(disk.folder, {"files": f"sqlite:///{tmp_path / 'shop.sqlite'}"}) as erasure:
        yield erasure


def acts(house: House) -> list[str]:
    return [act for act, _ in entries(house)]


def serving(house: House) -> list[int]:
    assert house._server is not None
    return family(house._server.pid)


def is_done(house: House) -> bool | None:
    return "rights.finish_erasure" in acts(house) or None


def health(house: House) -> int:
    try:
        with urllib.request.urlopen(f"{house.base}/healthz", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def gives_back_its_log(house: House) -> bool:
    """Shorten the write-ahead log to nothing: in the room it has taken before, acts still fit on a full disk."""
    with closing(sqlite3.connect(house.home / "discreet.sqlite3", timeout=5)) as link:
        return bool(link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def test_an_erasure_that_finds_the_disk_full_ends_in_one_certificate_once_there_is_room(
    approved: Approved, disk: Disk
) -> None:
    house = approved.again()
    shop = approved.companies["files"]
    with ExitStack() as stack:
        stack.callback(house.stop)
        shop.run("BEGIN IMMEDIATE")
        house.serve()
        until(lambda: "rights.begin_execution" in acts(house) or None, f"the beginning\n{house.log()}")
        until(lambda: gives_back_its_log(house) or None, "that the log holds no room of its own")
        disk.fill(*serving(house))
        shop.run("ROLLBACK")
        until(lambda: health(house) == 503 or None, f"that it is said\n{house.log()}")
        assert "rights.finish_erasure" not in acts(house), "no act without room for its evidence"
        disk.make_room(*serving(house))
        until(lambda: is_done(house), f"the end\n{house.log()}")
        until(lambda: health(house) == 200 or None, f"that it is well\n{house.log()}")
    approved.check(house)


def filled_form(house: House) -> Callable[[], object]:
    """Open the public form of an erasure and fill it in; return what sends it."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    address = f"{house.base}/privacy/ask/erasure/"
    page = browser.open(address, timeout=10).read().decode()
    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|form_token)" value="([^"]+)"', page))
    body = urllib.parse.urlencode({**hidden, "email": "form@example.com", "residence": "DE"}).encode()
    return lambda: browser.open(urllib.request.Request(address, data=body), timeout=30)


def refusal_of(send: Callable[[], object]) -> urllib.error.HTTPError | None:
    """Send the form; None while it is taken for a program's, which is faster than a person."""
    with pytest.raises(urllib.error.HTTPError) as answer:
        send()
    return None if answer.value.code == 422 else answer.value


@contextmanager
def keeps_the_log_growing(house: House) -> Iterator[None]:
    """Read an old state meanwhile: what is written goes to the log's end, and none of its room is used again."""
    with closing(sqlite3.connect(house.home / "discreet.sqlite3", timeout=5)) as link:
        link.execute("BEGIN")
        link.execute("SELECT count(*) FROM jobs_job").fetchone()
        yield


def open_request(house: House, *wrapper: str) -> "subprocess.CompletedProcess[str]":
    command = ("rights", "open", "--kind", "erasure", "--email", "new@example.com", "--json")
    return subprocess.run(
        [*wrapper, *COMMAND, *command], env=house.environment, cwd=house.home.parent, text=True, capture_output=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_a_request_that_comes_when_the_disk_is_full_is_refused_in_words_and_received_later(
    approved: Approved, disk: Disk
) -> None:
    """Neither half a request nor one without evidence: the sender knows that it was not taken."""
    house = approved.again()
    house.serve()
    reader = ExitStack()
    try:
        before = acts(house).count("rights.receive_request")
        send = filled_form(house)
        until(lambda: gives_back_its_log(house) or None, "that the log holds no room of its own")
        reader.enter_context(keeps_the_log_growing(house))
        disk.fill(*serving(house))
        refused = open_request(house, *(() if disk.is_mounted else ("prlimit", "--fsize=4096:")))
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        assert not disk.is_mounted or "full" in refused.stdout + refused.stderr
        answer = until(lambda: refusal_of(send), "that nobody fills the form in so fast")
        assert answer.code == 503
        assert answer.headers["Retry-After"]
        reader.close()
        disk.make_room(*serving(house))
        assert acts(house).count("rights.receive_request") == before
        received = open_request(house)
        assert received.returncode == 0, received.stderr
        assert acts(house).count("rights.receive_request") == before + 1
        house.run("ledger", "verify")
    finally:
        reader.close()
        house.stop()


def waits(house: House, code: str) -> bool | None:
    with closing(sqlite3.connect(house.home / "discreet.sqlite3", timeout=20)) as connection:
        found = connection.execute("SELECT state, failure_code FROM jobs_job WHERE workflow = 'rights.erase'")
        return found.fetchone() == ("waiting", code) or None


def erased_over_a_full_source(approved: Approved, source: Disk) -> None:
    """The worker finds the source's disk full, waits, and ends when there is room."""
    house = approved.again()
    ((name, company),) = approved.companies.items()
    failing = ("strace", "-f", "-qq", "-P", f"{source.folder}/shop.sqlite-journal", "-o", "/dev/null")
    failing += ("-e", "inject=pwrite64:error=ENOSPC") if not source.is_mounted else ()
    source.fill()
    worker = house.start("work", wrapper=() if source.is_mounted else failing)
    try:
        until(lambda: waits(house, "source_disk"), f"that it waits\n{house.log()}")
        view = approved.state_of(house)
        assert (view["state"], view["outcome"]) == ("executing", None)
        assert company.run("SELECT id FROM customer WHERE id = 1") == [(1,)], name
        source.make_room()
        if not source.is_mounted:
            end(worker)
            worker = house.start("work")
        until(lambda: is_done(house), f"the end\n{house.log()}")
    finally:
        end(worker)
    approved.check(house)


def test_a_file_on_a_full_disk_is_waited_for(disk: Disk, tmp_path: Path) -> None:
    url = f"sqlite:///{disk.folder / 'shop.sqlite'}"
    (tmp_path / "house").mkdir()
    with approved_erasure(tmp_path / "house", {"files": url}) as approved:
        erased_over_a_full_source(approved, disk)


@pytest.fixture
def tablespace(postgresql_server: Server) -> Iterator[Disk]:
    """A tablespace of PostgreSQL called `small` on a small disk."""
    folder = own_folder()
    try:
        with small_disk(folder / "disk", size="8m") as small:
            place = small.folder / "place"
            place.mkdir(mode=0o700)
            shutil.chown(place, "postgres")
            with psycopg.connect(postgresql_server.url("postgresql", "postgres"), autocommit=True) as admin:
                admin.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
                yield small
                admin.execute("DROP TABLESPACE small")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgresql
def test_a_postgresql_on_a_full_disk_says_so_and_has_every_row(
    tablespace: Disk, postgresql_company: Company, db: None
) -> None:
    """A company's trigger writes down every deletion, and for that there is no room."""
    company = postgresql_company
    company.fill()
    company.run("CREATE TABLE audit (line text) TABLESPACE small")
    keeping = "INSERT INTO audit SELECT repeat('x', 1500) FROM generate_series(1, 50);"
    refusing = (
        "IF (SELECT count(*) = 0 FROM audit) THEN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END IF;"
    )
    company.run(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" {keeping if tablespace.is_mounted else refusing} RETURN OLD; END $$"
    )
    company.run("CREATE TRIGGER keep AFTER DELETE ON line FOR EACH ROW EXECUTE FUNCTION keep()")
    company.connect()
    line = TableRef("shop", "line")
    if tablespace.is_mounted:  # where mounting is not allowed the server says so in the disk's stead
        tablespace.fill()
    with session.write("shop") as writer, pytest.raises(refusals.SourceDiskFails) as refused:
        writer.delete(line, ["order_id"], [(10,)])
    assert refused.value.is_transient, "an erasure waits"
    assert len(company.run("SELECT 1 FROM line")) == 4
    tablespace.make_room()
    company.run("INSERT INTO audit VALUES ('there is room')")
    with session.write("shop") as writer:
        assert writer.delete(line, ["order_id"], [(10,)]) == 2
        writer.commit(before_commit=lambda: None)
    pools.dispose_all()
    company.run("DROP TABLE audit")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_a_disk_that_fails_during_an_erasure_leaves_one_certificate(tmp_path: Path, call: str) -> None:
    """Every third such call of the worker fails with an input/output error; another worker ends it."""
    with approved_erasure(tmp_path, {"files": f"sqlite:///{tmp_path / 'shop.sqlite'}"}) as approved:
        house = approved.again()
        fault = ("-e", f"trace={call}", "-e", f"inject={call}:error=EIO:when=5+3", "-o", "/dev/null")
        worker = house.start("work", "--until-idle", wrapper=("strace", "-f", "-qq", *fault))
        try:
            worker.wait(60)
        except subprocess.TimeoutExpired:
            end(worker)
        shop = approved.companies["files"]
        if "rights.finish_erasure" in acts(house):
            assert not shop.run("SELECT 1 FROM customer WHERE id = 1"), "called erased and not erased"
        house.run("work", "--until-idle")
        approved.check(house)
