"""Files written anew: what goes is gone, and every other byte is where it was."""

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import queries, refusals, session
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.catalogue import TableInfo
from tests.foundation.sources.conftest import NOW, OPERATOR

pytestmark = [pytest.mark.duty("sources"), pytest.mark.django_db]
Rows = list[tuple[object, ...]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "crm"
    made.mkdir()
    return made


def connect(folder: Path) -> dict[str, TableInfo]:
    url = f"files://{folder}"
    connect_source(actor=OPERATOR, now=NOW, name="crm", url=url, write_url=url)
    return {table.ref.table: table for table in queries.describe("crm").tables}


def names(table: TableInfo) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def every_row(table: TableInfo) -> Rows:
    with session.read("crm") as reader:
        return list(reader.select(Select(table.ref, names(table), (), ())))


def delete(table: TableInfo, *rows: tuple[object, ...]) -> int:
    with session.write("crm") as writer:
        done = writer.delete(table.ref, names(table), rows)
        writer.commit(lambda: None)
    return done


def update(table: TableInfo, row: tuple[object, ...], **values: object) -> int:
    with session.write("crm") as writer:
        done = writer.update(table.ref, names(table), [row], values)
        writer.commit(lambda: None)
    return done


def remnants(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


def test_a_row_of_a_delimited_file_goes_and_every_other_byte_stays(folder: Path) -> None:
    text = '\ufeffid;name;note\r\n"1";Ann;"a; b\r\nc"\r\n\r\n2;"Zoë ""Z""";\r\n3; Bob ;x'
    file = folder / "people.csv"
    file.write_bytes(text.encode())
    file.chmod(0o640)
    people = connect(folder)["people"]
    assert people.is_writable
    assert delete(people, ("2", 'Zoë "Z"', None)) == 1
    assert file.read_bytes() == text.replace('2;"Zoë ""Z""";\r\n', "").encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert delete(people, ("1", "Ann", "a; b\r\nc"), ("3", " Bob ", "x")) == 2
    assert file.read_bytes() == "\ufeffid;name;note\r\n\r\n".encode()
    assert every_row(people) == []
    assert remnants(folder) == []


def test_a_changed_field_is_written_as_the_file_writes_fields(folder: Path) -> None:
    file = folder / "people.csv"
    file.write_text('id,name,note,more\n1,"Ann",plain,x\n2,Bob\n')
    people = connect(folder)["people"]
    assert update(people, ("1", "Ann", "plain", "x"), name=None, note='says "a, b"') == 1
    assert update(people, ("2", "Bob", None, None), more="y") == 1
    assert file.read_text() == 'id,name,note,more\n1,"","says ""a, b""",x\n2,Bob,,y\n'
    assert every_row(people) == [("1", None, 'says "a, b"', "x"), ("2", "Bob", None, "y")]


_cell = st.one_of(
    st.sampled_from(
        ("Zoë", "王小明", 'says "so"', "a,b;c", "two\nlines", "two\r\nlines", " ", "", "O'Neill")
    ),
    st.integers(0, 10**19).map(lambda number: f"0{number}"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(_cell, min_size=width, max_size=width), min_size=1, max_size=12)
    ),
    chosen=st.sets(st.integers(0, 11)),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "gb18030")),
    line_end=st.sampled_from(("\n", "\r\n")),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    is_packed=st.booleans(),
)
def test_whatever_a_delimited_file_holds_only_the_rows_that_go_are_gone(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[str]],
    chosen: set[int],
    delimiter: str,
    encoding: str,
    line_end: str,
    quoting: int,
    is_packed: bool,
) -> None:
    def written(rows: list[list[str]]) -> bytes:
        text = io.StringIO(newline="")
        header = ["编号 a", "编号 b", "编号 c", "编号 d"][: len(table[0])]
        writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
        writer.writerows([header, *rows])
        return text.getvalue().encode(encoding)

    folder = tmp_path_factory.mktemp("any")
    file = folder / ("a.csv.gz" if is_packed else "a.csv")
    file.write_bytes(gzip.compress(written(table)) if is_packed else written(table))
    info = connect(folder)["a"]
    meant = [tuple(cell or None for cell in row) for row in table]
    assume(every_row(info) == meant)  # of so few lines it may be unclear what separates the fields
    going = [tuple(cell or None for cell in table[place]) for place in chosen if place < len(table)]
    delete(info, *going)
    staying = [row for row in table if tuple(cell or None for cell in row) not in going]
    found = file.read_bytes()
    assert (gzip.decompress(found) if is_packed else found) == written(staying)
    assert remnants(folder) == []


