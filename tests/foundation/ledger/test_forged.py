"""Rows that somebody with the database's password adds are found, and never signed. Source: failure promise 11."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from discreet.engines.merkle.tree import leaf_hash
from discreet.foundation.ledger import canonical
from discreet.foundation.ledger.findings import Fault
from discreet.foundation.ledger.models import LedgerLeaf, WaitingEntry
from discreet.foundation.ledger.prove import LedgerBroken, NothingToProve, bundle, complete_bundle
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.ledger.rollback import accepted_rollbacks
from discreet.foundation.ledger.sequencer import BATCH, sequence_once
from discreet.foundation.ledger.verify import verify_ledger
from tests.foundation.ledger.conftest import NOW, Tamper, receive
from tests.foundation.ledger.test_sequencer import cut_to_600

pytestmark = [pytest.mark.promise(11), pytest.mark.usefixtures("history"), pytest.mark.duty("ledger")]
SUBJECT = "request:R-9001"
WAIT = "INSERT INTO ledger_waitingentry (entry_id, voucher) "


def faults() -> set[Fault]:
    return {finding.fault for finding in verify_ledger().findings}


def execute(statement: str, parameters: tuple[object, ...] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def forge(act: str = "rights.finish_erasure", subject: str = SUBJECT, **facts: int) -> tuple[int, str]:
    """Insert an entry that looks like one of Discreet's, with the triggers as they are."""
    at = canonical.timestamp(NOW)
    body = canonical.body(
        act=act, at=at, subject=subject, actor="system:discreet", facts=facts, persons=[], nonce="0" * 32
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_ledgerentry (act, at, subject, body) VALUES (%s, %s, %s, %s) RETURNING id",
            [act, at, subject, body],
        )
        return int(cursor.fetchone()[0]), body


def forge_acceptance() -> tuple[int, str]:
    return forge("ledger.accept_rollback", "ledger:rollback", kept_size=600, lost_size=700)


def test_a_row_that_was_added_is_found_and_gets_no_place() -> None:
    forge()
    assert faults() == {Fault.ENTRY_NEVER_PLACED}
    assert sequence_once(NOW) == 3
    assert faults() == {Fault.ENTRY_NEVER_PLACED}


@pytest.mark.parametrize(
    "voucher",
    ["SELECT %s, x''", "SELECT %s, zeroblob(32)", "SELECT %s, voucher FROM ledger_waitingentry LIMIT 1"],
)
def test_a_row_that_was_put_before_the_sequencer_is_found_and_not_signed(voucher: str) -> None:
    entry_id, _ = forge()
    execute(WAIT + voucher, (entry_id,))
    assert faults() == {Fault.ENTRY_FORGED}
    assert sequence_once(NOW) == 3
    assert faults() == {Fault.ENTRY_FORGED}
    [forged] = entries_for(SUBJECT)
    assert not forged.is_sealed
    with pytest.raises(NothingToProve):
        bundle(SUBJECT)
    with pytest.raises(LedgerBroken):
        complete_bundle(SUBJECT, now=NOW)


def test_a_waiting_entry_that_was_changed_is_found_and_not_signed(tamper: Tamper) -> None:
    tamper(
        "UPDATE ledger_ledgerentry SET body = replace(body, '702}', '703}') WHERE subject = 'request:R-702'"
    )
    assert faults() == {Fault.ENTRY_FORGED}
    assert sequence_once(NOW) == 2


def test_the_voucher_of_an_entry_does_not_vouch_for_its_copy() -> None:
    execute(
        "INSERT INTO ledger_ledgerentry (act, at, subject, body)"
        " SELECT act, at, subject, body FROM ledger_ledgerentry WHERE subject = 'request:R-702'"
    )
    execute(
        WAIT + "SELECT (SELECT max(id) FROM ledger_ledgerentry), voucher FROM ledger_waitingentry"
        " ORDER BY entry_id DESC LIMIT 1"
    )
    assert faults() == {Fault.ENTRY_FORGED}
    assert sequence_once(NOW) == 3


def test_many_forged_rows_hold_up_nothing() -> None:
    execute(
        "INSERT INTO ledger_ledgerentry (act, at, subject, body)"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= %s)"
        " SELECT 'demo.forged', '', 'demo:1', '{}' FROM n",
        (BATCH,),
    )
    execute(WAIT + "SELECT id, x'' FROM ledger_ledgerentry WHERE act = 'demo.forged'")
    receive(2000, 2)
    assert sequence_once(NOW) == 5
    assert set(WaitingEntry.objects.values_list("entry__act", flat=True)) == {"demo.forged"}


def test_a_row_that_was_given_a_place_is_found() -> None:
    entry_id, body = forge()
    execute(
        "INSERT INTO ledger_ledgerleaf (leaf_index, leaf_hash, entry_id) VALUES (700, %s, %s)",
        (leaf_hash(body.encode()), entry_id),
    )
    assert faults() == {Fault.LEAF_UNSEALED}


def test_a_forged_entry_accepts_no_rollback(tamper: Tamper) -> None:
    cut_to_600(tamper)
    entry_id, body = forge_acceptance()
    execute(WAIT + "VALUES (%s, x'')", (entry_id,))
    assert accepted_rollbacks() == []
    assert {Fault.ROLLED_BACK, Fault.ENTRY_FORGED} <= faults()
    execute("DELETE FROM ledger_waitingentry")
    execute(
        "INSERT INTO ledger_ledgerleaf (leaf_index, leaf_hash, entry_id) VALUES (600, %s, %s)",
        (leaf_hash(body.encode()), entry_id),
    )
    assert accepted_rollbacks() == []
    assert {Fault.ROLLED_BACK, Fault.LEAF_UNSEALED} <= faults()


def test_a_forged_entry_in_the_place_of_a_sealed_one_accepts_no_rollback(tamper: Tamper) -> None:
    cut_to_600(tamper)
    entry_id, body = forge_acceptance()
    tamper(
        "UPDATE ledger_ledgerleaf SET leaf_hash = %s, entry_id = %s WHERE leaf_index = 590",
        parameters=(leaf_hash(body.encode()), entry_id),
    )
    assert LedgerLeaf.objects.filter(leaf_index=590, entry_id=entry_id).exists()
    assert accepted_rollbacks() == []
    assert Fault.ROLLED_BACK in faults()


def test_what_waited_when_vouchers_came_is_sealed_after_the_upgrade() -> None:
    WaitingEntry.objects.update(voucher=b"")
    assert faults() == {Fault.ENTRY_FORGED}
    import_module("discreet.foundation.ledger.migrations.0003_voucher").forwards(apps, None)
    assert verify_ledger().is_intact
    assert sequence_once(NOW) == 3
