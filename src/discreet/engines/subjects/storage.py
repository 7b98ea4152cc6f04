"""JSON for what is stored sealed between the steps of an erasure: plans, captures, results.

Every structure is tagged, so no column name or value of a customer's database can be taken for a tag.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TypeVar, get_type_hints
from uuid import UUID

from discreet.engines.subjects import captures, corrections, found, graph, plans

T = TypeVar("T")

_WRITE: Mapping[type, tuple[str, Callable[..., object]]] = {  # datetime before date, which it is too
    bytes: ("bytes", bytes.hex),
    bytearray: ("bytes", bytearray.hex),
    memoryview: ("bytes", memoryview.hex),
    Decimal: ("decimal", str),
    UUID: ("uuid", str),
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    frozenset: ("set", lambda value: sorted(value, key=repr)),
}
_READ: Mapping[str, Callable[..., object]] = {
    "bytes": bytes.fromhex,
    "decimal": Decimal,
    "uuid": UUID,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda parts: timedelta(*parts),
    "set": lambda items: frozenset([_tuples(one) for one in items]),
    "map": lambda pairs: {_tuples(key): _tuples(value) for key, value in pairs},
}
_CLASSES: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        graph.TableRef,
        found.NotCovered,
        plans.FieldPlan,
        plans.TablePlan,
        plans.Operation,
        plans.ErasurePlan,
        captures.CapturedValue,
        captures.RowKeys,
        captures.BlankedRows,
        captures.NamelessRow,
        captures.LinkedRows,
        captures.Captured,
        captures.Finding,
        captures.Searched,
        captures.SearchResult,
        corrections.Change,
        corrections.Place,
        corrections.Write,
        corrections.CorrectionPlan,
    )
}


def to_json(value: object) -> str:
    """Return compact JSON from which `from_json` makes an equal value."""
    return json.dumps(value, default=_encode, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> object:
    return _tuples(json.loads(text, object_hook=_decode))


def plan_from_json(text: str) -> plans.ErasurePlan:
    return _expect(plans.ErasurePlan, from_json(text))


def captured_from_json(text: str) -> captures.Captured:
    return _expect(captures.Captured, from_json(text))


def correction_from_json(text: str) -> corrections.CorrectionPlan:
    return _expect(corrections.CorrectionPlan, from_json(text))


def result_from_json(text: str) -> captures.SearchResult:
    return _expect(captures.SearchResult, from_json(text))


def _expect(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, not {type(value).__name__}")
    return value


def _encode(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {f"@{type(value).__name__}": [_field(getattr(value, field.name)) for field in fields(value)]}
    for kind, (name, write) in _WRITE.items():
        if isinstance(value, kind):
            return {f"${name}": write(value)}
    if isinstance(value, Mapping):
        return _field(value)
    raise TypeError(type(value).__name__)


def _field(value: object) -> object:
    if isinstance(value, Mapping):
        return {"$map": [[key, _field(one)] for key, one in value.items()]}
    return value


def _decode(pairs: dict[str, object]) -> object:
    ((name, value),) = pairs.items()
    if name[0] == "$":
        return _READ[name[1:]](value)
    kind = _CLASSES[name[1:]]
    enums = _enums(kind)
    if not isinstance(value, list):
        raise TypeError(name)
    return kind(
        *(enums[position](one) if position in enums else _tuples(one) for position, one in enumerate(value))
    )


@cache
def _enums(kind: type) -> Mapping[int, type[Enum]]:
    hints = get_type_hints(kind)
    named = enumerate(hints[field.name] for field in fields(kind))
    return {number: hint for number, hint in named if isinstance(hint, type) and issubclass(hint, Enum)}


def _tuples(value: object) -> object:
    if isinstance(value, list):
        return tuple([_tuples(one) if type(one) is list else one for one in value])
    return value