def test_a_record_of_json_lines_goes_and_every_other_byte_stays(folder: Path) -> None:
    lines = ['{"id": 1, "email": "ann@example.com", "props": {"ip": "192.0.2.1"}}\n', '\n',
             '  {"id":2,"email":"bob@example.com", "n": 1.50}\r\n', '{"id": "x", "email": null}']  # fmt: skip
    file = folder / "events.jsonl"
    file.write_text("".join(lines), newline="")
    events = connect(folder)["events"]
    rows = every_row(events)
    assert names(events) == ("id", "email", "props", "n")
    assert delete(events, rows[0], rows[2]) == 2
    assert file.read_bytes().decode() == lines[1] + lines[2]
    assert every_row(events) == [rows[1]], "a column whose only value went is still there, and a text a text"
    assert queries.describe("crm").fingerprint == session.fingerprint("crm")
    assert update(events, rows[1], email=None, n=2.5, props=None) == 1
    assert file.read_bytes().decode() == lines[1] + '  {"id":2,"email":null, "n": 2.5}\r\n'
    assert update(events, ("2", None, None, 2.5), email="é", props="new") == 1
    assert file.read_bytes().decode() == lines[1] + '  {"id":2,"email":"é", "n": 2.5, "props": "new"}\r\n'
    assert delete(events, ("2", "é", "new", 2.5)) == 1
    assert file.read_bytes() == b"\n"
    assert every_row(events) == []


_json_value = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(("Zoë", "王小明", 'a "b"', "\u2028", "{", "", "two\nlines")),
    st.lists(st.integers(0, 9), max_size=2), st.dictionaries(st.sampled_from("xy"), st.integers(0, 9), max_size=2),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.dictionaries(st.sampled_from("abc"), _json_value, max_size=3), min_size=1, max_size=8),
    chosen=st.sets(st.integers(0, 7), min_size=1),
    is_ascii=st.booleans(),
    separators=st.sampled_from(((",", ":"), (", ", ": "), (" , ", " : "))),
    end=st.sampled_from(("\n", "\r\n", "\n\n")),
    is_list=st.booleans(),
)
def test_whatever_json_holds_only_the_records_that_go_are_gone(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[dict[str, object]],
    chosen: set[int],
    is_ascii: bool,
    separators: tuple[str, str],
    end: str,
    is_list: bool,
) -> None:
    records = [
        json.dumps({"id": f"n{number}", **value}, ensure_ascii=is_ascii, separators=separators)
        for number, value in enumerate(values)
    ]

    def written(kept: list[str]) -> bytes:
        text = f"[{(',' + end).join(kept)}]" if is_list else "".join(record + end for record in kept)
        return text.encode()

    folder = tmp_path_factory.mktemp("any")
    file = folder / ("a.json" if is_list else "a.jsonl")
    file.write_bytes(written(records))
    info = connect(folder)["a"]
    going = {number for number in chosen if number < len(records)}
    with session.write("crm") as writer:
        assert writer.delete(info.ref, ("id",), [(f"n{number}",) for number in going]) == len(going)
        writer.commit(lambda: None)
    staying = [record for number, record in enumerate(records) if number not in going]
    expected = written(staying)
    if not is_list and end == "\n\n":  # the empty line behind a record is a line of its own
        found = [line for line in file.read_bytes().splitlines(keepends=True) if line.strip()]
        expected, raw = b"".join(line.encode() + b"\n" for line in staying), b"".join(found)
        assert raw == expected
    else:
        assert file.read_bytes() == expected


@pytest.mark.parametrize(
    ("going", "left"),
    [
        ((1,), '[\n  {"a": 2} ,\n  {"a":  3}\n]\n'),
        ((2,), '[\n  {"a": 1} ,\n  {"a":  3}\n]\n'),
        ((3,), '[\n  {"a": 1},{"a": 2}\n]\n'),
        ((1, 3), '[\n  {"a": 2}\n]\n'),
        ((1, 2, 3), "[\n  \n]\n"),
    ],
)
def test_an_object_of_a_list_goes_and_the_others_stay(
    folder: Path, going: tuple[int, ...], left: str
) -> None:
    file = folder / "list.json"
    file.write_text('[\n  {"a": 1},{"a": 2} ,\n  {"a":  3}\n]\n')
    table = connect(folder)["list"]
    assert delete(table, *((number,) for number in going)) == len(going)
    assert file.read_text() == left
    assert len(every_row(table)) == 3 - len(going)


