"""LIKE patterns that let through at least the rows that hold a text or a number, however it is written.

Patterns hold no wildcard that a value brought along, and no escape: engines differ in them.
"""

from collections.abc import Iterable

_SPECIAL = frozenset("%_\\")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def full_width(text: str) -> str:
    """Return the text as a Chinese or Japanese keyboard writes ASCII."""
    return text.translate(_WIDE)


def digit_patterns(run: str) -> tuple[str, str]:
    """Return patterns for digits in this order, whatever stands between them."""
    return f"%{'%'.join(run)}%", f"%{'%'.join(full_width(run))}%"


def other_endings(runs: Iterable[str]) -> str:
    """Return the digits that end none of these runs, as one text."""
    return "".join(sorted(set("0123456789") - {run[-1] for run in runs}))


def contains_pattern(text: str) -> str:
    """Return the pattern for what holds an ASCII text, in any case."""
    return f"%{''.join(map(_exactly, text))}%"


def address_pattern(lowered: str) -> str:
    """Return the pattern for a lower-case e-mail address, whatever its `@` is written as.

    Letters beyond ASCII are any: engines lower them differently, and some texts hold them in two characters.
    """
    return f"%{'%'.join(''.join(map(_exactly, part)) for part in lowered.split('@'))}%"


def _exactly(char: str) -> str:
    if char in _SPECIAL:
        return "_"
    return "%" if not char.isascii() and char.isalpha() else char
