"""A file of requests as it comes out of a spreadsheet: encoding, delimiter, header, and what is wrong in a line.

What is wrong is told by line and code, never by what the line held.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from discreet.engines.subjects.identity import Identity, check_identity
from discreet.mechanisms.rights.kinds import SCOPES_OF, Kind, Scope
from discreet.mechanisms.rights.lists.remarks import Remark
from discreet.mechanisms.rights.opening import given
from discreet.mechanisms.rights.rules import is_residence
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.normalise import normalise_email, normalise_phone, phone_digits
from discreet.vocabulary.text import gettext_noop

#: One approval, one verified outcome: each is one transaction, and on SQLite nobody else writes meanwhile.
MAX_LINES = 20_000
MAX_BYTES = 64 * 1024 * 1024
_MOST_OTHER = 40
_MOST_SHOWN = 60
_COLUMN_AT_FAULT = {"one_by_one": "kind", "name_is_not_enough": "name"}
_IMPLAUSIBLE = frozenset('|"\\()[]:`')
_DELIMITERS = (",", ";", "\t", "|", "，")
#: Rows of a sheet that are read, those with nothing in them too, and its columns: a header names far fewer.
_MOST_ROWS, _MOST_COLUMNS = MAX_LINES * 2, 64
MAX_UNPACKED = 96 * 1024 * 1024
#: What a damaged or forged workbook makes its reader raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    SyntaxError,  # what the XML parser raises
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    NotImplementedError,
)
_ZIP = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

_ALIASES: dict[str, tuple[str, ...]] = {
    "kind": ("kind", "type", "request", "类型", "请求类型", "种类"),
    "email": ("email", "mail", "emailaddress", "邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址"),
    "phone": ("phone", "phonenumber", "mobile", "telephone", "tel", "手机", "手机号", "手机号码", "电话", "电话号码"),
    "name": ("name", "fullname", "姓名", "名字"),
    "customer_number": ("customernumber", "customerno", "customerid", "客户编号", "客户号", "会员号"),
    "residence": ("residence", "country", "居住地", "国家", "国家/地区"),
    "language": ("language", "lang", "语言"),
    "scope": ("scope", "about", "范围"),
}  # fmt: skip
_COLUMN_OF = {alias: column for column, aliases in _ALIASES.items() for alias in aliases}
_KINDS = {
    **{kind.value: kind for kind in Kind},
    "查阅": Kind.ACCESS, "查阅请求": Kind.ACCESS, "复制": Kind.ACCESS,
    "知情": Kind.KNOW, "知情请求": Kind.KNOW,
    "转移": Kind.PORTABILITY, "转移请求": Kind.PORTABILITY,
    "deletion": Kind.ERASURE, "delete": Kind.ERASURE, "删除": Kind.ERASURE, "删除请求": Kind.ERASURE,
    "account closure": Kind.ACCOUNT_CLOSURE, "注销": Kind.ACCOUNT_CLOSURE, "注销账号": Kind.ACCOUNT_CLOSURE,
    "限制处理": Kind.RESTRICTION, "反对": Kind.OBJECTION, "拒绝": Kind.OBJECTION,
    "consent withdrawal": Kind.CONSENT_WITHDRAWAL, "withdrawal of consent": Kind.CONSENT_WITHDRAWAL,
    "撤回同意": Kind.CONSENT_WITHDRAWAL,
    "opt-out": Kind.OPT_OUT, "opt out": Kind.OPT_OUT, "选择退出": Kind.OPT_OUT,
    "限制使用": Kind.LIMIT, "限制使用敏感个人信息": Kind.LIMIT,
}  # fmt: skip
_NOT_LISTED = frozenset({"更正", "更正请求", "correction"})
#: What cannot come in a list: a correction names old and new values.
ONE_BY_ONE = frozenset({Kind.RECTIFICATION})
_LANGUAGES = {
    "": "en", "en": "en", "english": "en", "英文": "en",
    "zh": "zh-hans", "zh-hans": "zh-hans", "zh-cn": "zh-hans", "zh_cn": "zh-hans", "中文": "zh-hans",
}  # fmt: skip

_SCOPES = {
    "": "",
    **{one.value: one.value for one in Scope},
    "everything": Scope.ALL.value, "全部": Scope.ALL.value,
    "advertising": Scope.MARKETING.value, "广告": Scope.MARKETING.value, "营销": Scope.MARKETING.value,
    "用户画像": Scope.PROFILING.value,
}  # fmt: skip

MESSAGES: dict[str, str] = {
    "encoding": gettext_noop("The file is no text in UTF-8, UTF-16 or GB18030. Save it as CSV."),
    "too_large": gettext_noop("The file is too large. Split it."),
    "too_many_lines": gettext_noop("The file holds more than %(most)s requests. Split it."),
    "no_request": gettext_noop("The file holds no request."),
    "columns": gettext_noop("The first line must name the columns, from: %(columns)s."),
    "column_twice": gettext_noop("The first line names the column %(column)s twice."),
    "cells": gettext_noop("The line has more cells than the first line."),
    "cell_too_long": gettext_noop("A cell is too long, or a quotation mark is never closed."),
    "value": gettext_noop("The cell %(column)s is too long or holds characters that cannot be printed."),
    "email": gettext_noop("This is not an e-mail address."),
    "phone": gettext_noop("This is not a phone number."),
    "kind": gettext_noop("The kind is none that a list can hold: %(kinds)s."),
    "one_by_one": gettext_noop(
        "Corrections cannot come in a list, for each names old and new values: record them one by one."
    ),
    "residence": gettext_noop("The residence is no country code, such as DE or CN, or US-CA."),
    "scope": gettext_noop(
        "The scope is none that this kind can have: all, marketing or profiling of an objection; all or marketing of "
        "a withdrawal of consent."
    ),
    "language": gettext_noop("The language is neither en nor zh-hans."),
    "duplicate": gettext_noop("The same person as in line %(first)s: one request serves both."),
    "alike": gettext_noop("Perhaps the same person as in line %(first)s: a detail is the same."),
    "kind_missing": gettext_noop(
        "The line does not say what is asked for. Name it, or choose one kind for such lines."
    ),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the file. `line` is where it begins."""

    line: int
    kind: Kind | None
    claim: Identity
    residence: str
    language: str
    scope: str = ""  # of `kinds.Scope`; "" = everything


