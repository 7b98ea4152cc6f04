"""Folders of files as sources: whatever their encoding and shape, nothing is changed and nothing silently lost."""

import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import queries, refusals, session
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.catalogue import Kind, TableInfo
from discreet.foundation.sources.files.opening import FolderConnection
from discreet.vocabulary.actors import Actor, ActorKind
from tests.foundation.sources.conftest import NOW, OPERATOR

pytestmark = [pytest.mark.duty("sources"), pytest.mark.django_db]
Rows = list[tuple[object, ...]]
PEOPLE_ZH = "编号,姓名,电话,邮编\n" + "".join(
    f"{number:04},{name},0{13800138000 + number},01000{number % 10}\n"
    for number, name in enumerate(["王小明", "李雷", "韩梅梅", "张伟", "陈静", "刘洋", "𠮷田", "赵敏"] * 3)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


def connect(folder: Path, name: str = "files") -> dict[str, TableInfo]:
    connect_source(actor=OPERATOR, now=NOW, name=name, url=f"files://{folder}")
    return {table.ref.table: table for table in queries.describe(name).tables}


def rows(table: TableInfo, *, limit: int = 10_000) -> Rows:
    with session.read(table.ref.source) as reader:
        query = Select(
            table=table.ref,
            columns=tuple(c.name for c in table.columns),
            key_columns=(),
            keys=(),
            limit=limit,
        )
        return list(reader.select(query))


def names(table: TableInfo) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_table_is_read_in_its_encoding(folder: Path, encoding: str) -> None:
    (folder / "people.csv").write_text(PEOPLE_ZH, encoding=encoding)
    people = connect(folder)["people"]
    assert names(people) == ("编号", "姓名", "电话", "邮编")
    assert {column.kind for column in people.columns} == {Kind.TEXT}
    assert rows(people) == [tuple(line.split(",")) for line in PEOPLE_ZH.splitlines()[1:]]
    assert (people.estimated_rows, people.broken_lines) == (24, 0)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", "姓名,城市\n王小明,北京\n李雷,上海\n"),
        ("big5", "姓名,城市\n陳大文,臺北\n李美麗,高雄\n"),
        ("cp932", "名前,都市\n山田太郎,東京\nさとうはなこ,大阪\n"),
        ("latin-1", "name,city\nZoë,Zürich\nJérôme,Genève\nMüller,Köln\n"),
        ("cp1252", "name,price\nZoë,10 €\nFrançois,“12”\n"),
        ("gb18030", "name,city\nAnn,Bern\nBob,北京\n"),
    ],
)
def test_encodings_without_a_mark_are_told_by_their_letters(folder: Path, encoding: str, text: str) -> None:
    (folder / "people.csv").write_bytes(text.encode(encoding))
    people = connect(folder)["people"]
    assert [names(people), *rows(people)] == [tuple(line.split(",")) for line in text.splitlines()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_what_separates_the_fields_is_found(folder: Path, delimiter: str) -> None:
    lines = [
        ["id", "name", "note"],
        ["001", "Ann", '"a; b, c | d ^ e\nsecond line"'],
        ["002", '"O""Neill"', ""],
    ]
    (folder / "people.csv").write_text("\n".join(delimiter.join(line) for line in lines) + "\n")
    people = connect(folder)["people"]
    assert names(people) == ("id", "name", "note")
    (first, second) = rows(people)
    assert first == ("001", "Ann", "a; b, c | d ^ e\nsecond line")
    assert second[:2] == ("002", 'O"Neill')


_cells = st.one_of(
    st.sampled_from(("Zoë", "Müller", "O'Neill", 'says "so"', "a,b;c|d", "two\nlines", " ", "")),
    st.integers(0, 10**19).map(lambda number: f"0{number}"),
    st.emails(),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.integers(2, 6).flatmap(
        lambda width: st.lists(st.lists(_cells, min_size=width, max_size=width), min_size=1, max_size=30)
    ),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252")),
    line_end=st.sampled_from(("\n", "\r\n")),
)
def test_whatever_a_delimited_file_holds_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[str]],
    delimiter: str,
    encoding: str,
    line_end: str,
) -> None:
    header = tuple(f"field {letter}" for letter in "abcdef"[: len(table[0])])
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end)
    writer.writerows([header, *table])
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.csv").write_bytes(written.getvalue().encode(encoding))
    opened = FolderConnection(folder)
    found = opened.opened("a")
    assert found is not None
    assert tuple(name for name, _ in found.how.columns) == header
    read = opened.raw.execute("SELECT * FROM a").fetchall()
    assert [["" if cell is None else cell for cell in row] for row in read] == table
    opened.close()


