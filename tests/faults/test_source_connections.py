"""Sources that are down, slow, hang or drop: a clear refusal, nothing lost, nobody else's row changed."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import pools, refusals, session
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.dialects import base
from tests.faults.proxy import FaultProxy, fault_proxy
from tests.foundation.sources.conftest import (
    NOW,
    OPERATOR,
    SHOP,
    Company,
    company_on_mariadb,
    company_on_postgresql,
)
from tests.servers import PASSWORD

pytestmark = [pytest.mark.promise(2), pytest.mark.postgresql, pytest.mark.mariadb]
LINE = TableRef("shop", "line")
ALL = "SELECT order_id, place, item FROM line ORDER BY 1, 2"


def at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}"))


@pytest.fixture(params=["postgresql", "mariadb"])
def company(request: pytest.FixtureRequest) -> Iterator[Company]:
    url = request.getfixturevalue(f"{request.param}_url")
    yield from company_on_postgresql(url) if request.param == "postgresql" else company_on_mariadb(url)
    pools.dispose_all()


@pytest.fixture
def proxy(company: Company, db: None) -> Iterator[FaultProxy]:
    """The way to the shop, connected as the source `shop`."""
    company.fill(SHOP)
    parts = urlsplit(company.url)
    with fault_proxy(parts.hostname or "", parts.port or 0) as way:
        url = at_port(company.url, way.port)
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=url, write_url=url)
        yield way
        pools.dispose_all()


def commit_of(company: Company) -> bytes:
    """Return how COMMIT goes over the wire, and not `SET AUTOCOMMIT`."""
    return b"\x03COMMIT" if company.engine == "mysql" else b"COMMIT"


def items() -> list[tuple[object, ...]]:
    query = Select(table=LINE, columns=("item",), key_columns=("order_id",), keys=[(10,)])
    with session.read("shop") as reader:
        return sorted(reader.select(query))


def erase_lines(*, cut: FaultProxy | None = None) -> None:
    with session.write("shop") as writer:
        assert writer.delete(LINE, ["order_id"], [(10,)]) == 2
        if cut is not None:
            cut.cut_all()
        assert writer.delete(LINE, ["order_id"], [(11,)]) == 1
        writer.commit(before_commit=lambda: None)


def test_a_source_that_is_down_is_said_to_be_down(company: Company, proxy: FaultProxy) -> None:
    proxy.set("down")
    proxy.cut_all()
    with pytest.raises(refusals.SourceDown):
        items()
    proxy.set("passing")
    assert items() == [("cup",), ("tea",)]


def test_a_source_restarted_between_sessions_is_read_without_an_error(
    company: Company, proxy: FaultProxy
) -> None:
    assert len(items()) == 2
    proxy.cut_all()
    assert len(items()) == 2
    erase_lines()
    assert len(company.run(ALL)) == 1


def test_a_connection_dropped_within_a_transaction_leaves_every_row(
    company: Company, proxy: FaultProxy
) -> None:
    before = company.run(ALL)
    with pytest.raises(refusals.SourceDown):
        erase_lines(cut=proxy)
    assert company.run(ALL) == before
    erase_lines()
    assert len(company.run(ALL)) == 1


def test_a_source_that_hangs_is_given_up(
    company: Company, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools.dispose_all()
    monkeypatch.setattr(base, "REPLY_TIMEOUT_S", 1)
    before = company.run(ALL)
    with session.write("shop") as writer:
        assert writer.delete(LINE, ["order_id"], [(10,)]) == 2
        proxy.set("hang")
        started = time.monotonic()
        with pytest.raises(refusals.TimedOut):
            writer.delete(LINE, ["order_id"], [(11,)])
        assert time.monotonic() - started < 5
    proxy.set("passing")
    proxy.cut_all()
    assert company.run(ALL) == before


def test_a_source_that_hangs_while_connecting_is_given_up(
    company: Company, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools.dispose_all()
    monkeypatch.setattr(base, "CONNECT_TIMEOUT_S", 2)
    proxy.set("hang")
    started = time.monotonic()
    with pytest.raises((refusals.SourceDown, refusals.TimedOut)):
        items()
    assert time.monotonic() - started < 10


def test_a_slow_source_is_waited_for(company: Company, proxy: FaultProxy) -> None:
    proxy.set("slow")
    assert len(items()) == 2
    erase_lines()
    assert len(company.run(ALL)) == 1


def test_a_commit_that_never_arrived_is_unknown_and_changed_nothing(
    company: Company, proxy: FaultProxy
) -> None:
    before = company.run(ALL)
    proxy.set("cut_on", commit_of(company))
    with pytest.raises(refusals.CommitUnknown):
        erase_lines()
    assert proxy.hits == 1
    proxy.set("passing")
    assert company.run(ALL) == before
    assert len(items()) == 2, "reading again tells that nothing happened"


def test_a_commit_whose_answer_is_lost_is_unknown_and_reading_again_tells(
    company: Company, proxy: FaultProxy
) -> None:
    proxy.set("drop_reply", commit_of(company))
    with pytest.raises(refusals.CommitUnknown):
        erase_lines()
    proxy.set("passing")
    assert items() == [], "reading again tells that it happened"
    assert company.run(ALL) == [(12, 1, "pot")], "and nobody else's row changed"


def test_a_row_that_somebody_else_holds_is_a_conflict(
    company: Company, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools.dispose_all()
    monkeypatch.setattr(base, "LOCK_TIMEOUT_S", 1)
    company.run("BEGIN")
    company.run("UPDATE line SET item = 'mug' WHERE order_id = 10")
    with pytest.raises(refusals.Conflict) as refused:
        erase_lines()
    company.run("ROLLBACK")
    assert refused.value.is_transient
    assert len(company.run(ALL)) == 4


@pytest.mark.promise(22)
def test_refusals_to_connect_are_told_apart_and_tell_no_secret(
    company: Company, db: None, capfd: pytest.CaptureFixture[str]
) -> None:
    url = company.url
    database = urlsplit(url).path
    wrong: list[tuple[str, type[refusals.SourceRefusal]]] = [
        (url.replace(PASSWORD, "canary-wrong-secret"), refusals.WrongPassword),
        (url.replace("//discreet:", "//nobody:"), refusals.WrongPassword),
        (url.replace("127.0.0.1", "no-such-host.invalid"), refusals.HostNotFound),
        (url.replace(database, "/absent"), refusals.UnknownDatabase),
        (at_port(url, 1), refusals.SourceDown),
        (url + "?sslmode=require", refusals.TlsRefused),
    ]
    for address, expected in wrong:
        with pytest.raises(expected) as refused:
            connect_source(actor=OPERATOR, now=NOW, name="shop", url=address)
        told = f"{refused.value} {refused.value.params} {refused.value!r} {refused.value.__cause__}"
        assert "canary" not in told
    output = capfd.readouterr()
    assert "canary" not in output.out + output.err
