"""Key values: telling equal from nearly equal, and casting between columns.

Databases compare more loosely than Python: a collation may ignore case, accents and trailing spaces, and a
number column joins to a text column. What a database returned for a key is matched here the same way.
"""

import json
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from discreet.engines.subjects.graph import Column, Key

MAX_INTEGER = 2**63  # beyond, no column holds it and drivers refuse to bind it
_TEXT_TYPES = ("char", "text", "string", "clob", "citext")
_SCALARS = (str, int, float, bytes, date, datetime, time, timedelta, Decimal, UUID, bool)
NOT_A_NUMBER = "NaN"


def is_exact(value: object) -> bool:
    """Return whether equality on this value singles a row out: no NULL, no structure."""
    return isinstance(value, _SCALARS)


def hashable(value: object) -> object:
    """Return `value`, or a text in its place where it is a structure (JSON, array) or equals not even itself."""
    if isinstance(value, (float, Decimal)) and value != value:
        return NOT_A_NUMBER
    if isinstance(value, (list, dict, set)):
        return json.dumps(value, sort_keys=True, default=str)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    return value


def loose(value: object) -> object:
    """Return the form in which values are equal that some database compares as equal."""
    if isinstance(value, str):
        text = value.rstrip()
        if not text.isascii():
            folded = unicodedata.normalize("NFKD", text)
            text = "".join(char for char in folded if not unicodedata.combining(char))
        return text.casefold()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        is_whole = value.is_finite() and value == value.to_integral_value()
        return str(int(value)) if is_whole else str(value.normalize())
    if isinstance(value, UUID):
        return str(value)
    return value


def loose_key(key: Key) -> Key:
    return tuple(loose(value) for value in key)


def cast(key: Key, columns: tuple[Column, ...]) -> Key | None:
    """Return `key` as values that fit `columns`; None where it cannot equal any value of them."""
    cast_values: list[object] = []
    for value, column in zip(key, columns, strict=True):
        if column.numeric and isinstance(value, str):
            try:
                number = Decimal(value.strip())
            except InvalidOperation:
                return None
            if not number.is_finite() or abs(number) >= MAX_INTEGER:
                return None
            cast_values.append(int(number) if number == number.to_integral_value() else number)
        elif _is_text(column) and isinstance(value, (int, Decimal, UUID)) and not isinstance(value, bool):
            cast_values.append(str(value))
        else:
            cast_values.append(value)
    return tuple(cast_values)


def caster(columns: tuple[Column, ...]) -> Callable[[Key], Key | None]:
    """Return `cast` to these columns, with a short cut for values that fit as they are."""
    if len(columns) == 1:
        (column,) = columns
        fitting = int if column.numeric else str if _is_text(column) else None
        if fitting is None:
            return lambda key: key
        return lambda key: key if type(key[0]) is fitting else cast(key, columns)
    return lambda key: cast(key, columns)


def _is_text(column: Column) -> bool:
    return any(name in column.type.lower() for name in _TEXT_TYPES)


def canonical(value: object) -> str:
    """Return a text that is equal for equal values only, for digests."""
    return f"{type(value).__name__}:{value.hex() if isinstance(value, bytes) else value!r}"
