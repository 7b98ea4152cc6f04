"""Damage in delimited texts: quotes that nothing closes, line ends of several kinds, letters that cannot be read.

DuckDB takes an open quote for a field that goes on, and drops all rows up to the next quote or the file's end
without a word; line ends of several kinds fail the file. Here such a line is left out and noted, and the rest is
handed on as it is. A line that is left out stays as an empty one, so that lines keep their numbers.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

MOST_NOTED = 10
_MOST_CHARS = 1 << 24  # of one record
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")
_UNREAD = "\ufffd"
Piece = tuple[int, str]  # number of its first line, and text of whole lines


@dataclass(frozen=True, slots=True)
class Rules:
    """`width` is the most fields that a record may have; 0: any number. `skipped` lines are no records."""

    delimiter: str
    quote: str
    width: int = 0
    skipped: int = 0


@dataclass(slots=True)
class Flaws:
    """Lines that cannot be read whole: how many, and the numbers of the first. `mends`: a reader needs them mended."""

    count: int = 0
    at: list[int] = field(default_factory=list)
    mends: bool = False

    def note(self, number: int) -> None:
        self.count += 1
        if len(self.at) < MOST_NOTED:
            self.at.append(number)


def mended(texts: Iterable[str], rules: Rules, flaws: Flaws) -> Iterator[Piece]:
    """Yield the records of a text that comes in blocks, or several plain ones at once; note in `flaws` what is amiss."""
    is_record = _Record(rules)
    pieces = _pieces(texts, rules.quote, flaws)
    waiting: deque[Piece] = deque()
    while True:
        piece = waiting.popleft() if waiting else next(pieces, None)
        if piece is None:
            return
        number, text = piece
        if number <= rules.skipped or not _is_odd(text, rules.quote) or is_record(text):
            yield from _noted(number, text, flaws)
            continue
        record, others = _collected(text, rules.quote, waiting, pieces)
        if record is not None and is_record(record, is_long=True):
            yield from _noted(number, record, flaws)
            continue
        flaws.note(number)
        flaws.mends = True
        waiting.extendleft(reversed(others))
        yield number, "\n" if rules.width != 1 else ""


def _collected(
    opener: str, quote: str, waiting: deque[Piece], pieces: Iterator[Piece]
) -> tuple[str | None, list[Piece]]:
    """Return the record that `opener` begins, up to the line that may close it, and the pieces it took."""
    taken: list[Piece] = []
    size = len(opener)
    while size <= _MOST_CHARS:
        piece = waiting.popleft() if waiting else next(pieces, None)
        if piece is None:
            return None, taken
        taken.append(piece)
        size += len(piece[1])
        if _is_odd(piece[1], quote):
            return opener + "".join(text for _, text in taken), taken
    return None, taken


def _is_odd(text: str, quote: str) -> bool:
    return bool(quote) and text.count(quote) % 2 == 1


class _Record:
    """Says whether a text is one record with its quotes closed."""

    def __init__(self, rules: Rules) -> None:
        quote, delimiter = re.escape(rules.quote), re.escape(rules.delimiter)
        cell = rf"(?:{quote}(?:[^{quote}]++|{quote}{quote})*+{quote}|[^{quote}{delimiter}\r\n][^{delimiter}\r\n]*+|)"
        self._record = re.compile(rf"{cell}(?:{delimiter}{cell})*+[\r\n]*+") if rules.quote else None
        self._quoted = (
            re.compile(rf"{quote}(?:[^{quote}]++|{quote}{quote})*+{quote}") if rules.quote else None
        )
        self._delimiter, self._width = rules.delimiter, rules.width

    def __call__(self, text: str, *, is_long: bool = False) -> bool:
        """`is_long`: it takes several lines, so only all of its fields show that its quotes belong together."""
        if self._record is None or self._quoted is None:
            return True
        if not self._record.fullmatch(text):
            return False
        fields = self._quoted.sub("", text).count(self._delimiter) + 1
        return not self._width or fields == self._width or (fields < self._width and not is_long)


def _noted(number: int, text: str, flaws: Flaws) -> Iterator[Piece]:
    if _UNREAD in text:
        for place, line in enumerate(text.split("\n")):
            if _UNREAD in line:
                flaws.note(number + place)
    yield number, text


def _pieces(texts: Iterable[str], quote: str, flaws: Flaws) -> Iterator[Piece]:
    """Yield blocks of whole lines without a quote, and other lines one by one; all end as the first one does."""
    rest, number, ends = "", 1, ""
    for text in chain(texts, [None]):
        block = rest + (text or "")
        if "\r" not in block and not (quote and quote in block):
            cut = block.rfind("\n") + 1 if text is not None else len(block)
            if cut:
                ends = _one_end(ends, "\n", flaws)
                yield number, block[:cut]
                number += block.count("\n")
            rest = block[cut:]
            if len(rest) > _MOST_CHARS:  # no reader takes such a line; joining it further would never end
                yield number, rest
                rest = ""
            continue
        rest = ""
        for place, line in _lines(block):
            is_last = text is not None and place + len(line) == len(block)
            if is_last and not line.endswith("\n"):
                rest = line  # it may go on, and so may its end
                break
            plain = line.rstrip("\r\n")
            if plain != line:
                ends = _one_end(ends, line[len(plain) :], flaws)
            yield number, line
            number += 1


def _lines(block: str) -> Iterator[tuple[int, str]]:
    place = 0
    for found in _LINE.finditer(block):
        yield place, found.group()
        place = found.end()
    if place < len(block):
        yield place, block[place:]


def _one_end(known: str, end: str, flaws: Flaws) -> str:
    if known and known != end:
        flaws.mends = True
    return known or end
