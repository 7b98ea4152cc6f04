"""Whether the account for erasing may write each table that can be written. Asked, never tried."""

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from discreet.foundation.sources.catalogue import Catalogue, MissingRight, Right
from discreet.foundation.sources.dialects.base import Dialect
from discreet.vocabulary.text import gettext_noop

_MOST_NAMES = 12
_WORDS = {
    Right.FILE: gettext_noop("writing the file"),
    Right.FOLDER: gettext_noop("writing the folder of the file"),
}


def missing_rights(
    connection: sa.Connection, dialect: Dialect, catalogue: Catalogue
) -> tuple[MissingRight, ...]:
    """Return the rights that the account of `connection` lacks, in the order of tables and rights."""
    writable = {
        (table.ref.schema or catalogue.default_schema, table.ref.table): table.ref
        for table in catalogue.tables
        if table.is_writable
    }
    found = dialect.missing_rights(connection, list(writable)) if writable else ()
    return tuple(
        MissingRight(table, right) for table, right in sorted((writable[at], right) for at, right in found)
    )


def in_words(missing: Iterable[MissingRight]) -> str:
    """Return each right with the tables it is missing on; a file's rights are those of all its tables."""
    tables: dict[Right, list[str]] = defaultdict(list)
    for one in missing:
        tables[one.right].append(f"{one.table.schema}.{one.table.table}".removeprefix("."))
    return "; ".join(
        _(_WORDS[right]) if right in _WORDS else f"{right} ({_names(tables[right])})"
        for right in Right
        if right in tables
    )


def _names(tables: list[str]) -> str:
    more = len(tables) - _MOST_NAMES
    shown = _(", ").join(tables[:_MOST_NAMES])
    return (
        f"{shown} " + ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more} if more > 0 else shown
    )
