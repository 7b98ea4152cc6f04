"""Lines for a terminal, with columns in line: a Chinese character takes two places."""

import unicodedata
from collections.abc import Iterator, Sequence

_WIDE = frozenset("WF")


def in_columns(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return each line indented and its cells padded to the widest of their column; the last is not padded."""
    if not lines:
        return
    widths = [max(width_of(line[place]) for line in lines) for place in range(len(lines[0]))]
    for line in lines:
        cells = [cell + " " * (width - width_of(cell)) for cell, width in zip(line, widths, strict=True)]
        yield ("  " + "  ".join(cells)).rstrip()


def width_of(text: str) -> int:
    """Return how many places of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text)
