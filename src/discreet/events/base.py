"""What every event is: a frozen fact in the past tense that carries ids, never personal data.

An event is known by `<publisher module>.<class name>`, e.g. `rights.RequestReceived` for
`discreet.events.rights`.
"""

import dataclasses
import json
from typing import Any, ClassVar, Self, get_type_hints


class NotAnEvent(ValueError):
    """A stored body does not fit its event class."""


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. Fields are `str`, `int`, `bool` or tuples of `str`."""

    _scalar: ClassVar[tuple[type, ...]] = (str, int, bool)

    @classmethod
    def event_name(cls) -> str:
        return f"{cls.__module__.rpartition('.')[2]}.{cls.__name__}"

    def to_json(self) -> str:
        """Return the canonical JSON body."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the event of a body that `to_json` wrote.

        Raises:
            NotAnEvent: a field is missing, unknown or of another type.
        """
        body = json.loads(text)
        hints = get_type_hints(cls)
        names = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(body, dict) or set(body) != names:
            raise NotAnEvent(cls.event_name())
        values: dict[str, Any] = {}
        for name in names:
            value = tuple(body[name]) if isinstance(body[name], list) else body[name]
            if hints[name] in cls._scalar and type(value) is not hints[name]:
                raise NotAnEvent(cls.event_name())
            values[name] = value
        return cls(**values)
