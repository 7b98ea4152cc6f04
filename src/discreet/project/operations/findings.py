"""What a check of the installation says: a state, a sentence, and what to do. English templates; doors translate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    GOOD = "good"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`to_do` is empty where there is nothing to do. Params fill both templates."""

    check: str
    status: Status
    what: str
    to_do: str = ""
    params: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))


def good(check: str, what: str, **params: str | int) -> Finding:
    return Finding(check=check, status=Status.GOOD, what=what, params=params)


def warn(check: str, what: str, to_do: str, **params: str | int) -> Finding:
    return Finding(check=check, status=Status.WARN, what=what, to_do=to_do, params=params)


def fail(check: str, what: str, to_do: str, **params: str | int) -> Finding:
    return Finding(check=check, status=Status.FAIL, what=what, to_do=to_do, params=params)