def test_parquet_keeps_values_schema_compression_and_notes(folder: Path) -> None:
    import duckdb

    file = folder / "visits.parquet"
    duckdb.sql(
        f"COPY (SELECT range::INTEGER AS id, 'n' || range AS name, {{'ip': range}} AS props, [range] AS tags,"
        " 1.50::DECIMAL(10, 2) AS price, TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_seconds(range) AS seen"
        f" FROM range(30000)) TO '{file}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{made_by: 'us'}},"
        " ROW_GROUP_SIZE 5000)"
    )
    told = (
        "SELECT * EXCLUDE (file_name) FROM parquet_schema('{0}')",
        "SELECT key, value FROM parquet_kv_metadata('{0}')",
    )
    before = [duckdb.sql(text.format(file)).fetchall() for text in told]
    old = duckdb.sql(f"SELECT * REPLACE (epoch_us(seen) AS seen) FROM '{file}'").fetchall()
    visits = connect(folder)["visits"]
    with session.read("crm") as reader:
        chosen = list(reader.select(Select(visits.ref, names(visits), ("id",), [(7,), (29_999,), (10_000,)])))
    assert delete(visits, chosen[0], chosen[2]) == 2
    assert update(visits, chosen[1], name="new", props=None) == 1
    assert [duckdb.sql(text.format(file)).fetchall() for text in told] == before
    codecs = duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{file}')").fetchall()
    assert codecs == [("ZSTD",)]
    new = duckdb.sql(f"SELECT * REPLACE (epoch_us(seen) AS seen) FROM '{file}'").fetchall()
    gone = {chosen[0][0], chosen[2][0]}
    changed = chosen[1][0]
    assert new == [
        row if row[0] != changed else (row[0], "new", None, *row[3:]) for row in old if row[0] not in gone
    ]
    assert remnants(folder) == []


def workbook(path: Path, **sheets: list[list[object]]) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)


def lines_in(path: Path, name: str) -> list[tuple[object, ...]]:
    import openpyxl

    return list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))


def test_a_line_of_a_workbook_goes_and_no_part_holds_its_texts(folder: Path) -> None:
    file = folder / "crm.xlsx"
    day = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - a cell has no time zone
    people = [["id", "name", "since", "phone"], [1, "Ann Canary", day, 13800138000], [2, "Bob", day, None],
              [], [3, "Cleo", None, 1.5]]  # fmt: skip
    visits = [["name", "place"], ["Bob", "Bern"], ["Ann Canary", "Ulm"]]
    workbook(file, people=people, visits=visits)
    tables = connect(folder)
    assert every_row(tables["crm/people"]) == [
        ("1", "Ann Canary", "2026-03-01", "13800138000"), ("2", "Bob", "2026-03-01", None), ("3", "Cleo", None, "1.5"),
    ]  # fmt: skip
    with session.write("crm") as writer:
        people_ref, visits_ref = tables["crm/people"].ref, tables["crm/visits"].ref
        assert writer.delete(people_ref, ("id",), [("1",)]) == 1
        assert (
            writer.update(people_ref, ("id",), [("3",)], {"name": None, "phone": "0049 <x>", "since": "5"})
            == 1
        )
        assert writer.delete(visits_ref, ("name",), [("Ann Canary",)]) == 1
        writer.commit(lambda: None)
    assert lines_in(file, "people") == [
        ("id", "name", "since", "phone"), (2, "Bob", day, None), (None,) * 4, (3, None, "5", "0049 <x>"),
    ]  # fmt: skip
    assert lines_in(file, "visits") == [("name", "place"), ("Bob", "Bern")]
    with zipfile.ZipFile(file) as packed:
        whole = b"".join(packed.read(name) for name in packed.namelist())
    assert [word for word in (b"Canary", b"Ulm", b"Cleo") if word in whole] == []
    assert b"Bern" in whole


def test_a_workbook_that_holds_more_than_lines_is_refused_and_says_why(folder: Path) -> None:
    import openpyxl
    from openpyxl.chart import BarChart
    from openpyxl.comments import Comment
    from openpyxl.worksheet.datavalidation import DataValidation

    def made(name: str, spoil: Callable[[Worksheet], object]) -> None:
        book = openpyxl.Workbook()
        for line in (["id", "name"], [1, "Ann"], [2, "Bob"]):
            book.active.append(line)
        spoil(book.active)
        book.save(folder / f"{name}.xlsx")

    made("chart", lambda sheet: sheet.add_chart(BarChart(), "D1"))
    made("comment", lambda sheet: setattr(sheet["B2"], "comment", Comment("Ann likes tea", "us")))
    made("check", lambda sheet: sheet.add_data_validation(DataValidation(type="list", formula1='"Ann,Bob"')))
    made("formula", lambda sheet: sheet.append([3, "=B2"]))
    made("merged", lambda sheet: sheet.merge_cells("A3:B3"))
    made("link", lambda sheet: setattr(sheet["B2"], "hyperlink", "mailto:ann@example.com"))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    for name, table in connect(folder).items():
        assert not table.is_writable, name
        with pytest.raises(refusals.WorkbookNotRewritten):
            delete(table, ("1", "Ann"))
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
