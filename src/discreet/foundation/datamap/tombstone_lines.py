"""Lines of the tombstone file and the seal each carries: a hash of all it says, under a key of the installation.

The key lies in the database, wrapped by the keyring, and comes back with every backup. Whoever has only the file,
or only a backup of it, can neither write a line nor change one. Lines of older versions have no seal: a row among
them still shows, by its own keyed hash, that this installation wrote it; a request or case among them could be
anybody's, so nothing is made of it, and it is named.
"""

import hmac
import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from discreet.foundation.datamap.tombstone_file import numbered_lines, tombstones_path, write_line
from discreet.foundation.keys import api as keys

ROW, REQUEST, CASE = "row", "request", "case"
_PURPOSE = "tombstone-line"
_OF_A_ROW = {
    **dict.fromkeys(("mac", "source", "schema", "table", "category"), re.compile(r"[^\0-\x1f]*")),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "scope": re.compile(r"request:[A-Z]{1,4}-[0-9]{1,10}"),
}


class Flaw(StrEnum):
    """Why nothing is made of a line."""

    FORGED = "forged"  # not written by this installation, or changed since
    UNREADABLE = "unreadable"  # cut, and no whole line follows; or changed
    UNSEALED = "unsealed"  # of an older version, or forged: nobody can say


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of the file says. Without a seal only a row's own hash may be believed."""

    kind: str
    facts: Mapping[str, object]
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class FlawedLine:
    """A line that is not used. `position` counts from 1; kind and number are those of an unsealed line."""

    position: int
    flaw: Flaw
    kind: str = ""
    number: str = ""


def sealed_line(facts: Mapping[str, str | int]) -> str:
    """Return the line with its seal, without its end. The same facts give the same line."""
    return write_line({**facts, "seal": _seal(facts).decode()})


def read() -> tuple[list[Line], list[FlawedLine]]:
    """Return the lines that may be used, oldest first, and those that may not."""
    good: list[Line] = []
    flawed: list[FlawedLine] = []
    unreadable: list[tuple[int, str]] = []
    texts: list[str] = []
    for position, text in numbered_lines(tombstones_path()):
        facts = _parsed(text)
        if facts is None:
            unreadable.append((position, text))
            continue
        texts.append(text)
        found = _judged(position, facts)
        if isinstance(found, Line):
            good.append(found)
        else:
            flawed.append(found)
    whole = sorted(texts) if unreadable else []
    flawed += [
        FlawedLine(position, Flaw.UNREADABLE) for position, text in unreadable if not _followed(text, whole)
    ]
    return good, sorted(flawed, key=lambda one: one.position)


def _judged(position: int, facts: dict[str, object]) -> Line | FlawedLine:
    kind = str(facts.get("kind"))
    given = facts.pop("seal", None)
    if given is not None:
        is_ours = isinstance(given, str) and hmac.compare_digest(given.encode(errors="replace"), _seal(facts))
        return Line(kind, facts, is_sealed=True) if is_ours else FlawedLine(position, Flaw.FORGED)
    if kind == ROW:
        is_whole = all(form.fullmatch(str(facts.get(name, "\0"))) for name, form in _OF_A_ROW.items())
        return Line(kind, facts, is_sealed=False) if is_whole else FlawedLine(position, Flaw.UNREADABLE)
    return FlawedLine(position, Flaw.UNSEALED, kind=kind, number=str(facts.get("number", "")))


def _parsed(text: str) -> dict[str, object] | None:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_flat = isinstance(facts, dict) and not any(isinstance(one, dict | list) for one in facts.values())
    return facts if is_flat else None


def _followed(text: str, whole: Sequence[str]) -> bool:
    """Return whether this is the beginning of a line that a crash cut and a whole one followed."""
    after = bisect_right(whole, text)
    return after < len(whole) and whole[after].startswith(text)


def _seal(facts: Mapping[str, object]) -> bytes:
    return keys.hmac_company(_PURPOSE, write_line(facts).encode()).hex().encode()