@dataclass(frozen=True, slots=True)
class ImportFile:
    """`cells`: by line, the cell that is wrong, for the eyes of whoever uploaded the file; no remark holds it."""

    asked: tuple[Asked, ...]
    errors: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    encoding: str
    cells: Mapping[int, str] = field(default_factory=dict)


class _BadLine(Exception):
    def __init__(self, code: str, message: str = "", **params: str | int) -> None:
        super().__init__(code)
        self.code, self.message, self.params = code, message or MESSAGES[code], params


def read_import(path: Path) -> ImportFile:
    """Read the file. Whoever stands in it twice, word for word, is asked for once.

    Raises:
        OSError: it cannot be read at all.
    """
    with path.open("rb") as file:
        return read_content(file.read(MAX_BYTES + 1))


def read_content(blob: bytes) -> ImportFile:
    """Read what a file holds: text with columns, or a workbook, of which the first sheet counts."""
    is_workbook = blob.startswith(_ZIP)
    text, encoding = ("", "xlsx") if is_workbook else _decoded(blob)
    asked: list[Asked] = []
    errors: list[Remark] = []
    wrong: dict[int, str] = {}
    try:
        if len(blob) > MAX_BYTES:
            raise _BadFile(1, "too_large")
        if not encoding:
            raise _BadFile(1, "encoding")
        rows = _of_workbook(blob) if is_workbook else _rows(text)
        for line, cells in rows:
            try:
                asked.append(_asked(line, _cells(cells)))
            except _BadLine as bad:
                errors.append(Remark(line, f"import.{bad.code}", bad.message, bad.params))
                if cell := _cell_of(bad, cells):
                    wrong[line] = cell
            if len(asked) + len(errors) > MAX_LINES:
                raise _BadFile(line, "too_many_lines", most=MAX_LINES)
        if not asked and not errors:
            raise _BadFile(1, "no_request")
    except _BadFile as bad:
        return ImportFile((), (bad.remark,), (), encoding)
    single, warnings = _told_apart(asked)
    return ImportFile(tuple(single), tuple(errors), tuple(warnings), encoding, wrong)


