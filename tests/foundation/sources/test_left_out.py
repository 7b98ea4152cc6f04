"""Nothing in a folder is passed over in silence: it is named, with the reason, wherever the folder is shown."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from discreet.foundation.datamap.classify_cli import classify
from discreet.foundation.datamap.cli import connect as connect_command
from discreet.foundation.datamap.scan_cli import scan
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.sources import queries
from discreet.foundation.sources.catalogue import MOST_NAMED
from discreet.foundation.sources.refusals import NotATable
from tests.foundation.sources.test_files import connect, folder, names, rows

__all__ = ["folder"]
pytestmark = [pytest.mark.duty("sources"), pytest.mark.django_db]
ROWS = "id,name\n1,x\n"
ODD = [
    "a[b].csv",
    "a*.csv",
    "a?.csv",
    "it's.csv",
    'q"q.csv',
    "a;b c.csv",
    "客户.csv",
    "-d.csv",
    "{x}%s\\n.csv",
]


def strew(folder: Path, outside: Path) -> None:
    (folder / "people.csv").write_text(ROWS)
    (outside / "secret.csv").write_text("id,name\n1,secret\n")
    (folder / "link.csv").symlink_to(outside / "secret.csv")
    (folder / "inside.csv").symlink_to(folder / "people.csv")
    (folder / ".hidden.csv").write_text(ROWS)
    (folder / "two\nlines\x1b[2J.csv").write_text(ROWS)
    (folder / os.fsdecode(b"not-\xff-text.csv")).write_text(ROWS)
    (folder / "letter.docx").write_text("x")
    (folder / "koi8.csv").write_bytes("имя,город\nАнна,Москва\nБорис,Казань\n".encode("koi8-r") * 9)
    os.mkfifo(folder / "pipe.csv")
    for number in range(MOST_NAMED + 5):
        (folder / f"picture{number:02}.png").write_text("x")


def test_what_is_passed_over_is_named_with_the_reason_when_it_is_connected_and_scanned(
    folder: Path, tmp_path: Path
) -> None:
    strew(folder, tmp_path)
    connected = CliRunner().invoke(connect_command, ["files", f"files://{folder}"])
    assert connected.exit_code == 0, connected.output
    scanned = CliRunner().invoke(scan, ["files"])
    for output in (connected.output, scanned.output):
        assert "Not read (2, symbolic links, which are never followed): inside.csv, link.csv." in output
        assert "Not read (1, hidden: the name begins with a dot): .hidden.csv." in output
        assert "names with letters that no screen shows): not-\\udcff-text.csv, two\\nlines" in output
        assert "letter.docx" in output and "and 6 more" in output and "pipe.csv" in output
        assert "secret" not in output and "\x1b" not in output
    with translation.override("zh-hans"):
        assert "未读取（2 个，符号链接，一律不跟随）：" in CliRunner().invoke(scan, ["files"]).output
    document = json.loads(CliRunner().invoke(scan, ["files", "--json"]).stdout)
    assert set(document["tables"]) == {"people"}
    told = {each["reason"]: each["count"] for each in document["passed_over"]}
    ending = MOST_NAMED + 6
    assert told == {"link": 2, "hidden": 1, "odd_name": 2, "ending": ending, "device": 1, "encoding": 1}
    assert all(len(each["names"]) <= MOST_NAMED for each in document["passed_over"])


def test_a_folder_that_is_closed_and_one_that_is_too_deep_are_named(folder: Path) -> None:
    (folder / "people.csv").write_text(ROWS)
    deep = folder.joinpath(*["d"] * 10)
    deep.mkdir(parents=True)
    connect(folder)
    assert [(each.reason, each.count) for each in queries.describe("files").passed_over] == [("deep", 1)]


def test_files_of_any_name_are_read_one_by_one_and_in_their_folder(folder: Path) -> None:
    from discreet.foundation.sources.one_file import opened

    for name in ODD:
        (folder / name).write_text(ROWS)
    tables = connect(folder)
    assert set(tables) == {name.removesuffix(".csv") for name in ODD}
    assert all(rows(table) == [("1", "x")] for table in tables.values())
    for name in (*ODD, "two\nlines.csv"):
        (folder / name).write_text(ROWS)
        with opened(folder / name) as reader:
            (table,) = reader.catalogue.tables
            assert names(table) == ("id", "name")
            assert reader.count_up_to(table.ref, 5) == 1


@pytest.mark.parametrize(
    ("name", "raw", "said", "said_zh"),
    [
        ("empty.csv", b"\n\n", "“empty.csv” is not read: nothing in it.", "未读取“empty.csv”：内容为空。"),
        ("koi.csv", "имя\nАнна Иванова\n".encode("koi8-r") * 9, "no encoding of text that is known", "无法识别文本编码"),
        ("a.docx", b"PK", "“a.docx” is no table that can be read", "“a.docx”不是可读取的表"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_read_alone_is_refused_with_the_reason_in_the_readers_language(
    tmp_path: Path, name: str, raw: bytes, said: str, said_zh: str
) -> None:
    (tmp_path / name).write_bytes(raw)
    refused = CliRunner().invoke(classify, [str(tmp_path / name)]).exception
    assert isinstance(refused, NotATable)
    assert said in str(refused) and "Анна" not in str(refused)
    with translation.override("zh-hans"):
        refused = CliRunner().invoke(classify, [str(tmp_path / name)]).exception
        assert isinstance(refused, NotATable) and said_zh in message_of(refused)
