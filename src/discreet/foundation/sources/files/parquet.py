# ruff: noqa: S608 - every name is quoted and every path a literal; DuckDB binds neither
"""Parquet written anew by DuckDB: values, order, types, compression and the file's own notes stay, or it is refused."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discreet.foundation.sources.files.reading import literal, path_literal, quoted
from discreet.foundation.sources.files.replacing import NewFile
from discreet.foundation.sources.files.rewriting import NotRewritten, Part, UnfitValue

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

_ROW = quoted(" row")
_CODECS = {
    "UNCOMPRESSED": "uncompressed",
    "SNAPPY": "snappy",
    "GZIP": "gzip",
    "ZSTD": "zstd",
    "BROTLI": "brotli",
    "LZ4_RAW": "lz4_raw",
    "LZ4": "lz4",
}
_NESTED = ("STRUCT", "MAP", "UNION")
_SCHEMA = (
    "SELECT name, type, type_length, repetition_type, num_children, converted_type, scale, precision, field_id,"
    " logical_type, duckdb_type FROM parquet_schema({path})"
)
_LEAST_GROUP = 2_048  # DuckDB writes no smaller ones


def rewrite(parts: Sequence[Part], new: NewFile, connection: "duckdb.DuckDBPyConnection") -> None:
    """Write the file anew without the rows that go and with the new values.

    Raises:
        NotRewritten: DuckDB has no way to write the file with the same schema.
    """
    import duckdb

    (part,) = parts
    try:
        _write(part, new.path, connection)
        before, after = (_schema(path, connection) for path in (part.file.path, new.path))
    except duckdb.IOException:
        raise  # the disk
    except duckdb.Error:
        raise NotRewritten from None
    if before != after:
        raise NotRewritten


def _write(part: Part, path: "Path", connection: "duckdb.DuckDBPyConnection") -> None:
    source = f"read_parquet({path_literal(part.file.path)}, hive_partitioning = false)"
    gone = [row for row, change in part.changes.items() if change is None]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE discreet_gone AS SELECT unnest(?::BIGINT[]) AS gone", [gone]
    )
    cells = _cells(part, source, connection)
    options = ", ".join(_options(part.file.path, connection))
    joined = f" LEFT JOIN discreet_new ON discreet_new.{_ROW} = old.{_ROW}"
    in_order = f" ORDER BY old.{_ROW}"  # a join does not keep it; leaving rows out does
    has_new = any(part.changes.values())
    connection.execute(
        f"COPY (SELECT {', '.join(cells)} FROM (SELECT row_number() OVER () AS {_ROW}, * FROM {source}) AS old"
        f"{joined if has_new else ''} WHERE old.{_ROW} NOT IN (SELECT gone FROM discreet_gone)"
        f"{in_order if has_new else ''})"
        f" TO {literal(str(path))} (FORMAT parquet, USE_TMP_FILE false, {options})"
    )


def _cells(part: Part, source: str, connection: "duckdb.DuckDBPyConnection") -> list[str]:
    """Return the columns to write; new values wait in a table in the columns' own types."""
    raw = [
        (str(name), str(kind))
        for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    ]
    shown = [name for name, _ in part.how.columns]
    given = {row: change for row, change in part.changes.items() if change}
    new = [name for name in shown if any(name in change for change in given.values())]
    kinds = dict(zip(shown, raw, strict=True))
    columns = [f"{_ROW} BIGINT"]
    for number, name in enumerate(new):
        kind = kinds[name][1]
        is_nested = kind.endswith("]") or kind.startswith(_NESTED)
        if is_nested and any(change.get(name) is not None for change in given.values()):
            raise UnfitValue  # what is nested is emptied or left
        columns += [f"has{number} BOOLEAN", f"new{number} {kind}"]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE discreet_new ({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    for row, change in given.items():
        values = [each for name in new for each in (name in change, change.get(name))]
        connection.execute(f"INSERT INTO discreet_new VALUES ({marks})", [row, *values])
    return [
        f"CASE WHEN has{new.index(name)} THEN new{new.index(name)} ELSE old.{quoted(column)} END AS {quoted(column)}"
        if name in new
        else f"old.{quoted(column)}"
        for name, (column, _) in zip(shown, raw, strict=True)
    ]


def _options(path: "Path", connection: "duckdb.DuckDBPyConnection") -> list[str]:
    file = path_literal(path)
    found = connection.execute(
        f"SELECT list(DISTINCT compression), max(row_group_num_rows) FROM parquet_metadata({file})"
    ).fetchall()
    codecs, largest = found[0]
    options = []
    if codecs:
        if len(codecs) > 1 or codecs[0] not in _CODECS:
            raise NotRewritten
        options.append(f"COMPRESSION {_CODECS[codecs[0]]}")
    if largest:
        options.append(f"ROW_GROUP_SIZE {max(int(largest), _LEAST_GROUP)}")
    notes = connection.execute(f"SELECT key, value FROM parquet_kv_metadata({file})").fetchall()
    if notes:
        pairs = ", ".join(f"{quoted(_text(key))}: {_blob(value)}" for key, value in notes)
        options.append(f"KV_METADATA {{{pairs}}}")
    return options


def _text(raw: object) -> str:
    try:
        return raw.decode() if isinstance(raw, bytes) else str(raw)
    except UnicodeDecodeError:
        raise NotRewritten from None


def _blob(raw: object) -> str:
    return literal(_text(raw))


def _schema(path: "Path", connection: "duckdb.DuckDBPyConnection") -> list[tuple[object, ...]]:
    """Return the columns of a file, without the name that its writer gave to their root."""
    rows = connection.execute(_SCHEMA.format(path=path_literal(path))).fetchall()
    notes = connection.execute(
        f"SELECT key, value FROM parquet_kv_metadata({path_literal(path)}) ORDER BY ALL"
    ).fetchall()
    return [tuple(row[2:]) if not place else tuple(row) for place, row in enumerate(rows)] + [
        tuple(note) for note in notes
    ]
