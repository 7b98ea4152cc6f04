"""Connecting: addresses, hosts that are never reached, secrets that never show, what a catalogue tells."""

import json
import socket
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection, transaction

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.sources import pools, queries, refusals, session
from discreet.foundation.sources.actions import connect_source, describe_source
from discreet.foundation.sources.addresses import parse_address, resolve_host
from discreet.foundation.sources.catalogue import TableKind, from_json, to_json
from discreet.foundation.sources.grants import grant_script
from discreet.vocabulary.actors import Actor, ActorKind
from tests.foundation.sources.conftest import NOW, OPERATOR, Company
from tests.servers import PASSWORD

pytestmark = pytest.mark.duty("sources")

SERVER = "postgresql://u:canary-pw@db.example:5432/shop"


@pytest.mark.promise(20)
@pytest.mark.parametrize(
    "option",
    ["host=/var/run/x", "hostaddr=169.254.169.254", "sslkey=/etc/shadow", "sslrootcert=/etc/passwd", "service=x",
     "sslrootcert=../../etc/passwd", "local_infile=1", "init_command=DROP", "unix_socket=/x", "options=-cx", "x=",
     "read_default_file=/etc/my.cnf", "sslmode=require&sslmode=disable", "sslmode=maybe", "passfile=/x"],
)  # fmt: skip
def test_an_option_that_is_not_on_the_list_is_refused(option: str) -> None:
    for scheme in ("postgresql", "mysql"):
        with pytest.raises(refusals.UnknownOption):
            parse_address(f"{SERVER.replace('postgresql', scheme)}?{option}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oracle://u:p@h/d", refusals.UnknownScheme),
        ("file:///etc/passwd", refusals.UnknownScheme),
        ("", refusals.UnknownScheme),
        ("sqlite://", refusals.IncompleteAddress),
        ("sqlite:///:memory:", refusals.IncompleteAddress),
        ("sqlite://host/x", refusals.IncompleteAddress),
        ("postgresql:///shop", refusals.IncompleteAddress),
        ("postgresql://u:p@%2Fvar%2Frun/shop", refusals.IncompleteAddress),
        ("postgresql://h/shop", refusals.IncompleteAddress),
        ("postgresql://u:p@h", refusals.IncompleteAddress),
        ("postgresql://u:p@h:99999999/d", refusals.IncompleteAddress),
        ("env:DISCREET_ABSENT", refusals.VariableUnset),
        ("postgresql://u:env:DISCREET_ABSENT@h/d", refusals.VariableUnset),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(
    text: str, expected: type[refusals.SourceRefusal]
) -> None:
    with pytest.raises(expected):
        parse_address(text)


@pytest.mark.promise(20)
@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "0.0.0.0", "0.1.2.3", "224.0.0.1", "fe80::1", "::", "::ffff:169.254.169.254", "ff02::1",
     "fd00:ec2::254", "100.100.100.200", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "2852039166"],
)  # fmt: skip
def test_hosts_that_are_no_database_servers_are_not_connected_to(host: str) -> None:
    with pytest.raises(refusals.ForbiddenHost):
        resolve_host(host, 5432)


def test_a_host_with_one_forbidden_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("10.0.0.5", 5432)), (2, 1, 6, "", ("169.254.169.254", 5432))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(refusals.ForbiddenHost):
        resolve_host("rebinding.example", 5432)


def test_the_password_shows_in_no_representation() -> None:
    address = parse_address(SERVER)
    assert address.password == "canary-pw"
    assert "canary" not in f"{address!r} {address} {address.place}"


@pytest.mark.promise(22)
def test_names_that_sqlite_takes_for_equal_are_one_name(sqlite_company: Company, db: None) -> None:
    sqlite_company.fill(
        (
            "CREATE TABLE Customer (Id integer PRIMARY KEY, email text)",
            "CREATE TABLE chat (a integer REFERENCES CUSTOMER (ID) ON DELETE CASCADE,"
            " b integer REFERENCES customer, FOREIGN KEY (B) REFERENCES Customer (iD))",
        )
    )
    sqlite_company.connect()
    keys = queries.describe("shop").by_ref[TableRef("shop", "chat")].foreign_keys
    ends = {(key.columns, key.to_table.table, key.to_columns) for key in keys}
    assert ends == {(("a",), "Customer", ("Id",)), (("b",), "Customer", ("Id",))}


