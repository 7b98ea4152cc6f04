"""Statements as staff read them: what was bound is named by what it is, never by its value or placeholder."""

import re
from collections.abc import Mapping

from discreet.vocabulary.text import gettext_noop

WROTE = gettext_noop("what the person wrote")
CHOSEN = gettext_noop("keys of the person's rows")
KNOWN = gettext_noop("keys found before")
LIMIT = gettext_noop("row limit")
BOUND: Mapping[str, str] = {"identity": WROTE, "scan": WROTE, "roots": CHOSEN}

_BOUNDS = re.compile(r"\s+LIMIT :\w+(::\w+)?( OFFSET :\w+(::\w+)?)?")
_CAST = re.compile(r"CAST\((:\w+) AS [\w\s]+(\[\])?\)", re.IGNORECASE)
_PLACE = re.compile(r"(?<![:\w]):[A-Za-z_]\w*(::\w+(\[\])?)?")
_TABLE = re.compile(r"\bFROM ((?:[\"`][^\"`]+[\"`]\.)*[\"`][^\"`]+[\"`]|\w+(?:\.\w+)*)")


def readable(statement: str, *, bound: str, limit: str) -> str:
    """Return a statement with `bound` in place of its parameters, without repeating its one table's name.

    `bound` and `limit` are words in the reader's language.
    """
    text = _BOUNDS.sub(f" LIMIT ‹{limit}›", statement)
    text = _CAST.sub(r"\1", text)
    tables = _TABLE.findall(text)
    if len(tables) == 1:
        text = text.replace(f"{tables[0]}.", "")
    text = _PLACE.sub(f"‹{bound}›", text)
    return re.sub(r"(‹[^›]+›)(?:, \1)+", r"\1", text)
