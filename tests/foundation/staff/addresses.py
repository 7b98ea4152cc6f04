"""Every address the resolver knows, with sample arguments."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {"int": "1", "str": "nobody", "slug": "nobody", "uuid": "00000000-0000-0000-0000-000000000000"}


@dataclass(frozen=True, slots=True)
class Address:
    """`parameters`: the names of what stands in the path."""

    name: str
    path: str
    view: object
    parameters: tuple[str, ...] = ()


def addresses(prefix: str = "/") -> list[Address]:
    """Return the addresses below `prefix`, in the resolver's order."""
    return [one for one in _walk(get_resolver().url_patterns, "/", "", ()) if one.path.startswith(prefix)]


def _walk(
    patterns: list[URLPattern | URLResolver], start: str, space: str, above: tuple[str, ...]
) -> Iterator[Address]:
    for pattern in patterns:
        route = start + _sample(pattern)
        names = (*above, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, route, inner, names)
        else:
            yield Address(name=f"{space}{pattern.name}", path=route, view=pattern.callback, parameters=names)


def _sample(pattern: URLPattern | URLResolver) -> str:
    route = str(getattr(pattern.pattern, "_route", ""))
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        kind = {"string": "str", "integer": "int"}.get(kind, kind)
        route = route.replace(f"<{kind}:{name}>", SAMPLES.get(kind, "nobody")).replace(f"<{name}>", "nobody")
    return route
