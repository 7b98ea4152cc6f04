"""Which files below a folder are tables, and how these are named. Links are never followed."""

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from discreet.foundation.sources.catalogue import Skipped

MOST_FILES = 2_000
MOST_FOLDERS_DEEP = 8


REMNANT_PREFIX, REMNANT_SUFFIX = ".discreet-", ".tmp"  # hidden, and with an ending that no table has
_REMNANT = re.compile(r"\.discreet-[0-9a-f]{32}\.tmp")


class Format(StrEnum):
    DELIMITED = "delimited"
    TEXT = "text"  # delimited, or no table at all
    JSON = "json"
    JSON_LINES = "json_lines"
    PARQUET = "parquet"
    WORKBOOK = "workbook"


_FORMATS = {
    ".csv": Format.DELIMITED,
    ".tsv": Format.DELIMITED,
    ".txt": Format.TEXT,
    ".json": Format.JSON,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".parquet": Format.PARQUET,
    ".xlsx": Format.WORKBOOK,
}


_PACKED = (Format.PARQUET, Format.WORKBOOK)  # by themselves


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that may be a table. `name` is unique in its folder without regard to case."""

    path: Path
    name: str
    format: Format
    is_gzip: bool
    size: int
    changed_ns: int
    part: tuple[str, ...] | None = None  # where in a document the table is; None: the file is the table


@dataclass(frozen=True, slots=True)
class Tree:
    files: tuple[DataFile, ...]
    skipped: tuple[tuple[Skipped, str], ...]


def tree_of(folder: Path) -> Tree:
    """Return the files below `folder` in the order of their names."""
    found: list[tuple[str, os.stat_result, Format, bool]] = []
    skipped: list[tuple[Skipped, str]] = []
    for relative, status in _walk(folder, skipped):
        known = _format(relative)
        if known is None:
            skipped.append((Skipped.ENDING, relative))
        elif len(found) < MOST_FILES:
            found.append((relative, status, *known))
        else:
            skipped.append((Skipped.TOO_MANY, relative))
    names = names_of([relative for relative, *_ in found])
    files = (
        DataFile(folder / relative, name, format_, is_gzip, status.st_size, status.st_mtime_ns)
        for name, (relative, status, format_, is_gzip) in zip(names, found, strict=True)
    )
    return Tree(tuple(files), tuple(skipped))


def tree_of_one(file: Path) -> Tree:
    """Return the one file, whatever else its folder holds; none where its ending is no table's."""
    known = _format(file.name)
    if known is None:
        return Tree((), ((Skipped.ENDING, file.name),))
    status = file.stat()
    name = names_of([file.name])[0]
    return Tree((DataFile(file, name, *known, status.st_size, status.st_mtime_ns),), ())


def _walk(folder: Path, skipped: list[tuple[Skipped, str]]) -> Iterator[tuple[str, os.stat_result]]:
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            entries = sorted(os.scandir(folder / below), key=lambda entry: entry.name, reverse=True)
        except OSError:
            skipped.append((Skipped.CLOSED, below or "."))
            continue
        files = []
        for entry in entries:
            relative = f"{below}/{entry.name}" if below else entry.name
            if is_remnant(entry.name):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:  # it went away, or its folder tells no more than names
                skipped.append((Skipped.CLOSED, relative))
                continue
            reason = _reason(entry.name, relative, status.st_mode)
            if reason is not None:
                skipped.append((reason, relative))
            elif stat.S_ISDIR(status.st_mode):
                waiting.append(relative)
            else:
                files.append((relative, status))
        yield from reversed(files)


def is_remnant(name: str) -> bool:
    """Return whether a name is that of a file which is being written, or was when a process died."""
    return bool(_REMNANT.fullmatch(name))


def folders_of(folder: Path) -> Iterator[Path]:
    """Yield the folder and those below it that are looked into."""
    waiting = [(folder, 0)]
    while waiting:
        below, depth = waiting.pop()
        yield below
        if depth >= MOST_FOLDERS_DEEP:
            continue
        try:
            entries = list(os.scandir(below))
        except OSError:
            continue
        waiting += [(Path(e.path), depth + 1) for e in entries if e.is_dir(follow_symlinks=False)]


def _reason(name: str, relative: str, mode: int) -> Skipped | None:
    """Return why an entry is not looked at, if so. A link is named whatever it is called or leads to."""
    if stat.S_ISLNK(mode):
        return Skipped.LINK
    if name.startswith("."):
        return Skipped.HIDDEN
    if not relative.isprintable():
        return Skipped.ODD_NAME
    if stat.S_ISDIR(mode):
        return Skipped.DEEP if relative.count("/") >= MOST_FOLDERS_DEEP else None
    return None if stat.S_ISREG(mode) else Skipped.DEVICE


def is_table(relative: str) -> bool:
    """Return whether a name's ending is that of a table."""
    return _format(relative) is not None


def _format(relative: str) -> tuple[Format, bool] | None:
    low = relative.lower()
    plain = low.removesuffix(".gz")
    known = _FORMATS.get(os.path.splitext(plain)[1])
    is_gzip = plain != low
    return None if known is None or (is_gzip and known in _PACKED) else (known, is_gzip)


def names_of(relatives: list[str]) -> list[str]:
    """Return paths without their endings; with them where two would be one name to a person or to DuckDB."""
    stems = [os.path.splitext(each[:-3] if each.lower().endswith(".gz") else each)[0] for each in relatives]
    taken = Counter(stem.casefold() for stem in stems)
    names: dict[str, str] = {}
    for stem, relative in zip(stems, relatives, strict=True):
        name, number = relative if taken[stem.casefold()] > 1 else stem, 1
        while name.casefold() in names:
            number += 1
            name = f"{relative} ({number})"
        names[name.casefold()] = name
    return list(names.values())