def test_a_check_or_a_generated_column_that_calls_a_function_keeps_nobody_out(
    sqlite_company: Company, db: None
) -> None:
    sqlite_company.fill(
        (
            "CREATE TABLE customer (id integer PRIMARY KEY, email text, more text CHECK (json_valid(more)),"
            " city text GENERATED ALWAYS AS (json_extract(more, '$.city')))",
            "INSERT INTO customer (id, email, more) VALUES (1, 'ann@example.com', '{\"city\": \"Bern\"}')",
        )
    )
    sqlite_company.connect()
    with session.read("shop") as reader:
        rows = reader.sample_spread(TableRef("shop", "customer"), ["email", "city"], limit=2, max_chars=50)
        assert rows == [("ann@example.com", "Bern")]


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_secret_is_sealed_and_never_shown_again(
    kind: str, request: pytest.FixtureRequest, db: None
) -> None:
    company: Company = request.getfixturevalue(f"{kind}_company")
    company.fill()
    company.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sources_endpoint")
        stored = repr(cursor.fetchall()) + repr(list(queries.sources()))
        cursor.execute("SELECT * FROM sources_source")
        stored += repr(cursor.fetchall()) + repr(entries_for("source:shop"))
    assert PASSWORD not in stored
    assert len(describe_source(actor=OPERATOR, now=NOW, name="shop").tables) == 3, "the sealed secret opens"


@pytest.mark.parametrize("form", ["whole", "password"])
def test_the_environment_can_hold_the_secret(
    form: str, postgresql_company: Company, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql_company.fill()
    url = postgresql_company.url
    if form == "whole":
        monkeypatch.setenv("SHOP_URL", url)
        url = "env:SHOP_URL"
    else:
        monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
        url = url.replace(PASSWORD, "env:SHOP_PASSWORD")
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=url)
    with session.read("shop") as reader:
        assert reader.count(TableRef("shop", "customer")) == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_password FROM sources_endpoint")
        assert cursor.fetchall() == [(None,)]


def test_connecting_records_evidence_and_describing_says_what_changed(
    sqlite_company: Company, db: None
) -> None:
    sqlite_company.fill()
    sqlite_company.connect()
    sqlite_company.run("ALTER TABLE customer ADD COLUMN fax text")
    describe_source(actor=OPERATOR, now=NOW, name="shop")
    first, second = entries_for("source:shop")
    assert (first.act, second.act) == ("sources.connect_source", "sources.describe_source")
    assert first.facts["tables"] == 3
    assert second.facts["has_changed"] is True


def test_a_missing_file_is_refused_and_not_created(tmp_path: Path, db: None) -> None:
    with pytest.raises(refusals.FileMissing):
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=f"sqlite:///{tmp_path}/typo.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_discreets_own_database_is_no_source(tmp_path: Path, db: None) -> None:
    own = Path(str(settings.DATABASES["default"]["NAME"]))
    link = tmp_path / "link.sqlite"
    own.touch()
    link.symlink_to(own)
    for path in (own, link):
        with pytest.raises(refusals.OwnDatabase):
            connect_source(actor=OPERATOR, now=NOW, name="shop", url=f"sqlite:///{path}")


def test_a_file_is_connected_from_the_command_line_only(sqlite_company: Company, db: None) -> None:
    sqlite_company.fill()
    staff = Actor(kind=ActorKind.STAFF, name="eve")
    with pytest.raises(refusals.FileNotAllowed):
        connect_source(actor=staff, now=NOW, name="shop", url=sqlite_company.url)


@pytest.mark.django_db(transaction=True)
def test_a_source_is_not_touched_within_a_transaction_of_ours(sqlite_company: Company) -> None:
    sqlite_company.fill()
    sqlite_company.connect()
    with transaction.atomic(), pytest.raises(pools.InsideTransaction), session.read("shop"):
        pass


