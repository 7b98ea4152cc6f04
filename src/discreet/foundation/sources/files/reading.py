# ruff: noqa: S608 - every name is quoted and every path a literal; DuckDB binds neither
"""One file as DuckDB reads it: a view's text, found out once per state of the file and process.

Delimited files give texts only: a number would lose the zeros of a telephone number. JSON and Parquet keep
their types; what is nested comes as JSON text. What is not UTF-8 is decoded here and handed over in memory:
that is nine times as fast as DuckDB's own decoding, and knows every letter (docs/decisions/files-by-duckdb.md).
"""

import codecs
import gzip
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from discreet.foundation.sources.catalogue import Skipped
from discreet.foundation.sources.files import documents, encodings, shapes, workbooks
from discreet.foundation.sources.files.kinds import plain
from discreet.foundation.sources.files.memory import InMemory
from discreet.foundation.sources.files.mending import MOST_NOTED, Flaws, Rules, mended
from discreet.foundation.sources.files.tree import DataFile, Format

if TYPE_CHECKING:
    import duckdb

_HEAD = 1 << 20
_LAYOUT_CHARS = 1 << 18
_CHECKED = 1 << 26  # so much of a file is checked to be UTF-8
_LOOKED_THROUGH = 1 << 28  # so much of a file is looked through for quotes that nothing closes
_DECODED = 1 << 29  # a file that is decoded in memory may be so large
_LINE = 1 << 24
_BOMB_BYTES = 1 << 24  # so much of a packed file is unpacked to see how far it grows
_BOMB_RATIO = 100  # tables of text shrink to a tenth or so; nothing packs beyond 1,032 to 1
_EVEN = 0.8  # share of lines with the usual number of fields, below which a text is prose
_KEPT = 4_000
_BROKEN_COUNTED = 100_000
JSON_NUMBERS = (
    ({"UBIGINT"}, "UBIGINT"),
    ({"UBIGINT", "BIGINT"}, "BIGINT"),
    ({"UBIGINT", "BIGINT", "DOUBLE"}, "DOUBLE"),
    ({"BOOLEAN"}, "BOOLEAN"),
)
_IS_OBJECT = "json IS NOT NULL AND json_type(json) = 'OBJECT'"
# The keys of all objects in the order in which they come, with the types of their values. DuckDB's own
# json_group_structure descends into the values: nesting 10,000 deep ends the process.
_KEYS = (
    "SELECT each.key, list(DISTINCT each.type)"
    " FROM (SELECT json, row_number() OVER () AS line FROM {source} WHERE "
    + _IS_OBJECT
    + ") AS lines, json_each(lines.json) AS each GROUP BY each.key ORDER BY min(line), arg_min(each.id, line)"
)
_MANY_KEYS = 100  # looking up each key anew takes time with the square of their number


_NO_WORKBOOK = (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, workbooks.TooLarge)
Columns = tuple[tuple[str, str], ...]  # with their types


class Unreadable(Exception):
    """The file is no table that can be read."""

    def __init__(self, reason: Skipped = Skipped.NO_TABLE) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read. In `select` and `rejects`, `{path}` stands for the file's path as a literal."""

    select: str
    columns: Columns
    encoding: str = encodings.UTF_8
    is_part: bool = False  # of a document
    texts: tuple[str, ...] = ()  # of JSON, the columns as texts
    below: str = ""  # of JSON, what the texts are taken from
    empty: frozenset[str] = frozenset()  # of JSON, columns that are NULL in every row
    rejects: str = ""  # counts the rows and notes what cannot be read
    broken: str = ""  # counts what cannot be read
    broken_at: str = ""  # where in the file the first of it begins, in bytes
    flaws: Flaws = field(default_factory=Flaws)  # what DuckDB does not see
    rules: Rules | None = None
    has_header: bool = False
    preamble: int = 0  # so many of the flaws are titles before the header

    @property
    def is_lent(self) -> bool:
        """Say whether DuckDB reads it from memory, decoded and mended."""
        return self.encoding != encodings.UTF_8 or self.flaws.mends or self.is_part


