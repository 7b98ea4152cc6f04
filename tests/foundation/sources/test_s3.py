"""Objects of a bucket are read and written as files of a folder, and only where nobody changed them meanwhile."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import queries, refusals, session
from discreet.foundation.sources.actions import connect_source, describe_source
from discreet.foundation.sources.addresses import parse_address
from discreet.foundation.sources.catalogue import OldVersions, Skipped, TableInfo
from discreet.foundation.sources.grants import grant_script
from discreet.foundation.sources.objects.private import PrivateFolder, root_of
from tests.fakes import s3
from tests.foundation.sources.conftest import NOW, OPERATOR

pytestmark = [pytest.mark.duty("sources"), pytest.mark.django_db]
PEOPLE, ORDERS = "crm/people.csv", "crm/eu/orders.csv"
Rows = list[tuple[object, ...]]


@pytest.fixture
def store() -> Iterator[s3.Store]:
    with s3.running() as running:
        running.put(
            PEOPLE, b"id;name\r\n1;Ann\r\n2;Bob\r\n", ContentType="text/csv", Metadata={"made": "by crm"},
            Tagging="team=sales",
        )  # fmt: skip
        running.put(ORDERS, "编号,备注\n9001,请放门口\n9002,电话联系\n".encode("gb18030"))
        running.put("crm-old/people.csv", b"id;name\n1;Ann\n")
        yield running


def connect(store: s3.Store, account: tuple[str, str] | None = None) -> dict[str, TableInfo]:
    writing = store.url(account or store.writer)
    connect_source(actor=OPERATOR, now=NOW, name="crm", url=store.url(store.reader), write_url=writing)
    return {table.ref.table: table for table in queries.describe("crm").tables}


def names(table: TableInfo) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def every_row(table: TableInfo) -> Rows:
    with session.read("crm") as reader:
        return list(reader.select(Select(table.ref, names(table), (), ())))


def left_behind() -> list[str]:
    return [entry.name for entry in os.scandir(root_of(settings.DISCREET_HOME)) if entry.is_dir()]


def test_objects_below_the_prefix_are_tables_and_leave_nothing_on_the_disk(store: s3.Store) -> None:
    store.put("crm/notes.docx", b"x")
    store.put("crm/../escaped.csv", b"id\n1\n")
    store.put("crm/.hidden/a.csv", b"id\n1\n")
    tables = connect(store)
    assert sorted(tables) == ["eu/orders", "people"]
    assert every_row(tables["people"]) == [("1", "Ann"), ("2", "Bob")]
    assert every_row(tables["eu/orders"]) == [("9001", "请放门口"), ("9002", "电话联系")]
    skipped = {each.reason: each.names for each in queries.describe("crm").passed_over}
    assert skipped == {
        Skipped.ENDING: ("notes.docx",),
        Skipped.ODD_NAME: ("../escaped.csv",),
        Skipped.HIDDEN: (".hidden/a.csv",),
    }
    assert left_behind() == []


def test_a_row_goes_and_every_other_byte_and_what_belongs_to_the_object_stays(store: s3.Store) -> None:
    tables = connect(store)
    with session.write("crm") as writer:
        assert writer.delete(tables["people"].ref, ("id", "name"), [("1", "Ann")]) == 1
        assert writer.update(tables["eu/orders"].ref, ("编号",), [("9001",)], {"备注": None}) == 1
        assert store.get(PEOPLE) == b"id;name\r\n1;Ann\r\n2;Bob\r\n"
        writer.commit(lambda: None)
    assert store.get(PEOPLE) == b"id;name\r\n2;Bob\r\n"
    assert store.get(ORDERS) == "编号,备注\n9001,\n9002,电话联系\n".encode("gb18030")
    assert store.get("crm-old/people.csv") == b"id;name\n1;Ann\n"
    found = store.client.head_object(Bucket=s3.BUCKET, Key=PEOPLE)
    assert (found["ContentType"], found["Metadata"]) == ("text/csv", {"made": "by crm"})
    tags = store.client.get_object_tagging(Bucket=s3.BUCKET, Key=PEOPLE)["TagSet"]
    assert tags == [{"Key": "team", "Value": "sales"}]
    assert left_behind() == []


def test_an_object_that_somebody_changed_is_a_conflict_and_stays_as_they_wrote_it(store: s3.Store) -> None:
    tables = connect(store)
    theirs = b"id;name\r\n1;Ann\r\n2;Bob\r\n3;Cleo\r\n"
    for late in (
        False,
        True,
    ):  # after the rows were found; after the last look, so that only the service sees it
        store.put(PEOPLE, b"id;name\r\n1;Ann\r\n2;Bob\r\n")
        with session.write("crm") as writer:
            writer.delete(tables["people"].ref, ("id",), [("1",)])
            if not late:
                store.put(PEOPLE, theirs)
            with pytest.raises(refusals.Conflict), _changed_at_the_put(store, theirs, is_so=late):
                writer.commit(lambda: None)
        assert store.get(PEOPLE) == theirs
    assert left_behind() == []


def _changed_at_the_put(store: s3.Store, body: bytes, *, is_so: bool) -> "_AtThePut":
    return _AtThePut(store, body if is_so else None)


class _AtThePut:
    """Somebody else's put, which arrives just before ours."""

    def __init__(self, store: s3.Store, body: bytes | None) -> None:
        self._store, self._body = store, body

    def __enter__(self) -> None:
        if self._body is not None:
            self._store.before_next_put(lambda: self._store.put(PEOPLE, self._body or b""))

    def __exit__(self, *_: object) -> None:
        self._store.before_next_put(None)