def test_a_catalogue_survives_being_kept(company: Company, db: None) -> None:
    company.fill()
    company.connect()
    catalogue = queries.describe("shop")
    assert from_json(json.loads(json.dumps(to_json(catalogue)))) == catalogue
    orders = catalogue.by_ref[TableRef("shop", "orders")]
    assert orders.primary_key == ("id",)
    assert [(key.columns, key.to_table.table, key.to_columns) for key in orders.foreign_keys] == [
        (("customer_id",), "customer", ("id",))
    ]
    email = catalogue.by_ref[TableRef("shop", "customer")].column("email")
    assert email is not None
    assert (email.max_length, email.numeric, email.nullable, email.is_unique) == (200, False, True, False)


def test_triggers_and_views_are_reported(company: Company, db: None) -> None:
    company.fill()
    company.run("CREATE VIEW people AS SELECT id, email FROM customer")
    if company.engine == "postgresql":
        company.run("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
        company.run("CREATE TRIGGER keeper BEFORE DELETE ON customer FOR EACH ROW EXECUTE FUNCTION keep()")
    else:
        body = "SET @x = 1" if company.engine == "mysql" else "BEGIN SELECT 1; END"
        company.run(f"CREATE TRIGGER keeper BEFORE DELETE ON customer FOR EACH ROW {body}")
    company.connect()
    catalogue = queries.describe("shop")
    assert catalogue.by_ref[TableRef("shop", "customer")].triggers == ("keeper",)
    assert catalogue.by_ref[TableRef("shop", "people")].kind is TableKind.VIEW
    assert catalogue.sees_triggers


def test_the_triggers_of_a_partition_are_reported_with_the_table_that_is_written(
    postgresql_company: Company, db: None
) -> None:
    trigger = "BEFORE DELETE ON {} FOR EACH ROW EXECUTE FUNCTION keep()"
    part = "FOR VALUES FROM ('{0}-01-01') TO ('{0}-06-01')"
    postgresql_company.fill(
        (
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
            "CREATE TABLE visit (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
            f"CREATE TABLE visit_26 PARTITION OF visit {part.format(2026)} PARTITION BY RANGE (at)",
            f"CREATE TABLE visit_26_a PARTITION OF visit_26 {part.format(2026)}",
            f"CREATE TRIGGER everywhere {trigger.format('visit')}",
            f"CREATE TRIGGER only_here {trigger.format('visit_26_a')}",
        )
    )
    postgresql_company.connect()
    assert queries.describe("shop").by_ref[TableRef("shop", "visit")].triggers == ("everywhere", "only_here")


def test_schemas_partitions_and_inheritance_of_postgresql_are_told_apart(
    postgresql_company: Company, db: None
) -> None:
    postgresql_company.fill(
        (
            "CREATE SCHEMA crm",
            "CREATE TYPE mood AS ENUM ('good', 'bad')",
            "CREATE DOMAIN mail AS varchar(80)",
            "CREATE TABLE crm.lead (id bigint PRIMARY KEY, email mail UNIQUE, mood mood, code char(8))",
            "CREATE INDEX ON crm.lead (lower(email::text))",
            "CREATE TABLE visit (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
            "CREATE TABLE visit_2026 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
            "CREATE TABLE person (id int PRIMARY KEY, name text)",
            "CREATE TABLE employee (badge text) INHERITS (person)",
            "INSERT INTO crm.lead VALUES (1, 'Ann@x.org', 'good', 'abc'), (2, 'bob@x.org', 'bad', 'd')",
            "INSERT INTO visit VALUES (1, '2026-02-03')",
            "INSERT INTO person VALUES (1, 'p')",
            "INSERT INTO employee VALUES (1, 'e', 'b')",
        )
    )
    postgresql_company.connect()
    catalogue = queries.describe("shop")
    assert {str(table.ref) for table in catalogue.tables} == {
        "shop.crm.lead", "shop.visit", "shop.person", "shop.employee"
    }  # fmt: skip
    assert catalogue.by_ref[TableRef("shop", "visit")].partitions == ("public.visit_2026",)
    email = catalogue.by_ref[TableRef("shop", "lead", "crm")].column("email")
    assert email is not None
    assert (email.is_unique, email.is_fold_indexed) == (True, True)
    lead = TableRef("shop", "lead", "crm")

    def ids(column: str, key: object, *, fold: bool = False) -> list[object]:
        from discreet.engines.subjects.reader import Select

        with session.read("shop") as reader:
            rows = reader.select(
                Select(table=lead, columns=("id",), key_columns=(column,), keys=[(key,)], fold=fold)
            )
            return [row[0] for row in rows]

    assert ids("email", "ann@x.org", fold=True) == [1]
    assert ids("mood", "good") == [1]
    assert ids("mood", "no such label") == []
    assert ids("code", "abc") == [1], "a short key is not cut to the first letter"
    assert ids("code", "a") == []
    with session.write("shop") as writer:
        assert writer.delete(TableRef("shop", "person"), ["id"], [(1,)]) == 1, "an heir's row is the heir's"
        assert writer.delete(TableRef("shop", "visit"), ["id", "at"], [(1, "2026-02-03")]) == 1
        writer.commit(before_commit=lambda: None)
    assert postgresql_company.run("SELECT name FROM person") == [("e",)]


def test_rows_hidden_by_row_security_are_an_error_and_not_an_absence(
    postgresql_company: Company, db: None
) -> None:
    run = postgresql_company.run
    postgresql_company.fill()
    role = "reader_" + postgresql_company.url.rpartition("_")[2]
    run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    try:
        run("ALTER TABLE customer ENABLE ROW LEVEL SECURITY")
        run(f"GRANT SELECT ON customer TO {role}")
        url = postgresql_company.url.replace("//discreet:", f"//{role}:")
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=url)
        with session.read("shop") as reader, pytest.raises(refusals.RowsHidden):
            reader.count(TableRef("shop", "customer"))
        with session.read("shop") as reader, pytest.raises(refusals.PermissionDenied):
            reader.count(TableRef("shop", "orders"))
    finally:
        run(f"DROP OWNED BY {role}")
        run(f"DROP ROLE {role}")


