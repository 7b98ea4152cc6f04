"""The correction plan: every place where the wrong value stands, what is written there and what a person must choose.

Rows come through the readers; nothing is written. Source: GDPR Art. 5(1)(d), 16; PIPL Art. 46; Cal. Civ. Code
1798.106; failure promise 16.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from discreet.engines.subjects.captures import Budget
from discreet.engines.subjects.correction_checks import Checks
from discreet.engines.subjects.correction_order import correction_digest, ordered_writes
from discreet.engines.subjects.correction_traces import traces_of
from discreet.engines.subjects.corrections import (
    Catalogued,
    Change,
    Choice,
    CorrectionPlan,
    Obstacle,
    Place,
    Question,
    Standing,
    Wishes,
    place_id,
)
from discreet.engines.subjects.found import Reach, TableReach
from discreet.engines.subjects.graph import Column, Key, TableRef
from discreet.engines.subjects.keys import canonical
from discreet.engines.subjects.lanes import IN_TURN, Lanes
from discreet.engines.subjects.likeness import is_like
from discreet.engines.subjects.reader import Reader, Row
from discreet.engines.subjects.values import searched_categories
from discreet.engines.subjects.writing import Written, name_parts, written


def make_correction(
    *,
    readers: Mapping[str, Reader],
    reach: Reach,
    wishes: Wishes,
    catalogued: Catalogued,
    budget: Budget,
    lanes: Lanes = IN_TURN,
) -> CorrectionPlan:
    """Find every place of the one person of `reach` (made for `Purpose.CORRECTION`) and put the writes in order."""
    places = _Finder(reach, wishes, catalogued).places()
    checks = Checks(readers=readers, reach=reach, wishes=wishes, catalogued=catalogued, lanes=lanes)
    checked = checks.checked(places)
    checked = sorted(checked, key=lambda one: (one.table, one.column, one.id))
    writes = ordered_writes(graph=reach.graph, places=checked)
    meant = tuple(old_values(reach, change) for change in wishes.changes)
    traces = traces_of(
        readers=readers,
        reach=reach,
        changes=wishes.changes,
        meant=meant,
        places=checked,
        budget=budget,
        lanes=lanes,
    )
    plan = CorrectionPlan(
        digest="",
        changes=wishes.changes,
        meant=meant,
        places=tuple(checked),
        writes=writes,
        not_covered=tuple(dict.fromkeys((*reach.not_covered, *traces.not_covered))),
        known=traces.known,
    )
    digest = correction_digest(
        plan=plan,
        graph=reach.graph,
        salt=wishes.salt,
        fingerprints=catalogued.fingerprints,
        identity=_identity(reach),
    )
    return replace(plan, digest=digest)


def old_values(reach: Reach, change: Change) -> tuple[str, ...]:
    """Return what the person says is wrong, else what their own rows hold, each spelling once."""
    if change.old is not None:
        return (change.old,)
    found: dict[str, None] = {}
    for table in reach.tables.values():
        for column in table.table.columns:
            if not is_meant(change, table.ref, column) or column.name not in table.columns:
                continue
            place = table.columns.index(column.name)
            for key, row in table.rows.items():
                if is_own(table, key) and row[place] is not None and str(row[place]).strip():
                    found[str(row[place])] = None
    return tuple(found)


def _identity(reach: Reach) -> Iterator[str]:
    """Yield what the person's own rows hold that tells who it is."""
    for table in reach.tables.values():
        for column in table.table.columns:
            if column.category not in searched_categories() or column.name not in table.columns:
                continue
            place = table.columns.index(column.name)
            for key, row in table.rows.items():
                if is_own(table, key):
                    yield f"{table.ref}\x1f{column.name}\x1f{key!r}\x1f{canonical(row[place])}"


def is_meant(change: Change, ref: TableRef, column: Column) -> bool:
    return column.category == change.category and change.is_for(ref, column.name)


