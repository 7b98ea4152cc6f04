"""A few masked values of one field, read from its source while a person looks; nothing of them is kept.

Who asked is evidence before anything is read. Source: DESIGN-LANGUAGE.md "Masked first".
"""

from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.datamap import refusals
from discreet.foundation.datamap.actions import plain_name
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import DataField
from discreet.foundation.desk import masks
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.sources import session
from discreet.foundation.sources.cells import UNDECODABLE
from discreet.vocabulary.actors import Actor

MOST_VALUES = 5
MAX_CHARS = 200
LONG = 40  # what is longer tells too much by its shape
_MASKS = {"name": masks.mask_name, "email": masks.mask_email, "phone": masks.mask_phone}
#: Of these even a first letter says something: how long they are is all that is shown.
_ONLY_LENGTH = frozenset(
    [
        "free_text",
        "password",
        "password_hash",
        "secret",
        "token",
        "signature",
        "photo",
        "voice",
        "biometric",
        "genetic",
        "health",
        "disability",
        "religion",
        "belief",
        "ethnicity",
        "political_opinion",
        "union_membership",
        "sexual_life",
        "criminal_record",
        "gender",
        "minor",
        "geo_location",
        "location_track",
        "specific_identity",
    ]
)


@dataclass(frozen=True, slots=True)
class Example:
    """A masked value. `text` is empty where only kind (text, bytes, unreadable) and length are told."""

    text: str = ""
    kind: str = "text"
    length: int = 0
    is_longer: bool = False  # than was read


@dataclass(frozen=True, slots=True)
class Examples:
    """`rows`: so many were looked at; those without a value are not among the values."""

    values: tuple[Example, ...]
    rows: int


def examples(*, actor: Actor, now: datetime, field_id: int) -> Examples:
    """Return masked values of a field. Must not be called inside a transaction.

    Raises:
        NotInMap: the field is not there any more.
        SourceRefusal: the source is away, or refuses this table.
    """
    field = DataField.objects.select_related("table").filter(id=field_id, is_gone=False).first()
    if field is None or field.table.is_gone:
        raise refusals.NotInMap
    note_examples(actor=actor, now=now, field_id=field_id)
    with session.read(field.table.source) as reading:
        rows = reading.sample_spread(
            ref_of(field.table), [field.name], limit=MOST_VALUES, max_chars=MAX_CHARS
        )
    values = [row[0] for row in rows[:MOST_VALUES]]
    shown = tuple(masked(field.category, value) for value in values if value is not None)
    return Examples(shown, len(values))


@act("datamap.show_examples")
def note_examples(*, actor: Actor, now: datetime, field_id: int) -> None:
    """Record that a person looks at masked values of a field."""
    field = DataField.objects.select_related("table").get(id=field_id)
    record(
        actor=actor,
        now=now,
        subject=f"source:{field.table.source}",
        facts={
            "table": plain_name(field.table.name),
            "field": plain_name(field.name),
            "at_most": MOST_VALUES,
        },
    )


def masked(category: str, value: object) -> Example:
    """Return a value with nothing left of it but its first letter and its shape, or only how long it is."""
    if value is UNDECODABLE:
        return Example(kind="unreadable")
    if isinstance(value, bytes):
        return Example(kind="bytes")
    text = " ".join(str(value).split())
    length = len(str(value))
    if category in _ONLY_LENGTH or length > LONG:
        return Example(length=min(length, MAX_CHARS), is_longer=length >= MAX_CHARS)
    if category in _MASKS and text:
        return Example(_MASKS[category](text))
    return Example(_shape(text))


def _shape(text: str) -> str:
    dotted = "".join(masks.DOT if letter.isalnum() else letter for letter in text)
    return text[0] + dotted[1:] if len(text) > 2 and text[0].isalnum() else dotted
