"""Files whose columns are known: without the rows that went they may show fewer, or of another type."""

from dataclasses import replace

from discreet.foundation.sources.files.reading import (
    JSON_NUMBERS,
    Columns,
    Reading,
    braced,
    json_select,
    quoted,
)


def as_expected(how: Reading | None, expected: Columns) -> Reading:
    """Return how a file is read whose columns are known: JSON that lost a row may lack a key, or hold numbers only.

    An empty file (None) has the columns that it had.
    """
    if how is None:
        cells = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in expected)
        return Reading(select=braced(f"SELECT {cells} WHERE false"), columns=expected)
    found = dict(how.columns)
    if not how.below:
        return how
    wider = {name: _wider(None if name in how.empty else found.get(name), kind) for name, kind in expected}
    columns: Columns = (
        *wider.items(),
        *((name, kind) for name, kind in how.columns if name not in wider),
    )
    if columns == how.columns:
        return how
    texts = dict(zip(found, how.texts, strict=True))
    given = [texts.get(name, "CAST(NULL AS VARCHAR)") for name, _ in columns]
    return replace(how, select=json_select(columns, given, how.below), columns=columns, texts=tuple(given))


def _wider(found: str | None, expected: str) -> str:
    """Return the type of a column's values where all of them fit what is expected; else what they are."""
    if found is None or expected == "VARCHAR":
        return expected
    numbers = [kind for _, kind in JSON_NUMBERS[:3]]
    if found in numbers and expected in numbers:
        return max(found, expected, key=numbers.index)
    return found