_At = tuple[Path, int, int, tuple[str, ...] | None]
_kept: dict[_At, Reading | Unreadable | None] = {}
_kept_parts: dict[tuple[_At, str], list[DataFile]] = {}


def reading_of(connection: "duckdb.DuckDBPyConnection", file: DataFile, memory: InMemory) -> Reading | None:
    """Return how `file` is read; None where it holds nothing. `memory` is for decoding on the way.

    Raises:
        Unreadable: see there.
    """
    at = _at(file)
    if at not in _kept:
        if len(_kept) >= _KEPT:
            _kept.clear()
        try:
            _kept[at] = _found_out(connection, file, memory)
        except Unreadable as why:
            _kept[at] = why
    kept = _kept[at]
    if isinstance(kept, Unreadable):
        raise Unreadable(kept.reason)
    return kept


def forget(file: DataFile) -> None:
    """Forget how a file is read that is soon no longer there."""
    _kept.pop(_at(file), None)


def _at(file: DataFile) -> _At:
    return (file.path, file.size, file.changed_ns, file.part)


def parts_of(file: DataFile) -> list[DataFile]:
    """Return the tables of a file: itself, or those that a JSON document holds."""
    if file.format is Format.WORKBOOK:
        return _sheets_of(file)
    if file.format is not Format.JSON or not 0 < file.size <= documents.MOST_BYTES:
        return [file]
    at = (_at(file), file.name)
    if at not in _kept_parts:
        if len(_kept_parts) >= _KEPT:
            _kept_parts.clear()
        try:
            text = _whole_text(file)
        except (OSError, EOFError, UnicodeError, Unreadable):
            text = ""
        _kept_parts[at] = documents.parts_of(file, text)
    return _kept_parts[at]


def _sheets_of(file: DataFile) -> list[DataFile]:
    at = (_at(file), file.name)
    if at not in _kept_parts:
        try:
            _kept_parts[at] = workbooks.parts_of(file) if file.size else [file]
        except _NO_WORKBOOK:
            _kept_parts[at] = [file]  # reading it says why
    return _kept_parts[at]


def _workbook(file: DataFile) -> Reading | None:
    """Return how a sheet is read that was handed over as lines of texts."""
    try:
        names = workbooks.columns_of(file) if file.part else workbooks.check(file)
    except workbooks.TooLarge:
        raise Unreadable(Skipped.TOO_LARGE) from None
    except PermissionError:
        raise
    except _NO_WORKBOOK:
        raise Unreadable from None
    if not names:
        return None
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    options = f"columns = {{{columns}}}, auto_detect = false, delim = ',', quote = '\"', escape = '\"', header = false"
    source = "read_csv({path}, " + braced(options) + f", parallel = false, max_line_size = {_LINE})"
    return Reading(
        select=f"SELECT * FROM {source}", columns=tuple((name, "VARCHAR") for name in names), is_part=True
    )


def _whole_text(file: DataFile) -> str:
    with opened(file) as raw:
        head = raw.read(_HEAD)
        if head.lstrip()[:1] == b"[" and head.lstrip()[1:].lstrip()[:1] == b"{":
            return ""
        if file.is_gzip and _is_bomb(file):
            return ""
        encoding = encodings.encoding_of(head)
        if encoding is None:
            return ""
        whole = head + raw.read(documents.MOST_BYTES)
    return "" if len(whole) > documents.MOST_BYTES else whole.decode(encoding, "replace")


def _found_out(connection: "duckdb.DuckDBPyConnection", file: DataFile, memory: InMemory) -> Reading | None:
    if file.size == 0:
        return None
    try:
        if file.is_gzip and _is_bomb(file):
            raise Unreadable(Skipped.BOMB)
        if file.format is Format.PARQUET:
            return _parquet(connection, file)
        if file.format is Format.WORKBOOK:
            return _workbook(file)
        with opened(file) as raw:
            head = raw.read(_HEAD)
        encoding = _encoding(file, head)
        if file.format in (Format.DELIMITED, Format.TEXT):
            return _delimited(file, head, encoding)
        return _json(connection, file, memory, head, encoding)
    except PermissionError:
        raise Unreadable(Skipped.CLOSED) from None
    except (OSError, EOFError, gzip.BadGzipFile, UnicodeError):
        raise Unreadable from None


