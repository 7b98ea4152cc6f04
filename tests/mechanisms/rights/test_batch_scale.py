"""A batch of hundreds: set by set, and for each person what a request of their own would have come to."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from discreet.engines.subjects.identity import Identity
from discreet.foundation.cases.models import Case, CaseToken
from discreet.foundation.cases.queries import get as get_case
from discreet.foundation.jobs.models import OutboxEvent
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import planning, queries
from discreet.mechanisms.rights.actions import importing, proving, receiving
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.refusals import UnknownCountry
from discreet.mechanisms.rights.rules import State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, NOW
from tests.mechanisms.rights.driving import approve, erased, failures, opened, work

PEOPLE = 300
SHAPES = ("plain", "kept", "neighbour", "couple")


def email(number: int) -> str:
    return f"member{number}@example.com"


def add_people(company: Company, count: int, *, start: int = 1000) -> None:
    """Add people of four shapes: alone; with an order that tax law keeps; living with a stranger; in couples."""
    rows: dict[str, list[str]] = {"address": [], "customer": [], "login": [], "orders": []}
    for number in range(start, start + count):
        shape = SHAPES[number % 4]
        home = number - 4 if shape == "couple" and number % 8 == 7 else number
        if home == number:
            rows["address"].append(f"({number}, 'Lane {number}', 'Bern')")
        rows["customer"].append(f"({number}, '{email(number)}', NULL, 'Member {number}', {home}, NULL)")
        rows["login"].append(f"({number}, {number}, '192.0.2.9', NULL)")
        if shape == "kept":
            rows["orders"].append(f"({number}, {number}, '2025-05-01', 'note', 9)")
        if shape == "neighbour":
            rows["customer"].append(
                f"({number + 100000}, 'n{number}@example.com', NULL, 'N', {number}, NULL)"
            )
    company.fill(
        tuple(f"INSERT INTO {table} VALUES {', '.join(rows[table])}" for table in rows if rows[table])
    )


def received(emails: list[str], residence: str = "DE") -> tuple[int, list[str]]:
    return importing.receive_batch(
        actor=AGENT,
        now=NOW,
        kind=Kind.ERASURE,
        claims=[(Identity(email=one), residence, "en") for one in emails],
    )


def planned_batch(emails: list[str]) -> list[str]:
    batch_id, numbers = received(emails)
    proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch_id, reason="Signed list")
    work()
    return numbers


def facts_of(subject: str, act: str) -> dict[str, object]:
    facts: dict[str, object] = json.loads(LedgerEntry.objects.get(subject=subject, act=act).body)["facts"]
    return facts


def statements(captured: CaptureQueriesContext) -> int:
    """Count statements, but for the company's key: it is remembered after a commit, which a test never makes."""
    return sum("keys_datakey" not in one["sql"] for one in captured.captured_queries)


@pytest.mark.promise(1)
def test_everybody_in_a_batch_gets_the_outcome_of_a_request_of_their_own(shop: Company) -> None:
    add_people(shop, PEOPLE)
    add_people(shop, 3, start=900)
    alone = {SHAPES[number % 4]: erased(email(number)) for number in range(900, 903)}
    *numbers, stranger = planned_batch([*map(email, range(1000, 1000 + PEOPLE)), "nobody@example.com"])
    approve(numbers[0])
    work()
    assert failures() == []
    for number, view in zip(range(1000, 1000 + PEOPLE), map(queries.request_view, numbers), strict=True):
        shape = SHAPES[number % 4]
        assert view.state is State.DONE
        if shape == "couple":
            assert (view.outcome, view.kept) == ("erased", ())
        else:
            assert (view.outcome, view.kept) == (alone[shape].outcome, alone[shape].kept)
    assert queries.state_of_request(stranger) is State.VERIFIED
    assert queries.batch_of(stranger) != queries.batch_of(numbers[0])
    kept = PEOPLE // 4
    assert shop.run("SELECT count(*) FROM customer WHERE email LIKE 'member%'") == [(0,)]
    assert shop.run("SELECT count(*) FROM orders WHERE id >= 1000 AND note IS NULL") == [(kept,)]
    assert shop.run("SELECT count(*) FROM address WHERE id >= 1000") == [(kept,)]  # the strangers' homes
    assert shop.run("SELECT count(*) FROM customer WHERE email LIKE 'n%' AND address_id >= 1000") == [(kept,)]


def test_a_batchs_search_stands_once_and_each_persons_evidence_points_at_it(shop: Company) -> None:
    add_people(shop, 8)
    numbers = planned_batch([email(number) for number in range(1000, 1008)])
    approve(numbers[0])
    work()
    batch_id = queries.batch_of(numbers[0])
    whole = facts_of(f"batch:{batch_id}", "rights.finish_erasure")
    assert whole["outcomes"] == {"erased": 4, "erased_except_kept": 4}
    text = json.dumps(whole["search"], sort_keys=True, separators=(",", ":"))
    for number in numbers:
        entry = facts_of(f"request:{number}", "rights.finish_erasure")
        assert entry["search"] == {
            "batch": f"B-{batch_id}",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }


def test_an_imported_request_has_the_clocks_evidence_and_event_of_a_single_one(shop: Company) -> None:
    single = opened(email=email(7))
    _, (imported,) = received([email(1)])
    assert get_case(imported).clocks == get_case(single).clocks
    for field in ("due_at", "title", "state", "kind"):
        assert getattr(get_case(imported).row, field) == getattr(get_case(single).row, field)
    assert queries.claim_of(imported) == Identity(email=email(1))
    assert facts_of(f"request:{imported}", "rights.receive_request") == {
        "kind": "erasure",
        "channel": "import",
        "residence": "DE",
    }
    assert OutboxEvent.objects.filter(name="rights.RequestReceived").count() == 2
    assert not CaseToken.objects.filter(case__number=imported).exists()


def test_residences_of_one_batch_run_under_their_own_clocks(shop: Company) -> None:
    claims = [(Identity(email=email(n)), place, "en") for n, place in enumerate(["DE", "cn", "", "US-CA"])]
    _, numbers = importing.receive_batch(actor=AGENT, now=NOW, kind=Kind.ERASURE, claims=claims)
    for number, (claim, place, _) in zip(numbers, claims, strict=True):
        alone = receiving.receive_request(
            actor=AGENT, now=NOW, kind="erasure", claim=claim, residence=place, channel="shell"
        )
        assert get_case(number).clocks == get_case(alone.number).clocks
        assert RightsRequest.objects.get(number=number).due_at == alone.due_at


def test_an_import_with_one_bad_person_opens_nothing(shop: Company) -> None:
    claims = [(Identity(email=email(1)), "DE", "en"), (Identity(email=email(2)), "Atlantis", "en")]
    with pytest.raises(UnknownCountry):
        importing.receive_batch(actor=AGENT, now=NOW, kind=Kind.ERASURE, claims=claims)
    assert not Case.objects.exists()
    assert not LedgerEntry.objects.filter(act__startswith="rights.").exists()


def test_numbers_go_on_after_an_import(shop: Company) -> None:
    before = int(opened(email=email(7)).removeprefix("R-"))
    _, numbers = received([email(1), email(2), email(3)])
    assert [int(number.removeprefix("R-")) for number in numbers] == [before + 1, before + 2, before + 3]
    assert int(opened(email=email(7)).removeprefix("R-")) == before + 4


@pytest.mark.promise(12)
def test_the_statements_of_a_batch_do_not_grow_with_every_person(shop: Company) -> None:
    add_people(shop, PEOPLE)
    with CaptureQueriesContext(connection) as importing:
        batch_id, numbers = received([email(number) for number in range(1000, 1000 + PEOPLE)])
    with CaptureQueriesContext(connection) as verifying:
        proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch_id, reason="Signed list")
    with CaptureQueriesContext(connection) as planning_it:
        work()
    approve(numbers[0])
    with CaptureQueriesContext(connection) as erasing:
        work()
    counts = [statements(one) for one in (importing, verifying, planning_it, erasing)]
    assert max(counts) < PEOPLE * 2 / 3, counts


def test_the_rows_a_pass_may_find_grow_with_its_people_but_not_their_share_of_a_table() -> None:
    one, many = planning.limits_for(1), planning.limits_for(10_000)
    assert (one.max_rows_per_step, many.max_rows_per_step) == (200_000, 2_000_000)
    assert one.max_share_of_table == many.max_share_of_table


@pytest.mark.promise(12)
def test_a_batchs_plan_document_stays_small(shop: Company) -> None:
    from discreet.mechanisms.rights.summaries import REASONS
    from discreet.mechanisms.rights.views import plan_document

    add_people(shop, PEOPLE)
    (few, *_), (many, *_) = (
        planned_batch([email(1000), email(1001)]),
        planned_batch([email(number) for number in range(1002, 1000 + PEOPLE)]),
    )
    sizes = [
        len(
            json.dumps(plan_document(queries.plan_view(queries.batch_of(number)), texts=REASONS), default=str)
        )
        for number in (few, many)
    ]
    assert sizes[1] < 3 * sizes[0]


def test_nobody_verified_twice_in_a_batch(shop: Company) -> None:
    batch_id, numbers = received([email(1), email(2)])
    now = datetime.now(UTC)
    proving.verify_identity(actor=AGENT, now=now, number=numbers[0], reason="Passport seen")
    assert proving.verify_batch(actor=AGENT, now=now, batch_id=batch_id, reason="Signed list") == 1
    assert {RightsRequest.objects.get(number=number).verified_how for number in numbers} == {"staff"}