def test_many_files_that_must_be_decoded_are_read_by_turns(folder: Path) -> None:
    for number in range(9):
        (folder / f"t{number}.csv").write_bytes(
            f"编号,姓名\n{number},王小明\n{number},李雷\n".encode("gb18030")
        )
    tables = connect(folder)
    assert len(tables) == 9
    with session.read("files") as reader:
        for _ in range(2):
            for number in range(9):
                keys: Rows = [("李雷",)]
                query = Select(
                    table=tables[f"t{number}"].ref, columns=("编号",), key_columns=("姓名",), keys=keys
                )
                assert list(reader.select(query)) == [(str(number),)]
        with pytest.raises(refusals.UnknownName):
            reader.count_up_to(TableRef("files", "t99"), 5)
        assert reader.count_up_to(tables["t0"].ref, 5) == 2


def test_numbers_in_delimited_files_stay_the_texts_they_are(folder: Path) -> None:
    (folder / "a.csv").write_text("id,phone,zip,day\n110101199003074514,00491712345678,01067,2026-03-02\n")
    assert rows(connect(folder)["a"]) == [("110101199003074514", "00491712345678", "01067", "2026-03-02")]


def test_a_file_without_a_header_loses_no_row(folder: Path) -> None:
    (folder / "a.csv").write_text("1,ann@example.com\n2,bob@example.com\n")
    table = connect(folder)["a"]
    assert names(table) == ("column_1", "column_2")
    assert len(rows(table)) == 2


def test_a_header_alone_and_nothing_at_all(folder: Path) -> None:
    (folder / "header.csv").write_text("Name,E-Mail\n")
    (folder / "empty.csv").write_text("")
    (folder / "blank.csv").write_text("\n\n")
    (folder / "empty.jsonl").write_text("")
    tables = connect(folder)
    assert set(tables) == {"header"}
    assert names(tables["header"]) == ("Name", "E-Mail")
    assert rows(tables["header"]) == []


def test_names_of_columns_are_only_names(folder: Path) -> None:
    hostile = [
        '"; DROP TABLE x;--',
        "SELECT",
        "x" * 300,
        "Name",
        "name",
        "",
        "%s",
        ":p",
        "{path}",
        "a'b",
        "naïve 客户",
    ]
    (folder / "a.csv").write_text(
        ",".join('"' + name.replace('"', '""') + '"' for name in hostile)
        + "\n"
        + ",".join("abcdefghijk")
        + "\n"
    )
    table = connect(folder)["a"]
    assert names(table) == (*hostile[:4], "name_2", "column_6", *hostile[6:])
    assert rows(table) == [tuple("abcdefghijk")]
    with session.read("files") as reader:
        assert reader.sample_spread(table.ref, names(table), limit=5, max_chars=9) == [tuple("abcdefghijk")]
        for column, value in zip(names(table), "abcdefghijk", strict=True):
            assert reader.which_exist(table.ref, [column], [(value,), ("z",)]) == {(value,)}


def test_broken_lines_are_counted_and_the_others_are_read(folder: Path) -> None:
    (folder / "a.csv").write_bytes(
        b'id,name,mail\n1,Ann,a@x\n2,Bob\n3,Cy,c@x,one too many\n4,"un"quoted,d@x\n5,caf\xe9,e@x\n'
        + "6,Zoë ëëëëëëëëëë,f@x\n".encode()
    )
    table = connect(folder)["a"]
    assert (table.broken_lines, table.broken_at) == (3, (4, 5, 6))
    assert rows(table) == [
        ("1", "Ann", "a@x"),
        ("2", "Bob", None),
        ("5", "caf\ufffd", "e@x"),
        ("6", "Zoë ëëëëëëëëëë", "f@x"),
    ]
    assert table.estimated_rows == 4