class _BadFile(Exception):
    def __init__(self, line: int, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.remark = Remark(line, f"import.{code}", MESSAGES[code], params)


def _cell_of(bad: _BadLine, cells: "dict[str, str] | _BadLine") -> str:
    """Return what stands in the cell that a line is refused for, as far as it can be printed; "" for no one cell."""
    if isinstance(cells, _BadLine):
        return ""
    text = cells.get(str(bad.params.get("column", _COLUMN_AT_FAULT.get(bad.code, bad.code))), "")
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return f"{shown[:_MOST_SHOWN]}…" if len(shown) > _MOST_SHOWN else shown


def _decoded(blob: bytes) -> tuple[str, str]:
    """Return the text and its encoding; "" for both where it is none."""
    names = ("utf-16",) if blob.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for name in names:
        try:
            return blob.decode(name), name.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    return "", ""


def _rows(text: str) -> Iterator[tuple[int, dict[str, str] | _BadLine]]:
    """Yield where each line that is not blank begins, and its cells by column."""
    if not text.strip():
        raise _BadFile(1, "no_request")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header: list[str] | None = None
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if header is None:
                raise _BadFile(begins, "columns", columns=", ".join(_ALIASES)) from None
            yield begins, _BadLine("cell_too_long")
            continue
        if header is None:
            header = _header(row, begins) if row else None
        elif len(row) > len(header):
            yield begins, _BadLine("cells")
        elif row:
            yield begins, dict(zip(header, map(given.tidy, row), strict=False))


def _of_workbook(blob: bytes) -> Iterator[tuple[int, dict[str, str] | _BadLine]]:
    """Yield the rows of the first sheet as `_rows` does those of a text. What it would unpack to is bounded first."""
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise _BadFile(1, "too_large")
        book = load_workbook(io.BytesIO(blob), read_only=True, data_only=True, keep_links=False)
    except _BROKEN:
        raise _BadFile(1, "encoding") from None
    header: list[str] | None = None
    try:
        for line, row in _rows_of(book):
            cells = [_cell_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if header is None:
                header = _header(cells, line) if cells else None
            elif len(cells) > len(header):
                yield line, _BadLine("cells")
            elif cells:
                yield line, dict(zip(header, map(given.tidy, cells), strict=False))
    finally:
        book.close()
    if header is None:
        raise _BadFile(1, "no_request")


def _rows_of(book: Workbook) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Yield the rows of the first sheet; what is read of a broken workbook shows only here.

    How large it is, it must not say itself: a few bytes can promise a million rows, each as wide as can be.
    """
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS)
        for line, row in enumerate(rows, start=1):
            if line > _MOST_ROWS:
                raise _BadFile(line, "too_many_lines", most=MAX_LINES)
            if any(value is not None for value in row):
                yield line, row
    except _BROKEN:
        raise _BadFile(1, "encoding") from None


def _cell_text(value: object) -> str:
    """Return a cell as somebody would have typed it: a phone number that became a number keeps its digits."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _delimiter(text: str) -> str:
    """Return the delimiter under which the first line names most columns."""
    first = next(line for line in text.splitlines() if line.strip())

    def known(delimiter: str) -> int:
        return sum(_column(cell) in _ALIASES for cell in first.split(delimiter))

    return max(_DELIMITERS, key=known)


def _column(cell: str) -> str:
    plain = "".join(cell.strip().strip('"').casefold().split()).replace("_", "").replace("-", "")
    return _COLUMN_OF.get(plain, "")


def _header(row: list[str], line: int) -> list[str]:
    columns = [_column(cell) for cell in row]
    if "" in columns:
        raise _BadFile(line, "columns", columns=", ".join(_ALIASES))
    for column in columns:
        if columns.count(column) > 1:
            raise _BadFile(line, "column_twice", column=column)
    return columns


def _cells(cells: dict[str, str] | _BadLine) -> dict[str, str]:
    if isinstance(cells, _BadLine):
        raise cells
    for column, cell in cells.items():
        if not cell.isprintable() or len(cell) > given.MOST.get(column, _MOST_OTHER):
            raise _BadLine("value", column=column)
    return cells


def _asked(line: int, cells: Mapping[str, str]) -> Asked:
    kind = cells.get("kind", "").casefold()
    if kind and (kind not in _KINDS or _KINDS[kind] in ONE_BY_ONE):
        raise _BadLine("one_by_one" if _KINDS.get(kind) in ONE_BY_ONE or kind in _NOT_LISTED else "kind")
    residence = cells.get("residence", "")
    if not is_residence(residence):
        raise _BadLine("residence")
    language = _LANGUAGES.get(cells.get("language", "").casefold())
    if language is None:
        raise _BadLine("language")
    scope = _SCOPES.get(cells.get("scope", "").casefold())
    if scope is None:
        raise _BadLine("scope")
    claim = Identity(
        **{name: cells.get(name) or None for name in ("email", "phone", "name", "customer_number")}
    )
    if claim.email and not is_plausible_email(claim.email):
        raise _BadLine("email")
    if claim.phone and not given.is_phone(claim.phone):
        raise _BadLine("phone")
    try:
        check_identity(identity=claim)
    except Refused as refusal:
        raise _BadLine(refusal.code.rpartition(".")[2], refusal.message) from refusal
    return Asked(line, _KINDS.get(kind), claim, residence, language, scope)


def is_plausible_email(text: str) -> bool:
    """Say whether a cell may be somebody's address: no formula, no command, and a domain of letters and digits.

    Stricter than what can be looked for: an odd address that a customer has is asked for one by one.
    """
    address = normalise_email(text)
    if address is None:
        return False
    local, _, domain = address.rpartition("@")
    labels = domain.removesuffix(".").split(".")
    return (
        not local.startswith(("=", "+", "-", "."))
        and not _IMPLAUSIBLE.intersection(local)
        and all(label and label.replace("-", "").isalnum() for label in labels)
    )


def _told_apart(asked: list[Asked]) -> tuple[list[Asked], list[Remark]]:
    """Return each request once, and remarks on those that say the same of a person."""
    first: dict[object, int] = {}
    single: list[Asked] = []
    warnings: list[Remark] = []
    for one in asked:
        details = _details(one.claim)
        whole = (one.kind, one.scope, frozenset(details))
        alike = [first[one.kind, detail] for detail in details if (one.kind, detail) in first]
        if whole in first:
            warnings.append(_remark(one.line, "duplicate", first=first[whole]))
            continue
        if alike:
            warnings.append(_remark(one.line, "alike", first=min(alike)))
        for key in (whole, *((one.kind, detail) for detail in details)):
            first.setdefault(key, one.line)
        single.append(one)
    return single, warnings


def _details(claim: Identity) -> list[tuple[str, str]]:
    """Return what singles a person out, in the form in which two spellings are equal."""
    phone = claim.phone and (normalise_phone(claim.phone, region=None) or phone_digits(claim.phone))
    found = {"email": normalise_email(claim.email), "phone": phone, "number": claim.customer_number}
    return [(name, value) for name, value in found.items() if value]


def _remark(line: int, code: str, **params: str | int) -> Remark:
    return Remark(line, f"import.{code}", MESSAGES[code], params)


def with_kind(file: ImportFile, kind: Kind | None) -> ImportFile:
    """Give the lines that name no kind this one; without one they are wrong: nothing is guessed, least of all to erase."""
    asked = [replace(one, kind=one.kind or kind) for one in file.asked]
    kindless = [one for one in asked if one.kind is None]
    wrong = [one for one in asked if one.kind is not None and not _may_be_about(one)]
    remarks = [
        *(_remark(one.line, "kind_missing") for one in kindless),
        *(_remark(one.line, "scope") for one in wrong),
    ]
    return replace(
        file,
        asked=tuple(one for one in asked if one.kind is not None and _may_be_about(one)),
        errors=tuple(sorted((*file.errors, *remarks), key=lambda one: one.line)),
        cells={**file.cells, **{one.line: one.scope for one in wrong}},
    )


def _may_be_about(one: Asked) -> bool:
    return not one.scope or (one.kind is not None and one.scope in SCOPES_OF.get(one.kind, ()))
