"""LIKE patterns that let through at least the rows that hold a text or a number, however it is written.

Patterns hold no wildcard that a value brought along, and no escape: engines differ in them.
"""

_SPECIAL = frozenset("%_\\")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def full_width(text: str) -> str:
    """Return the text as a Chinese or Japanese keyboard writes ASCII."""
    return text.translate(_WIDE)


def digit_patterns(run: str) -> tuple[str, str]:
    """Return patterns for digits in this order, whatever stands between them."""
    return f"%{'%'.join(run)}%", f"%{'%'.join(full_width(run))}%"


def text_pattern(lowered: str) -> str:
    """Return the pattern for a lower-case text. Letters beyond ASCII are any: engines lower them differently."""
    return f"%{''.join('_' if char in _SPECIAL or _is_unsure(char) else char for char in lowered)}%"


def _is_unsure(char: str) -> bool:
    return not char.isascii() and char.isalpha()
