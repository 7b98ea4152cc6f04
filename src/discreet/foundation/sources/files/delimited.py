"""Delimited files written anew: the lines of other rows stay byte for byte, and in a changed row the other fields."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from discreet.foundation.sources.files.mending import Flaws, Rules, mended
from discreet.foundation.sources.files.replacing import NewFile
from discreet.foundation.sources.files.rewriting import Changes, NotRewritten, Part, UnfitValue
from discreet.foundation.sources.files.slices import Piece, Slices

if TYPE_CHECKING:
    import duckdb

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def rewrite(parts: Sequence[Part], new: NewFile, connection: "duckdb.DuckDBPyConnection") -> None:
    """Write the file anew without the rows that go and with the new values."""
    (part,) = parts
    if part.how.rules is None:
        raise NotRewritten
    slices = Slices(new.before, encoding=part.how.encoding, is_gzip=new.is_gzip)
    try:
        with new.stream() as out:
            out.write(slices.mark)
            _Pass(part, part.how.rules, slices, out).run()
        slices.end()
    finally:
        slices.close()


class _Pass:
    """One way through a file, record by record."""

    def __init__(self, part: Part, rules: Rules, slices: Slices, out: BinaryIO) -> None:
        self._part, self._rules, self._slices, self._out = part, rules, slices, out
        self._header_is_due = part.how.has_header
        self._changes: Changes = part.changes
        self._touched = sorted(part.changes)
        self._row = 0
        self._cell = _cell(rules)

    def run(self) -> None:
        texts = mended(self._slices.texts(), self._rules, Flaws())
        for number, piece in texts:
            if number <= self._rules.skipped or self._header_is_due or self._holds_touched(piece):
                for place, record in enumerate(self._records(piece)):
                    self._pass(record, is_skipped=number + place <= self._rules.skipped)
            else:
                self._row += sum(map(self._is_row, self._records(piece)))
                self._out.write(self._slices.taken(piece))
        if self._touched and self._touched[-1] > self._row:
            raise NotRewritten

    def _holds_touched(self, piece: str) -> bool:
        """Return whether a touched row may stand in a piece, which holds no more rows than line ends."""
        most = self._row + piece.count("\n") + piece.count("\r") + 1
        place = bisect_right(self._touched, self._row)
        return place < len(self._touched) and self._touched[place] <= most

    def _records(self, piece: str) -> Iterator[str]:
        if self._rules.quote and self._rules.quote in piece:
            yield piece  # several lines without quotes come together, a record with some alone
        else:
            yield from _LINE.findall(piece)

    def _is_row(self, record: str) -> bool:
        """Return whether DuckDB takes a record for a row: an empty line is one in a file of one column."""
        return bool(record.rstrip("\r\n")) or self._rules.width == 1

    def _pass(self, record: str, *, is_skipped: bool) -> None:
        raw = self._slices.taken(record)
        if is_skipped or not self._is_row(record):
            self._out.write(raw)
            return
        if self._header_is_due:
            self._header_is_due = False
            self._out.write(raw)
            return
        self._row += 1
        if self._row not in self._changes:
            self._out.write(raw)
            return
        change = self._changes[self._row]
        if change is not None:
            columns = [name for name, _ in self._part.how.columns]
            new = {columns.index(name): value for name, value in change.items()}
            self._out.writelines(self._slices.with_new(raw, self._rewritten(record, new)))

    def _rewritten(self, record: str, new: dict[int, object]) -> Iterator[Piece]:
        """Yield the parts of a record, each with what stands there now where that is something else."""
        plain = record.rstrip("\r\n")
        delimiter, cells = self._rules.delimiter, self._cells(plain)
        for place, cell in enumerate(cells):
            if place:
                yield delimiter, None
            yield cell, self._said(cell, new[place]) if place in new else None
        lacking = [place for place, value in new.items() if place >= len(cells) and value is not None]
        for place in range(len(cells), max(lacking, default=0) + 1):  # a short row
            yield "", delimiter + self._said("", new.get(place))
        yield record[len(plain) :], None

    def _cells(self, plain: str) -> list[str]:
        ends = [-1]
        place = 0
        while True:
            found = self._cell.match(plain, place)
            end = found.end() if found else place
            ends.append(end)
            if end >= len(plain):
                break
            if plain[end] != self._rules.delimiter:
                raise NotRewritten
            place = end + 1
        return [plain[start + 1 : end] for start, end in pairwise(ends)]

    def _said(self, cell: str, value: object) -> str:
        """Return a new value as the field was written that it replaces: in quotes, or only where it must."""
        text = "" if value is None else str(value)
        quote = self._rules.quote
        was_quoted = bool(quote) and cell.startswith(quote)
        needs = any(char in text for char in (self._rules.delimiter, "\r", "\n")) or (
            bool(quote) and quote in text
        )
        if needs and not quote:
            raise UnfitValue
        if needs or was_quoted:
            return f"{quote}{text.replace(quote, quote * 2)}{quote}"
        return text


def _cell(rules: Rules) -> re.Pattern[str]:
    delimiter, quote = re.escape(rules.delimiter), re.escape(rules.quote)
    plain = rf"[^{delimiter}]*+"
    return re.compile(
        rf"{quote}(?:[^{quote}]++|{quote}{quote})*+{quote}(?={delimiter}|\Z)|{plain}"
        if rules.quote
        else plain,
        re.DOTALL,
    )
