"""What a folder refuses to write, and what another program or a crash does meanwhile: nothing is lost."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import queries, refusals, session
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.catalogue import Right
from discreet.foundation.sources.files import replacing
from tests.foundation.sources.conftest import NOW, OPERATOR
from tests.foundation.sources.test_files_writing import (
    connect,
    delete,
    every_row,
    folder,
    names,
    remnants,
    update,
)

__all__ = ["folder"]
pytestmark = [pytest.mark.duty("sources"), pytest.mark.django_db, pytest.mark.promise(1)]
TEXT = "id,name\n1,Ann\n2,Bob\n"
LEFTOVER = f".discreet-{'0' * 32}.tmp"


@pytest.fixture
def people(folder: Path) -> Path:
    file = folder / "people.csv"
    file.write_text(TEXT)
    return file


def spoil(act: Callable[[], object], path: Path) -> type[refusals.SourceRefusal]:
    """Delete Ann while `act` comes between reading and replacing; return how it was refused."""
    table = queries.describe("crm").tables[0]
    with session.write("crm") as writer:
        assert writer.delete(table.ref, names(table), [("1", "Ann")]) == 1
        with pytest.raises(refusals.SourceRefusal) as refused:
            writer.commit(lambda: act() and None)
    assert remnants(path.parent) == []
    return type(refused.value)


def test_a_file_changed_by_another_program_is_a_conflict_and_nothing_is_lost(people: Path) -> None:
    connect(people.parent)

    def appended() -> None:
        with people.open("a") as file:
            file.write("3,Cleo\n")

    assert spoil(appended, people) is refusals.Conflict
    assert people.read_text() == TEXT + "3,Cleo\n"

    def replaced() -> None:
        other = people.with_name("other")
        other.write_text(TEXT.replace("Bob", "Bea"))
        other.rename(people)

    assert spoil(replaced, people) is refusals.Conflict
    assert people.read_text() == TEXT.replace("Bob", "Bea")
    assert spoil(people.unlink, people) is refusals.Conflict
    assert not people.exists()


def test_a_file_changed_before_it_is_rewritten_is_a_conflict(people: Path) -> None:
    table = connect(people.parent)["people"]
    with session.write("crm") as writer:
        assert writer.delete(table.ref, names(table), [("1", "Ann")]) == 1
        people.write_text(TEXT.replace("Ann", "Eve"))
        with pytest.raises(refusals.Conflict):
            writer.commit(lambda: None)
    assert people.read_text() == TEXT.replace("Ann", "Eve")


def test_a_lost_fence_leaves_every_file_as_it_was(people: Path) -> None:
    table = connect(people.parent)["people"]

    class Lost(Exception):
        pass

    def fence() -> None:
        assert people.read_text() == TEXT, "the fence stands before the first rename"
        raise Lost

    with session.write("crm") as writer:
        writer.delete(table.ref, names(table), [("1", "Ann")])
        with pytest.raises(Lost):
            writer.commit(fence)
    assert people.read_text() == TEXT
    assert remnants(people.parent) == []


def test_what_is_not_committed_is_seen_by_the_session_only(people: Path) -> None:
    table = connect(people.parent)["people"]
    asked = Select(table.ref, ("name",), ("id",), [("1",), ("2",)])
    with session.write("crm") as writer:
        assert sorted(writer.lock(asked)) == [("Ann",), ("Bob",)]
        assert writer.update(table.ref, ("id",), [("2",)], {"name": "Bea"}) == 1
        assert writer.update(table.ref, ("name",), [("Bea",)], {"name": "Bee"}) == 1
        assert writer.delete(table.ref, ("id",), [("1",)]) == 1
        assert writer.delete(table.ref, ("id",), [("1",)]) == 0
        assert writer.select(asked) == [("Bee",)]
        assert sorted(every_row(table)) == [("1", "Ann"), ("2", "Bob")]
    assert people.read_text() == TEXT
    with session.write("crm") as writer:
        assert sorted(writer.select(asked)) == [("Ann",), ("Bob",)]


def test_rows_alike_all_go_and_null_is_an_empty_field(folder: Path) -> None:
    file = folder / "log.csv"
    file.write_text('who,what\n1,\n1,""\n2,\n1,x\n')
    log = connect(folder)["log"]
    assert delete(log, ("1", None)) == 2
    assert file.read_text() == "who,what\n2,\n1,x\n"


def test_remnants_of_a_crash_are_no_tables_and_the_next_writer_clears_them(people: Path) -> None:
    below = people.parent / "below"
    below.mkdir()
    dead, alive = below / LEFTOVER, people.with_name(LEFTOVER.replace("0", "1"))
    dead.write_text("id,name\n1,Ann\n")
    table = connect(people.parent)["people"]
    assert [one.ref.table for one in queries.describe("crm").tables] == ["people"]
    assert queries.describe("crm").passed_over == ()
    with alive.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as a writer that lives holds it
        assert delete(table, ("1", "Ann")) == 1
        assert (dead.exists(), alive.exists()) == (False, True)
    assert delete(table, ("2", "Bob")) == 1
    assert remnants(people.parent) == []


def test_a_session_that_stops_between_two_renames_is_taken_up_and_finished(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(TEXT)
    tables = connect(folder)
    renamed: list[str] = []
    rename = os.rename

    def fails_at_the_second(source: str, target: str, **more: int) -> None:
        if renamed:
            raise OSError("the disk is gone")
        renamed.append(target)
        rename(source, target, **more)

    def erase() -> list[int]:
        with session.write("crm") as writer:
            done = [writer.delete(one.ref, names(one), [("1", "Ann")]) for one in tables.values()]
            writer.commit(lambda: None)
        return done

    with monkeypatch.context() as broken:
        broken.setattr(replacing.os, "rename", fails_at_the_second)
        with pytest.raises(refusals.CommitUnknown):
            erase()
    assert sorted(path.read_text() == TEXT for path in folder.iterdir()) == [False, True]
    assert erase() == [0, 1]
    assert {path.read_text() for path in folder.iterdir()} == {"id,name\n2,Bob\n"}


def test_another_writer_of_ours_is_waited_for(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = connect(people.parent)["people"]
    monkeypatch.setattr("discreet.foundation.sources.file_session.LOCK_TIMEOUT_S", 0.1)
    with session.write("crm") as writer:
        writer.delete(table.ref, names(table), [("1", "Ann")])
        with pytest.raises(refusals.Conflict), session.write("crm") as other:
            other.select(Select(table.ref, names(table), (), ()))
        writer.commit(lambda: None)
    assert people.read_text() == "id,name\n2,Bob\n"


def test_files_that_may_not_be_replaced_are_named_and_refused(people: Path) -> None:
    people.chmod(0o444)
    table = connect(people.parent)["people"]
    assert [(one.table.table, one.right) for one in queries.source("crm").missing_rights] == [
        ("people", Right.FILE)
    ]
    with pytest.raises(refusals.FileNotReplaceable):
        delete(table, ("1", "Ann"))
    people.chmod(0o644)
    os.link(people, people.with_name("second name"))
    with pytest.raises(refusals.FileNotReplaceable):
        delete(table, ("1", "Ann"))
    assert people.read_text() == TEXT


def test_a_link_put_in_the_place_of_a_file_or_folder_leads_nowhere(people: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text(TEXT)
    below = people.parent / "below"
    below.mkdir()
    (below / "a.csv").write_text(TEXT)
    table = connect(people.parent)["below/a"]
    with session.write("crm") as writer:
        assert writer.delete(table.ref, names(table), [("1", "Ann")]) == 1
        (below / "a.csv").unlink()
        below.rmdir()
        below.symlink_to(outside)
        with pytest.raises(refusals.SourceRefusal):
            writer.commit(lambda: None)
    assert [path.name for path in outside.iterdir()] == ["a.csv"]
    assert (outside / "a.csv").read_text() == TEXT


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("torn.csv", b'id,name\n1,Ann\n2,"Bob\n3,Cleo\n4,Dan\n'),
        ("wide.csv", b"id,name\n1,Ann\n2,Bob,more,and more\n3,Cleo\n"),
        ("lines.jsonl", b'{"id": "1", "name": "Ann"}\n{"id": \n'),
        ("bytes.csv", b"id,name\n1,Ann\n2,\xc3\xbcber\n3,\xffB\n4,\xc3\xa4\xc3\xb6\xc3\xbc\n"),
        ("document.json", b'{"people": [{"id": "1", "name": "Ann"}], "more": {"a": "b"}}'),
        ("states.csv", "id,name\n1,Ann\n2,山田\n".encode("iso2022_jp")),
    ],
)
def test_a_file_whose_rows_are_not_told_with_certainty_is_only_read(
    folder: Path, name: str, raw: bytes
) -> None:
    (folder / name).write_bytes(raw)
    table = next(iter(connect(folder).values()))
    assert not table.is_writable
    with pytest.raises(refusals.FileNotRewritten):
        delete(table, ("1", "Ann"))
    assert (folder / name).read_bytes() == raw


def test_a_value_that_the_file_cannot_hold_is_refused(folder: Path) -> None:
    raw = "name,city\nZoë,Zürich\nJérôme,Genève\nMüller,Köln\n".encode("cp1252")
    (folder / "people.csv").write_bytes(raw)
    table = connect(folder)["people"]
    with pytest.raises(refusals.UnfitForFile):
        update(table, ("Zoë", "Zürich"), name="王小明")
    assert (folder / "people.csv").read_bytes() == raw
    assert update(table, ("Zoë", "Zürich"), name="Zoé") == 1
    assert (folder / "people.csv").read_bytes() == raw.replace(b"Zo\xeb", b"Zo\xe9")


def test_a_folder_connected_without_a_write_address_is_only_read(people: Path) -> None:
    connect_source(actor=OPERATOR, now=NOW, name="crm", url=f"files://{people.parent}")
    table = TableRef("crm", "people")
    with pytest.raises(refusals.NoWriteAddress), session.write("crm") as writer:
        writer.delete(table, ("id",), [("1",)])
    connect(people.parent)
    connect_source(actor=OPERATOR, now=NOW, name="crm", url=f"files://{people.parent}")
    assert queries.source("crm").is_writable, "described again, it keeps the address it may be erased at"
    connect_source(actor=OPERATOR, now=NOW, name="crm", url=f"files://{people.parent}", is_read_only=True)
    assert not queries.source("crm").is_writable
    other = people.parent.parent
    with pytest.raises(refusals.OtherDatabase):
        connect_source(
            actor=OPERATOR, now=NOW, name="crm", url=f"files://{people.parent}", write_url=f"files://{other}"
        )
