"""JSON documents that are no list of objects themselves: where in them the tables are.

A list of objects under a key is a table, and so are objects under keys that are ids. Lists within their records
stay cells; what stands beside the lists is a table of one row, so that nothing is passed over.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from discreet.foundation.sources.files import shapes
from discreet.foundation.sources.files.tree import DataFile, Format

MOST_BYTES = 1 << 26  # parsed, a document takes about ten times as much memory
_MOST_DEEP = 6
_MOST_TABLES = 50
_FEWEST_KEYED = 3
_ALIKE = 0.5  # share of all keys that every object under an id has
_KEY = "key"
_REST = "rest"
_LISTS = "[]"  # the document is a list of lists or of single values


@dataclass(frozen=True, slots=True)
class _Found:
    tables: dict[tuple[str, ...], list[object]]
    rest: dict[str, object]


def parts_of(file: DataFile, text: str) -> list[DataFile]:
    """Return the tables of a document as files of their own; the file itself where it is a table as it is."""
    begin = text.removeprefix("\ufeff").lstrip()
    if file.format is not Format.JSON or begin[:1] not in ("{", "["):
        return [file]
    if begin.startswith("[") and begin[1:].lstrip()[:1] in ("{", ""):
        return [file]
    value = _parsed(text)
    if isinstance(value, list):
        return [replace(file, part=(_LISTS,))] if value else [file]
    found = _looked_into(value) if isinstance(value, dict) else None
    if found is None or not found.tables:
        return [file]
    paths = list(found.tables)
    if len(paths) == 1:
        parts = [replace(file, part=paths[0])]
    else:
        parts = [replace(file, part=path, name="/".join((file.name, *path))) for path in paths]
    if _holds_text(found.rest):
        parts.append(replace(file, part=(), name=f"{file.name}/{_REST}"))
    return parts


def records_of(text: str, part: tuple[str, ...]) -> Iterator[str]:
    """Yield the records of one table of a document, as lines of JSON."""
    value = _parsed(text)
    records: list[object] = []
    if isinstance(value, list):
        records = list(_rows(value))
    elif isinstance(value, dict):
        found = _looked_into(value)
        records = found.tables.get(part, []) if part else [found.rest]
    for record in records:
        yield json.dumps(record, ensure_ascii=False) + "\n"


def _parsed(text: str) -> object:
    try:
        value: object = json.loads(text.removeprefix("\ufeff"), parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return value


def _looked_into(document: Mapping[str, object]) -> _Found:
    tables: dict[tuple[str, ...], list[object]] = {}

    def rest_of(value: Mapping[str, object], path: tuple[str, ...]) -> dict[str, object]:
        rest: dict[str, object] = {}
        for key, inner in value.items():
            below = (*path, key)
            records = _records(inner) if len(tables) < _MOST_TABLES else None
            if records is not None:
                tables[below] = records
            elif isinstance(inner, dict) and len(below) < _MOST_DEEP:
                if kept := rest_of(inner, below):
                    rest[key] = kept
            else:
                rest[key] = inner
        return rest

    keyed = _keyed(document)
    if keyed is not None:
        return _Found({(_REST,): keyed}, {})
    return _Found(tables, rest_of(document, ()))


def _records(value: object) -> list[object] | None:
    if isinstance(value, list):
        return value if any(isinstance(each, dict) and each for each in value) else None
    return _keyed(value) if isinstance(value, dict) else None


def _keyed(value: Mapping[str, object]) -> list[object] | None:
    """Return `{"id1": {…}, "id2": {…}}` as records that have their key, too."""
    objects = [each for each in value.values() if isinstance(each, dict)]
    if len(objects) < _FEWEST_KEYED or len(objects) < len(value):
        return None
    every, any_ = set(objects[0]), set(objects[0])
    for each in objects[1:]:
        every &= each.keys()
        any_ |= each.keys()
    if not every or len(every) < len(any_) * _ALIKE:
        return None
    name = _KEY if _KEY not in any_ else f"{_KEY}_"
    return [{name: key, **each} for key, each in zip(value, objects, strict=True)]


def _rows(value: list[object]) -> Iterator[object]:
    """Yield lists as records, named by the first of them where it is a header; single values as such."""
    lists = [each for each in value if isinstance(each, list)]
    if len(lists) < len(value):
        yield from (each if isinstance(each, dict) else {"value": each} for each in value)
        return
    texts = [["" if cell is None else str(cell) for cell in row] for row in lists[:200]]
    width = max(map(len, lists))
    has_header = len(lists) > 1 and len(lists[0]) == width and shapes.is_header(texts[0], texts[1:])
    names = shapes.unique_names(texts[0] if has_header else [""] * width)
    for row in lists[has_header:]:
        yield dict(zip(names, row, strict=False))


def _holds_text(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_text, value.values()))
    if isinstance(value, list):
        return any(map(_holds_text, value))
    return isinstance(value, str) and bool(value.strip())
