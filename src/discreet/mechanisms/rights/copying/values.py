"""How a value stands in a package: as JSON, as a cell, as read, and the words for what stands in its place."""

import base64
import json
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext

from discreet.engines.subjects.standins import UNREAD, Another, Document, Edited, Held
from discreet.foundation.desk.csv_cells import as_cell
from discreet.foundation.desk.phrases import is_chinese
from discreet.vocabulary.categories import CATEGORIES

WITHHELD = "withheld"

Plain = str | int | float | bool | None


def kind_words(category: str) -> str:
    """Return what a category is called inside a sentence."""
    if category == UNREAD:
        return gettext("the rest of a very long text")
    label = CATEGORIES.get(category, CATEGORIES["unknown"]).label("zh" if is_chinese() else "en")
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def stand_in(value: Held | Another | Edited) -> str:
    """Return the words for what is held and not sent, and for another person, in the reader's language."""
    if isinstance(value, Held):
        return gettext("[held, not sent: %(kind)s]") % {"kind": kind_words(value.category)}
    if isinstance(value, Another):
        return gettext("[person %(letter)s]") % {"letter": value.letter}
    return "".join(part if isinstance(part, str) else stand_in(part) for part in value.parts)


def plain(value: object) -> Plain:
    """Return a value as JSON holds it: dates in ISO 8601, decimals and bytes (base64) as text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, Held | Another | Edited):
        return stand_in(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, Document):
        value = value.value
    return _document(value) if isinstance(value, dict | list) else str(value)


def _document(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda one: str(plain(one)))


def csv_cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula. Source: failure promise 17."""
    simple = plain(value)
    if simple is None:
        return ""
    return str(simple) if isinstance(simple, int | float) else as_cell(simple)


def read_as(value: object) -> str:
    """Return a value as it is read: nothing as a dash, yes and no as words."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(plain(value))
