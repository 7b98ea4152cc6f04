"""Where else the wrong value stands: rows no link leads to, other people's rows, free text. Found, never written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from discreet.engines.subjects.captured import others_of, outside_of
from discreet.engines.subjects.captures import Budget, CapturedValue
from discreet.engines.subjects.correction_checks import cells_of
from discreet.engines.subjects.corrections import Change, Place
from discreet.engines.subjects.found import NotCovered, Reach
from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.lanes import Lanes
from discreet.engines.subjects.likeness import is_like, plain
from discreet.engines.subjects.reader import Reader
from discreet.engines.subjects.texts import FREE_TEXT, search_texts
from discreet.engines.subjects.values import ValueHit, search_values, searched_categories
from discreet.vocabulary.normalise import normalise_email, normalise_phone


@dataclass(frozen=True, slots=True)
class Traces:
    """`known`: fields (column, then key) that hold an old value and are not written, whoever's they are."""

    not_covered: tuple[NotCovered, ...]
    known: Mapping[TableRef, frozenset[Key]]


def captured_of(changes: Sequence[Change], meant: Sequence[Sequence[str]]) -> list[CapturedValue]:
    """Return the old values that single people out, as the search takes them."""
    found = []
    for number, change in enumerate(changes):
        for old in meant[number] if change.category in searched_categories() else ():
            if is_like(change.category, change.new, old):
                continue  # another spelling of one value: the search would find what is right
            found.append(CapturedValue(change.category, old, _normal(change.category, old), 0))
    return found


def _normal(category: str, text: str) -> str | None:
    if category == "email":
        return normalise_email(text)
    return normalise_phone(text, region=None) if category == "phone" else text


def traces_of(
    *,
    readers: Mapping[str, Reader],
    reach: Reach,
    changes: Sequence[Change],
    meant: Sequence[Sequence[str]],
    places: Sequence[Place],
    budget: Budget,
    lanes: Lanes,
) -> Traces:
    """Search the old values once before the writes, so that the search after them can tell what is new."""
    values = captured_of(changes, meant)
    graph = reach.graph
    search = search_values(graph=graph, readers=readers, values=values, budget=budget, lanes=lanes)
    texts = search_texts(graph=graph, readers=readers, values=values, budget=budget, lanes=lanes)
    written = {cell for place in places if place.is_written for cell in cells_of(place)}
    known: dict[TableRef, set[Key]] = defaultdict(set)
    for hit in (*search.hits, *texts.hits):
        if (hit.table, hit.column, hit.key) not in written:
            known[hit.table].add((hit.column, *hit.key))
    outside = [hit for hit in outside_of(reach, search.hits) if not graph.tables[hit.table].is_view]
    others = others_of(reach, readers, outside, lanes)
    mine = {(place.table, key) for place in places for key in place.keys}
    unlinked = [
        hit
        for hit in outside
        if hit.key not in others.get(hit.table, ()) and (hit.table, hit.key) not in mine
    ]
    not_covered = [
        *_counted("other_value_without_link", unlinked),
        *_counted("old_value_in_text", texts.hits),
        *_names_in_text(reach, changes, meant),
        *search.not_searched,
        *texts.not_searched,
    ]
    return Traces(tuple(dict.fromkeys(not_covered)), {ref: frozenset(keys) for ref, keys in known.items()})


def _counted(reason: str, hits: Iterable[ValueHit]) -> Iterator[NotCovered]:
    found: dict[tuple[TableRef, str], set[Key]] = defaultdict(set)
    for hit in hits:
        found[hit.table, hit.column].add(hit.key)
    for (ref, column), keys in sorted(found.items()):
        yield NotCovered(ref, reason, (column,), len(keys))


def _names_in_text(
    reach: Reach, changes: Sequence[Change], meant: Sequence[Sequence[str]]
) -> Iterator[NotCovered]:
    """Name the person's own rows whose free text holds the old name."""
    names = [
        plain(old)
        for number, change in enumerate(changes)
        if change.category == "name"
        for old in meant[number]
    ]
    for ref in sorted(reach.tables) if names else ():
        table = reach.tables[ref]
        for column in table.table.columns:
            if column.category != FREE_TEXT or table.table.is_view:
                continue
            at = table.columns.index(column.name)
            texts = [plain(str(row[at])) for row in table.rows.values() if row[at] is not None]
            rows = sum(1 for text in texts if any(name in text for name in names if len(name) > 1))
            if rows:
                yield NotCovered(ref, "old_value_in_text", (column.name,), rows)