def test_a_table_without_transactions_is_not_written(mariadb_company: Company, db: None) -> None:
    mariadb_company.fill(
        ("CREATE TABLE old (id int PRIMARY KEY) ENGINE=MyISAM", "INSERT INTO old VALUES (1)")
    )
    mariadb_company.connect()
    with session.write("shop") as writer, pytest.raises(refusals.NotWritable):
        writer.delete(TableRef("shop", "old"), ["id"], [(1,)])


def _keys(name: str) -> set[tuple[str, tuple[str, ...], str, tuple[str, ...]]]:
    """Return the foreign keys that a source declares, as far as its account is told of them."""
    return {
        (table.ref.table, key.columns, key.to_table.table, key.to_columns)
        for table in queries.describe(name).tables
        for key in table.foreign_keys
    }


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_the_printed_grants_are_enough_and_no_more(
    kind: str, request: pytest.FixtureRequest, db: None
) -> None:
    company: Company = request.getfixturevalue(f"{kind}_company")
    company.fill()
    company.connect()
    suffix = company.url.rpartition("_")[2]
    script = grant_script(queries.describe("shop"), queries.database_of("shop"))
    script = script.replace("discreet_read", f"r_{suffix}").replace("discreet_write", f"w_{suffix}")
    script = script.replace("<password 1>", PASSWORD).replace("<password 2>", PASSWORD)
    try:
        for line in (*script.splitlines(), *script.splitlines()):  # it may be run again
            if line.startswith("\\password"):
                company.run(f"ALTER ROLE {line.split()[1]} PASSWORD '{PASSWORD}'")
            elif not line.startswith("--"):
                company.run(line.rstrip(";"))
        read = company.url.replace("//discreet:", f"//r_{suffix}:")
        write = company.url.replace("//discreet:", f"//w_{suffix}:")
        connect_source(actor=OPERATOR, now=NOW, name="least", url=read, write_url=write)
        assert _keys("least") == _keys("shop") != set()
        line_table = TableRef("least", "line")
        with session.write("least") as writer:
            assert writer.delete(line_table, ["order_id", "place"], [(10, 1)]) == 1
            assert writer.update(line_table, ["order_id"], [(11,)], {"item": None}) == 1
            writer.commit(before_commit=lambda: None)
        connect_source(actor=OPERATOR, now=NOW, name="wrong", url=read, write_url=read)
        with session.write("wrong") as writer, pytest.raises(refusals.SourceRefusal):
            writer.delete(TableRef("wrong", "line"), ["order_id"], [(10,)])
    finally:
        pools.dispose_all()
        for role in (f"r_{suffix}", f"w_{suffix}"):
            if kind == "postgresql":
                company.run(f"DROP OWNED BY {role}")
                company.run(f"DROP ROLE {role}")
            else:
                company.run(f"DROP USER '{role}'@'%'")


