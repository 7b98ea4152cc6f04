"""JSON written anew: other records stay byte for byte, and in a changed record the other members."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from discreet.foundation.sources.files.replacing import NewFile
from discreet.foundation.sources.files.rewriting import NotRewritten, Part, UnfitValue
from discreet.foundation.sources.files.slices import Piece, Slices
from discreet.foundation.sources.files.tree import Format

if TYPE_CHECKING:
    import duckdb

_MOST_CHARS = 1 << 27  # of a document, which is held as a whole
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BLANKS = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


class _Value(NamedTuple):
    start: int
    end: int


def rewrite(parts: Sequence[Part], new: NewFile, connection: "duckdb.DuckDBPyConnection") -> None:
    """Write the file anew without the records that go and with the new values."""
    (part,) = parts
    if part.file.part is not None:
        raise NotRewritten
    slices = Slices(new.before, encoding=part.how.encoding, is_gzip=new.is_gzip)
    try:
        with new.stream() as out:
            out.write(slices.mark)
            write = _Writer(part, slices, out)
            if part.file.format is Format.JSON_LINES:
                write.lines()
            else:
                write.document()
        slices.end()
    finally:
        slices.close()


class _Writer:
    def __init__(self, part: Part, slices: Slices, out: BinaryIO) -> None:
        self._part, self._slices, self._out = part, slices, out
        self._row = 0

    def lines(self) -> None:
        """Pass the lines through: each that holds an object is a row."""
        for line in _lines(self._slices.texts()):
            raw = self._slices.taken(line)
            start = _blanks(line, 0)
            if line[start : start + 1] != "{":
                self._out.write(raw)
                continue
            self._row += 1
            if self._row not in self._part.changes:
                self._out.write(raw)
            elif (change := self._part.changes[self._row]) is not None:
                value = _Value(start, _end_of(line, start))
                self._out.writelines(self._slices.with_new(raw, self._changed(line, value, change)))

    def document(self) -> None:
        """Pass a list of objects through, or objects one after the other."""
        text = "".join(_bounded(self._slices.texts()))
        raw = self._slices.taken(text)
        self._out.writelines(self._slices.with_new(raw, self._document(text, _values_of(text))))

    def _document(self, text: str, values: Sequence[_Value]) -> Iterator[Piece]:
        fates: list[Mapping[str, object] | None] = []
        for value in values:
            is_row = text[value.start] == "{"
            self._row += is_row
            fates.append(self._part.changes.get(self._row, {}) if is_row else {})
        gaps = [text[one.end : other.start] for one, other in pairwise(values)]
        yield text[: values[0].start] if values else text, None
        has_before = False
        for place, (value, fate) in enumerate(zip(values, fates, strict=True)):
            if place:  # what stands between two values stays with the second, if another stays before it
                yield gaps[place - 1], None if fate is not None and has_before else ""
            if fate is None:
                yield text[value.start : value.end], ""
                continue
            has_before = True
            yield from self._changed(text[value.start : value.end], _Value(0, value.end - value.start), fate)
        if values:
            yield text[values[-1].end :], None

    def _changed(self, text: str, value: _Value, new: Mapping[str, object]) -> Iterator[Piece]:
        """Yield a record's pieces, the values of some members in a new form."""
        if not new:
            yield text, None
            return
        members = list(_members(text, value.start))
        names = [name for name, _ in members]
        if any(names.count(name) > 1 for name in new):
            raise NotRewritten  # readers differ in which of the two counts
        place = 0
        for name, span in members:
            if name in new:
                yield text[place : span.start], None
                old = text[span.start : span.end]
                yield old, self._said(old, new[name], text)
                place = span.end
        added = {name: given for name, given in new.items() if name not in names and given is not None}
        if added:
            end = members[-1][1].end if members else value.start + 1
            yield text[place:end], None
            yield "", self._added(added, text, is_first=not members)
            place = end
        yield text[place:], None

    def _added(self, new: Mapping[str, object], text: str, *, is_first: bool) -> str:
        colon, comma = (": " if '": ' in text else ":"), (", " if ", " in text else ",")
        pairs = [
            self._quoted(name, text) + colon + self._said("", value, text) for name, value in new.items()
        ]
        return ("" if is_first else comma) + comma.join(pairs)

    def _said(self, old: str, value: object, text: str) -> str:
        """Return a new value in JSON: a number where a number stood and one is meant."""
        if value is None:
            return "null"
        if isinstance(value, bool):
            return json.dumps(value)
        if isinstance(value, (int, float)):
            try:
                return json.dumps(value, allow_nan=False)
            except ValueError:
                raise UnfitValue from None
        if not isinstance(value, str):
            raise UnfitValue
        if old[:1] in ("{", "["):
            raise UnfitValue  # what is nested is emptied or left
        is_number = bool(_NUMBER.fullmatch(old)) and bool(_NUMBER.fullmatch(value))
        return value if is_number else self._quoted(value, text)

    def _quoted(self, value: str, text: str) -> str:
        """Return a text as JSON, its letters as they are where the file has such, or has an encoding for them."""
        escapes = (text.isascii() and "\\u" in text) or not self._slices.can_say(value)
        return json.dumps(value, ensure_ascii=escapes)


def _lines(texts: Iterator[str]) -> Iterator[str]:
    rest = ""
    for text in texts:
        block = rest + text
        cut = block.rfind("\n") + 1
        yield from _LINE.findall(block[:cut])
        rest = block[cut:]
    if rest:
        yield rest


def _bounded(texts: Iterator[str]) -> Iterator[str]:
    chars = 0
    for text in texts:
        chars += len(text)
        if chars > _MOST_CHARS:
            raise NotRewritten
        yield text


def _blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return found.end() if found else place


def _end_of(text: str, start: int) -> int:
    try:
        return int(_DECODER.raw_decode(text, start)[1])
    except (ValueError, RecursionError):
        raise NotRewritten from None


def _values_of(text: str) -> list[_Value]:
    """Return where the values of a list stand, or those that follow one another."""
    place = _blanks(text, 0)
    is_list = text[place : place + 1] == "["
    place = _blanks(text, place + 1) if is_list else place
    values: list[_Value] = []
    while place < len(text) and text[place] != "]":
        values.append(_Value(place, _end_of(text, place)))
        place = _blanks(text, values[-1].end)
        if not is_list:
            continue
        if text[place : place + 1] == ",":
            place = _blanks(text, place + 1)
        elif text[place : place + 1] != "]":
            raise NotRewritten
    return values


def _members(text: str, start: int) -> Iterator[tuple[str, _Value]]:
    """Yield the names of an object's members and where their values stand."""
    place = _blanks(text, start + 1)
    while text[place : place + 1] == '"':
        try:
            name, place = _DECODER.raw_decode(text, place)
        except ValueError:
            raise NotRewritten from None
        place = _blanks(text, place)
        if text[place : place + 1] != ":":
            raise NotRewritten
        begin = _blanks(text, place + 1)
        end = _end_of(text, begin)
        yield name, _Value(begin, end)
        place = _blanks(text, end)
        if text[place : place + 1] != ",":
            break
        place = _blanks(text, place + 1)
    if text[place : place + 1] != "}":
        raise NotRewritten
