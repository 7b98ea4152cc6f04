"""A restored source brings somebody back: who is recognised, and who is left alone."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from discreet.foundation.datamap import tombstone_file
from discreet.foundation.datamap import tombstones as tombstones_file
from discreet.foundation.datamap.tombstone_lines import Flaw, FlawedLine, sealed_line
from discreet.foundation.datamap.tombstones import EndedRequest, find_restored
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.jobs.registry import load_all
from discreet.foundation.ledger.queries import entries_for
from discreet.mechanisms.rights.actions.forgetting import end_again, reopen_erasure
from discreet.mechanisms.rights.letters.said import search_words
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.queries import request_view
from discreet.mechanisms.rights.rules import Outcome, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import ANN, ANN_NAME, ANN_PHONE, BOB, CLEO, NOW, OPERATOR
from tests.mechanisms.rights.driving import accepted, approve, erased, failures, state, work

pytestmark = pytest.mark.duty("M13.3")

ANN_ROW = f"INSERT INTO customer VALUES (1, '{ANN}', '{ANN_PHONE}', '{ANN_NAME}', 1, NULL)"


def keys_back(source: str = "shop") -> list[tuple[object, ...]]:
    return [row.key for row in find_restored(source).restored]


@pytest.mark.promise(9)
def test_a_restored_source_shows_the_person_who_was_erased(any_free_shop: Company) -> None:
    erased(ANN)
    assert keys_back() == []
    any_free_shop.run(ANN_ROW)
    (row,) = find_restored("shop").restored
    assert (row.table.table, [int(str(part)) for part in row.key]) == ("customer", [1])
    assert row.scope == f"request:{RightsRequest.objects.get().number}"


@pytest.mark.promise(9)
def test_a_row_that_was_emptied_and_kept_is_recognised_when_it_is_full_again(shop: Company) -> None:
    erased(ANN)
    assert keys_back() == []
    shop.run(f"UPDATE customer SET email = '{ANN.upper()}' WHERE id = 1")
    assert keys_back() == [(1,)]


def test_a_new_sign_up_under_the_same_address_is_not_the_person(free_shop: Company) -> None:
    """The identity matches, the key does not."""
    erased(ANN)
    free_shop.run(f"INSERT INTO customer VALUES (77, '{ANN}', NULL, 'Ann Again', NULL, NULL)")
    assert keys_back() == []


def test_a_key_that_was_given_to_somebody_else_is_not_the_person(free_shop: Company) -> None:
    """The key matches, the identity does not."""
    erased(ANN)
    free_shop.run("INSERT INTO customer VALUES (1, 'new@example.com', '+41446681899', 'New', 1, NULL)")
    assert keys_back() == []


@pytest.mark.promise(9)
def test_who_came_back_is_erased_in_one_more_pass_and_nobody_else(free_shop: Company) -> None:
    erased(ANN)
    free_shop.run(ANN_ROW)
    free_shop.run(f"INSERT INTO customer VALUES (77, '{ANN}', NULL, 'Ann Again', NULL, NULL)")
    rows = find_restored("shop").restored
    number, is_new = reopen_erasure(
        actor=OPERATOR, now=datetime.now(UTC), source="shop", scope=rows[0].scope, rows=rows
    )
    assert is_new and state(number) is State.VERIFIED
    again = reopen_erasure(
        actor=OPERATOR, now=datetime.now(UTC), source="shop", scope=rows[0].scope, rows=rows
    )
    assert again == (number, False)
    work()
    approve(number)
    work()
    assert failures() == []
    assert state(number) is State.DONE
    assert free_shop.run("SELECT id FROM customer ORDER BY id") == [(2,), (3,), (4,), (5,), (77,)]
    free_shop.run(ANN_ROW)
    rows = find_restored("shop").restored
    later, is_new = reopen_erasure(
        actor=OPERATOR, now=datetime.now(UTC), source="shop", scope="request:R-1001", rows=rows
    )
    assert is_new and later != number


def test_the_file_names_nobody_and_is_for_its_owner_alone(shop: Company, tombstones: Path) -> None:
    erased(ANN)
    erased(CLEO)
    text = tombstones.read_text()
    for secret in (ANN, ANN_PHONE, ANN_NAME, CLEO, BOB):
        assert secret not in text
    assert tombstones.stat().st_mode & 0o777 == 0o600
    assert tombstones.parent.stat().st_mode & 0o777 == 0o700


def test_a_step_that_runs_again_writes_no_tombstone_twice(tombstones: Path) -> None:
    lines = [tombstone_file.write_line({"kind": "row", "mac": str(number)}) for number in range(50)]
    assert tombstone_file.append_lines(lines) == 50
    assert tombstone_file.append_lines(lines) == 0
    assert tombstone_file.read_lines(tombstones) == lines


def test_a_line_that_a_crash_cut_harms_no_other(tombstones: Path) -> None:
    first, second = (tombstone_file.write_line({"kind": "row", "mac": mac}) for mac in ("a", "b"))
    tombstone_file.append_lines([first])
    with tombstones.open("a") as file:
        file.write(second[:9])
    tombstone_file.append_lines([second])
    assert tombstone_file.read_lines(tombstones) == [first, second[:9], second]


@pytest.mark.promise(9)
def test_no_erasure_is_called_done_before_its_tombstones_are_on_the_disk(
    free_shop: Company, tombstones: Path
) -> None:
    """Where the file cannot be written, the request stays open."""
    number = accepted(CLEO)
    shutil.rmtree(tombstones.parent, ignore_errors=True)
    tombstones.parent.write_text("a file where the folder belongs")
    try:
        with pytest.raises(OSError):
            work()
    finally:
        tombstones.parent.unlink()
    assert state(number) is State.EXECUTING


@pytest.mark.promise(9)
def test_a_request_that_came_back_open_gets_its_outcome_again(free_shop: Company) -> None:
    number = accepted(CLEO)
    before = RightsRequest.objects.get(number=number)
    work()
    assert (failures(), state(number)) == ([], State.DONE)
    load_all()
    while deliver_once(now=datetime.now(UTC)):
        pass
    (ended,) = tombstones_file.read().requests
    assert (ended.number, ended.outcome) == (number, Outcome.ERASED)
    assert ended.received_at == before.received_at.isoformat()
    assert not end_again(actor=OPERATOR, now=NOW + timedelta(days=1), ended=ended)


REQUEST = {
    "v": 1,
    "kind": "request",
    "number": "R-1003",
    "outcome": "erased",
    "received_at": "2026-01-31T12:00:00+00:00",
    "date": "2026-01-31",
}


def flawed() -> list[tuple[int, Flaw]]:
    return [(one.position, one.flaw) for one in tombstones_file.read().flawed]


@pytest.mark.django_db
@pytest.mark.promise(9)
def test_a_line_without_a_seal_gives_no_request_an_outcome_and_is_named(tombstones: Path) -> None:
    """As an older version wrote it, and as anybody could."""
    tombstone_file.append_lines([tombstone_file.write_line(REQUEST), sealed_line(REQUEST)])
    found = tombstones_file.read()
    assert found.flawed == (FlawedLine(1, Flaw.UNSEALED, kind="request", number="R-1003"),)
    assert [one.number for one in found.requests] == ["R-1003"]


@pytest.mark.django_db
@pytest.mark.promise(9)
@pytest.mark.parametrize(
    "change",
    [
        {"number": "R-1004"},
        {"outcome": "delivered"},
        {"received_at": "2026-01-31T12:00:01+00:00"},
        {"date": "2026-02-01"},
        {"kind": "case", "opened_at": "2026-01-31T12:00:00+00:00"},
        {"seal": "0" * 64},
        {"seal": "\ud800"},
        {"seal": 7},
        {"more": ""},
    ],
)
def test_a_changed_line_is_refused_by_its_position(tombstones: Path, change: dict[str, object]) -> None:
    whole = json.loads(sealed_line(REQUEST))
    tombstone_file.append_lines([sealed_line(REQUEST), tombstone_file.write_line({**whole, **change})])
    found = tombstones_file.read()
    assert flawed() == [(2, Flaw.FORGED)]
    assert (len(found.requests), found.cases) == (1, ())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["x", "[]", "[" * 5000, '{"kind": {"a": []}}', '{"kind": "row"}', '{"v": ' + "9" * 5000 + "}"]
)
def test_what_is_no_line_is_named_and_ends_no_command(tombstones: Path, text: str) -> None:
    tombstone_file.append_lines([sealed_line(REQUEST), text])
    assert flawed() == [(2, Flaw.UNREADABLE)]


@pytest.mark.django_db
def test_the_beginning_of_a_line_that_stands_whole_below_is_no_flaw(tombstones: Path) -> None:
    tombstone_file.append_lines([sealed_line(REQUEST)[:40], sealed_line(REQUEST)])
    assert flawed() == []


@pytest.mark.promise(9)
def test_a_row_of_an_older_version_is_recognised_and_said_to_be_unsealed(
    free_shop: Company, tombstones: Path
) -> None:
    erased(ANN)
    older = [json.loads(line) for line in tombstone_file.read_lines(tombstones)]
    for facts in older:
        del facts["seal"]
    tombstones.write_text("".join(f"{tombstone_file.write_line(facts)}\n" for facts in older))
    free_shop.run(ANN_ROW)
    scan = find_restored("shop")
    assert [(row.key, row.is_sealed) for row in scan.restored] == [((1,), False)]
    assert (scan.unsealed, scan.refused) == (scan.tombstones, ())


@pytest.mark.promise(9)
def test_a_request_that_ended_again_says_that_a_tombstone_told_it(free_shop: Company) -> None:
    number = accepted(CLEO)
    received_at = RightsRequest.objects.get(number=number).received_at.isoformat()
    ended = EndedRequest(number=number, received_at=received_at, outcome="erased", on="2026-01-31")
    assert end_again(actor=OPERATOR, now=datetime.now(UTC), ended=ended)
    (entry,) = (one for one in entries_for(f"request:{number}") if one.act == "rights.end_again")
    assert entry.facts == {
        "outcome": "erased",
        "on": "2026-01-31",
        "known_from": "tombstone",
        "searched_again": False,
    }
    assert "we did not search again" in search_words(request_view(number))


def test_the_last_outcome_of_a_request_counts(shop: Company) -> None:
    """An erasure that was incomplete at first and was mended."""
    for outcome in ("incomplete", "erased"):
        tombstones_file.write_ended_requests([("R-9001", NOW, outcome)], on=NOW.date())
    told = [one.outcome for one in tombstones_file.read().requests if one.number == "R-9001"]
    assert told == ["erased"]