def test_files_in_folders_below_are_tables_with_names_of_their_own(folder: Path, tmp_path: Path) -> None:
    (folder / "eu" / "k=v").mkdir(parents=True)
    for name in (
        "people.csv",
        "eu/people.csv",
        "eu/k=v/a[1]*.csv",
        "both.csv",
        "both.tsv",
        "Case.csv",
        "case.jsonl",
    ):
        (folder / name).write_text('{"id": 1, "name": "x"}\n' if name.endswith("l") else "id\tname\n1\tx\n")
    (folder / ".hidden.csv").write_text("id,name\n")
    (folder / "notes.txt").write_text("Dear all,\nthis is prose.\n")
    (folder / "list.txt").write_text("id|name\n1|x\n")
    (tmp_path / "secret.csv").write_text("id,name\n1,secret\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "up").symlink_to(tmp_path)
    tables = connect(folder)
    assert set(tables) == {
        "people", "eu/people", "eu/k=v/a[1]*", "both.csv", "both.tsv", "Case.csv", "case.jsonl", "list",
    }  # fmt: skip
    assert all(names(table) == ("id", "name") for table in tables.values())
    assert all(len(rows(table)) == 1 for table in tables.values())


def test_what_is_no_table_is_named_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "junk.csv").write_bytes(bytes(range(256)) * 50)
    (folder / "junk.parquet").write_bytes(b"PAR1 no")
    (folder / "junk.json").write_text("[{")
    (folder / "junk.csv.gz").write_bytes(b"\x1f\x8b no")
    (folder / "good.csv").write_text("id,name\n1,x\n")
    assert set(connect(folder)) == {"good"}
    assert set(queries.describe("files").unreadable) == {
        "junk.csv",
        "junk.parquet",
        "junk.json",
        "junk.csv.gz",
    }


