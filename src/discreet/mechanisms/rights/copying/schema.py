"""The JSON Schema of a package's data.json: what a program needs to use it without us.

Source: GDPR Art. 20(1) (structured, commonly used, machine-readable); JSON Schema 2020-12; DPV terms.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from discreet.mechanisms.rights.copying.values import Plain

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Json = Mapping[str, "Json"] | Sequence["Json"] | Plain


@dataclass(slots=True)
class Shape:
    """What stands in a table's rows: `types` of each column are those that were met."""

    source: str
    table: str
    title: str
    columns: tuple[str, ...]
    titles: Mapping[str, tuple[str, str, str]]  # column → what it is called, what it holds, its DPV term
    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    in_base64: set[str] = field(default_factory=set)

    def meet(self, column: str, raw: object, value: Plain) -> None:
        """Note what type a value has."""
        self.types[column].add(_type_of(value))
        if isinstance(raw, bytes | bytearray | memoryview):
            self.in_base64.add(column)


def _type_of(value: Plain) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "number" if isinstance(value, float) else "string"


def schema_of(shapes: Iterable[Shape], *, title: str) -> dict[str, Json]:
    """Return the schema of data.json, titles in the language that is set."""
    sources: dict[str, dict[str, Json]] = defaultdict(dict)
    for shape in shapes:
        sources[shape.source][shape.table] = _table(shape)
    return {
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "required": ["sources", "replaced", "not_covered"],
        "additionalProperties": False,
        "properties": {
            "sources": _object({name: _object(tables) for name, tables in sources.items()}),
            "replaced": {
                "title": gettext("What was replaced in this copy, and why"),
                "type": "array",
                "items": {"type": "object", "required": ["source", "table", "kind", "article"]},
            },
            "not_covered": {
                "title": gettext("What this copy does not cover"),
                "type": "array",
                "items": {"type": "object"},
            },
        },
    }


def _object(properties: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _table(shape: Shape) -> dict[str, Json]:
    columns: dict[str, Json] = {name: _column(shape, name) for name in shape.columns}
    return {"title": shape.title, "type": "array", "items": _object(columns)}


def _column(shape: Shape, name: str) -> dict[str, Json]:
    called, holds, dpv = shape.titles.get(name, (name, "", ""))
    found: dict[str, Json] = {"title": called, "type": sorted(shape.types[name] or {"null"})}
    if holds and holds != called:
        found["description"] = holds
    if dpv:
        found["dpv"] = dpv
    if name in shape.in_base64:
        found["contentEncoding"] = "base64"
    return found
