"""Looking at the sources: who it is, what a plan would do, what a package holds. Reads only; acts keep the result.

No Discreet transaction is open while a source is read: intent and outcome are acts of their own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings

from discreet.engines.subjects.captured import capture
from discreet.engines.subjects.captures import Budget, Captured
from discreet.engines.subjects.described import described
from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Graph, Key, TableRef
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.locate import Candidate, Located, locate
from discreet.engines.subjects.plan import make_plan
from discreet.engines.subjects.plans import ErasurePlan
from discreet.engines.subjects.reach import Purpose, reach
from discreet.engines.subjects.reader import Reader, Select
from discreet.foundation.centre import verification
from discreet.foundation.datamap.queries import built
from discreet.foundation.datamap.sharing_queries import manual_sources
from discreet.foundation.mail.api import ContactKind, HeldContact, hold, is_deliverable
from discreet.foundation.sources.lanes import Opened, read_all
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.matching import telling_apart
from discreet.mechanisms.rights.matching.roots import Candidates, Fact, Person, Root
from discreet.mechanisms.rights.refusals import NobodyFound, SeveralPeople

LIMITS = Limits()
ROWS_PER_PERSON = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """A fresh plan, the reach it came from and, if asked for, what the fresh search needs."""

    plan: ErasurePlan
    captured: Captured | None
    reach: Reach
    statements: int


@contextmanager
def readers_of(graph: Graph, *, for_verification: bool = False) -> Iterator[Opened]:
    """Open one read session for every source of the graph, to be read side by side."""
    names = sorted({ref.source for ref in graph.tables})
    with read_all(names, for_verification=for_verification) as opened:
        yield opened


def look(identities: Sequence[Identity], *, limits: Limits = LIMITS) -> Located:
    """Find the candidates of each identity over every confirmed source."""
    graph = built().graph
    with readers_of(graph) as opened:
        return locate(
            graph=graph, readers=opened.readers, identities=identities, limits=limits, lanes=opened.lanes
        )


def candidates_of(found: Sequence[Candidate], *, today: date) -> Candidates:
    """Return what the engine found in the form that is sealed; several get what tells them apart."""
    facts: list[tuple[Fact, ...]] = [() for _ in found]
    if 1 < len(found) <= telling_apart.AT_MOST:
        with readers_of(built().graph) as opened:
            facts = telling_apart.facts_of(found, opened=opened, limits=LIMITS, today=today)
    return Candidates(
        people=tuple(
            Person(
                roots=tuple(
                    Root(table=table, key=key, matched_by=tuple(sorted(candidate.matched_by)))
                    for table in sorted(candidate.roots)
                    for key in sorted(candidate.roots[table], key=repr)
                ),
                facts=own,
            )
            for candidate, own in zip(found, facts, strict=True)
        )
    )


def roots_by_person(batch_id: int) -> list[dict[TableRef, set[Key]]]:
    """Return the starting rows of each person of a batch, in the order of its plan.

    Raises:
        NobodyFound, SeveralPeople: one of them has not exactly one candidate.
    """
    numbers = [member.number for member in queries.members(batch_id)]
    return [
        _only_one(number, found)
        for number, found in zip(numbers, queries.roots_of_many(numbers), strict=True)
    ]


def chosen_roots(number: str) -> dict[TableRef, set[Key]]:
    """Return the starting rows of the one candidate of a request."""
    return _only_one(number, queries.roots_of(number))


def _only_one(number: str, found: Candidates | None) -> dict[TableRef, set[Key]]:
    if found is None or not found.people:
        raise NobodyFound
    if len(found.people) > 1:
        raise SeveralPeople(count=len(found.people), number=number)
    roots: dict[TableRef, set[Key]] = {}
    for root in found.people[0].roots:
        roots.setdefault(root.table, set()).add(root.key)
    return roots


def budget() -> Budget:
    """Return how much of a source the fresh search may read without an index."""
    most, usual = settings.DISCREET_MAX_SCAN_ROWS, Budget()
    return Budget(
        max_scan_rows=most,
        max_read_rows=min(most, usual.max_read_rows),
        max_text_rows=min(most, usual.max_text_rows),
    )


def limits_for(people: int) -> Limits:
    """Return the bounds of one pass over so many people; the share of a table is the same for any number."""
    return replace(LIMITS, max_rows_per_step=max(LIMITS.max_rows_per_step, ROWS_PER_PERSON * people))


def plan_batch(batch_id: int, *, today: date, is_captured: bool) -> Planned:
    """Make the batch's plan on live data, with what staff decided; note what the fresh search needs."""
    graph = built().graph
    decisions = queries.decisions_of(batch_id)
    roots = roots_by_person(batch_id)
    with readers_of(graph) as opened:
        reached = reach(
            graph=graph,
            readers=opened.readers,
            roots_by_person=roots,
            limits=limits_for(len(roots)),
            purpose=Purpose.ERASURE,
            lanes=opened.lanes,
        )
        plan = make_plan(reach=reached, decisions=decisions, today=today, fingerprints=opened.fingerprints())
        captured = None
        if is_captured:
            captured = capture(
                readers=opened.readers, reach=reached, plan=plan, budget=budget(), lanes=opened.lanes
            )
            if manual_sources():  # whoever looks by hand needs it once the rows are gone
                captured = replace(captured, described=described(reached, opened.readers))
        statements = opened.statements
    return Planned(plan=plan, captured=captured, reach=reached, statements=statements)