def opened(file: DataFile) -> BinaryIO:
    descriptor = os.open(file.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    plain = os.fdopen(descriptor, "rb")
    return cast(BinaryIO, gzip.GzipFile(fileobj=plain)) if file.is_gzip else plain


def _is_bomb(file: DataFile) -> bool:
    """Return whether a packed file unpacks to so much more than it is that it was made to."""
    if file.size * 1_032 < _BOMB_BYTES:
        return False
    with file.path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as stream:
        unpacked = 0
        while unpacked < _BOMB_BYTES and (chunk := stream.read(_HEAD)):
            unpacked += len(chunk)
        return unpacked >= _BOMB_BYTES and unpacked > _BOMB_RATIO * packed.tell()


def _encoding(file: DataFile, head: bytes) -> str:
    """Return the encoding; UTF-8 with errors further on is decoded here too."""
    encoding = encodings.encoding_of(head)
    if encoding is None:
        raise Unreadable(Skipped.ENCODING)
    if encoding in (encodings.UTF_8, encodings.UTF_8_MARKED):
        takes_mark = file.format in (Format.DELIMITED, Format.TEXT)
        is_plain = takes_mark or encoding == encodings.UTF_8
        amiss = _amiss(file)
        if amiss is not None and head.isascii():  # the first letters beyond ASCII stand further on
            later = encodings.encoding_of(amiss)
            encoding = encoding if later is None else later
        if encoding in (encodings.UTF_8, encodings.UTF_8_MARKED):
            is_left = takes_mark and file.size > _DECODED  # to DuckDB, which leaves out lines that are amiss
            is_as_it_is = is_plain and (amiss is None or is_left)
            encoding = encodings.UTF_8 if is_as_it_is else encodings.UTF_8_MARKED
    if encoding != encodings.UTF_8 and file.size > _DECODED:
        raise Unreadable(Skipped.TOO_LARGE)
    return encoding


def _amiss(file: DataFile) -> bytes | None:
    """Return the first block that is not UTF-8, if any."""
    decoder = codecs.getincrementaldecoder(encodings.UTF_8)()
    with opened(file) as raw:
        for _ in range(_CHECKED // _HEAD):
            block = raw.read(_HEAD)
            try:
                decoder.decode(block, not block)
            except UnicodeDecodeError:
                return block
            if not block:
                return None
    return None


def texts_of(file: DataFile, encoding: str, *, at_most: int = _DECODED) -> Iterator[str]:
    """Yield the file's text in blocks; what cannot be decoded is U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    is_first = True
    with opened(file) as raw:
        for block in chain(iter(lambda: raw.read(_HEAD), b""), [b""]):
            text = decoder.decode(block, not block)
            yield text.removeprefix("\ufeff") if is_first else text
            is_first = False
            at_most -= len(block)
            if at_most < 0:
                return


def handed_over(file: DataFile, how: Reading) -> Iterator[bytes]:
    """Yield the file in UTF-8 as DuckDB is to read it."""
    if file.format is Format.WORKBOOK:
        yield from workbooks.as_csv(file)
        return
    if file.part is not None:
        yield from _part(file)
        return
    texts = texts_of(file, how.encoding)
    if not how.flaws.mends or how.rules is None:
        for text in texts:
            yield text.encode("utf-8", "replace")
        return
    for _, piece in mended(texts, how.rules, Flaws()):
        plain = piece.rstrip("\r\n") if piece.endswith(("\r", "\r\n")) else piece
        yield (plain if plain is piece else plain + "\n").encode("utf-8", "replace")


def _part(file: DataFile) -> Iterator[bytes]:
    for line in documents.records_of(_whole_text(file), file.part or ()):
        yield line.encode("utf-8", "replace")


def _flaws_of(file: DataFile, encoding: str, rules: Rules, *, preamble: int) -> Flaws:
    """Look through a file for what DuckDB drops without a word."""
    flaws = Flaws()
    for number in range(rules.skipped - preamble + 1, rules.skipped + 1):
        flaws.note(number)
    for _ in mended(texts_of(file, encoding, at_most=_LOOKED_THROUGH), rules, flaws):
        pass
    return flaws


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def path_literal(path: Path | str) -> str:
    """Return a path that means this one file: DuckDB takes `*`, `?` and `[` for patterns."""
    return literal("".join(f"[{char}]" if char in "*?[" else char for char in str(path)))


def _compression(file: DataFile, *, is_lent: bool, none: str) -> str:
    return "gzip" if file.is_gzip and not is_lent else none


def _delimited(file: DataFile, head: bytes, encoding: str) -> Reading | None:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    text = text.removeprefix("\ufeff")
    is_whole = len(head) < _HEAD and len(text) <= _LAYOUT_CHARS
    layout = shapes.layout_of(text[:_LAYOUT_CHARS], is_whole=is_whole)
    if layout is None:
        return None
    if file.format is Format.TEXT and layout.evenness < _EVEN:
        raise Unreadable
    rules = Rules(layout.delimiter, layout.quote, len(layout.columns), layout.skipped)
    flaws = _flaws_of(file, encoding, rules, preamble=layout.preamble)
    if flaws.mends and file.size > _DECODED:
        flaws.mends = False
    is_lent = encoding != encodings.UTF_8 or flaws.mends
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in layout.columns)
    options = ", ".join(
        (
            f"columns = {{{columns}}}",
            "auto_detect = false",
            f"delim = {literal(layout.delimiter)}",
            f"quote = {literal(layout.quote)}",
            f"escape = {literal(layout.quote)}",
            f"header = {'true' if layout.has_header else 'false'}",
            f"skip = {layout.skipped}",
            "null_padding = true",
            "ignore_errors = true",
            "parallel = false",
            f"max_line_size = {_LINE}",
            "hive_partitioning = false",
            f"compression = '{_compression(file, is_lent=is_lent, none='none')}'",
        )
    )
    source = "read_csv({path}, " + options.replace("{", "{{").replace("}", "}}")
    noted = f", store_rejects = true, rejects_limit = {_BROKEN_COUNTED})"
    return Reading(
        select=f"SELECT * FROM {source})",
        columns=tuple((name, "VARCHAR") for name in layout.columns),
        encoding=encoding,
        rejects=f"SELECT count(*) FROM {source}{noted}",
        broken="SELECT count(DISTINCT line) FROM reject_errors",
        broken_at=f"SELECT DISTINCT line_byte_position FROM reject_errors ORDER BY ALL LIMIT {MOST_NOTED}",
        flaws=flaws,
        rules=rules,
        has_header=layout.has_header,
        preamble=layout.preamble,
    )


def _parquet(connection: "duckdb.DuckDBPyConnection", file: DataFile) -> Reading:
    import duckdb

    source = "read_parquet({path}, hive_partitioning = false)"
    try:
        found = connection.execute(
            "DESCRIBE SELECT * FROM " + source.format(path=path_literal(file.path))
        ).fetchall()
    except duckdb.Error:
        raise Unreadable from None
    names = shapes.unique_names([str(each[0]) for each in found])
    cells = [
        f"{plain(quoted(str(raw)), str(kind))} AS {quoted(name)}"
        for (raw, kind, *_), name in zip(found, names, strict=True)
    ]
    select = braced(f"SELECT {', '.join(cells)} FROM ") + source
    given = connection.execute("DESCRIBE " + select.format(path=path_literal(file.path))).fetchall()
    return Reading(select=select, columns=tuple((str(name), str(kind)) for name, kind, *_ in given))


def braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _json(
    connection: "duckdb.DuckDBPyConnection", file: DataFile, memory: InMemory, head: bytes, encoding: str
) -> Reading | None:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    text = text.removeprefix("\ufeff").lstrip()
    if not text or (len(text) < _HEAD and "".join(text.split()) == "[]"):
        return None
    formats = ["newline_delimited"]
    if file.format is Format.JSON:
        formats = ["array"] if text.startswith("[") else ["unstructured", "newline_delimited"]
    path = path_literal(file.path)
    if file.part is not None:
        memory.fill(_part(file))
        formats, path = ["newline_delimited"], path_literal(memory.path)
    elif encoding != encodings.UTF_8:
        memory.fill(text.encode("utf-8", "replace") for text in texts_of(file, encoding))
        path = path_literal(memory.path)
    for each in formats:
        found = _json_as(connection, file, path, encoding, each)
        if found is not None:
            return found
    raise Unreadable


def _json_as(
    connection: "duckdb.DuckDBPyConnection", file: DataFile, path: str, encoding: str, form: str
) -> Reading | None:
    import duckdb

    is_lines = form == "newline_delimited"
    source = (
        f"read_json_objects({{path}}, format = '{form}', ignore_errors = {str(is_lines).lower()},"
        f" maximum_object_size = {_LINE}, hive_partitioning = false,"
        f" compression = '{_compression(file, is_lent=encoding != encodings.UTF_8 or file.part is not None, none='uncompressed')}')"
    )
    try:
        found = connection.execute(_KEYS.format(source=source.format(path=path))).fetchall()
    except duckdb.Error:
        return None
    if not found:
        return None
    keys = {str(key): frozenset(map(str, kinds)) for key, kinds in found}
    names = shapes.unique_names(list(keys))
    texts, below = [_of_json(key) for key in keys], f"{source} WHERE {_IS_OBJECT}"
    if len(keys) > _MANY_KEYS and "" not in keys and len({key.lower() for key in keys}) == len(keys):
        texts, below = _of_many_keys(keys, source)
    columns = tuple((name, _json_kind(kinds)) for name, kinds in zip(names, keys.values(), strict=True))
    return Reading(
        select=json_select(columns, texts, below),
        columns=columns,
        texts=tuple(texts),
        below=below,
        empty=frozenset(name for name, kinds in zip(names, keys.values(), strict=True) if kinds <= {"NULL"}),
        encoding=encoding,
        is_part=file.part is not None,
        rejects=f"SELECT count(*) FROM {source} WHERE {_IS_OBJECT}",
        broken=f"SELECT count(*) FROM {source} WHERE ({_IS_OBJECT}) IS NOT TRUE",
    )


def json_select(columns: Columns, texts: Sequence[str], below: str) -> str:
    """Return the select of records, each column from the text that stands for it."""
    cells = [
        f"{text if kind == 'VARCHAR' else f'TRY_CAST({text} AS {kind})'} AS {quoted(name)}"
        for text, (name, kind) in zip(texts, columns, strict=True)
    ]
    return braced(f"SELECT {', '.join(cells)} FROM ") + below


def _of_many_keys(keys: Iterable[str], source: str) -> tuple[list[str], str]:
    """Return the texts of objects with many keys, and what they are of: each object is taken apart once."""
    structure = literal(json.dumps(dict.fromkeys(keys, "VARCHAR"), ensure_ascii=False))
    below = braced(f"(SELECT json_transform(json, {structure}) AS cells FROM ")
    return (
        [f"struct_extract(cells, {literal(key)})" for key in keys],
        f"{below}{source} WHERE {_IS_OBJECT})",
    )


def _of_json(key: str) -> str:
    return f"(json ->> {literal('/' + key.replace('~', '~0').replace('/', '~1'))})"


def _json_kind(kinds: frozenset[str]) -> str:
    """Return the type for a key's values: a number where all of them are, else text."""
    told = kinds - {"NULL"}
    return next((kind for seen, kind in JSON_NUMBERS if told and told <= seen), "VARCHAR")