def test_a_put_whose_answer_is_lost_is_settled_by_reading(store: s3.Store) -> None:
    tables = connect(store)
    with session.write("crm") as writer:
        writer.delete(tables["people"].ref, ("id",), [("1",)])
        store.lose_next_answer()
        writer.commit(lambda: None)
    assert store.get(PEOPLE) == b"id;name\r\n2;Bob\r\n"


def test_an_account_without_the_right_to_put_is_told_so_and_nothing_changes(store: s3.Store) -> None:
    tables = connect(store, store.reader)
    with session.write("crm") as writer:
        writer.delete(tables["people"].ref, ("id",), [("1",)])
        with pytest.raises(refusals.FileNotReplaceable) as refused:
            writer.commit(lambda: None)
    assert refused.value.params == {"source": "crm", "table": "people.csv"}
    assert store.get(PEOPLE) == b"id;name\r\n1;Ann\r\n2;Bob\r\n"


def test_wrong_keys_buckets_and_hosts_are_told_apart(store: s3.Store) -> None:
    key, secret = store.reader
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"s3://k:s@127.0.0.1:{closed.getsockname()[1]}/{s3.BUCKET}?tls=off"
        cases = {
            store.url((key, "wrong")): refusals.WrongPassword,
            store.url(("AKIANOBODY", secret)): refusals.WrongPassword,
            store.url(store.reader, place="no-such-bucket"): refusals.UnknownBucket,
            store.url(store.stranger): refusals.BucketClosed,
            store.url(store.reader).replace("?tls=off", ""): refusals.TlsRefused,
            nobody: refusals.SourceDown,
            "s3://k:s@169.254.169.254/bucket": refusals.ForbiddenHost,
        }
        for url, refusal in cases.items():
            with pytest.raises(refusal) as refused:
                connect_source(actor=OPERATOR, now=NOW, name="crm", url=url)
            assert secret not in str(refused.value)
            assert type(refused.value) is refusal
    assert left_behind() == []


def test_addresses_name_a_bucket_and_only_known_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_SECRET", "a/b+c")
    address = parse_address("s3://KEY:env:S3_SECRET@s3.example.com/exports/crm/?region=eu-central-1")
    assert (address.place, address.user, address.password) == (
        "s3.example.com:443/exports/crm",
        "KEY",
        "a/b+c",
    )
    assert address.password_variable == "S3_SECRET"
    assert "a/b+c" not in repr(address)
    for wrong in (
        "s3:///exports",
        "s3://h/exports",
        "s3://k@h/exports",
        "s3://k:s@h/",
        "s3://k:s@h/exports/../c",
        "s3://k:s@h/exports//c",
    ):
        with pytest.raises(refusals.IncompleteAddress):
            parse_address(wrong)
    for wrong in ("tls=on", "profile=x", "region=A", "tls=off&tls=off"):
        with pytest.raises(refusals.UnknownOption):
            parse_address(f"s3://k:s@h/exports?{wrong}")


def test_what_a_session_left_that_died_goes_with_the_next_one(store: s3.Store) -> None:
    died = PrivateFolder.made(settings.DISCREET_HOME)
    (died.files / "people.csv").write_text("id\n1\n")
    living = PrivateFolder.made(settings.DISCREET_HOME)
    assert died.files.parent.stat().st_mode & 0o777 == 0o700
    died.let_go()  # as the system does when a process dies
    connect(store)
    assert left_behind() == [living.files.parent.name]
    living.remove()


def test_a_bucket_that_keeps_older_versions_is_known_and_sends_plans_back(store: s3.Store) -> None:
    connect(store)
    before = queries.describe("crm")
    assert before.old_versions is OldVersions.NONE
    store.keep_versions()
    assert session.fingerprint("crm") != before.fingerprint
    assert describe_source(actor=OPERATOR, now=NOW, name="crm").old_versions is OldVersions.KEPT
    store.may("writer", [each for each in s3.WRITE if each != "s3:GetBucketVersioning"])
    connect_source(actor=OPERATOR, now=NOW, name="other", url=store.url(store.writer))
    assert queries.describe("other").old_versions is OldVersions.UNKNOWN


def test_more_objects_than_a_page_lists_are_all_seen(
    store: s3.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discreet.foundation.sources.objects.bucket.PAGE", 3)
    for number in range(8):
        store.put(f"crm/a/{number:04}.bin", b"")
    tables = connect(store)
    assert sorted(tables) == ["eu/orders", "people"]
    assert [each.count for each in queries.describe("crm").passed_over] == [8]


def test_the_printed_rights_are_a_policy_for_the_prefix(store: s3.Store) -> None:
    connect(store)
    script = grant_script(queries.describe("crm"), queries.database_of("crm"))
    assert '"arn:aws:s3:::exports/crm/*"' in script
    assert '"s3:DeleteObject"' not in script
    assert '"s3:DeleteObjectVersion"' in script


def test_nothing_is_fetched_that_is_larger_than_the_bound(
    store: s3.Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("discreet.foundation.sources.objects.opening.MOST_BYTES", 60)
    store.put("crm/a.csv", b"id\n" + b"1\n" * 100)
    tables = connect(store)
    assert "a" not in tables
    assert Skipped.TOO_LARGE in {each.reason for each in queries.describe("crm").passed_over}
