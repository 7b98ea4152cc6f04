"""Look into documents: JSON and XML values as columns of their own, one per path."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_plus

_MAX_DOCUMENTS = 200
_MAX_PATHS = 60
_MAX_DEPTH = 6
_MAX_VALUES = 400
_XML_LEAF = re.compile(r"<([A-Za-z][\w:.-]*)(?:\s[^<>]*)?>([^<>]+)</\1>", re.S)
_XML_ATTRIBUTE = re.compile(r"\s([A-Za-z][\w:.-]*)\s*=\s*\"([^\"<>]*)\"")
_MAX_TEXT = 20_000
_PHP_PAIR = re.compile(r's:\d{1,4}:"([^"]{1,80})";(?:s:\d{1,7}:"([^"]{0,400})"|[idb]:[\d.]+);')
_JSON_PAIR = re.compile(r"[\"']([\w.-]{1,60})[\"']\s{0,9}:\s{0,9}[\"']([^\"'\\]{1,400})[\"']")
_PAIR = re.compile(r"([A-Za-z_][\w.\[\]-]{0,40})=([^=;&\n]*)(?:[;&\n]|$)")
_HSTORE_PAIR = re.compile(r'"([^"\\]{1,60})"\s?=>\s?"((?:[^"\\]|\\.){0,400})"')
_KEYED = ("key", "name", "label", "field", "attr", "k")
_VALUED = ("value", "val", "v")


def leaves_of_json(value: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the path and text of each leaf. Items of lists share their list's path."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        pair = _key_and_value(value)
        if pair is not None:
            yield (f"{path}.{pair[0]}".lstrip("."), pair[1])
            return
        for key, inner in list(value.items())[:_MAX_PATHS]:
            yield from leaves_of_json(inner, f"{path}.{key}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for inner in value[:20]:
            yield from leaves_of_json(inner, path, depth + 1)
    elif isinstance(value, str) and value[:1] in ("{", "[") and depth < _MAX_DEPTH:
        try:
            yield from leaves_of_json(json.loads(value[:_MAX_TEXT]), path, depth + 1)
        except (ValueError, RecursionError):
            yield path, value
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def _key_and_value(value: dict[object, object]) -> tuple[str, str] | None:
    """Return `{"key": "Colour", "value": "red"}` as the pair that it is."""
    lowered = {str(key).lower(): inner for key, inner in value.items()}
    if not 2 <= len(lowered) <= 3:
        return None
    key = next((lowered[name] for name in _KEYED if name in lowered), None)
    inner = next((lowered[name] for name in _VALUED if name in lowered), None)
    if isinstance(key, str) and isinstance(inner, str | int | float):
        return key[:60], str(inner)
    return None


def leaves_of_xml(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each element without children, and of each attribute. No entity is resolved."""
    for name, value in _XML_LEAF.findall(text[:20_000]):
        yield name, value.strip()
    for name, value in _XML_ATTRIBUTE.findall(text[:20_000]):
        if not name.startswith("xmlns"):
            yield name, value.strip()


def columns_inside(texts: Sequence[str], *, is_markup: bool) -> dict[str, list[str]]:
    """Return the values by path of a sample of documents; what cannot be parsed is passed over."""
    found: dict[str, list[str]] = defaultdict(list)
    for text in texts[:: max(1, len(texts) // _MAX_DOCUMENTS)]:
        for path, value in leaves_of_xml(text) if is_markup else _leaves(text):
            if value and (path in found or len(found) < _MAX_PATHS) and len(found[path]) < _MAX_VALUES:
                found[path].append(value)
    return dict(found)


def _leaves(text: str) -> Iterator[tuple[str, str]]:
    if text[:2] in ("a:", "O:"):
        yield from _PHP_PAIR.findall(text[:_MAX_TEXT])
    elif '"=>' in text[:_MAX_TEXT]:
        yield from _HSTORE_PAIR.findall(text[:_MAX_TEXT])
    elif text[:1] in ("{", "[", '"'):
        try:
            yield from leaves_of_json(json.loads(text))
        except (ValueError, RecursionError):
            yield from _JSON_PAIR.findall(text[:_MAX_TEXT])  # cut off, or not quite JSON
    else:
        for key, value in _PAIR.findall(text[:_MAX_TEXT]):
            yield key, unquote_plus(value).strip()
