"""How a person without e-mail address, phone or number is told again: by the row's key and their name.

Where a row holds no name either, everything personal that it held stands together for the person. Somebody
else under the same key has another name, or other particulars.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from discreet.engines.subjects.captures import NamelessRow
from discreet.vocabulary.normalise import normalise_name

NAMING = ("name", "username", "account", "social_media", "tax_id", "customer_id")
WHOLE = "*"  # instead of a category: all the columns named stand together


@dataclass(frozen=True, slots=True)
class Mark:
    """What a tombstone is made of beside source, table and key. `columns`: of a `WHOLE` one."""

    category: str
    form: str
    columns: tuple[str, ...] = ()


def marks_of(row: NamelessRow) -> Iterable[Mark]:
    """Return a mark for each naming value, else one of all values together."""
    naming = [Mark(category, form(text)) for _, category, text in row.values if category in NAMING]
    if naming:
        return dict.fromkeys(naming)
    held = {column: text for column, _, text in row.values}
    columns = tuple(sorted(held))
    return [Mark(WHOLE, whole_form(columns, held), columns)]


def form(text: str) -> str:
    """Return the form in which two spellings of a name are equal."""
    return normalise_name(text) or text.strip()


def whole_form(columns: Sequence[str], held: Mapping[str, str]) -> str:
    """Return one text of all the columns; "" where one of them holds nothing."""
    if not all(held.get(column, "").strip() for column in columns):
        return ""
    return json.dumps([[column, held[column].strip()] for column in columns], ensure_ascii=False)
