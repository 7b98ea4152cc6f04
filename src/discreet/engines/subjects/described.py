"""What a person's own rows say of who they are, for somebody who looks by hand where no program reads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from discreet.engines.subjects.captures import CapturedValue
from discreet.engines.subjects.found import Reach, TableReach, as_set
from discreet.engines.subjects.graph import Graph, Key, LinkRole, TableRef
from discreet.engines.subjects.reader import Reader, Select

_JOINED = {"name": " ", "address": ", "}  # the parts of one row are one text
_SAID = frozenset({"name", "address", "customer_id", "email", "phone"})


def described(reached: Reach, readers: Mapping[str, Reader]) -> tuple[CapturedValue, ...]:
    """Return name, address and numbers as the people's own rows and the parts of them hold them."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for ref in sorted(reached.tables):
        table = reached.tables[ref]
        if table.table.is_people or _is_part(ref, reached.graph):
            for key, values in _read(table, readers[ref.source]):
                for category, text in _said(values):
                    found[category, text].update(as_set(table.persons[key]))
    return tuple(
        CapturedValue(category, text, None, frozenset(persons)) for (category, text), persons in found.items()
    )


def _is_part(ref: TableRef, graph: Graph) -> bool:
    """Say whether rows of the table are a part of a person's own row, as an address is."""
    return any(
        link.to_table == ref
        and link.role is LinkRole.DETAIL
        and link.from_table in graph.tables
        and graph.tables[link.from_table].is_people
        for link in graph.links
    )


def _read(table: TableReach, reader: Reader) -> Iterable[tuple[Key, list[tuple[str, object]]]]:
    """Yield each row's key with what it says of a person: (category, value)."""
    columns = [one for one in table.table.columns if one.category in _SAID]
    names = tuple(one.name for one in columns)
    if not columns:
        return
    width = len(table.key_columns)
    if set(names) <= set(table.columns):
        places = [table.columns.index(name) for name in names]
        rows = [(key, [row[place] for place in places]) for key, row in table.rows.items()]
    else:
        query = Select(table.ref, (*table.key_columns, *names), table.key_columns, list(table.rows))
        rows = [(tuple(row[:width]), list(row[width:])) for row in reader.select(query)]
    for key, values in rows:
        if key in table.persons:
            yield key, [(one.category, value) for one, value in zip(columns, values, strict=True)]


def _said(values: Sequence[tuple[str, object]]) -> Iterable[tuple[str, str]]:
    texts: dict[str, list[str]] = defaultdict(list)
    for category, value in values:
        if value is not None and str(value).strip():
            texts[category].append(str(value).strip())
    for category, parts in texts.items():
        joined = _JOINED.get(category)
        yield from ((category, text) for text in ([joined.join(parts)] if joined else parts))
