"""The erasure plan: what happens to every row, why, and the writes that do it, in order.

Pure: from a reach and decisions to a plan. Source: GDPR Art. 17(1) and 17(3)(b); DESIGN.md, "Erasure".
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from discreet.engines.subjects.digest import plan_digest
from discreet.engines.subjects.fates import Fate, Fates, grouped, link_value, stays
from discreet.engines.subjects.fields import (
    NewToken,
    blanked,
    link_columns_to_empty,
    values_for,
)
from discreet.engines.subjects.found import NotCovered, Persons, Reach, Reference, TableReach, join
from discreet.engines.subjects.graph import EraseAction, Key, Link, LinkRole, TableRef
from discreet.engines.subjects.ordering import Ordering
from discreet.engines.subjects.plans import (
    Decisions,
    ErasurePlan,
    FieldPlan,
    Hold,
    Operation,
    OperationKind,
    Reason,
    TablePlan,
)


def _token() -> str:
    return secrets.token_hex(8)


def make_plan(
    *,
    reach: Reach,
    decisions: Decisions,
    today: date,
    holds: Sequence[Hold] = (),
    fingerprints: Mapping[str, str] | None = None,
    new_token: NewToken = _token,
) -> ErasurePlan:
    """Decide about every row of `reach` and put the writes in order.

    `holds`: duties to keep beside those of the data map. `fingerprints`: source → hash of its live
    catalogue, bound by the digest. `new_token`: 16 random hexadecimal digits, for unique neutral values.
    """
    planner = _Planner(reach, decisions, today, holds, new_token)
    tables = [*planner.tables(), *planner.mentions()]
    operations = planner.operations(tables)
    return ErasurePlan(
        digest=plan_digest(
            graph=reach.graph,
            tables=tables,
            operations=operations,
            decisions=decisions,
            holds=holds,
            fingerprints=fingerprints or {},
        ),
        person_count=reach.person_count,
        tables=tuple(tables),
        operations=operations,
        open_questions=tuple(
            dict.fromkeys(plan.table for plan in tables if plan.reason is Reason.SHARED_ASK)
        ),
        not_covered=tuple(dict.fromkeys((*reach.not_covered, *planner.stuck(tables)))),
    )


class _Treatment(NamedTuple):
    """Rows with an equal treatment form one table plan. `emptied`: reference columns to empty."""

    fate: Fate
    emptied: tuple[str, ...] = ()


class _Planner:
    def __init__(
        self,
        reach: Reach,
        decisions: Decisions,
        today: date,
        holds: Sequence[Hold],
        new_token: NewToken,
    ) -> None:
        self.reach = reach
        self.graph = reach.graph
        self.fates = Fates(reach=reach, decisions=decisions, today=today, holds=holds)
        self.new_token = new_token

    # what happens to rows

    def tables(self) -> list[TablePlan]:
        plans: list[TablePlan] = []
        for ref in self._holders():
            for treatment, keys in self._treatments(ref).items():
                plans.append(self._table_plan(self.reach.tables[ref], treatment, keys))
        return plans

    def _holders(self) -> list[TableRef]:
        """Return the tables that hold rows; a view shows rows of others, and is all there is where none is mapped."""
        every = sorted(self.reach.tables)
        return [ref for ref in every if not self.graph.tables[ref].is_view] or every

    def _treatments(self, ref: TableRef) -> dict[_Treatment, list[Key]]:
        fates = self.fates.by_table[ref]
        emptied = self._emptied(ref)
        if not emptied:
            return {_Treatment(fate): keys for fate, keys in grouped(fates).items()}
        treatments: dict[_Treatment, list[Key]] = defaultdict(list)
        for key, fate in fates.items():
            names = emptied.get(key, ())
            if None in names:  # a reference that has to stay
                fate, names = Fate(EraseAction.KEEP, Reason.SHARED_KEPT_LINK), tuple(filter(None, names))
            treatments[_Treatment(fate, tuple(name for name in names if name))].append(key)
        return dict(treatments)

    def _emptied(self, ref: TableRef) -> dict[Key, tuple[str | None, ...]]:
        """Return, for rows that stay, the reference columns to empty; None stands for one that cannot be."""
        fates = self.fates.by_table[ref]
        names: dict[Key, tuple[str | None, ...]] = {}
        staying = [key for key, fate in fates.items() if stays(fate)]
        if not staying:
            return names
        for link in self.graph.outgoing(ref):
            if link.to_table not in self.fates.by_table or link.role is LinkRole.LOOKUP:
                continue
            columns = link_columns_to_empty(graph=self.graph, link=link)
            for key, to_key in self.fates.linkage.pairs(link, staying):
                fate = fates[key]
                if not self._loosens(link, to_key):
                    continue
                if self.fates.will_empty(link, fate):
                    names[key] = tuple(dict.fromkeys((*names.get(key, ()), *columns)))
                elif (
                    fate.reason is Reason.SHARED and not columns and self.reach.tables[ref].table.is_writable
                ):
                    names[key] = (*names.get(key, ()), None)
        return names

    def _loosens(self, link: Link, to_key: Key) -> bool:
        """Return whether a reference to the row is removed: it goes, is emptied, or others share it."""
        if self.fates.goes_or_is_emptied(link.to_table, to_key):
            return True
        shared = self.fates.by_table[link.to_table][to_key].reason is Reason.SHARED
        return shared and link.role is LinkRole.DETAIL

    def _table_plan(self, table: TableReach, treatment: _Treatment, keys: list[Key]) -> TablePlan:
        fate = treatment.fate
        fields, kept_fields = self._fields(table, treatment)
        action = fate.action
        if action in (EraseAction.NULL, EraseAction.REPLACE):
            action = EraseAction.KEEP if not fields else EraseAction.NULL
            if any(field.action is EraseAction.REPLACE for field in fields):
                action = EraseAction.REPLACE
        duties = [self.fates.duties[number] for number in fate.duties]
        keys = list(table.with_copies(keys))
        is_loosened = fate.reason in (Reason.SHARED, Reason.SHARED_KEPT_LINK) and table.table.primary_key
        guard_columns = treatment.emptied if is_loosened else ()
        return TablePlan(
            table=table.ref,
            action=action,
            reason=fate.reason,
            key_columns=table.address_columns or table.key_columns,
            keys=table.addresses(keys),
            persons=tuple([table.persons[key] for key in keys]),
            shared=sum(1 for key in keys if key in table.shared) if table.shared else 0,
            fields=fields,
            kept_fields=kept_fields,
            article="; ".join(dict.fromkeys(duty.article for duty in duties)),
            reason_en=" ".join(dict.fromkeys(duty.reason_en for duty in duties)),
            reason_zh="".join(dict.fromkeys(duty.reason_zh for duty in duties)),
            is_decided=bool(fate.duties) and self.fates.decided.issuperset(fate.duties),
            until_dates=self._until(table, fate, keys) if duties else (),
            guard_columns=guard_columns,
            guards=tuple([link_value(table, guard_columns, key) for key in keys]) if guard_columns else (),
        )

    def _fields(
        self, table: TableReach, treatment: _Treatment
    ) -> tuple[tuple[FieldPlan, ...], tuple[str, ...]]:
        fate, emptied = treatment
        personal = tuple(column.name for column in table.table.personal_columns)
        if fate.action is EraseAction.DELETE:
            return (), ()
        if fate.action is EraseAction.KEEP:
            duties = [self.fates.duties[number] for number in fate.duties]
            if fate.reason is Reason.KEPT_BY_LAW and not fate.is_whole and all(one.fields for one in duties):
                needed = {name for duty in duties for name in duty.fields}
                return blanked(graph=self.graph, table=table.table, keep=needed)
            kept = tuple(name for name in personal if name not in emptied)
            return tuple(FieldPlan(name, EraseAction.NULL) for name in emptied), kept
        return blanked(graph=self.graph, table=table.table, also=emptied)

    def _until(self, table: TableReach, fate: Fate, keys: list[Key]) -> tuple[date | None, ...]:
        """Return how long each row is kept: the latest of its duties, None where one has no known end."""
        latest: list[date | None] = []
        for key in keys:
            ends = [self.fates.until(self.fates.duties[number], table, key) for number in fate.duties]
            known = [end for end in ends if end is not None]
            latest.append(max(known) if len(known) == len(ends) else None)
        return tuple(latest)

    def mentions(self) -> list[TablePlan]:
        """Return what happens to rows of others that name a person."""
        by_link: dict[Link, list[Reference]] = defaultdict(list)
        for reference in self.reach.references:
            link = reference.link
            if link.role is not LinkRole.MENTION or self.graph.tables[link.from_table].is_view:
                continue
            if self.fates.goes_or_is_emptied(link.to_table, reference.to_key):
                by_link[link].append(reference)
        return [self._mention(link, references) for link, references in by_link.items()]

    def _mention(self, link: Link, references: Iterable[Reference]) -> TablePlan:
        table = self.graph.tables[link.from_table]
        columns = link_columns_to_empty(graph=self.graph, link=link)
        key_columns = table.primary_key or link.from_columns
        keys, persons, guards = self._mentioning(references, has_key=bool(table.primary_key))
        places = [place for place, name in enumerate(link.from_columns) if name not in key_columns]
        reason, action = Reason.MENTION, EraseAction.NULL
        if not table.is_writable:
            reason, action = Reason.NOT_WRITABLE, EraseAction.KEEP
        elif not columns:
            reason, action = Reason.MENTION_NOT_NULL, EraseAction.KEEP
        elif not table.primary_key and link.discriminator:
            reason, action = Reason.NO_KEY, EraseAction.KEEP
        fields = tuple(FieldPlan(name, EraseAction.NULL) for name in columns)
        return TablePlan(
            table=link.from_table,
            action=action,
            reason=reason,
            key_columns=key_columns,
            keys=keys,
            persons=persons,
            shared=len(keys),
            fields=fields if action is EraseAction.NULL else (),
            kept_fields=() if action is EraseAction.NULL else link.from_columns,
            guard_columns=tuple(link.from_columns[place] for place in places) if guards else (),
            guards=tuple([tuple([value[place] for place in places]) for value in guards]),
        )

    def _mentioning(
        self, references: Iterable[Reference], *, has_key: bool
    ) -> tuple[tuple[Key, ...], tuple[Persons, ...], tuple[Key, ...]]:
        """Return the rows to loosen, whom they name, and the values by which they do.

        A row without a key is addressed by that value: it hits just such rows.
        """
        if not has_key:
            listed = list(references)
            return tuple([one.value for one in listed]), tuple([one.persons for one in listed]), ()
        persons: dict[Key, Persons] = {}
        values: dict[Key, Key] = {}
        for one in references:
            known = persons.get(one.from_key)
            persons[one.from_key] = one.persons if known is None else join(known, one.persons)
            values[one.from_key] = one.value
        return tuple(persons), tuple(persons.values()), tuple(values.values())

    # the writes

    def operations(self, tables: Sequence[TablePlan]) -> dict[str, tuple[Operation, ...]]:
        """Return the writes by source: one update for each table plan with fields, in their order, then the rest."""
        updates: dict[str, list[Operation]] = defaultdict(list)
        for plan in tables:
            if plan.fields and plan.keys:
                updates[plan.table.source].append(self._update(plan))
        ordered: dict[str, tuple[Operation, ...]] = {}
        for source in sorted({ref.source for ref in self.reach.tables} | set(updates)):
            opening, deletes = Ordering(fates=self.fates, source=source).operations()
            several = (*updates[source], *opening, *deletes)
            if several:
                ordered[source] = several
        return ordered

    def _update(self, plan: TablePlan) -> Operation:
        table = self.graph.tables[plan.table]
        values, per_row = values_for(
            table=table, fields=plan.fields, keys=plan.keys, new_token=self.new_token
        )
        keys = plan.keys
        if plan.guards:
            keys = tuple([key + guard for key, guard in zip(plan.keys, plan.guards, strict=True)])
        return Operation(
            kind=OperationKind.UPDATE,
            table=plan.table,
            key_columns=(*plan.key_columns, *plan.guard_columns),
            keys=keys,
            reason=plan.reason,
            values=values,
            per_row=per_row,
        )

    def stuck(self, tables: Sequence[TablePlan]) -> Iterable[NotCovered]:
        """Name personal columns that cannot be emptied on rows that stay without a law that keeps them."""
        for plan in tables:
            table = self.graph.tables[plan.table]
            if (
                plan.reason not in (Reason.NEEDED_BY_STAYING, Reason.CHOSEN)
                or table.erase is EraseAction.KEEP
            ):
                continue
            names = tuple(
                name for name in plan.kept_fields if table.column(name).erase is not EraseAction.KEEP
            )
            if names:
                yield NotCovered(plan.table, "column_cannot_be_emptied", names, plan.rows)
