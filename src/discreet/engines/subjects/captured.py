"""What to remember before an erasure, so that the search after it does not need the rows that are gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from discreet.engines.subjects.captures import (
    BlankedRows,
    Budget,
    Captured,
    CapturedValue,
    NamelessRow,
    RowKeys,
)
from discreet.engines.subjects.climb import lane_of, rows_of_others
from discreet.engines.subjects.found import NotCovered, Persons, Reach, join
from discreet.engines.subjects.graph import Column, EraseAction, Key, LinkRole, TableRef
from discreet.engines.subjects.identity import Identity, usable
from discreet.engines.subjects.inquiry import Inquiry
from discreet.engines.subjects.lanes import IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.newcomers import linked_rows
from discreet.engines.subjects.plans import ErasurePlan, Reason, TablePlan
from discreet.engines.subjects.reader import Reader, Select
from discreet.engines.subjects.texts import search_texts
from discreet.engines.subjects.values import ValueHit, search_values, searched_categories
from discreet.vocabulary.normalise import normalise_email, normalise_phone


def capture(
    *,
    readers: Mapping[str, Reader],
    reach: Reach,
    plan: ErasurePlan,
    budget: Budget,
    identities: Sequence[Identity] = (),
    lanes: Lanes = IN_TURN,
) -> Captured:
    """Note the identity values, the keys of rows that go, what emptied rows must hold, and who may stay.

    Searches the values once before the erasure: a row of somebody else that holds one of them (a phone
    number in a family) is told apart from one that no link leads to, which is named in `unlinked`. What a
    view shows goes with the rows that it reads. Free text outside the person's rows that holds a value is
    named too, and nobody's own; what was too much to look through stands beside it.
    """
    values = captured_values(reach=reach, identities=identities)
    found = search_values(graph=reach.graph, readers=readers, values=values, budget=budget, lanes=lanes)
    outside = outside_of(reach, found.hits)
    texts = search_texts(graph=reach.graph, readers=readers, values=values, budget=budget, lanes=lanes)
    others = others_of(reach, readers, outside, lanes)
    unlinked = _by_column(
        hit
        for hit in outside
        if hit.key not in others.get(hit.table, ()) and not reach.graph.tables[hit.table].is_view
    )
    return Captured(
        values=tuple(values),
        gone=tuple(_gone(plan)),
        blanked=tuple(_blanked(plan)),
        stays=_stays(reach, plan),
        others={ref: frozenset(keys) for ref, keys in others.items()},
        unlinked=(
            *_counted("holds_a_value_without_link", unlinked),
            *_counted("named_in_text", _by_column(outside_of(reach, texts.hits))),
            *texts.not_searched,
        ),
        nameless=tuple(_nameless(reach, readers, plan, lanes)),
        linked=tuple(linked_rows(reach=reach, plan=plan)),
    )


def outside_of(reach: Reach, hits: Iterable[ValueHit]) -> list[ValueHit]:
    return [
        hit for hit in hits if hit.table not in reach.tables or hit.key not in reach.tables[hit.table].rows
    ]


def _by_column(hits: Iterable[ValueHit]) -> dict[tuple[TableRef, str], set[Key]]:
    found: dict[tuple[TableRef, str], set[Key]] = defaultdict(set)
    for hit in hits:
        found[hit.table, hit.column].add(hit.key)
    return found


def _counted(reason: str, found: Mapping[tuple[TableRef, str], set[Key]]) -> Iterable[NotCovered]:
    for (ref, column), keys in sorted(found.items()):
        yield NotCovered(ref, reason, (column,), len(keys))


def captured_values(*, reach: Reach, identities: Sequence[Identity] = ()) -> list[CapturedValue]:
    """Return the identity values of the people rows that were reached, and those that were given."""
    persons: dict[tuple[str, str], Persons] = {}

    def note(category: str, text: str | None, whose: Persons) -> None:
        if text is not None:
            known = persons.get((category, text))
            persons[category, text] = whose if known is None else join(known, whose)

    for table in reach.tables.values():
        if not table.table.is_people:
            continue
        for column in table.table.columns:
            if column.category not in searched_categories() or column.name not in table.columns:
                continue
            position = table.columns.index(column.name)
            for key, row in table.rows.items():
                if row[position] is not None and key not in table.shared:
                    note(column.category, usable(str(row[position])), table.persons[key])
    for number, identity in enumerate(identities):
        note("email", usable(identity.email), number)
        phone = usable(identity.phone)
        note("phone", normalise_phone(phone, region=identity.region) or phone, number)
    return [
        CapturedValue(category, text, _normalised(category, text), whose)
        for (category, text), whose in sorted(persons.items(), key=lambda item: item[0])
    ]


def _normalised(category: str, text: str) -> str | None:
    if category == "email":
        return normalise_email(text)
    return normalise_phone(text, region=None) if category == "phone" else text


def _gone(plan: ErasurePlan) -> Iterable[RowKeys]:
    for table in plan.tables:
        if table.action is EraseAction.DELETE:
            yield RowKeys(table.table, table.key_columns, table.keys, table.persons)


def _blanked(plan: ErasurePlan) -> Iterable[BlankedRows]:
    """Return what each emptied row must hold afterwards, from the writes themselves.

    A reference that is emptied is addressed by its old value too: found again, it was not emptied.
    """
    for source, operations in plan.operations.items():
        plans = [one for one in plan.tables if one.table.source == source and one.fields and one.keys]
        for table, operation in zip(plans, operations, strict=False):  # deletes come after the updates
            rows = RowKeys(operation.table, operation.key_columns, operation.keys, table.persons)
            yield BlankedRows(rows, operation.values, operation.per_row)


def _nameless(
    reach: Reach, readers: Mapping[str, Reader], plan: ErasurePlan, lanes: Lanes
) -> list[NamelessRow]:
    """Read what tells a person without e-mail address, phone or number: one statement a table with such rows."""
    units: list[Unit[list[NamelessRow]]] = []
    for planned in plan.tables:
        found = reach.tables.get(planned.table)
        if found is None or not found.table.is_people or found.table.primary_key != planned.key_columns:
            continue
        searched = [c.name for c in found.table.columns if c.category in searched_categories()]
        places = [found.columns.index(name) for name in searched if name in found.columns]
        whose = {
            key: persons
            for key, persons in zip(planned.keys, planned.persons, strict=True)
            if key in found.rows and not any(usable_value(found.rows[key][place]) for place in places)
        }
        is_whole = planned.action is EraseAction.DELETE
        erased = {field.column for field in planned.fields}
        columns = [
            column
            for column in found.table.personal_columns
            if column.name not in (*searched, *planned.key_columns) and (is_whole or column.name in erased)
        ]
        if not whose or not columns:
            continue
        names = tuple(column.name for column in columns)
        query = Select(
            table=planned.table,
            columns=(*planned.key_columns, *names),
            key_columns=planned.key_columns,
            keys=list(whose),
        )
        read = partial(_nameless_rows, readers[planned.table.source], query, columns, whose)
        units.append((planned.table.source, read))
    return [row for rows in each(lanes, units) for row in rows]


def _nameless_rows(
    reader: Reader, query: Select, columns: Sequence[Column], whose: Mapping[Key, Persons]
) -> list[NamelessRow]:
    width = len(query.key_columns)
    found = []
    for row in reader.select(query):
        values = tuple(
            (column.name, column.category, str(value))
            for column, value in zip(columns, row[width:], strict=True)
            if usable_value(value)
        )
        if values and row[:width] in whose:
            found.append(NamelessRow(query.table, row[:width], whose[row[:width]], values))
    return found


def usable_value(value: object) -> bool:
    """Return whether a stored value says anything."""
    return value is not None and bool(str(value).strip())


def _stays(reach: Reach, plan: ErasurePlan) -> dict[TableRef, dict[Key, tuple[str, ...]]]:
    """Return the rows approved to stay, by their key in the reach, with the columns that keep a value."""
    stays: dict[TableRef, dict[Key, tuple[str, ...]]] = defaultdict(dict)
    for plan_of_table in plan.tables:
        if plan_of_table.action is EraseAction.DELETE or not _may_stay(plan_of_table):
            continue
        keys: Iterable[Key] = plan_of_table.keys
        table = reach.tables.get(plan_of_table.table)
        if table is not None and not table.table.primary_key:
            wanted = set(keys)
            keys = [key for key in table.rows if table.addresses([key])[0] in wanted]
        stays[plan_of_table.table].update(dict.fromkeys(keys, plan_of_table.kept_fields))
    return dict(stays)


def _may_stay(table: TablePlan) -> bool:
    """Return whether the plan was approved to leave values in these rows: not where it merely could not."""
    return table.reason not in (Reason.NOT_WRITABLE, Reason.NO_KEY, Reason.SHARED_ASK)


def others_of(
    reach: Reach, readers: Mapping[str, Reader], hits: Sequence[ValueHit], lanes: Lanes
) -> dict[TableRef, set[Key]]:
    """Return the hits that are another person's own: people rows, and rows that belong to one.

    A row that belongs to somebody else, as a ticket does to the colleague who answers it, is about the person
    all the same where nobody else holds the value as theirs.
    """
    others: dict[TableRef, set[Key]] = defaultdict(set)
    climb: dict[TableRef, set[Key]] = defaultdict(set)
    theirs = {hit.value for hit in hits if reach.graph.tables[hit.table].is_people}
    for hit in hits:
        table = reach.graph.tables[hit.table]
        if table.is_people:
            others[hit.table].add(hit.key)
        elif hit.value in theirs and any(
            link.role is LinkRole.OWNER for link in reach.graph.outgoing(hit.table)
        ):
            climb[hit.table].add(hit.key)
    units: list[Unit[set[Key]]] = [
        (
            lane_of(reach.graph, ref),
            partial(
                rows_of_others,
                inquiry=Inquiry(graph=reach.graph, readers=readers, limits=Limits()),
                inside=reach.tables,
                ref=ref,
                keys=keys,
            ),
        )
        for ref, keys in climb.items()
    ]
    for ref, found in zip(climb, each(lanes, units), strict=True):
        others[ref] |= found
    return others
