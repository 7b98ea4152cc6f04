"""The decision about every row that was reached: goes, stays emptied, stays kept, stays shared.

Rules over rows at hand; no reading. Order matters: what cannot be written, what others share, what a law
keeps, what a person chose, else it goes. Then rows that must outlive their deletion because a row that
stays points at them through an enforced foreign key.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from discreet.engines.subjects.fields import is_link_kept, link_columns_to_empty, until_date
from discreet.engines.subjects.found import Reach, TableReach, as_set
from discreet.engines.subjects.graph import EraseAction, KeepDuty, Key, Link, LinkRole, Match, TableRef
from discreet.engines.subjects.linkage import Linkage
from discreet.engines.subjects.plans import Decisions, Hold, Reason, SharedChoice
from discreet.engines.subjects.walk import Direction, hops_of, picker


class Fate(NamedTuple):
    """`duties`: indexes into `Fates.duties`. `is_whole`: kept with all its fields, whatever the duty names."""

    action: EraseAction
    reason: Reason
    duties: tuple[int, ...] = ()
    is_whole: bool = False


GONE = Fate(EraseAction.DELETE, Reason.ABOUT_THE_PERSON)
EMPTIED = Fate(EraseAction.REPLACE, Reason.NEEDED_BY_STAYING)
CHOSEN_COLUMN_ACTIONS = (EraseAction.NULL, EraseAction.REPLACE, EraseAction.KEEP)


class Fates:
    """Fates of all rows of a reach. `by_table` is complete after construction."""

    def __init__(self, *, reach: Reach, decisions: Decisions, today: date, holds: Sequence[Hold]) -> None:
        self.reach = reach
        self.graph = reach.graph
        self.decisions = decisions
        self.today = today
        self.holds = holds
        self.linkage = Linkage(reach.graph, reach.tables)
        self.duties: list[KeepDuty] = []
        self.decided: set[int] = set()  # of the duties: what staff decided for this request
        self.by_table: dict[TableRef, dict[Key, Fate]] = {}
        same: dict[TableRef, int] = {}
        for hop in hops_of(reach.graph):
            if hop.direction is Direction.SAME:
                same[hop.end] = same.get(hop.end, 0) | hop.bit
        self._own_bits = {ref: 1 | same.get(ref, 0) for ref in reach.tables}
        for ref, table in reach.tables.items():
            self.by_table[ref] = self._first(table)
        self._keep_parts()
        self._keep_what_stays_needs()

    # whether a row stays by itself

    def _first(self, table: TableReach) -> dict[Key, Fate]:
        usual = self._usual(table)
        fates = dict.fromkeys(table.rows, usual)
        if not table.address_columns:
            fates = dict.fromkeys(table.rows, Fate(EraseAction.KEEP, Reason.NO_KEY))
        elif not table.table.is_writable:
            fates = dict.fromkeys(table.rows, Fate(EraseAction.KEEP, Reason.NOT_WRITABLE))
        else:
            shared = self._shared_fate(table.ref)
            fates.update((key, shared) for key in table.shared)
        for key, duties in self._kept(table):
            is_whole = key in table.shared  # its fields are another's too
            blanks = not is_whole and all(self.duties[number].fields for number in duties)
            if fates[key].reason not in (Reason.NOT_WRITABLE, Reason.NO_KEY) or not blanks:
                fates[key] = Fate(EraseAction.KEEP, Reason.KEPT_BY_LAW, duties, is_whole)
        return fates

    def _usual(self, table: TableReach) -> Fate:
        chosen = table.table.erase
        if chosen is EraseAction.DELETE or (chosen is None and not self._has_chosen_columns(table)):
            return GONE
        return Fate(chosen or EraseAction.NULL, Reason.CHOSEN)

    def _has_chosen_columns(self, table: TableReach) -> bool:
        return any(column.erase in CHOSEN_COLUMN_ACTIONS for column in table.table.personal_columns)

    def _shared_fate(self, ref: TableRef) -> Fate:
        choice = self.decisions.shared.get(ref, self.decisions.shared_default)
        reason = Reason.SHARED_ASK if choice is SharedChoice.ASK else Reason.SHARED
        return Fate(EraseAction.KEEP, reason)

    def _kept(self, table: TableReach) -> Iterator[tuple[Key, tuple[int, ...]]]:
        """Yield the rows that a duty keeps today."""
        holds = [hold for hold in self.holds if hold.table in (None, table.ref)]
        if table.table.keep is not None:
            holds.append(Hold(table.table.keep))
        decided = self.decisions.keeps.get(table.ref)
        if decided is not None:
            holds.append(Hold(decided))
            self.decided.add(self._number(decided))
        if not holds:
            return
        numbers = [self._number(hold.duty) for hold in holds]
        for key in table.rows:
            persons = table.persons[key]
            duties = tuple(
                number
                for number, hold in zip(numbers, holds, strict=True)
                if (hold.persons is None or hold.persons & as_set(persons))
                and self.is_due(hold.duty, table, key)
            )
            if duties:
                yield key, duties

    def _number(self, duty: KeepDuty) -> int:
        if duty not in self.duties:
            self.duties.append(duty)
        return self.duties.index(duty)

    def is_due(self, duty: KeepDuty, table: TableReach, key: Key) -> bool:
        until = self.until(duty, table, key)
        return until is None or until > self.today

    def until(self, duty: KeepDuty, table: TableReach, key: Key) -> date | None:
        if duty.start_column is None or duty.start_column not in table.columns:
            return None
        start = table.rows[key][table.columns.index(duty.start_column)]
        return until_date(duty=duty, start=start)

    # rows that stay because of others

    def _keep_parts(self) -> None:
        """Keep the lines of a kept record that hold nothing personal, and the parts that its duty names."""
        waiting = [
            (ref, key)
            for ref, fates in self.by_table.items()
            for key, fate in fates.items()
            if fate.reason is Reason.KEPT_BY_LAW
        ]
        while waiting:
            ref, key = waiting.pop()
            fate = self.by_table[ref][key]
            for link in self.graph.incoming(ref):
                if link.role is not LinkRole.OWNER or self.graph.tables[link.from_table].personal_columns:
                    continue
                for child in self.linkage.children(link, key):
                    if self.by_table[link.from_table][child] == GONE:
                        kept = Fate(EraseAction.KEEP, Reason.PART_OF_KEPT, fate.duties)
                        self.by_table[link.from_table][child] = kept
                        waiting.append((link.from_table, child))
            for link in self.graph.outgoing(ref):
                if not any(is_link_kept(duty=self.duties[one], link=link) for one in fate.duties):
                    continue
                for part in self.linkage.parents(link, key):
                    if self.by_table[link.to_table][part] == GONE:
                        kept = Fate(EraseAction.KEEP, Reason.KEPT_BY_LAW, fate.duties, is_whole=True)
                        self.by_table[link.to_table][part] = kept
                        waiting.append((link.to_table, part))

    def _keep_what_stays_needs(self) -> None:
        """Empty instead of delete what rows that stay refer to through an enforced foreign key."""
        waiting: list[tuple[TableRef, Key]] = []
        for reference in self.reach.references:
            link = reference.link
            if not is_enforced(link) or (link.role is LinkRole.MENTION and self.can_empty(link)):
                continue
            self._need(link.to_table, reference.to_key, waiting)
        for ref, fates in self.by_table.items():
            waiting.extend((ref, key) for key, fate in fates.items() if stays(fate))
        while waiting:
            ref, key = waiting.pop()
            for link in self.graph.outgoing(ref):
                if not is_enforced(link) or link.to_table not in self.by_table:
                    continue
                if self.will_empty(link, self.by_table[ref][key]):
                    continue
                for parent in self.linkage.parents(link, key):
                    self._need(link.to_table, parent, waiting)

    def _need(self, ref: TableRef, key: Key, waiting: list[tuple[TableRef, Key]]) -> None:
        if self.by_table[ref][key].action is EraseAction.DELETE:
            self.by_table[ref][key] = EMPTIED
            waiting.append((ref, key))

    def can_empty(self, link: Link) -> bool:
        table = self.graph.tables[link.from_table]
        return table.is_writable and bool(link_columns_to_empty(graph=self.graph, link=link))

    def will_empty(self, link: Link, fate: Fate) -> bool:
        """Return whether the reference of a staying row is emptied when what it refers to goes."""
        if not self.can_empty(link):
            return False
        if fate.reason is Reason.SHARED:
            choice = self.decisions.shared.get(link.from_table, self.decisions.shared_default)
            return choice is SharedChoice.DETACH and link.role in (LinkRole.OWNER, LinkRole.MENTION)
        if fate.reason in (Reason.CHOSEN, Reason.NEEDED_BY_STAYING) and fate.action is not EraseAction.KEEP:
            return link.role in (LinkRole.DETAIL, LinkRole.MENTION)
        return False

    def goes_or_is_emptied(self, ref: TableRef, key: Key) -> bool:
        """Return whether a reference to the row says something about the person that has to go."""
        return self.by_table[ref][key].action is not EraseAction.KEEP


def stays(fate: Fate) -> bool:
    return fate.action is not EraseAction.DELETE


def is_enforced(link: Link) -> bool:
    return link.is_declared and link.match is Match.EXACT and link.from_table.source == link.to_table.source


def link_value(table: TableReach, columns: tuple[str, ...], key: Key) -> Key:
    return picker(table.columns, columns)(table.rows[key])


def grouped(fates: Mapping[Key, Fate]) -> dict[Fate, list[Key]]:
    """Return the rows of each fate, in the order of the rows."""
    groups: dict[Fate, list[Key]] = {}
    for key, fate in fates.items():
        groups.setdefault(fate, []).append(key)
    return groups
