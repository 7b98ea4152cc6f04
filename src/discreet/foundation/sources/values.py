"""Keys in the form a column compares them: a value that cannot stand in the column matches nothing.

This keeps engines from converting types by themselves: in MySQL `'abc' = 0` is true.
"""

import datetime as dt
import ipaddress
import math
import re
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Final

from discreet.engines.subjects.keys import NOT_A_NUMBER
from discreet.foundation.sources.catalogue import ColumnInfo, Engine, Kind


class _NoMatch(Enum):
    NO_MATCH = "no match"


NO_MATCH: Final = _NoMatch.NO_MATCH
Coerced = object | _NoMatch
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,30})")
_NUMBER_LIKE = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


def coerce(engine: Engine, column: ColumnInfo, value: object) -> Coerced:
    """Return `value` as `column` compares it, or NO_MATCH where no row can hold it. None stays None."""
    if value is None:
        return None
    if engine is Engine.SQLITE:
        return _for_sqlite(column, value)
    if isinstance(value, str) and engine is Engine.POSTGRESQL and "\0" in value:
        return NO_MATCH
    if engine is Engine.POSTGRESQL and column.kind in (Kind.FLOAT, Kind.DECIMAL):
        beyond = _beyond_numbers(value)
        if beyond is not None:
            return beyond if column.kind is Kind.FLOAT else Decimal(beyond)
    convert = _BY_KIND.get(column.kind)
    return NO_MATCH if convert is None else convert(value)


def _beyond_numbers(value: object) -> float | None:
    """Return what PostgreSQL compares as equal to itself and no other engine stores; None for the rest."""
    if value == NOT_A_NUMBER:
        return math.nan
    return float(value) if isinstance(value, (float, Decimal)) and math.isinf(value) else None


def _integer(value: object) -> Coerced:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value) or value == "-0":
            return NO_MATCH
        value = int(value)
    if isinstance(value, (float, Decimal)):
        if not math.isfinite(value) or value != int(value):
            return NO_MATCH
        value = int(value)
    return value if isinstance(value, int) and -(2**63) <= value < 2**64 else NO_MATCH


def _decimal(value: object) -> Coerced:
    if isinstance(value, str) and not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", value):
        return NO_MATCH
    if not isinstance(value, (int, float, Decimal, str)):
        return NO_MATCH
    try:
        number = Decimal(str(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return NO_MATCH
    return number if number.is_finite() else NO_MATCH


def _float(value: object) -> Coerced:
    number = _decimal(value)
    return NO_MATCH if number is NO_MATCH else float(str(number))


def _boolean(value: object) -> Coerced:
    if isinstance(value, bool):
        return value
    return bool(value) if isinstance(value, int) and value in (0, 1) else NO_MATCH


def _text(value: object) -> Coerced:
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return NO_MATCH
        return value
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, uuid.UUID)):
        return NO_MATCH
    return str(value)


def _binary(value: object) -> Coerced:
    return bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else NO_MATCH


def _uuid(value: object) -> Coerced:
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(value) if isinstance(value, str) else NO_MATCH
    except ValueError:
        return NO_MATCH


def _inet(value: object) -> Coerced:
    try:
        text = str(value)
        return ipaddress.ip_interface(text) if "/" in text else ipaddress.ip_address(text)
    except ValueError:
        return NO_MATCH


def _timestamp(value: object) -> Coerced:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return NO_MATCH
    return value if isinstance(value, dt.datetime) else NO_MATCH


def _date(value: object) -> Coerced:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return NO_MATCH
    return value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else NO_MATCH


def _time(value: object) -> Coerced:
    return value if isinstance(value, (dt.time, dt.timedelta)) else NO_MATCH


_BY_KIND: dict[Kind, Callable[[object], Coerced]] = {
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.FLOAT: _float,
    Kind.BOOLEAN: _boolean,
    Kind.TEXT: _text,
    Kind.BINARY: _binary,
    Kind.UUID: _uuid,
    Kind.INET: _inet,
    Kind.TIMESTAMP: _timestamp,
    Kind.DATE: _date,
    Kind.TIME: _time,
}


def _for_sqlite(column: ColumnInfo, value: object) -> Coerced:
    """Follow the affinity of the declared type. Source: https://sqlite.org/datatype3.html, section 3.1."""
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, (dt.date, dt.time, uuid.UUID)):
        value = str(value)
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if not isinstance(value, (int, float, str)):
        return NO_MATCH
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return NO_MATCH
    affinity = sqlite_affinity(column.type)
    if affinity == "text":
        return _text(value)
    if affinity == "numeric" and isinstance(value, str) and _NUMBER_LIKE.fullmatch(value):
        whole = _integer(value)
        return whole if isinstance(whole, int) and whole < 2**63 else NO_MATCH
    return value if not isinstance(value, str) else _text(value)


def sqlite_affinity(declared: str) -> str:
    """Return `text`, `numeric` or `none` for a declared type."""
    upper = declared.upper()
    if "INT" in upper:
        return "numeric"
    if any(word in upper for word in ("CHAR", "CLOB", "TEXT")):
        return "text"
    return "none" if not upper or "BLOB" in upper else "numeric"
