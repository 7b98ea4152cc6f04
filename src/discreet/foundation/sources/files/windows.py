"""Places in a file: some of a large one from its beginning to its end, and the lines at given places."""

import os
from collections.abc import Iterator, Sequence

from discreet.foundation.sources.files.mending import Flaws, Rules, mended
from discreet.foundation.sources.files.reading import Reading, handed_over, opened
from discreet.foundation.sources.files.tree import DataFile, Format

_WINDOWS = 64
_BYTES = 1 << 17
_BLOCK = 1 << 20
LEAST = _WINDOWS * _BYTES * 4  # a smaller file is read in full


def can_be_spread(file: DataFile, how: Reading) -> bool:
    """Return whether places within the file can be reached, and lines be told there."""
    is_lines = file.format in (Format.DELIMITED, Format.TEXT, Format.JSON_LINES)
    return is_lines and not file.is_gzip and not how.is_lent and file.size > LEAST


def spread_over(file: DataFile, how: Reading) -> Iterator[bytes]:
    """Yield whole lines from places spread over the file; the first are those at its beginning."""
    with opened(file) as raw:
        size = raw.seek(0, os.SEEK_END)
        for number in range(_WINDOWS):
            raw.seek(number * (size - _BYTES) // (_WINDOWS - 1))
            block = raw.read(_BYTES)
            begin = block.find(b"\n") + 1 if number else 0
            end = block.rfind(b"\n") + 1
            if begin < end and (begin or not number):
                yield _whole(block[begin:end], how.rules, is_first=not number)


def _whole(block: bytes, rules: Rules | None, *, is_first: bool) -> bytes:
    """Return the lines without those that a quote opened before them, or that one of them opens and none closes."""
    if rules is None or not rules.quote or rules.quote.encode() not in block:
        return block
    here = rules if is_first else Rules(rules.delimiter, rules.quote, rules.width)
    pieces = mended([block.decode("utf-8", "replace")], here, Flaws())
    return "".join(text for _, text in pieces).encode("utf-8", "replace")


def line_numbers(file: DataFile, how: Reading, places: Sequence[int]) -> list[int]:
    """Return the numbers of the lines that begin at these places of what DuckDB read, in bytes."""
    blocks = handed_over(file, how) if how.is_lent else _blocks(file)
    found: list[int] = []
    waiting, number, passed = sorted(places), 1, 0
    for block in blocks:
        while waiting and waiting[0] - passed <= len(block):
            found.append(number + block.count(b"\n", 0, waiting.pop(0) - passed))
        if not waiting:
            break
        number += block.count(b"\n")
        passed += len(block)
    return found


def _blocks(file: DataFile) -> Iterator[bytes]:
    with opened(file) as raw:
        yield from iter(lambda: raw.read(_BLOCK), b"")
