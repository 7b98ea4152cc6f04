"""Looking at the sources: who it is, what a plan would do, what a package holds. Reads only; acts keep the result.

No Discreet transaction is open while a source is read: intent and outcome are acts of their own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from discreet.engines.subjects.whose import own_columns
from discreet.foundation.datamap.queries import built
from discreet.foundation.datamap.sharing_queries import manual_sources
from discreet.foundation.mail.api import is_deliverable
from discreet.foundation.sources.lanes import Opened, read_all
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.matching import telling_apart
from discreet.mechanisms.rights.matching.roots import Candidates, Fact, Person, Root
from discreet.mechanisms.rights.refusals import NobodyFound, SeveralPeople
from discreet.vocabulary.normalise import normalise_email

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
                    Root(table=row.table, key=row.key, matched_by=tuple(sorted(row.matched_by)))
                    for row in sorted(candidate.rows, key=lambda row: (row.table, repr(row.key)))
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


def address_held(number: str) -> str | None:
    """Return the one e-mail address that all starting rows of a request hold, as stored; None where there is none.

    A code proves who reads one mailbox, so it says nothing of a row that holds another address or none: somebody
    else's number may stand on a row with one's own address. Source: failure promise 16.
    """
    held = _addresses_by_row(chosen_roots(number))
    plain = {normalise_email(text) for stored in held for text in stored or ("",)}
    return held[0][0] if len(plain) == 1 and None not in plain else None


def addresses_held(number: str) -> list[str]:
    """Return every e-mail address that the starting rows of a request hold now, as stored."""
    return list(dict.fromkeys(text for held in _addresses_by_row(chosen_roots(number)) for text in held))


def _addresses_by_row(roots: Mapping[TableRef, set[Key]]) -> list[tuple[str, ...]]:
    """Return the e-mail addresses that each row holds of its own; a row that is gone or holds none gives ()."""
    graph = built().graph
    found: list[tuple[str, ...]] = []
    asked: list[tuple[Reader, Select]] = []
    with readers_of(Graph(tables={ref: graph.tables[ref] for ref in roots if ref in graph.tables})) as opened:
        for ref, row_keys in roots.items():
            table = graph.tables.get(ref)
            columns = tuple(one.name for one in own_columns(table, "email")) if table else ()
            if table is None or not columns:
                found.extend(() for _ in row_keys)
            elif not table.primary_key:  # the key is the whole row
                places = [at for at, one in enumerate(table.columns) if one.name in columns]
                found.extend(_filled([key[at] for at in places]) for key in row_keys)
            else:
                keys_ = sorted(row_keys, key=repr)
                query = Select(table=ref, columns=columns, key_columns=table.primary_key, keys=keys_)
                asked.append((opened.readers[ref.source], query))
        for reader, query in asked:
            reader.ahead([query])
        for reader, query in asked:
            rows = [_filled(row) for row in reader.select(query)]
            found.extend(rows + [()] * (len(query.keys) - len(rows)))
    return found


def _filled(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in values if value is not None and str(value).strip())


def addresses_reached(reached: Reach) -> dict[int, list[str]]:
    """Return the e-mail addresses of each person, as stored on starting rows that are theirs alone."""
    found: dict[int, dict[str | None, str]] = {}
    for table in reached.tables.values():
        own = {one.name for one in own_columns(table.table, "email")} if table.table.is_people else set()
        places = [place for place, name in enumerate(table.columns) if name in own]
        for key, row in table.rows.items() if places else ():
            person = table.persons[key]
            if not isinstance(person, int) or not table.paths[key] & 1 or key in table.shared:
                continue
            for text in _filled(row[place] for place in places):
                if is_deliverable(text.strip()):
                    found.setdefault(person, {}).setdefault(normalise_email(text), text)
    return {person: list(addresses.values()) for person, addresses in found.items()}