def test_compressed_files_are_read(folder: Path) -> None:
    (folder / "a.csv.gz").write_bytes(gzip.compress(b"id,name\n1,x\n"))
    (folder / "b.csv.gz").write_bytes(gzip.compress("编号,姓名\n1,王小明\n2,李雷\n".encode("gb18030")))
    (folder / "c.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1}\n'))
    tables = connect(folder)
    assert {name: rows(table) for name, table in tables.items()} == {
        "a": [("1", "x")],
        "b": [("1", "王小明"), ("2", "李雷")],
        "c": [(1,)],
    }


def test_json_keeps_its_types_and_what_is_nested_as_text(folder: Path) -> None:
    lines = [
        {
            "id": 12345678901234567,
            "phone": "0123",
            "a/b": True,
            "nested": {"mail": "ann@example.com"},
            "l": [1, "x"],
        },
        {"id": 2, "phone": None, "f": 1.5, "Phone": "other", "mixed": "x"},
        {"id": 3, "mixed": 1},
    ]
    (folder / "lines.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\nbroken{\n[1]\n")
    (folder / "array.json").write_text(json.dumps(lines))
    (folder / "pretty.json").write_text("\n".join(json.dumps(line, indent=1) for line in lines))
    (folder / "marked.json").write_text(json.dumps(lines), encoding="utf-16")
    tables = connect(folder)
    expected = [
        (12345678901234567, "0123", True, '{"mail":"ann@example.com"}', '[1,"x"]', None, None, None),
        (2, None, None, None, None, 1.5, "other", "x"),
        (3, None, None, None, None, None, None, "1"),
    ]
    assert set(tables) == {"lines", "array", "pretty", "marked"}
    for table in tables.values():
        assert names(table) == ("id", "phone", "a/b", "nested", "l", "f", "Phone_2", "mixed")
        assert rows(table) == expected
    assert {name: table.broken_lines for name, table in tables.items()}["lines"] == 2


def test_parquet_keeps_its_types(folder: Path) -> None:
    import duckdb

    duckdb.connect().execute(
        "COPY (SELECT 7::BIGINT AS id, '007' AS phone, 1.50::DECIMAL(9, 2) AS amount, DATE '2026-03-02' AS day,"
        " TIMESTAMPTZ '2026-03-02 09:00:00+01' AS at, {'mail': 'ann@example.com'} AS nested, [1, 2] AS list,"
        f" 'abc'::BLOB AS raw) TO '{folder / 'a.parquet'}'"
    )
    table = connect(folder)["a"]
    row = rows(table)[0]
    assert row[:3] == (7, "007", Decimal("1.50"))
    assert str(row[4]) == "2026-03-02 08:00:00"
    assert row[5:] == ('{"mail":"ann@example.com"}', "[1,2]", b"abc")
    assert [column.kind for column in table.columns][:5] == [
        Kind.INTEGER, Kind.TEXT, Kind.DECIMAL, Kind.DATE, Kind.TIMESTAMP,
    ]  # fmt: skip
    with session.read("files") as reader:
        sampled = reader.sample_spread(table.ref, names(table), limit=3, max_chars=2)
        assert sampled == [(7, "00", Decimal("1.50"), row[3], row[4], '{"', "[1", b"abc")]


def test_rows_are_found_by_their_keys(folder: Path) -> None:
    (folder / "people.csv").write_text(PEOPLE_ZH)
    table = connect(folder)["people"]
    with session.read("files") as reader:
        by_name = Select(table=table.ref, columns=("编号",), key_columns=("姓名",), keys=[("李雷",), ("谁",)])
        assert list(reader.select(by_name)) == [("0001",), ("0009",), ("0017",)]
        whole = names(table)
        row = ("0001", "李雷", "013800138001", "010001")
        exact = Select(table=table.ref, columns=whole, key_columns=whole, keys=[row, ("0001", None, "", "")])
        assert list(reader.select(exact)) == [row]
        assert reader.count(table.ref) == 24
        assert reader.count_up_to(table.ref, 10) == 10
        assert reader.statement(exact)


def test_an_address_is_found_in_any_case_and_with_blanks(folder: Path) -> None:
    (folder / "a.csv").write_text('id,mail\n1," Ann@Example.com "\n2,bob@example.com\n')
    table = connect(folder)["a"]
    with session.read("files") as reader:
        query = Select(
            table=table.ref,
            columns=("id",),
            key_columns=("mail",),
            keys=[("ann@example.com",)],
            fold=True,
            trims=True,
        )
        assert list(reader.select(query)) == [("1",)]
        scan = Select(
            table=table.ref,
            columns=("id", "mail"),
            key_columns=(),
            keys=(),
            addresses=("ann@example.com",),
            digits=("12345",),
            limit=9,
        )
        assert list(reader.select(scan)) == [("1", " Ann@Example.com ")]


def test_a_sample_is_spread_over_the_file(folder: Path) -> None:
    (folder / "big.csv").write_text("id,name\n" + "".join(f"{n},name {n}\n" for n in range(1, 20_001)))
    table = connect(folder)["big"]
    with session.read("files") as reader:
        taken = [int(str(row[0])) for row in reader.sample_spread(table.ref, ["id"], limit=100, max_chars=9)]
    assert len(taken) == 100
    assert {number * 10 // 20_001 for number in taken} == set(range(10))
    assert max(taken) == 20_000


@pytest.mark.parametrize("change", ["gone", "renamed"])
def test_a_file_that_changed_its_shape_is_refused(folder: Path, change: str) -> None:
    path = folder / "a.csv"
    path.write_text("id,name\n1,x\n")
    table = connect(folder)["a"]
    before = session.fingerprint("files")
    path.write_text("id,name\n1,x\n2,y\n")
    assert session.fingerprint("files") == before == queries.describe("files").fingerprint
    assert len(rows(table)) == 2, "rows may come and go"
    if change == "gone":
        path.unlink()
    else:
        path.write_text("id,surname\n1,x\n")
    assert session.fingerprint("files") != before
    with pytest.raises(refusals.SchemaChanged):
        rows(table)


def test_a_folder_that_is_gone_is_waited_for(folder: Path) -> None:
    (folder / "a.csv").write_text("id,name\n1,x\n")
    table = connect(folder)["a"]
    folder.rename(folder.with_name("moved"))
    with pytest.raises(refusals.FolderMissing) as refused:
        rows(table)
    assert refused.value.is_transient


def test_nothing_outside_the_folder_can_be_reached(folder: Path, tmp_path: Path) -> None:
    import sqlalchemy as sa

    (folder / "a.csv").write_text("id,name\n1,x\n")
    (tmp_path / "secret.csv").write_text("id,name\n1,secret\n")
    connect(folder)
    for statement in (
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/new.csv'",
        f"ATTACH '{tmp_path}/new.db'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with session.read("files") as reader, pytest.raises(refusals.SourceRefusal):
            reader._execute(sa.text(statement))
    assert not {"new.csv", "new.db"} & {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("files://host/folder", refusals.IncompleteAddress),
        ("files:folder", refusals.IncompleteAddress),
        ("files:///", refusals.IncompleteAddress),
        ("files:///nowhere/at/all", refusals.FolderMissing),
    ],
)
def test_an_address_that_is_no_folder_is_refused(url: str, refusal: type[refusals.SourceRefusal]) -> None:
    with pytest.raises(refusal):
        connect_source(actor=OPERATOR, now=NOW, name="files", url=url)


def test_discreets_own_folder_is_refused(settings: object) -> None:
    from django.conf import settings as own

    for folder in (own.DISCREET_HOME, Path(own.DISCREET_HOME).parent, Path(own.DISCREET_HOME) / "keys"):
        with pytest.raises((refusals.OwnDatabase, refusals.FolderMissing)):
            connect_source(actor=OPERATOR, now=NOW, name="files", url=f"files://{folder}")


def test_files_are_connected_from_the_shell_and_only_read_without_a_write_address(folder: Path) -> None:
    (folder / "a.csv").write_text("id,name\n1,x\n")
    staff = Actor(kind=ActorKind.STAFF, name="lan")
    with pytest.raises(refusals.FileNotAllowed):
        connect_source(actor=staff, now=NOW, name="files", url=f"files://{folder}")
    assert "a" in connect(folder)
    with pytest.raises(refusals.NoWriteAddress), session.write("files"):
        pass
    assert not queries.source("files").is_writable
    assert queries.source("files").place == str(folder)


def test_without_duckdb_it_is_said_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for module in ("duckdb", "duckdb_engine", "discreet.foundation.sources.files.opening"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(refusals.DriverMissing) as refused:
        connect(folder)
    assert "discreet[files]" in str(refused.value)


def test_a_statement_on_files_is_stopped_after_its_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy as sa

    (folder / "a.csv").write_text("id,name\n1,x\n")
    connect(folder)
    monkeypatch.setattr("discreet.foundation.sources.dialects.base.STATEMENT_TIMEOUT_S", 0.2)
    with session.read("files") as reader, pytest.raises(refusals.TimedOut):
        reader._execute(sa.text("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"))


def test_large_cells_are_cut(folder: Path) -> None:
    (folder / "a.csv").write_text("id,body\n1," + "省" * 400_000 + "\n")
    table = connect(folder)["a"]
    with session.read("files") as reader:
        assert reader.sample_spread(table.ref, ["body"], limit=5, max_chars=10) == [("省" * 10,)]


def test_json_however_deep_or_however_many_keys_ends_no_process(folder: Path) -> None:
    deep = '{"a": ' * 20_000 + "1" + "}" * 20_000
    (folder / "deep.jsonl").write_text(f'{{"b": 1}}\n{deep}\n')
    (folder / "keys.jsonl").write_text("\n".join(f'{{"k{number}": {number}}}' for number in range(2_000)))
    tables = connect(folder)
    assert names(tables["deep"]) == ("b", "a")
    assert names(tables["keys"])[-1] == "k1999"
    assert [row[0] for row in rows(tables["deep"])] == [1, None]
