"""Damaged, oddly encoded and oddly laid out files: what can be read is read, and the rest is told by line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from discreet.foundation.datamap.classify_cli import classify
from discreet.foundation.sources import session
from discreet.foundation.sources.files.encodings import encoding_of
from tests.foundation.sources.test_files import connect, folder, names, rows

__all__ = ["folder"]
pytestmark = [pytest.mark.duty("sources"), pytest.mark.django_db]
HEADER = "编号,姓名,地址\n"
NAMES = ("王小明", "李雷", "韩梅梅", "张伟", "陈静", "刘洋", "赵敏", "欧阳锋")
PEOPLE = [f"{number},{NAMES[number % 8]},北京市朝阳区建国路{number}号" for number in range(200)]
JAPANESE = "番号,名前,住所\n" + "".join(
    f"{n},{['山田太郎', '佐藤花子'][n % 2]},東京都新宿区\n" for n in range(9)
)
KOREAN = "번호,이름,주소\n" + "".join(f"{n},{['김철수', '이영희'][n % 2]},서울시 강남구\n" for n in range(9))
RUSSIAN = "имя,город\n" + "Анна,Москва\nБорис,Казань\n" * 9


def test_an_open_quote_costs_its_own_line_and_is_told_with_its_number(folder: Path) -> None:
    lines = [f'{n},"N, {n}","one\ntwo"' if n % 9 == 0 else f"{n},N{n},x" for n in range(300)]
    lines[100] = '100,"open,x'
    lines[250] = '250,x,"open at the end'
    text = "id,name,note\n" + "\n".join(lines) + "\n"
    (folder / "a.csv").write_text(text)
    table = connect(folder)["a"]
    assert [row[0] for row in rows(table)] == [str(n) for n in range(300) if n not in (100, 250)]
    assert ("99", "N, 99", "one\ntwo") in rows(table)
    begin = [text[: text.index(start)].count("\n") + 1 for start in ("100,", "250,")]
    assert (table.broken_lines, list(table.broken_at)) == (2, begin)
    said = CliRunner().invoke(classify, [str(folder / "a.csv")]).output
    assert f"Lines that cannot be read whole: a (2: line {begin[0]}, {begin[1]})." in said
    document = json.loads(CliRunner().invoke(classify, [str(folder / "a.csv"), "--json"]).output)
    assert document["broken_lines"] == {"a": {"count": 2, "first": begin}}
    with translation.override("zh-hans"):
        said = CliRunner().invoke(classify, [str(folder / "a.csv")]).output
    assert f"无法完整读取的行：a（2 行：第 {begin[0]}，{begin[1]} 行）。" in said and "rows" not in said


def test_gb18030_with_broken_bytes_stays_gb18030_and_its_broken_lines_are_told(folder: Path) -> None:
    raw = bytearray((HEADER + "\n".join(PEOPLE) + "\n").encode("gb18030"))
    for line in (20, 90, 150):
        raw[raw.index(f"\n{line},".encode()) + len(f"\n{line},")] = 0xFF
    (folder / "a.csv").write_bytes(raw)
    table = connect(folder)["a"]
    assert names(table) == ("编号", "姓名", "地址")
    assert (table.broken_lines, table.broken_at) == (3, (22, 92, 152))
    whole = {tuple(line.split(",")) for line in PEOPLE}
    assert len(rows(table)) == 200 and len(whole & set(rows(table))) == 197


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *[(name, HEADER + "\n".join(PEOPLE)) for name in ("utf-32", "utf-32-le", "utf-32-be", "utf-16-be", "hz")],
        ("utf-16-le", HEADER + "一,王小明,北京市朝阳区建国路\n二,李雷,北京市朝阳区建国路\n"),
        *[(name, JAPANESE) for name in ("cp932", "euc_jp", "iso2022_jp")],
        ("euc_kr", KOREAN),
    ],
)  # fmt: skip
def test_encodings_of_east_asia_and_wide_ones_are_read_without_a_mark(
    folder: Path, encoding: str, text: str
) -> None:
    (folder / "a.csv").write_bytes(text.encode(encoding))
    table = connect(folder)["a"]
    assert [names(table), *rows(table)] == [tuple(line.split(",")) for line in text.splitlines()]


@pytest.mark.parametrize("encoding", ["koi8-r", "cp1251", "cp866", "cp037", "mac-cyrillic"])
def test_an_encoding_that_is_not_known_is_refused_and_not_guessed(encoding: str) -> None:
    assert (
        encoding_of(RUSSIAN.encode(encoding, "replace") if encoding != "cp037" else b"\x89\x84k\x95" * 50)
        is None
    )


@pytest.mark.parametrize(
    ("text", "header", "first", "count", "broken"),
    [
        ("id\x01name\n1\x01x\n2\x01y\n", ("id", "name"), ("1", "x"), 2, ()),
        ("id,name\r\n1,x\n2,y\r3,z\r\n4,q\n", ("id", "name"), ("1", "x"), 4, ()),
        ("id,mail,mail\n1,a@x.org,b@x.org\n2,c@x.org,d@x.org\n", ("id", "mail", "mail_2"), ("1", "a@x.org", "b@x.org"), 2, ()),
        ("Konto;\nIBAN:;DE02\n\nTag;Name;Betrag;Zweck\n1.1.26;Ann;1,50;x\n2.1.26;Bob;2,50;y\n3.1.26;Cy;3,00;z\n",
         ("Tag", "Name", "Betrag", "Zweck"), ("1.1.26", "Ann", "1,50", "x"), 3, (1, 2, 3)),
        ("# made by x\nid,name,city\n1,a,b\n2,c,d\n", ("id", "name", "city"), ("1", "a", "b"), 2, (1,)),
        ("id,name,\n1,a,\n2,b,\n", ("id", "name", "column_3"), ("1", "a", None), 2, ()),
        ("id|name\n1|a, b\n2|c\n", ("id", "name"), ("1", "a, b"), 2, ()),
    ],
)  # fmt: skip
def test_layouts_of_the_field_are_read(
    folder: Path,
    text: str,
    header: tuple[str, ...],
    first: tuple[str, ...],
    count: int,
    broken: tuple[int, ...],
) -> None:
    (folder / "a.csv").write_bytes(text.encode())
    table = connect(folder)["a"]
    assert (names(table), rows(table)[0], len(rows(table))) == (header, first, count)
    assert table.broken_at == broken


def test_a_quote_within_a_value_is_no_open_one(folder: Path) -> None:
    (folder / "a.csv").write_text('id,size,note\n1,5" pipe,x\n2,"a ""b"" c",y\n3,4" pipe,z\n')
    table = connect(folder)["a"]
    assert rows(table) == [("1", '5" pipe', "x"), ("2", 'a "b" c', "y"), ("3", '4" pipe', "z")]
    assert table.broken_lines == 0


def test_a_sample_of_a_large_file_reaches_its_end_without_reading_it_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discreet.foundation.sources.files.windows.LEAST", 1 << 20)
    monkeypatch.setattr("discreet.foundation.sources.files.windows._BYTES", 1 << 12)
    monkeypatch.setattr("discreet.foundation.sources.dialects.files._ROWS_LOOKED_AT", 100_000)
    lines = (f'{n},"note, {n}\nand more"\n' if n % 50 == 0 else f"{n},x\n" for n in range(100_000, 500_000))
    (folder / "big.csv").write_text("id,note\n" + "".join(lines))
    table = connect(folder)["big"]
    assert table.estimated_rows == 400_000
    with session.read("files") as reader:
        taken = reader.sample_spread(table.ref, ["id", "note"], limit=1_000, max_chars=40)
    assert len(taken) == len({row[0] for row in taken}) == 1_000
    assert len({str(row[0])[:2] for row in taken}) == 40, "from every fortieth of the file"
    assert {row[1] for row in taken} - {"x"} <= {f"note, {n}\nand more" for n in range(100_000, 500_000, 50)}


def test_the_encoding_is_told_also_where_the_first_letters_come_late(folder: Path) -> None:
    early = "".join(f"{number},Ann Miller of number {number},x\n" for number in range(60_000))
    (folder / "a.csv").write_bytes(("id,name,city\n" + early + "\n".join(PEOPLE)).encode("gb18030"))
    table = connect(folder)["a"]
    assert rows(table, limit=70_000)[-1] == tuple(PEOPLE[-1].split(","))
    assert table.broken_lines == 0
