"""One row, one law: desk, command line, API and evidence cite the same statutes for the same person."""

import json
from typing import Any

import pytest
from django.utils import translation

from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import proving, receiving
from discreet.mechanisms.rights.deciding.citations import article_words, citation, cited_article
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.summaries import REASONS
from discreet.mechanisms.rights.views import plan_document, request_document
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, BOB, NOW, who

DUTY = "Art. 958f OR"


def received(residence: str, email: str = ANN, batch_id: int | None = None) -> str:
    return receiving.receive_request(
        actor=AGENT,
        now=NOW,
        kind="erasure",
        claim=who(email),
        residence=residence,
        channel="shell",
        batch_id=batch_id,
    ).number


def planned(residence: str) -> str:
    number = received(residence)
    proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Passport seen")
    driving.work()
    return number


def planned_orders(batch_id: int) -> dict[str, Any]:
    document = plan_document(queries.plan_view(batch_id), texts=REASONS)
    (source,) = document["sources"]
    (orders,) = [table for table in source["tables"] if table["table"] == "orders"]
    return dict(orders)


def evidence_of(number: str) -> list[dict[str, Any]]:
    bodies = LedgerEntry.objects.filter(act="rights.finish_erasure").values_list("body", flat=True)
    (found,) = [body for body in map(json.loads, bodies) if body["subject"] == f"request:{number}"]
    kept: list[dict[str, Any]] = found["facts"]["kept"]
    return kept


@pytest.mark.parametrize(
    ("residence", "exception"),
    [
        ("DE", "GDPR Art. 17(3)(b)"),
        ("CN", "PIPL Art. 47(2)"),
        ("US-CA", "Cal. Civ. Code 1798.105(d)(8)"),
    ],
)
def test_every_door_and_the_evidence_cite_the_law_of_the_person(
    shop: Company, residence: str, exception: str
) -> None:
    number = planned(residence)
    told = planned_orders(queries.batch_of(number))
    assert told["reason"] == f"Kept by law: {DUTY}, allowed by {exception}"
    driving.approve(number)
    driving.work()
    view = queries.request_view(number)
    shown = request_document(view)["kept"]
    assert evidence_of(number) == shown == list(view.kept)
    (orders,) = [one for one in shown if one["table"] == "orders"]
    assert orders["article"] == told["article"] == f"{DUTY}; {exception}"
    (line,) = [one for one in letters.kept_lines(view, "en") if one["table"].casefold().endswith("orders")]
    assert line["article"] == f"{DUTY}, allowed by {exception}"


def test_a_shared_row_is_kept_with_words_and_without_an_article(shop: Company) -> None:
    number = planned("DE")
    (source,) = plan_document(queries.plan_view(queries.batch_of(number)), texts=REASONS)["sources"]
    driving.approve(number)
    driving.work()
    for tables in (source["tables"], evidence_of(number)):
        (shared,) = [one for one in tables if one["table"] == "address"]
        assert shared["article"] == ""
        assert shared["reason_en"].startswith("Also used by others")
        assert shared["reason_zh"].startswith("他人也在使用")


def test_a_batch_under_several_laws_names_the_duty_alone_and_each_person_their_own_exception(
    shop: Company,
) -> None:
    batch_id = receiving.open_batch(actor=AGENT, now=NOW, kind=Kind.ERASURE)
    numbers = {place: received(place, email, batch_id) for place, email in (("DE", ANN), ("CN", BOB))}
    proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch_id, reason="Letters")
    driving.work()
    assert planned_orders(batch_id)["article"] == DUTY
    driving.approve(numbers["DE"])
    driving.work()
    for place, exception in (("DE", "GDPR Art. 17(3)(b)"), ("CN", "PIPL Art. 47(2)")):
        (orders,) = [one for one in evidence_of(numbers[place]) if one["table"] == "orders"]
        assert orders["article"] == f"{DUTY}; {exception}"


@pytest.mark.parametrize(
    "exception",
    [
        "GDPR Art. 17(3)(b)",
        "Art. 17(3)(b) GDPR",
        "Art. 17 Abs. 3 lit. b DSGVO",
        "PIPL Art. 47",
        "《个人信息保护法》第四十七条",
        "Cal. Civ. Code § 1798.105(d)(8)",
    ],
)
def test_the_exception_that_a_map_names_gives_way_to_the_persons_own(exception: str) -> None:
    assert citation(f"{exception}; {DUTY}", laws=[Law.PIPL]).duty == DUTY


def test_citing_twice_says_the_same(db: None) -> None:
    once = cited_article(f"GDPR Art. 17(3)(b); {DUTY}", residences=("CN",))
    assert cited_article(once, residences=("CN",)) == once == f"{DUTY}; PIPL Art. 47(2)"
    with translation.override("zh-hans"):
        assert article_words(once, residences=("CN",)) != once


def test_a_map_that_names_only_an_exception_gets_each_law_of_the_people(db: None) -> None:
    told = cited_article("GDPR Art. 17(3)(b)", residences=("CN", "DE"))
    assert told == "PIPL Art. 47(2); GDPR Art. 17(3)(b)"
