"""The ledger on the desk: not measured until verified, and a broken one is said aloud."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from discreet.foundation.desk import actions
from discreet.foundation.desk.ledger_view import panel
from discreet.foundation.ledger.guards import unsafe_lift_guards
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.foundation.ledger.verifier import discreet_verify
from discreet.foundation.ledger.verify import verify_ledger
from discreet.vocabulary.actors import Role
from tests.foundation.staff.people import ROOT, staff

pytestmark = pytest.mark.django_db


def test_a_ledger_nobody_verified_is_not_measured(desk_client: Client) -> None:
    assert panel(now=timezone.now()).state == "none"
    assert "not verified in the last 24 hours" in desk_client.get("/desk/ledger/").content.decode()


def test_verifying_records_what_was_found(desk_client: Client) -> None:
    sequence_once(timezone.now())
    desk_client.post("/desk/ledger/verify/")
    (entry,) = entries_for(actions.VERIFICATION)
    assert (entry.act, entry.facts["findings"]) == ("desk.verify_ledger", 0)
    assert "Complete, no gaps" in desk_client.get("/desk/ledger/").content.decode()


def test_a_verification_older_than_a_day_proves_nothing() -> None:
    now = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
    actions.record_verification(actor=ROOT, now=now, verdict=verify_ledger(), seconds=0)
    assert panel(now=now + timedelta(hours=23)).state == "good"
    assert panel(now=now + timedelta(hours=25)).state == "none"


def test_a_changed_entry_is_said_aloud(desk_client: Client) -> None:
    sequence_once(timezone.now())
    unsafe_lift_guards(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_ledgerentry SET body = replace(body, 'auditor', 'agent')")
    response = desk_client.post("/desk/ledger/verify/", follow=True)
    text = response.content.decode()
    assert "The ledger does not verify" in text
    assert "Stop and call security" in text


def test_an_entry_shows_its_facts_and_its_seal(desk_client: Client) -> None:
    (entry,) = entries_for("staff:anna")
    before = desk_client.get(f"/desk/ledger/{entry.entry_id}/").content.decode()
    assert "Recorded, not yet sealed" in before
    sequence_once(timezone.now())
    after = desk_client.get(f"/desk/ledger/{entry.entry_id}/").content.decode()
    assert "A signed checkpoint covers this entry" in after
    assert "staff.create_member" in after


@pytest.mark.parametrize("number", ["0", "99999999", str(2**63), str(10**40)])
def test_an_unknown_entry_is_a_missing_page(desk_client: Client, number: str) -> None:
    assert desk_client.get(f"/desk/ledger/{number}/").status_code == 404


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=-1", "?before=9" + "9" * 30, "?subject=%00", "?subject='"]
)
def test_odd_queries_of_the_list_are_harmless(desk_client: Client, query: str) -> None:
    assert desk_client.get(f"/desk/ledger/{query}").status_code == 200


def test_an_entry_shows_the_path_that_leads_to_the_signed_root(desk_client: Client) -> None:
    (entry,) = entries_for("staff:anna")
    sequence_once(timezone.now())
    page = desk_client.get(f"/desk/ledger/{entry.entry_id}/").content.decode()
    proof = desk_client.get(f"/desk/ledger/{entry.entry_id}/proof.json").json()
    (proven,) = proof["entries"]
    assert all(part in page for part in proven["proof"])
    assert ("verified", 1, "staff:anna") in discreet_verify.verify(proof)


def test_an_entry_that_waits_has_no_proof_yet(desk_client: Client) -> None:
    (entry,) = entries_for("staff:anna")
    assert desk_client.get(f"/desk/ledger/{entry.entry_id}/proof.json").status_code == 404


def test_an_entry_that_was_changed_is_not_proven(desk_client: Client) -> None:
    (entry,) = entries_for("staff:anna")
    sequence_once(timezone.now())
    unsafe_lift_guards(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_ledgerentry SET body = replace(body, 'auditor', 'agent')")
    page = desk_client.get(f"/desk/ledger/{entry.entry_id}/").content.decode()
    assert "does not lead to the signed root" in page
    assert desk_client.get(f"/desk/ledger/{entry.entry_id}/proof.json").status_code == 500


def test_who_acted_is_read_in_words_and_kept_as_recorded(desk_client: Client) -> None:
    actions.record_verification(
        actor=staff("anna", [Role.AUDITOR]),
        now=timezone.now(),
        verdict=verify_ledger(),
        seconds=0,
    )
    (entry,) = entries_for(actions.VERIFICATION)
    for address in ("/desk/ledger/", f"/desk/ledger/{entry.entry_id}/"):
        page = desk_client.get(address).content.decode()
        assert "staff:anna" in page
        assert "anna (agent, approver" in page
