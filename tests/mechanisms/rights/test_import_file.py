"""A file of requests as spreadsheets write it: encodings, headers, what is wrong line by line, cut-off imports."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext

from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import importing, proving
from discreet.mechanisms.rights.kinds import Kind, right_of
from discreet.mechanisms.rights.lists import file as import_file
from discreet.mechanisms.rights.lists.file import ONE_BY_ONE, ImportFile, read_content, read_import
from discreet.mechanisms.rights.lists.imports import import_csv
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.refusals import BadImport, FileUnreadable, ImportUnfinished
from discreet.mechanisms.rights.views import remark_documents, remark_text
from tests.mechanisms.rights.company import AGENT, ANN, BOB, CLEO, NOW


def read(path: Path, blob: bytes) -> ImportFile:
    (path / "b.csv").write_bytes(blob)
    return read_import(path / "b.csv")


def imported(path: Path, text: str, **more: Any) -> dict[str, Any]:
    (path / "b.csv").write_text(text, encoding="utf-8")
    given: dict[str, Any] = {"default_kind": Kind.ERASURE, **more}
    return import_csv(actor=AGENT, now=NOW, path=path / "b.csv", **given)


def codes(file: ImportFile) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in file.errors]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_a_spreadsheets_encoding_and_delimiter_are_known_by_themselves(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    rows = (("电子邮箱", "姓名", "居住地"), (ANN, "王芳", "CN"))
    text = "\r\n".join(delimiter.join(row) for row in rows)
    file = read(tmp_path, text.encode(encoding))
    assert (file.errors, file.encoding) == ((), encoding.removesuffix("-sig"))
    [one] = file.asked
    assert (one.line, one.claim.email, one.claim.name, one.residence) == (2, ANN, "王芳", "CN")


@pytest.mark.parametrize(
    "header", ["email", "E-Mail", "Email address", "EMAIL_ADDRESS", '"e-mail"', " 邮箱 ", "电子邮件"]
)
def test_a_column_is_known_under_its_usual_names(tmp_path: Path, header: str) -> None:
    file = read(tmp_path, f"{header}\n{ANN}\n".encode())
    assert [one.claim.email for one in file.asked] == [ANN]


@pytest.mark.parametrize(
    ("blob", "code"),
    [
        (b"", "no_request"),
        (b"\xef\xbb\xbf", "no_request"),
        (b"  \n\n", "no_request"),
        (b"email\n", "no_request"),
        (b"email,password\na@example.com,x\n", "columns"),
        (b"a@example.com\n", "columns"),
        (b"email,mail\na@example.com,b@example.com\n", "column_twice"),
        (b"email\n\xff\xfe\x00\n", "encoding"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "encoding"),
        (b"SQLite format 3\x00" + bytes(100), "columns"),
        (b"\xff\xfe\x00", "encoding"),
        (b'"' + b"x" * 200_000, "columns"),
    ],
)
def test_a_file_that_holds_no_requests_is_refused_with_one_reason(
    tmp_path: Path, blob: bytes, code: str
) -> None:
    file = read(tmp_path, blob)
    assert (file.asked, [one.code for one in file.errors]) == ((), [f"import.{code}"])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("bad,,,", "email"),
        ("@example.com,,,", "email"),
        ("a@b@example.com,,,", "email"),
        ("=cmd|x@example.com,,,", "email"),
        ("=sum(1)@example.com,,,", "email"),
        ("a|b@example.com,,,", "email"),
        ("a@ex..com,,,", "email"),
        ("a@exam_ple!.com,,,", "email"),
        (f"{ANN},,XX,", "residence"),
        (",abc,,", "phone"),
        (",12,,", "phone"),
        ("a\0b@example.com,,,", "value"),
        (f"{'x' * 400}@example.com,,,", "value"),
        (",,,", "empty_identity"),
        (f"{ANN},,Narnia,", "residence"),
        (f"{ANN},,,rectification", "one_by_one"),
        (f"{ANN},,,,", "cells"),
        ("x" * 1_000_000 + ",,,", "cell_too_long"),
        (f'"{ANN}\nDE",,,', "value"),
    ],
)
def test_each_wrong_line_is_named_and_the_others_are_still_read(tmp_path: Path, line: str, code: str) -> None:
    file = read(tmp_path, f"email,phone,residence,kind\n{BOB},,,\n{line}\n{CLEO},,,\n".encode())
    assert codes(file) == [(3, f"import.{code}")]
    assert [one.claim.email for one in file.asked] == [BOB, CLEO]


@pytest.mark.parametrize(
    "address",
    [
        "o'neil+shop@example.co.uk",
        "a.b-c_d@xn--bcher-kva.example",
        "王芳@例子.公司",
        "root@localhost",
        "x/y=z@example.org",
    ],
)
def test_addresses_that_people_have_are_read(tmp_path: Path, address: str) -> None:
    assert [one.claim.email for one in read(tmp_path, f"email\n{address}\n".encode()).asked] == [address]


def test_a_line_is_counted_where_it_begins(tmp_path: Path) -> None:
    file = read(tmp_path, f'\n\nemail,name\n{ANN},"Ann\nOf Bern"\n\nbad,\n'.encode())
    assert codes(file) == [(4, "import.value"), (7, "import.email")]


def test_who_stands_twice_is_asked_for_once_and_who_may_be_the_same_is_named(tmp_path: Path) -> None:
    file = read(tmp_path, f"email,phone\n{ANN},\n{BOB},\n{ANN.upper()},\n{BOB},+41446681800\n".encode())
    assert [one.line for one in file.asked] == [2, 3, 5]
    assert [(one.line, one.code, one.params) for one in file.warnings] == [
        (4, "import.duplicate", {"first": 2}),
        (5, "import.alike", {"first": 3}),
    ]


def test_more_lines_than_one_approval_can_serve_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_file, "MAX_LINES", 2)
    file = read(tmp_path, f"email\n{ANN}\n{BOB}\n{CLEO}\n".encode())
    assert (file.asked, codes(file)) == ((), [(4, "import.too_many_lines")])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_wrong_is_told_in_the_readers_language_without_what_stood_there(
    tmp_path: Path, language: str
) -> None:
    file = read(tmp_path, b"email,residence\ncanary,\nb@example.com,Canary\n")
    with translation.override(language):
        told = remark_documents(file.errors)
    assert [(one["line"], one["code"]) for one in told] == [(2, "import.email"), (3, "import.residence")]
    assert ("这不是电子邮箱地址" in told[0]["message"]) is (language == "zh-hans")
    assert "anary" not in json.dumps(told)


def test_every_text_about_a_line_has_a_translation() -> None:
    with translation.override("zh-hans"):
        assert all(translation.gettext(text) != text for text in import_file.MESSAGES.values())


def test_a_wrong_line_imports_nothing_unless_bad_ones_are_skipped(db: None, tmp_path: Path) -> None:
    text = f"email\n{ANN}\nbad\n"
    with pytest.raises(BadImport) as refused:
        imported(tmp_path, text)
    assert [one.line for one in refused.value.errors] == [3]
    assert RightsRequest.objects.count() == 0
    document = imported(tmp_path, text, skip_bad=True)
    assert (document["imported"], document["count"], [one.line for one in document["errors"]]) == (1, 1, [3])
    assert document["ids"] == document["batches"][0]["requests"]
    with pytest.raises(BadImport):
        imported(tmp_path, "email\nbad\n", skip_bad=True)


def test_a_line_without_a_kind_is_wrong_and_never_an_erasure(db: None, tmp_path: Path) -> None:
    text = f"email,kind\n{ANN},\n{BOB},access\n"
    with pytest.raises(BadImport) as refused:
        imported(tmp_path, text, default_kind=None)
    assert [(one.line, one.code) for one in refused.value.errors] == [(2, "import.kind_missing")]
    assert not RightsRequest.objects.exists()
    with pytest.raises(BadImport):
        imported(tmp_path, f"email\n{ANN}\n", default_kind=None)
    assert imported(tmp_path, text, default_kind=None, skip_bad=True)["kind"] == "access"
    assert imported(tmp_path, f"email\n{ANN}\n", default_kind=Kind.OPT_OUT)["kind"] == "opt_out"
    named = imported(tmp_path, f"email,kind\n{BOB},查阅\n", default_kind=None)
    assert (named["kind"], named["warnings"]) == ("access", ())


@pytest.mark.parametrize("make", ["missing", "folder"])
def test_what_is_no_readable_file_is_told_plainly(db: None, tmp_path: Path, make: str) -> None:
    path = tmp_path / "b.csv"
    if make == "folder":
        path.mkdir()
    with pytest.raises(FileUnreadable):
        import_csv(actor=AGENT, now=NOW, path=path, default_kind=None)


@pytest.fixture
def in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)


FIVE = "email\n" + "".join(f"p{number}@example.com\n" for number in range(5))


@pytest.mark.promise(1)
@pytest.mark.parametrize("cut_after", [1, 2])
def test_an_import_that_was_cut_off_goes_on_with_the_same_file(
    db: None, in_pairs: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_after: int
) -> None:
    """What was received stays, nothing can be verified meanwhile, and nobody is received twice."""
    parts = 0

    def fail_at_the_cut(*given: object, **named: object) -> object:
        nonlocal parts
        parts += 1
        if parts > cut_after:
            raise DatabaseError("disk full")
        return receive_all(*given, **named)

    receive_all = importing._receive_all
    with monkeypatch.context() as cut:
        cut.setattr(importing, "_receive_all", fail_at_the_cut)
        with pytest.raises(DatabaseError):
            imported(tmp_path, FIVE)
    batch = Batch.objects.get()
    assert (RightsRequest.objects.count(), batch.to_receive) == (2 * cut_after, 5 - 2 * cut_after)
    with pytest.raises(ImportUnfinished):
        proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch.pk, reason="Letters")
    with pytest.raises(ImportUnfinished):
        number = queries.requests_of(batch.pk)[0]
        proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Letters")
    document = imported(tmp_path, FIVE)
    assert (document["imported"], document["id"], Batch.objects.count()) == (5, f"B-{batch.pk}", 1)
    assert [queries.claim_of(number).email for number in document["ids"]] == [
        f"p{number}@example.com" for number in range(5)
    ]
    assert list(RightsRequest.objects.order_by("position").values_list("position", flat=True)) == [*range(5)]
    assert proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch.pk, reason="Letters") == 5


def test_the_same_file_again_opens_nothing_while_its_requests_are_open(
    db: None, in_pairs: None, tmp_path: Path
) -> None:
    first = imported(tmp_path, FIVE)
    again = imported(tmp_path, FIVE.replace("\n", "\r\n"))
    assert (again["imported"], again["repeated"], again["ids"]) == (0, True, first["ids"])
    RightsRequest.objects.update(completed_at=NOW)
    later = imported(tmp_path, FIVE)
    assert (later["imported"], later["repeated"]) == (5, False)
    assert not set(later["ids"]) & set(first["ids"])


def test_every_part_of_an_import_is_evidence(db: None, in_pairs: None, tmp_path: Path) -> None:
    imported(tmp_path, FIVE)
    bodies = (
        LedgerEntry.objects.filter(act="rights.receive_batch").order_by("pk").values_list("body", flat=True)
    )
    assert [json.loads(body)["facts"] for body in bodies] == [
        {"requests": 2, "of": 5, "to_receive": 3},
        {"requests": 2, "of": 5, "to_receive": 1},
        {"requests": 1, "of": 5, "to_receive": 0},
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_list_takes_the_kinds_by_the_names_that_its_refusal_says(language: str) -> None:
    with translation.override(language):
        named = {kind: gettext(right_of(kind).short) for kind in Kind if kind not in ONE_BY_ONE}
        wrong = remark_text(read_content(b"kind,email\nfly,a@example.org\n").errors[0])
    assert all(name in wrong for name in named.values())
    for kind, name in named.items():
        (asked,) = read_content(f"kind,email\n{name},a@example.org\n".encode()).asked
        assert asked.kind is kind


def test_a_list_says_what_an_objection_is_about_and_each_use_is_a_batch_of_its_own(
    db: None, tmp_path: Path
) -> None:
    done = imported(
        tmp_path,
        f"email,kind,scope\n{ANN},objection,marketing\n{BOB},反对,用户画像\n{CLEO},objection,\n"
        f"{ANN},objection,profiling\n",
        skip_bad=False,
    )
    found = RightsRequest.objects.order_by("number").values_list("batch_id", "scope")
    assert sorted(scope for _, scope in found) == ["", "marketing", "profiling", "profiling"]
    assert len(done["batches"]) == len(set(found)) == 3
    for scope, is_repeated in (("marketing", True), ("all", False)):
        again = imported(tmp_path, f"email,kind,scope\n{ANN},objection,{scope}\n")
        assert again["repeated"] is is_repeated, "another use is another request"


@pytest.mark.parametrize(
    "line", [f"{ANN},objection,weather", f"{ANN},erasure,marketing", f"{ANN},withdrawal,profiling"]
)
def test_a_scope_that_a_kind_cannot_have_is_a_wrong_line(db: None, tmp_path: Path, line: str) -> None:
    line = line.replace("withdrawal", "consent withdrawal")
    with pytest.raises(BadImport):
        imported(tmp_path, f"email,kind,scope\n{line}\n")
    assert not RightsRequest.objects.exists()
