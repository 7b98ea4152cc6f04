"""One request meets every fault of every kind of source, and is carried out once.

| source | faults while it is written |
|---|---|
| a database server | the connection is cut before COMMIT arrives; down; hangs beyond its timeout; the connection is \
killed in the middle of a statement; the answer to COMMIT is lost |
| SQLite, a folder of files | somebody else holds it beyond the timeout; gone |
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from discreet.engines.subjects.corrections import Change, Choice
from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.jobs.models import Job
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.dialects import base
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.rules import Outcome, State
from tests.faults import folders
from tests.faults.folders import Folders
from tests.faults.proxy import FaultProxy, fault_proxy
from tests.faults.test_source_connections import at_port, commit_of
from tests.foundation.sources.conftest import Company, company_on_mariadb, company_on_postgresql
from tests.mechanisms.rights import correcting, driving
from tests.mechanisms.rights.company import NOW, OPERATOR
from tests.stories.house import until

pytestmark = [pytest.mark.promise(2), pytest.mark.postgresql, pytest.mark.mariadb, pytest.mark.timeout(600)]
ANN, NEW, BOB = "ann.canary@example.com", "ann.other@example.com", "bob@example.com"
TABLES = (
    "CREATE TABLE member (id integer PRIMARY KEY, email varchar(200))",
    f"INSERT INTO member VALUES (1, '{ANN}'), (2, '{BOB}')",
)
MAP = "version: 1\nsources:" + "".join(
    f"\n  {name}:\n    tables:\n      member:\n        people: true\n        columns: {{id: none, email: email}}"
    for name in ("files", "maria", "postgres")
)
WAITING = {  # who waits for a lock in this database, by engine, and how their connection is killed
    "postgresql": (
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        "SELECT pg_terminate_backend({})",
    ),
    "mysql": (
        "SELECT id FROM information_schema.processlist WHERE db = database() AND command = 'Query'"
        " AND id <> connection_id() AND time_ms > 200",
        "KILL {}",
    ),
}
Fault = Callable[[], AbstractContextManager[object]]


@dataclass(slots=True)
class Sources:
    """The five sources, and how each is made to fail."""

    root: Path
    companies: dict[str, Company]
    proxies: dict[str, FaultProxy]
    folders: Folders
    now: str = ""  # what stands in the place of Ann's address where a source is written

    def is_written(self, name: str) -> bool:
        """Say whether a source is as it should be at last; anything but that and the beginning fails."""
        if name in self.companies:
            rows = self.companies[name].run("SELECT id, email FROM member ORDER BY id")
            written = [(1, self.now), (2, BOB)] if self.now else [(2, BOB)]
            assert rows in ([(1, ANN), (2, BOB)], written)
            return rows == written
        try:
            self.folders.check(now=ANN, only=name)
        except AssertionError:
            self.folders.check(now=self.now, only=name)
            return True
        return False

    def faults(self, name: str) -> list[Fault]:
        """Return how a source fails; by the first, it is read as ever and cannot be written."""
        if name in self.proxies:
            return [
                lambda: self._by_proxy(name, "cut_on"),
                lambda: self._by_proxy(name, "down"),
                lambda: self._by_proxy(name, "hang"),
                lambda: self._killed(name),
            ]
        return [lambda: self._held(name), lambda: self._gone(name)]

    @contextmanager
    def _by_proxy(self, name: str, mode: str) -> Iterator[None]:
        proxy = self.proxies[name]
        pools.dispose_all()
        proxy.set(mode, commit_of(self.companies[name]))
        yield
        proxy.set("passing")
        proxy.cut_all()

    def answer_lost(self, name: str) -> AbstractContextManager[None]:
        return self._by_proxy(name, "drop_reply")

    @contextmanager
    def _killed(self, name: str) -> Iterator[None]:
        """Hold the person's row, and kill the connection that waits for it."""
        engine = self.companies[name].engine
        with ExitStack() as stack:
            run, admin = (
                stack.enter_context(contextmanager(opened)(self.companies[name].url)).run
                for opened in 2 * (company_on_postgresql if engine == "postgresql" else company_on_mariadb,)
            )
            run("BEGIN")
            run("SELECT id FROM member WHERE id = 1 FOR UPDATE")
            killed: list[object] = []
            find, kill = WAITING[engine]

            def watch() -> None:
                ((found,), *_) = until(lambda: admin(find) or None, "somebody who waits", patience_s=20)
                admin(kill.format(int(str(found))))
                killed.append(found)

            thread = threading.Thread(target=watch)
            thread.start()
            yield
            thread.join()
            run("ROLLBACK")
            assert killed

    @contextmanager
    def _held(self, name: str) -> Iterator[None]:
        if name in self.companies:
            with closing(sqlite3.connect(self.root / "shop.sqlite", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                yield
                other.execute("ROLLBACK")
            return
        held = os.open(self.root / name, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
        os.close(held)

    @contextmanager
    def _gone(self, name: str) -> Iterator[None]:
        path = self.root / ("shop.sqlite" if name in self.companies else name)
        pools.dispose_all()
        away = path.rename(path.with_name(f"{path.name}.away"))
        yield
        away.rename(path)


@pytest.fixture
def sources(
    db: None,
    postgresql_url: str,
    mariadb_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Sources]:
    for name, seconds in (("LOCK_TIMEOUT_S", 2), ("REPLY_TIMEOUT_S", 4), ("CONNECT_TIMEOUT_S", 2)):
        monkeypatch.setattr(base, name, seconds)
    monkeypatch.setattr("discreet.foundation.sources.file_session.LOCK_TIMEOUT_S", 1)
    shop = tmp_path / "shop.sqlite"
    with ExitStack() as stack:
        plain = stack.enter_context(closing(sqlite3.connect(shop, isolation_level=None)))
        companies = {
            "files": Company(
                engine="sqlite",
                url=f"sqlite:///{shop}",
                run=lambda sql, args=(): plain.execute(sql, args).fetchall(),
            ),
            "maria": stack.enter_context(contextmanager(company_on_mariadb)(mariadb_url)),
            "postgres": stack.enter_context(contextmanager(company_on_postgresql)(postgresql_url)),
        }
        proxies: dict[str, FaultProxy] = {}
        for name, company in companies.items():
            company.fill(TABLES)
            url = company.url
            parts = urlsplit(url)
            if parts.hostname:
                proxies[name] = stack.enter_context(fault_proxy(parts.hostname, parts.port or 0))
                url = at_port(url, proxies[name].port)
            connect_source(actor=OPERATOR, now=NOW, name=name, url=url, write_url=url)
        made = Folders(tmp_path, ANN)
        made.fill()
        for _, name, url, *_rest in made.connects():
            connect_source(actor=OPERATOR, now=NOW, name=name, url=url, write_url=url)
        apply_map(actor=OPERATOR, now=NOW, text=MAP + folders.MAP)
        yield Sources(tmp_path, companies, proxies, made)
        pools.dispose_all()


def try_again() -> None:
    """Work as if the gap between two tries were over."""
    Job.objects.filter(state="waiting").update(next_try_at=None)
    driving.work()


def meets_every_fault(sources: Sources, number: str) -> None:
    """Let one source after the other fail in each way. Those that come later cannot be written meanwhile."""
    names = ["crm", "files", "lake", "maria", "postgres"]
    with ExitStack() as later:
        held = {name: later.enter_context(ExitStack()) for name in names}
        for name in names[1:]:
            held[name].enter_context(sources.faults(name)[0]())
        for name in names:
            held[name].close()
            for fault in sources.faults(name):
                with fault():
                    try_again()
                assert not sources.is_written(name), name
                view = queries.request_view(number)
                assert (view.state, view.outcome) == (State.EXECUTING, Outcome.NONE), (name, view.state)
            if name in sources.proxies:
                with sources.answer_lost(name):
                    try_again()
                assert sources.is_written(name), "the answer was lost, and not the change"
                assert queries.request_view(number).state is State.EXECUTING
    try_again()


def ends_once(number: str, act: str, outcome: Outcome) -> None:
    view = queries.request_view(number)
    assert (view.state, view.outcome, driving.failures()) == (State.DONE, outcome, [])
    endings = LedgerEntry.objects.filter(act=act, subject=f"request:{number}")
    assert endings.count() == 1
    written = LedgerEntry.objects.filter(act="rights.record_source_outcome", subject=f"request:{number}")
    assert written.count() == 5, "one for each source"
    assert not LedgerEntry.objects.filter(act="rights.record_source_refusal").exists()


def test_an_erasure_that_meets_every_fault_is_carried_out_once(sources: Sources) -> None:
    number = driving.accepted(ANN)
    meets_every_fault(sources, number)
    ends_once(number, "rights.finish_erasure", Outcome.ERASED)
    assert all(sources.is_written(name) for name in ("crm", "files", "lake", "maria", "postgres"))


def test_a_correction_that_meets_every_fault_is_carried_out_once(sources: Sources) -> None:
    sources.now = NEW
    number = correcting.asked(Change("email", NEW, ANN), email=ANN)
    correcting.choose(number, Choice.CORRECT)
    correcting.approve(number)
    meets_every_fault(sources, number)
    ends_once(number, "rights.finish_correction", Outcome.CORRECTED)
    assert all(sources.is_written(name) for name in ("crm", "files", "lake", "maria", "postgres"))
