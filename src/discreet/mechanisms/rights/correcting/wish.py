"""What somebody wants corrected, as it is sealed under the case's key. Old and new values stand nowhere else in the
open."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from discreet.engines.subjects.corrections import Change
from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.validity import MOST_CHARACTERS, NotValid, TooLongToBe, valid_value
from discreet.mechanisms.rights.refusals import NothingToCorrect, TooManyChanges

AAD = "wish"
MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """`salt` keys the plan's digest and the ids of its places, so that neither tells a value.

    `own_values`: what staff wrote for single fields, by place. `note`: what the person adds, for staff to read.
    """

    changes: tuple[Change, ...]
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    own_values: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    def with_own_values(self, more: Mapping[str, str]) -> "Wish":
        return replace(self, own_values={**self.own_values, **more})


def wish_from_bytes(blob: bytes) -> Wish:
    kept = json.loads(blob)
    changes = tuple(
        Change(**{**one, "table": TableRef(**one["table"]) if one["table"] else None})
        for one in kept["changes"]
    )
    return Wish(changes, kept["salt"], kept["own_values"], kept["note"])


def checked_changes(changes: Sequence[Change], *, country: str, today: date) -> tuple[Change, ...]:
    """Return the changes with new values that may stand in a field of their category.

    The old value is taken as the person writes it: it may be wrong in any way.

    Raises:
        NothingToCorrect, TooManyChanges, NotValid
    """
    if not changes:
        raise NothingToCorrect
    if len(changes) > MOST_CHANGES:
        raise TooManyChanges(most=MOST_CHANGES)
    return tuple(_checked(change, country=country, today=today) for change in changes)


def _checked(change: Change, *, country: str, today: date) -> Change:
    old = (change.old or "").strip() or None
    if old is not None and len(old) > MOST_CHARACTERS:
        raise TooLongToBe(most=MOST_CHARACTERS)
    new = valid_value(category=change.category, text=change.new, country=country, today=today)
    if old == new:
        raise NotValid
    return replace(change, old=old, new=new)