def test_the_command_line_connects_lists_and_prints_grants(sqlite_company: Company, db: None) -> None:
    from discreet.foundation.datamap.cli import connect
    from discreet.foundation.sources.cli import grants, sources

    sqlite_company.fill()
    run = CliRunner().invoke
    sqlite_company.run("CREATE VIEW v AS SELECT email FROM customer")
    sqlite_company.run("CREATE TRIGGER gone AFTER DELETE ON customer BEGIN DELETE FROM line; END")
    sqlite_company.run("CREATE TRIGGER left AFTER DELETE ON orders BEGIN DELETE FROM line; END")
    connected = run(connect, ["shop", sqlite_company.url, "--write-url", sqlite_company.url])
    assert connected.exit_code == 0, connected.output
    assert ", 3 tables, 1 view, 2 triggers." in connected.output
    assert "shop" in run(sources, []).output
    assert "SQLite" in run(grants, ["shop"]).output


def test_connecting_again_keeps_the_account_for_erasing(sqlite_company: Company, db: None) -> None:
    sqlite_company.fill()
    sqlite_company.connect()
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=sqlite_company.url)
    assert queries.source("shop").is_writable


def test_an_address_of_another_database_drops_no_account_silently(
    sqlite_company: Company, tmp_path: Path, db: None
) -> None:
    sqlite_company.fill()
    sqlite_company.connect()
    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE only_here(id INTEGER PRIMARY KEY)")
    other = f"sqlite:///{tmp_path}/other.sqlite"
    with pytest.raises(refusals.WriteAddressAtStake):
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=other)
    assert queries.source("shop").is_writable
    assert "only_here" not in [table.ref.table for table in queries.describe("shop").tables]
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=other, is_read_only=True)
    assert not queries.source("shop").is_writable


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_write_address_of_another_database_is_refused(
    kind: str, request: pytest.FixtureRequest, db: None
) -> None:
    """What would be planned in the one would be written in the other."""
    company: Company = request.getfixturevalue(f"{kind}_company")
    company.fill()
    own = company.url.rpartition("/")[2]
    company.run(f"CREATE DATABASE {own}_copy")
    try:
        with pytest.raises(refusals.OtherDatabase):
            connect_source(
                actor=OPERATOR, now=NOW, name="shop", url=company.url, write_url=f"{company.url}_copy"
            )
        assert queries.source_names() == []
    finally:
        company.run(f"DROP DATABASE {own}_copy")


def test_a_write_address_of_another_file_is_refused_and_another_name_of_the_file_is_not(
    sqlite_company: Company, tmp_path: Path, db: None
) -> None:
    sqlite_company.fill()
    file = Path(sqlite_company.url.removeprefix("sqlite:///"))
    (tmp_path / "copy.sqlite").write_bytes(file.read_bytes())
    (tmp_path / "same.sqlite").hardlink_to(file)
    with pytest.raises(refusals.OtherDatabase):
        connect_source(
            actor=OPERATOR,
            now=NOW,
            name="shop",
            url=sqlite_company.url,
            write_url=f"sqlite:///{tmp_path}/copy.sqlite",
        )
    assert queries.source_names() == []
    connect_source(
        actor=OPERATOR,
        now=NOW,
        name="shop",
        url=sqlite_company.url,
        write_url=f"sqlite:///{tmp_path}/same.sqlite",
    )
    assert queries.source("shop").is_writable
