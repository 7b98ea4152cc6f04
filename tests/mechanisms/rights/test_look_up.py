"""A look-up by staff: evidence first, the role, and no ledger, no read."""

import json

import pytest
from django.db import Error

from discreet.engines.subjects.limits import EmptyIdentity, NameIsNotEnough
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources import session
from discreet.foundation.sources.refusals import UnknownSource
from discreet.mechanisms.rights.matching import finding
from discreet.mechanisms.rights.refusals import NotYours
from discreet.vocabulary.actors import Actor
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CUSTOMER, NOW, OPERATOR, VIEWER, who


def find(
    actor: Actor = AGENT, email: str | None = ANN, source: str = "shop", **more: str
) -> dict[str, object]:
    return finding.find_person(actor=actor, now=NOW, source=source, claim=who(email, **more))


def looked_up() -> list[dict[str, object]]:
    return [json.loads(one.body) for one in LedgerEntry.objects.filter(act="rights.look_up").order_by("id")]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note, at each reading session, how many look-ups were recorded before it."""
    noted: list[int] = []
    original = session.reading

    def read(*args: object, **kwargs: object) -> object:
        noted.append(len(looked_up()))
        return original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(session, "reading", read)
    return noted


@pytest.mark.promise(28)
def test_the_evidence_stands_before_anything_is_read(shop: Company, reads: list[int]) -> None:
    found = find()
    assert reads and min(reads) == 1
    (entry,) = looked_up()
    assert (entry["subject"], entry["facts"]) == ("source:shop", {"by": ["email"]})
    assert found["people"][0]["tables"]["orders"] == {"rows": 1, "shared": 0}  # type: ignore[index]


@pytest.mark.parametrize("actor", [VIEWER, CUSTOMER])
def test_who_may_not_look_reads_nothing(shop: Company, reads: list[int], actor: Actor) -> None:
    with pytest.raises(NotYours):
        find(actor)
    assert reads == []


@pytest.mark.parametrize("actor", [AGENT, APPROVER, OPERATOR])
def test_who_works_on_requests_may_look(shop: Company, actor: Actor) -> None:
    assert find(actor)["people"]


@pytest.mark.promise(28)
def test_without_a_ledger_nothing_is_read(shop: Company, broken_ledger: None, reads: list[int]) -> None:
    with pytest.raises(Error):
        find()
    assert reads == []


@pytest.mark.parametrize(
    ("email", "more", "refusal"),
    [(None, {}, EmptyIdentity), ("", {}, EmptyIdentity), (None, {"name": "Ann"}, NameIsNotEnough)],
)
def test_an_empty_identity_reads_nothing(
    shop: Company, reads: list[int], email: str | None, more: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        find(AGENT, email, **more)
    assert reads == []


def test_an_unknown_source_is_told_so(shop: Company) -> None:
    with pytest.raises(UnknownSource):
        find(source="shops")


@pytest.mark.parametrize(
    "hostile", ["%", "_" * 10, "'OR'1'='1", "'--", "%s", ":p", '"DROP"TABLE"customer"--', "*"]
)
def test_hostile_values_find_nobody_and_break_nothing(shop: Company, hostile: str) -> None:
    assert find(AGENT, f"{hostile}@example.com")["people"] == []
    assert find(AGENT, f"nobody{hostile}@example.com", name=hostile)["people"] == []
    assert shop.run("SELECT count(*) FROM customer") == [(5,)]


def test_two_people_of_one_address_are_two_candidates(shop: Company) -> None:
    assert len(find(AGENT, "twin@example.com")["people"]) == 2  # type: ignore[arg-type]


def test_a_spelling_in_another_case_finds_the_same_person(any_shop: Company) -> None:
    assert len(find(AGENT, "ANN.Canary@Example.COM")["people"]) == 1  # type: ignore[arg-type]
