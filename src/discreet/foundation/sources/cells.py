"""Cells of a sample: cut on the server, and read so that no single value can fail the whole sample."""

import codecs
import datetime as dt
from dataclasses import dataclass
from typing import Final

from discreet.foundation.sources.catalogue import ColumnInfo, Kind

BINARY_PREFIX = 16


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Stands for a value that is no text of its encoding, or no date that Python has."""


UNDECODABLE: Final = Undecodable()


class TornText(str):
    """A text whose bytes are not UTF-8; what could not be read is U+FFFD."""

    __slots__ = ()


def read_cell(column: ColumnInfo, raw: object, encoding: str | None) -> object:
    """Return what a column's cell holds: None, bytes by their first few, or UNDECODABLE in its place.

    With an `encoding`, texts come as bytes; without, bytes are no text.
    """
    if isinstance(raw, TornText):
        return UNDECODABLE
    if isinstance(raw, (bytes, bytearray, memoryview)):
        is_text = encoding and column.kind is not Kind.BINARY
        return _text(bytes(raw), encoding or "") if is_text else bytes(raw)[:BINARY_PREFIX]
    if isinstance(raw, str) and column.kind in _MOMENTS:
        return _moment(column.kind, raw)
    return raw


def _text(raw: bytes, encoding: str) -> object:
    """Decode; a last character that the cut went through is left out."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        pass
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(raw)
    except UnicodeDecodeError:
        return UNDECODABLE


_MOMENTS = {
    Kind.DATE: dt.date.fromisoformat,
    Kind.TIME: dt.time.fromisoformat,
    Kind.TIMESTAMP: dt.datetime.fromisoformat,
}


def _moment(kind: Kind, text: str) -> object:
    try:
        return _MOMENTS[kind](text)
    except ValueError:
        return UNDECODABLE
