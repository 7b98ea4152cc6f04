"""The committed map leads from each named person to exactly the rows the ground truth states."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import yaml

from discreet.engines.subjects.graph import Graph
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.locate import Candidate, locate
from discreet.engines.subjects.reach import reach
from discreet.foundation.datamap import actions, queries
from discreet.foundation.sources import session
from discreet.foundation.sources.actions import connect_source
from discreet.project.sample.build import DATABASES, build, map_text, truth_text
from discreet.vocabulary.actors import Actor, ActorKind, Role

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELL = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))
TRUTH = yaml.safe_load(truth_text())
Counts = dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    build(path := tmp_path_factory.mktemp("company"))
    return str(path)


@pytest.fixture
def graph(db: None, folder: str) -> Graph:
    for name in DATABASES:
        connect_source(actor=SHELL, now=NOW, name=name, url=f"sqlite:///{folder}/{name}.sqlite")
    actions.apply_map(actor=SHELL, now=NOW, text=map_text())
    return queries.graph()


def chosen(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return whom staff choose of those a number leads to: who has an address, where a number never joins rows."""
    with_address = [one for one in candidates if any(row.emails for row in one.rows)]
    return with_address if len(candidates) > 1 else list(candidates)


def found(graph: Graph, identity: Identity) -> tuple[Counts, Counts]:
    """Return the rows by table, and the shared ones among them."""
    with ExitStack() as stack:
        readers = {name: stack.enter_context(session.read(name)) for name in DATABASES}
        located = locate(graph=graph, readers=readers, identities=[identity], limits=Limits())
        [candidate] = chosen(located.candidates[0])
        roots = {ref: set(keys) for ref, keys in candidate.roots.items()}
        reached = reach(graph=graph, readers=readers, roots_by_person=[roots], limits=Limits())
    rows: Counts = {}
    shared: Counts = {}
    for ref, table in reached.tables.items():
        if table.rows:
            rows.setdefault(ref.source, {})[ref.table] = len(table.rows)
        if table.shared:
            shared.setdefault(ref.source, {})[ref.table] = len(table.shared)
    return rows, shared


def test_everything_of_the_sample_company_is_covered(graph: Graph) -> None:
    assert queries.not_covered() == ()


@pytest.mark.parametrize("key", sorted(TRUTH["persons"]))
@pytest.mark.parametrize("by", ["email", "phone"])
def test_a_named_persons_rows_are_found_over_all_databases(graph: Graph, key: str, by: str) -> None:
    person = TRUTH["persons"][key]
    identity = Identity(email=person["email"]) if by == "email" else Identity(phone=person["phone"])
    assert found(graph, identity) == (person["rows"], person.get("shared", {}))


def test_the_other_spelling_of_an_address_finds_the_same_person(graph: Graph) -> None:
    person = TRUTH["persons"]["lin-mei"]
    assert found(graph, Identity(email=person["also_known_as"]))[0] == person["rows"]


def test_a_name_that_two_customers_bear_stops_for_a_person_to_choose(graph: Graph) -> None:
    with ExitStack() as stack:
        readers = {name: stack.enter_context(session.read(name)) for name in DATABASES}
        first, second = (TRUTH["persons"][key] for key in ("chen-wei-1", "chen-wei-2"))
        identity = Identity(email=first["email"], phone=second["phone"])
        located = locate(graph=graph, readers=readers, identities=[identity], limits=Limits())
    assert located.is_ambiguous(0)
