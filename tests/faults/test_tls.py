"""Whether a source is reached encrypted, and whether the server is the one it should be, is known and said."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from django.conf import settings

from discreet.foundation.sources import pools, queries, refusals, session
from discreet.foundation.sources.actions import connect_source
from tests.faults.certificates import Authority
from tests.faults.proxy import fault_proxy
from tests.foundation.sources.conftest import NOW, OPERATOR
from tests.servers import Server, own_folder, own_server

pytestmark = [pytest.mark.promise(2), pytest.mark.xdist_group("tls")]


@dataclass(frozen=True)
class Encrypted:
    """A server whose certificate is for `localhost`, signed by `good.pem` and not by `other.pem`."""

    scheme: str
    server: Server

    def url(self, options: str = "", *, host: str = "localhost") -> str:
        url = self.server.url(self.scheme, "postgres" if self.scheme == "postgresql" else "shop")
        return url.replace("@127.0.0.1:", f"@{host}:") + (f"?{options}" if options else "")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def encrypted(request: pytest.FixtureRequest) -> Iterator[Encrypted]:
    """A real server with TLS, of each kind."""
    name: str = request.param
    authority = Authority("Good authority")
    certificates = settings.DISCREET_HOME / "certificates"
    authority.write(certificates / "good.pem")
    Authority("Other authority").write(certificates / "other.pem")
    (certificates / "empty.pem").write_text("")
    folder = own_folder()
    owner = "mysql" if name == "mariadb" else "postgres"
    try:
        certificate, key = authority.certify("localhost", folder, owner=owner)
        options = (f"--ssl-cert={certificate}", f"--ssl-key={key}") if name == "mariadb" else ()
        with own_server(name, folder / "server", *options) as server:
            if name == "postgresql":
                _encrypt(server, str(certificate), str(key))
            else:
                _make_database(server)
            yield Encrypted("postgresql" if name == "postgresql" else "mysql", server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(certificates, ignore_errors=True)


def _encrypt(server: Server, certificate: str, key: str) -> None:
    with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
        for name, value in (("ssl_cert_file", certificate), ("ssl_key_file", key), ("ssl", "on")):
            admin.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        admin.execute("SELECT pg_reload_conf()")
    for _ in range(600):  # the server reads its settings when it comes to it
        with psycopg.connect(server.url("postgresql", "postgres")) as probe:
            if probe.pgconn.ssl_in_use:
                return
    raise AssertionError("the server offers no TLS")


def _make_database(server: Server) -> None:
    import pymysql

    link = pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True
    )
    with link, link.cursor() as cursor:
        cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    pools.dispose_all()


def connect(url: str) -> str:
    """Connect the source and return how its connection is said to be encrypted."""
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=url, write_url=url)
    return queries.source("shop").tls


@pytest.mark.parametrize("mode", ["verify-full", "verify-ca"])
def test_a_server_that_shows_the_right_certificate_is_reported_as_verified(
    encrypted: Encrypted, db: None, mode: str
) -> None:
    tls = connect(encrypted.url(f"sslmode={mode}&sslrootcert=good.pem"))
    assert tls.startswith("TLSv1.")
    assert tls.endswith(", verified")


@pytest.mark.parametrize("options", ["sslmode=require", "sslmode=prefer", ""])
def test_an_encrypted_connection_to_an_unchecked_server_is_not_called_verified(
    encrypted: Encrypted, db: None, options: str
) -> None:
    tls = connect(encrypted.url(options))
    assert tls.startswith("TLSv1.")
    assert "verified" not in tls


def test_a_connection_in_clear_text_is_reported_as_such(encrypted: Encrypted, db: None) -> None:
    assert connect(encrypted.url("sslmode=disable")) == "plain"


def test_an_encrypted_connection_that_is_cut_is_a_source_that_is_down(encrypted: Encrypted, db: None) -> None:
    with fault_proxy(encrypted.server.host, encrypted.server.port) as proxy:
        url = encrypted.url("sslmode=require", host="127.0.0.1")
        connect(url.replace(f":{encrypted.server.port}/", f":{proxy.port}/"))
        with session.read("shop") as reader:
            reader.fingerprint()
            proxy.cut_all()
            with pytest.raises(refusals.SourceDown) as refused:
                reader.fingerprint()
    assert refused.value.is_transient, "an erasure waits for it"


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ("sslmode=verify-full&sslrootcert=good.pem", "127.0.0.1"),
        ("sslmode=verify-full&sslrootcert=other.pem", "localhost"),
        ("sslmode=verify-ca&sslrootcert=other.pem", "localhost"),
        ("sslmode=verify-full&sslrootcert=absent.pem", "localhost"),
        ("sslmode=verify-full&sslrootcert=empty.pem", "localhost"),
        ("sslmode=verify-full&sslrootcert=system", "localhost"),
    ],
    ids=["other host", "unknown authority", "unknown authority, any host", "no file", "empty file", "system"],
)
def test_a_server_that_cannot_prove_who_it_is_is_refused_and_nothing_is_saved(
    encrypted: Encrypted, db: None, options: str, host: str
) -> None:
    with pytest.raises(refusals.TlsRefused) as refused:
        connect(encrypted.url(options, host=host))
    assert not refused.value.is_transient, "trying again would not help"
    assert "canary" not in f"{refused.value!r} {refused.value.params} {refused.value.__cause__}"
    with pytest.raises(refusals.UnknownSource):
        queries.source("shop")
