"""Typed reading of one YAML mapping: every wrong field is refused by name, and no field goes unread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast


class InvalidPack(ValueError):
    """A pack that cannot be used: a mistake in its files, found when they are read."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping and where it stands. Reading marks a field as known; `refuse_others` refuses the rest."""

    entries: Mapping[str, object]
    where: str
    seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, value: object, where: str) -> "Fields":
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise InvalidPack(where, "must be a mapping of named fields")
        return cls(entries=cast(dict[str, object], value), where=where)

    def has(self, name: str) -> bool:
        return name in self.entries

    def refuse_others(self) -> None:
        unknown = sorted(set(self.entries) - self.seen)
        if unknown:
            raise InvalidPack(self.where, f"unknown field {', '.join(unknown)}")

    def text(self, name: str) -> str:
        value = self._required(name)
        if not isinstance(value, str) or not value.strip():
            raise InvalidPack(self.where, f"{name} must be a text")
        return value

    def optional_text(self, name: str) -> str | None:
        self.seen.add(name)
        return self.text(name) if self.has(name) else None

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._required(name)
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            raise InvalidPack(self.where, f"{name} must be a list of texts")
        return tuple(value)

    def number(self, name: str) -> int:
        value = self._required(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidPack(self.where, f"{name} must be a whole number")
        return value

    def pair(self, name: str) -> tuple[int, int]:
        value = self._required(name)
        if not isinstance(value, list) or len(value) != 2 or not all(type(item) is int for item in value):
            raise InvalidPack(self.where, f"{name} must be two whole numbers")
        return (value[0], value[1])

    def day(self, name: str) -> date:
        value = self._required(name)
        if type(value) is not date:
            raise InvalidPack(self.where, f"{name} must be a date like 2026-01-31")
        return value

    def optional_day(self, name: str) -> date | None:
        self.seen.add(name)
        return self.day(name) if self.has(name) else None

    def nested(self, name: str) -> "Fields":
        return Fields.of(self._required(name), f"{self.where} {name}")

    def optional_nested(self, name: str) -> "Fields | None":
        self.seen.add(name)
        return self.nested(name) if self.has(name) else None

    def nested_list(self, name: str) -> tuple["Fields", ...]:
        self.seen.add(name)
        value = self.entries.get(name, [])
        if not isinstance(value, list):
            raise InvalidPack(self.where, f"{name} must be a list")
        return tuple(Fields.of(item, f"{self.where} {name} {n}") for n, item in enumerate(value, start=1))

    def scalars(self, name: str) -> dict[str, str | int]:
        self.seen.add(name)
        value = self.entries.get(name, {})
        if not isinstance(value, dict) or not all(type(item) in (str, int) for item in value.values()):
            raise InvalidPack(self.where, f"{name} must be a mapping to texts and whole numbers")
        return cast(dict[str, str | int], value)

    def _required(self, name: str) -> object:
        self.seen.add(name)
        if name not in self.entries:
            raise InvalidPack(self.where, f"{name} is missing")
        return self.entries[name]
