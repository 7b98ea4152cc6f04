"""Whoever is chosen is who was shown: a label stands for one candidate among those, and for nothing else."""

import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries, workflows
from discreet.mechanisms.rights.actions import receiving
from discreet.mechanisms.rights.matching.roots import Candidates, Fact, FactKind, Person, Root
from discreet.mechanisms.rights.refusals import NotACandidate
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, NOW

pytestmark = pytest.mark.duty("M8.2")
TWIN = "twin@example.com"


def choose(number: str, *labels: str) -> None:
    receiving.choose_candidates(actor=AGENT, now=NOW, number=number, chosen=labels)


def person(source: str, key: object, *facts: Fact) -> Person:
    return Person(roots=(Root(TableRef(source, "customer"), (key,), ("email",)),), facts=facts)


def test_a_choice_is_refused_once_other_people_match(shop: Company) -> None:
    number = driving.planned("erasure", TWIN)
    shown = queries.candidates_of(number).labels()
    shop.run(f"INSERT INTO customer VALUES (0, '{TWIN}', NULL, 'Twin Nought', NULL, NULL)")
    workflows.locate_request(number, AGENT, NOW)
    for label in shown:
        with pytest.raises(NotACandidate):
            choose(number, label)
    assert not LedgerEntry.objects.filter(act="rights.choose_candidates").exists()
    now = queries.candidates_of(number)
    choose(number, now.labels()[1])
    assert queries.candidates_of(number).people[0].roots == now.people[1].roots


def test_a_choice_holds_when_the_same_people_are_found_again(shop: Company) -> None:
    number = driving.planned("erasure", TWIN)
    shown = queries.candidates_of(number)
    workflows.locate_request(number, AGENT, NOW)
    choose(number, shown.labels()[1])
    assert queries.candidates_of(number).people[0].roots == shown.people[1].roots


@pytest.mark.parametrize("labels", [(), ("0",), ("1",), ("",), ("-1",), ("f" * 10,)])
def test_a_place_in_a_list_is_no_choice(shop: Company, labels: tuple[str, ...]) -> None:
    number = driving.planned("erasure", TWIN)
    with pytest.raises(NotACandidate):
        choose(number, *labels)
    with pytest.raises(NotACandidate):
        choose(number, queries.candidates_of(number).labels()[0], *(labels or ("2",)))


def test_several_labels_are_one_person(shop: Company) -> None:
    number = driving.planned("erasure", TWIN)
    choose(number, *queries.candidates_of(number).labels())
    (one,) = queries.candidates_of(number).people
    assert [root.key for root in one.roots] == [(4,), (5,)]


def test_labels_follow_rows_over_several_sources_and_not_what_is_said_about_them() -> None:
    people = (person("shop", 1), person("support", "a-1"), person("support", 1))
    shown = Candidates(people=people)
    assert len(set(shown.labels())) == 3
    assert Candidates.from_json(shown.to_json()).labels() == shown.labels()
    said_more = (person("shop", 1, Fact(FactKind.ROWS, "orders 2")), *people[1:])
    assert Candidates(people=said_more).labels() == shown.labels()
    assert not set(Candidates(people=people[::-1]).labels()) & set(shown.labels())
    assert not set(Candidates(people=people[:2]).labels()) & set(shown.labels())
