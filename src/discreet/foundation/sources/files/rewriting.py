"""What is to change in a file, and who writes a file of which kind anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from discreet.foundation.sources.files.reading import Reading
from discreet.foundation.sources.files.replacing import NewFile
from discreet.foundation.sources.files.tree import DataFile, Format

if TYPE_CHECKING:
    import duckdb

#: New values by column; None: the row is to go.
Change = Mapping[str, object] | None
#: By the row's place in its table, from 1.
Changes = Mapping[int, Change]


class NotRewritten(Exception):
    """A file cannot be written anew so that everything else in it certainly stays as it is."""

    table = ""  # known to who has the files written


class UnfitValue(NotRewritten):
    """A new value cannot stand in the file: its encoding or its form has no way to say it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a file with what is to change in it."""

    file: DataFile
    how: Reading
    changes: Changes


Rewriter = Callable[[Sequence[Part], NewFile, "duckdb.DuckDBPyConnection"], None]
_MODULES = {
    Format.DELIMITED: "delimited",
    Format.TEXT: "delimited",
    Format.JSON: "json_texts",
    Format.JSON_LINES: "json_texts",
    Format.PARQUET: "parquet",
    Format.WORKBOOK: "workbook_rewriting",
}


def rewriter_of(format_: Format) -> Rewriter:
    """Return the function that writes files of a format anew."""
    rewrite: Rewriter = import_module(f"{__package__}.{_MODULES[format_]}").rewrite
    return rewrite