def is_own(table: TableReach, key: Key) -> bool:
    """Return whether the row is the person itself: a starting row of a table of people."""
    return table.table.is_people and bool(table.paths[key] & 1)


@dataclass(frozen=True, slots=True)
class _Found:
    """What one field of one row holds, and what it is to hold."""

    standing: Standing
    stored: object
    new: Written
    is_sure: bool = True


class _Finder:
    """The places that belong to the person: rows of the reach whose field has the category."""

    def __init__(self, reach: Reach, wishes: Wishes, catalogued: Catalogued) -> None:
        self.reach = reach
        self.graph = reach.graph
        self.wishes = wishes
        self.catalogued = catalogued

    def places(self) -> list[Place]:
        grouped: dict[tuple[object, ...], Place] = {}
        keys: dict[tuple[object, ...], list[Key]] = defaultdict(list)
        for number, change in enumerate(self.wishes.changes):
            meant = old_values(self.reach, change)
            for table in self._holders():
                for key, column, found in self._of_table(table, change, meant):
                    place = self._place(table, key, column, number, found)
                    same = (place.table, place.column, place.id, canonical(place.new), place.obstacle)
                    grouped.setdefault(same, place)
                    keys[same].append(key)
        found_places = [
            replace(place, keys=self.reach.tables[place.table].addresses(list(dict.fromkeys(keys[same]))))
            for same, place in grouped.items()
        ]
        return [self._decided(place) for place in self._proposed(found_places)]

    def _holders(self) -> list[TableReach]:
        """Return the tables that hold rows; a view shows rows of others, and is all there is where none is mapped."""
        every = [self.reach.tables[ref] for ref in sorted(self.reach.tables)]
        return [table for table in every if not table.table.is_view] or every

    def _of_table(
        self, table: TableReach, change: Change, meant: Sequence[str]
    ) -> Iterator[tuple[Key, Column, _Found]]:
        withheld = self.graph.columns_of_others(table.table)
        columns = [
            column
            for column in table.table.columns
            if is_meant(change, table.ref, column) and column.name not in withheld
        ]
        for key, row in table.rows.items() if columns else ():
            if key in table.beyond_shared:
                continue
            for column, found in self._of_row(table, columns, row, change, meant).items():
                is_missing = found.standing is Standing.EMPTY
                if not is_missing or is_own(table, key) or change.table is not None:
                    yield key, table.table.column(column), found

    def _of_row(
        self, table: TableReach, columns: list[Column], row: Row, change: Change, meant: Sequence[str]
    ) -> dict[str, _Found]:
        found = {
            column.name: self._of_field(column, row[table.columns.index(column.name)], change, meant)
            for column in columns
        }
        if change.category == "name":
            found.update(self._parts(table, columns, row, change, meant, found))
        return found

    def _of_field(self, column: Column, stored: object, change: Change, meant: Sequence[str]) -> _Found:
        region = self.wishes.region
        alike = [old for old in meant if is_like(column.category, stored, old, region=region)]
        new = written(
            column=column,
            stored=stored,
            new=change.new,
            meant=change.old or (alike[0] if alike else None),
            region=region,
        )
        if stored is None or not str(stored).strip():
            return _Found(Standing.EMPTY, stored, new)
        if new.value == stored and not new.obstacle:
            return _Found(Standing.NEW, stored, new)
        is_one = change.old is not None or len(meant) == 1
        if (alike and is_one) or (change.table is not None and change.old is None):
            return _Found(Standing.SAME, stored, new)
        if is_like(column.category, stored, change.new, region=region):
            return _Found(Standing.NEW, stored, new)
        return _Found(Standing.OTHER, stored, new)

    def _parts(
        self,
        table: TableReach,
        columns: list[Column],
        row: Row,
        change: Change,
        meant: Sequence[str],
        found: Mapping[str, _Found],
    ) -> Iterator[tuple[str, _Found]]:
        """Yield the fields among which a name is divided: given name here, family name there."""
        left = [column for column in columns if found[column.name].standing is Standing.OTHER]
        if len(left) < 2:
            return
        stored = [str(row[table.columns.index(column.name)]) for column in left]
        whole = [change.old] if change.old is not None else [*meant, " ".join(stored)]
        for old in whole:
            parts = name_parts(old=old, new=change.new, stored=stored)
            if parts is None:
                continue
            texts, is_sure = parts
            for column, text, now in zip(left, texts, stored, strict=True):
                new = written(column=column, stored=now, new=text, meant=now) if text else Written("")
                standing = Standing.NEW if new.value == now else Standing.PART
                yield column.name, _Found(standing, row[table.columns.index(column.name)], new, is_sure)
            return

    def _place(self, table: TableReach, key: Key, column: Column, number: int, found: _Found) -> Place:
        question = self._question(table, key, column, found)
        ident = place_id(
            self.wishes.salt,
            table.ref,
            column.name,
            number,
            found.standing,
            question,
            canonical(found.stored),
            canonical(found.new.value) if found.standing is Standing.PART else "",
        )
        return Place(
            id=ident,
            change=number,
            table=table.ref,
            column=column.name,
            category=column.category,
            standing=found.standing,
            key_columns=table.address_columns or table.key_columns,
            keys=(),
            old=found.stored,
            new=found.new.value,
            question=question,
            obstacle=self._obstacle(table, column, found),
            others=table.shared.get(key, 0),
            is_copy=(table.ref, column.name) in self.catalogued.copies or self._is_by_value(table, column),
            article=table.table.keep.article if question is Question.KEPT and table.table.keep else "",
        )

    def _question(self, table: TableReach, key: Key, column: Column, found: _Found) -> Question:
        keep = table.table.keep
        if found.standing is Standing.NEW:
            return Question.NONE
        if key in table.shared:
            return Question.SHARED
        if keep is not None and (not keep.fields or column.name in keep.fields):
            return Question.KEPT
        if found.standing is Standing.OTHER:
            return Question.STALE
        if found.standing is Standing.EMPTY:
            return Question.EMPTY
        if not found.is_sure:
            return Question.PARTS
        return Question.FORM if found.new.is_unsure else Question.NONE

    def _obstacle(self, table: TableReach, column: Column, found: _Found) -> Obstacle:
        if not table.table.is_writable or table.table.is_view:
            return Obstacle.NOT_WRITABLE
        if column.is_generated:
            return Obstacle.GENERATED
        if not table.table.primary_key and not table.address_columns:
            return Obstacle.NO_KEY
        return found.new.obstacle

    def _is_by_value(self, table: TableReach, column: Column) -> bool:
        return any(column.name in link.from_columns for link in self.graph.outgoing(table.ref))

    def _proposed(self, places: Sequence[Place]) -> Iterator[Place]:
        """Propose an answer to each question; nothing is done by a proposal alone."""
        held = {place.change for place in places if place.standing in (Standing.SAME, Standing.PART)}
        for place in places:
            is_theirs = self.graph.tables[place.table].is_people or place.is_copy
            proposed = {
                Question.SHARED: False,
                Question.KEPT: False,
                Question.STALE: is_theirs,
                Question.EMPTY: place.change not in held,
            }.get(place.question, True)
            yield replace(place, proposed=Choice.CORRECT if proposed else Choice.LEAVE)

    def _decided(self, place: Place) -> Place:
        chosen = self.wishes.choices.get(place.id, Choice.NONE) if place.question else Choice.NONE
        own = self.wishes.own_values.get(place.id)
        if own is None or not place.question:
            return replace(place, chosen=chosen)
        column = self.graph.tables[place.table].column(place.column)
        new = written(column=column, stored=place.old, new=own, meant=None, region=self.wishes.region)
        obstacle = place.obstacle
        if obstacle in (Obstacle.NONE, Obstacle.TOO_LONG, Obstacle.WRONG_TYPE):
            obstacle = new.obstacle
        return replace(place, chosen=chosen, new=new.value, obstacle=obstacle)
