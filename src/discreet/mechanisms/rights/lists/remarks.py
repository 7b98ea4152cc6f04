"""What is wrong, or worth knowing, about a line of a file of requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Remark:
    """`line` counts from 1. `message` is a template for `gettext`."""

    line: int
    code: str
    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)