def reach_one(number: str, *, purpose: Purpose, opened: Opened) -> Reach:
    """Find every row about the one person of a request."""
    return reach(
        graph=built().graph,
        readers=opened.readers,
        roots_by_person=[chosen_roots(number)],
        limits=LIMITS,
        purpose=purpose,
        lanes=opened.lanes,
    )


def addresses_held(number: str) -> list[str]:
    """Return the e-mail addresses stored on the starting rows of a request, as stored."""
    roots = chosen_roots(number)
    graph = built().graph
    found: list[str] = []
    asked: list[tuple[Reader, Select]] = []
    with readers_of(Graph(tables={ref: graph.tables[ref] for ref in roots if ref in graph.tables})) as opened:
        for ref, row_keys in roots.items():
            table = graph.tables.get(ref)
            columns = tuple(c.name for c in table.columns if c.category == "email") if table else ()
            if table is None or not columns or not table.primary_key:
                continue
            query = Select(
                table=ref, columns=columns, key_columns=table.primary_key, keys=sorted(row_keys, key=repr)
            )
            asked.append((opened.readers[ref.source], query))
        for reader, query in asked:
            reader.ahead([query])
        for reader, query in asked:
            for row in reader.select(query):
                found.extend(str(value) for value in row if value)
    return list(dict.fromkeys(found))


def addresses_reached(reached: Reach) -> dict[int, str]:
    """Return an e-mail address of each person, as stored on a starting row that is theirs alone."""
    found: dict[int, str] = {}
    for table in reached.tables.values():
        columns = [c.name for c in table.table.columns if c.category == "email" and c.name in table.columns]
        places = [table.columns.index(name) for name in columns]
        for key, row in table.rows.items() if places else ():
            person = table.persons[key]
            if (
                not isinstance(person, int)
                or person in found
                or not table.paths[key] & 1
                or key in table.shared
            ):
                continue
            stored = (str(row[place]) for place in places if row[place])
            address = next((one for one in stored if is_deliverable(one.strip())), None)
            if address is not None:
                found[person] = address
    return found


def contact_of(number: str) -> HeldContact | None:
    """Return where mail to the person goes: the contact that was verified, else an address held."""
    held = verification.held_contact(number)
    if held is not None:
        return held
    try:
        addresses = addresses_held(number)
    except (NobodyFound, SeveralPeople):
        return None
    if not addresses:
        return None
    return hold(case_number=number, kind=ContactKind.EMAIL, address=addresses[0])
