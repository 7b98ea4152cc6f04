"""A wish to correct as a program writes it: JSON, with the rules of the form. Never given as an argument in the open.

    {"changes": [{"kind": "email", "old": "a@example.com", "new": "b@example.com"}], "note": "moved in March"}

`kind` is a category of the data map; `old` may be left out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from discreet.engines.subjects.corrections import Change
from discreet.mechanisms.rights.correcting.words import OFFERED
from discreet.mechanisms.rights.refusals import NotCorrectable, UnreadableWish

MOST_BYTES = 64 * 1024
_KEYS = frozenset({"kind", "old", "new"})


@dataclass(frozen=True, slots=True)
class Given:
    """One line of a wish. `old`: "" where the person does not know what stands there."""

    kind: str
    new: str
    old: str = ""


def changes_of(given: Sequence[Given]) -> list[Change]:
    """Return what is to be corrected.

    Raises:
        NotCorrectable: one names a kind of data that people do not correct by name.
    """
    for one in given:
        if one.kind not in OFFERED:
            raise NotCorrectable(kinds=", ".join(OFFERED))
    return [Change(one.kind, one.new, one.old or None) for one in given]


def read_wish(written: bytes) -> tuple[list[Change], str]:
    """Return the changes and the note of a file. What it holds is in no refusal.

    Raises:
        UnreadableWish, NotCorrectable
    """
    if len(written) > MOST_BYTES:
        raise UnreadableWish
    try:
        document: Any = json.loads(written.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnreadableWish from None
    if not isinstance(document, dict) or set(document) - {"changes", "note"}:
        raise UnreadableWish
    lines, note = document.get("changes"), document.get("note", "")
    if not isinstance(lines, list) or not isinstance(note, str):
        raise UnreadableWish
    return changes_of([_given(one) for one in lines]), note


def _given(line: Any) -> Given:
    if not isinstance(line, dict) or set(line) - _KEYS or not {"kind", "new"} <= set(line):
        raise UnreadableWish
    old = line.get("old") or ""
    if not all(isinstance(text, str) for text in (line["kind"], line["new"], old)):
        raise UnreadableWish
    return Given(kind=line["kind"], new=line["new"], old=old)
