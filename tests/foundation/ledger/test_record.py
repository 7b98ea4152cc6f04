"""Evidence is recorded with the act or not at all."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from discreet.foundation.ledger.acts import ActWithoutEvidence, OutsideAct, act
from discreet.foundation.ledger.api import Evidence, EvidenceNotAllowed, Json, record, record_many
from discreet.foundation.ledger.models import LedgerEntry, PersonSalt, WaitingEntry
from discreet.vocabulary.actors import SYSTEM

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.duty("ledger")]


@act("demo.open_thing")
def open_thing(*, facts: dict[str, Json], refs: tuple[str, ...] = ()) -> int:
    return record(actor=SYSTEM, now=NOW, subject="request:R-1", facts=facts, person_refs=refs)


def test_record_keeps_the_act_and_its_evidence_together() -> None:
    entry = LedgerEntry.objects.get(pk=open_thing(facts={"kind": "erasure", "rows": 3}))
    assert entry.act == "demo.open_thing"
    assert entry.body.startswith(
        '{"v":1,"act":"demo.open_thing","at":"2026-01-31T12:00:00.000000Z","subject":"request:R-1",'
        '"actor":"system:discreet","facts":{"kind":"erasure","rows":3},"persons":[],"nonce":"'
    )
    assert WaitingEntry.objects.filter(entry=entry).exists()


def test_record_outside_an_act_is_a_bug() -> None:
    with pytest.raises(OutsideAct):
        record(actor=SYSTEM, now=NOW, subject="request:R-1", facts={})


def test_an_act_without_evidence_is_rolled_back() -> None:
    @act("demo.forgets")
    def forgets() -> None:
        WaitingEntry.objects.all().delete()

    open_thing(facts={})
    with pytest.raises(ActWithoutEvidence):
        forgets()
    assert WaitingEntry.objects.count() == 1


@pytest.mark.promise(28)
@pytest.mark.parametrize("table", ["ledger_ledgerentry", "ledger_waitingentry"])
def test_a_broken_ledger_rolls_the_whole_act_back(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TRIGGER broken AFTER INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk gone'); END"
        )
    with pytest.raises(DatabaseError):
        open_thing(facts={})
    assert not LedgerEntry.objects.exists()
    assert not WaitingEntry.objects.exists()


def test_a_person_is_recorded_as_a_salted_commitment_only() -> None:
    entry = LedgerEntry.objects.get(pk=open_thing(facts={}, refs=("person_a", "person_a")))
    assert "person_a" not in entry.body
    salts = PersonSalt.objects.filter(entry=entry)
    assert len({bytes(salt.salt) for salt in salts}) == 2


def test_many_entries_are_recorded_in_the_order_given() -> None:
    @act("demo.open_many")
    def open_many() -> list[int]:
        items = [Evidence(subject=f"request:R-{n}", facts={}) for n in range(700)]
        return record_many(actor=SYSTEM, now=NOW, evidence=items)

    ids = open_many()
    assert ids == sorted(ids)
    assert [entry.subject for entry in LedgerEntry.objects.order_by("pk")] == [
        f"request:R-{n}" for n in range(700)
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"email": "x"},
        {"nested": {"phone": "x"}},
        {"reason": "write to ann@example.com"},
        {"who": "+86 138 0013 8000"},
        {"rows": ["ann@example.com"]},
        {"ann@example.com": 1},
        {"share": 0.5},
        {"at": NOW},
    ],
)
def test_evidence_refuses_personal_data_and_inexact_values(facts: dict[str, Json]) -> None:
    with pytest.raises(EvidenceNotAllowed):
        open_thing(facts=facts)
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_triggers_forbid_changing_and_deleting_entries(statement: str) -> None:
    open_thing(facts={})
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement.format("ledger_ledgerentry", "body", "'x'"))


@pytest.mark.django_db(transaction=True)
def test_the_triggers_stand_in_a_transactional_test_too() -> None:
    open_thing(facts={})
    with pytest.raises(DatabaseError, match="append-only"):
        LedgerEntry.objects.update(act="x")
