"""What stands against a correction and what must follow it: unique values, references by value, missing targets."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from discreet.engines.subjects.climb import row_keys
from discreet.engines.subjects.corrections import (
    Catalogued,
    Choice,
    Obstacle,
    Place,
    Question,
    Standing,
    Wishes,
    place_id,
)
from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Column, Key, Link, Match, TableRef
from discreet.engines.subjects.keys import canonical, cast, is_exact, loose_key
from discreet.engines.subjects.lanes import Lanes, Unit, each
from discreet.engines.subjects.reader import Reader, Row, Select
from discreet.engines.subjects.walk import picker
from discreet.engines.subjects.writing import fitted

Cell = tuple[TableRef, str, Key]  # a field of a row


class Checks:
    """Carries corrections along references, and finds what the databases would refuse, before anything is written."""

    def __init__(
        self,
        *,
        readers: Mapping[str, Reader],
        reach: Reach,
        wishes: Wishes,
        catalogued: Catalogued,
        lanes: Lanes,
    ) -> None:
        self.readers = readers
        self.reach = reach
        self.graph = reach.graph
        self.wishes = wishes
        self.catalogued = catalogued
        self.lanes = lanes

    def checked(self, places: Sequence[Place]) -> list[Place]:
        """Return the places with their obstacles, and with those that refer to them by value."""
        units: list[Unit[Place]] = [(place.table.source, partial(self._unique, place)) for place in places]
        found = each(self.lanes, units)
        found = self._followed(found)
        return self._with_targets(found)

    # unique values

    def _unique(self, place: Place) -> Place:
        if not place.is_written or place.new is None:
            return place
        return replace(place, obstacle=Obstacle.TAKEN) if self._is_taken(place) else place

    def _is_taken(self, place: Place) -> bool:
        table = self.graph.tables[place.table]
        column = table.column(place.column)
        if column.unique or table.primary_key == (column.name,):
            if len(place.keys) > 1:
                return True
            if self._others_hold(place, (column,), [(place.new,)]):
                return True
        groups = [*self.catalogued.uniques.get(place.table, ())]
        if len(table.primary_key) > 1:
            groups.append(table.primary_key)
        for group in groups:
            if place.column in group and len(group) > 1 and self._combination_is_taken(place, group):
                return True
        return False

    def _combination_is_taken(self, place: Place, group: tuple[str, ...]) -> bool:
        columns = tuple(self.graph.tables[place.table].column(name) for name in group)
        rows = self._rows(place, group)
        wanted = [
            tuple(
                place.new if name == place.column else value for name, value in zip(group, row, strict=True)
            )
            for row in rows
        ]
        wanted = [key for key in wanted if None not in key]
        return len(set(wanted)) < len(wanted) or bool(wanted and self._others_hold(place, columns, wanted))

    def _rows(self, place: Place, names: tuple[str, ...]) -> list[Row]:
        query = Select(place.table, names, place.key_columns, place.keys)
        return list(self.readers[place.table.source].select(query))

    def _others_hold(self, place: Place, columns: tuple[Column, ...], wanted: Sequence[Key]) -> bool:
        keys = row_keys(self.graph.tables[place.table])
        shown = tuple(dict.fromkeys((*keys, *place.key_columns)))
        names = tuple(column.name for column in columns)
        is_text = len(columns) == 1 and isinstance(wanted[0][0], str)
        folded = [(str(wanted[0][0]).lower(),)] if is_text else []
        pick = picker(shown, place.key_columns)
        own = {loose_key(key) for key in place.keys}
        reader = self.readers[place.table.source]
        for values, is_folded in ((wanted, False), (folded, True)):
            if is_folded and not columns[0].ignores_case:
                continue
            query = Select(place.table, shown, names, list(values), fold=is_folded)
            if any(loose_key(pick(row)) not in own for row in reader.select(query)):
                return True
        return False

    # what refers to it by value

    def _followed(self, places: Sequence[Place]) -> list[Place]:
        """Add what refers to a corrected field by its value: it follows, or the correction is said to break it."""
        found = list(places)
        cells = {cell: number for number, place in enumerate(found) for cell in cells_of(place)}
        waiting = list(range(len(found)))
        while waiting:
            number = waiting.pop(0)
            place = found[number]
            if not place.is_written:
                continue
            for link in self.graph.incoming(place.table):
                if place.column not in link.to_columns:
                    continue
                for reference in self._references(link, place):
                    known = {cells[cell] for cell in cells_of(reference) if cell in cells}
                    for one in known:
                        found[one] = _following(found[one], reference, link)
                    left = tuple(
                        key
                        for cell, key in zip(cells_of(reference), reference.keys, strict=True)
                        if cell not in cells
                    )
                    if left:
                        cells.update(dict.fromkeys(cells_of(replace(reference, keys=left)), len(found)))
                        waiting.append(len(found))
                        found.append(replace(reference, keys=left))
                    is_stuck = reference.obstacle or any(found[one].obstacle for one in known)
                    if is_stuck and link.is_declared:
                        found[number] = replace(found[number], obstacle=Obstacle.KEY_STAYS)
        return found

    def _references(self, link: Link, place: Place) -> Iterator[Place]:
        """Yield what refers by `link` to the rows of a place, with the value that it takes."""
        if link.match is not Match.EXACT:
            return  # addresses and numbers are found by their category, each in its own form
        table = self.graph.tables[link.from_table]
        at = link.to_columns.index(place.column)
        columns = tuple(table.column(name) for name in link.from_columns)
        targets = {cast(row, columns) for row in self._rows(place, link.to_columns) if None not in row}
        wanted = [key for key in targets if key is not None]
        if not wanted or table.is_view:
            return
        keys = row_keys(table)
        query = Select(
            table=link.from_table,
            columns=(*keys, *link.from_columns),
            key_columns=link.from_columns,
            keys=wanted,
            equals=dict((link.discriminator,)) if link.discriminator else None,
            joined_to=(link.to_table, link.to_columns),
        )
        by_value: dict[str, tuple[object, list[Key]]] = {}
        for row in self.readers[link.from_table.source].select(query):
            stored = row[len(keys) + at]
            by_value.setdefault(canonical(stored), (stored, []))[1].append(row[: len(keys)])
        column = columns[at]
        for stored, row_keys_found in by_value.values():
            yield self._reference(place, link, column, stored, row_keys_found)

    def _reference(self, place: Place, link: Link, column: Column, stored: object, keys: list[Key]) -> Place:
        table = self.graph.tables[link.from_table]
        new = place.new if type(place.new) is type(stored) else fitted(column, str(place.new)).value
        obstacle = fitted(column, str(new)).obstacle if isinstance(new, str) else Obstacle.NONE
        if not table.is_writable:
            obstacle = Obstacle.NOT_WRITABLE
        elif column.is_generated:
            obstacle = Obstacle.GENERATED
        elif not table.primary_key and not all(is_exact(value) for key in keys for value in key):
            obstacle = Obstacle.NO_KEY
        return Place(
            id=place_id(
                self.wishes.salt, link.from_table, column.name, place.change, "reference", canonical(stored)
            ),
            change=place.change,
            table=link.from_table,
            column=column.name,
            category=column.category,
            standing=Standing.REFERENCE,
            key_columns=row_keys(table),
            keys=tuple(keys),
            old=stored,
            new=new,
            obstacle=obstacle,
            is_copy=True,
        )

    # what it refers to itself

    def _with_targets(self, places: Sequence[Place]) -> list[Place]:
        """Refuse what would refer to nobody: its target is not corrected with it and does not stand there."""
        targets: dict[tuple[TableRef, str], set[str]] = defaultdict(set)
        for place in places:
            if place.is_written or place.standing is Standing.NEW:
                targets[place.table, place.column].add(canonical(place.new))
        return [self._with_target(place, targets) for place in places]

    def _with_target(self, place: Place, targets: Mapping[tuple[TableRef, str], set[str]]) -> Place:
        if not place.is_written:
            return place
        for link in self.graph.outgoing(place.table):
            if link.from_columns != (place.column,) or link.match is not Match.EXACT:
                continue
            (name,) = link.to_columns
            if canonical(place.new) in targets[link.to_table, name]:
                continue
            query = Select(link.to_table, (name,), (name,), [(place.new,)], limit=1)
            if not list(self.readers[link.to_table.source].select(query)):
                return replace(place, obstacle=Obstacle.NO_TARGET)
        return place


def cells_of(place: Place) -> list[Cell]:
    return [(place.table, place.column, key) for key in place.keys]


def _following(place: Place, reference: Place, link: Link) -> Place:
    """Return a place that is known by its category, bound to what it refers to: both hold one value."""
    if place.obstacle or place.standing is Standing.NEW:
        return place
    return replace(
        place, new=reference.new, question=Question.NONE, chosen=Choice.NONE, obstacle=reference.obstacle
    )
