"""Deciding together is all or nothing, leaves evidence, and can be taken back by who decided."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from discreet.engines.subjects.graph import LinkRole
from discreet.foundation.datamap import actions, bulk_actions, page_queries, refusals
from discreet.foundation.datamap.bulk_actions import FieldDecision, LinkDecision
from discreet.foundation.datamap.models import DataField, DataLink, MapVersion
from discreet.foundation.jobs.models import OutboxEvent
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ROOT = Actor(kind=ActorKind.SHELL, name="root")
ANNA = Actor(kind=ActorKind.STAFF, name="anna")
BERT = Actor(kind=ActorKind.STAFF, name="bert")


@pytest.fixture(autouse=True)
def shop(tmp_path: Path) -> Iterator[None]:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, flag TEXT);"
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), buyer INTEGER);"
        )
    connect_source(actor=ROOT, now=NOW, name="shop", url=f"sqlite:///{path}", is_read_only=True)
    actions.ensure_proposed(actor=ANNA, now=NOW, source="shop")
    yield


def field(name: str) -> DataField:
    return DataField.objects.get(name=name)


def proposed_link() -> DataLink:
    orders, customer = field("buyer").table, field("email").table
    return DataLink.objects.create(
        from_table=orders,
        from_columns=["buyer"],
        to_table=customer,
        to_columns=["id"],
        role="owner",
        confidence_percent=80,
    )


def decide(*decisions: FieldDecision, now: datetime = NOW) -> int:
    return bulk_actions.decide_fields(actor=ANNA, now=now, source="shop", decisions=decisions)


def test_fields_are_confirmed_and_corrected_together_with_evidence() -> None:
    version = MapVersion.objects.get().number
    events = OutboxEvent.objects.count()
    decisions = [
        FieldDecision(field("email").id, "email"),
        FieldDecision(field("flag").id, "none", "religion"),
    ]
    assert decide(*decisions) == 2
    assert (field("email").category, field("flag").category) == ("email", "religion")
    assert {field(name).confirmed_by for name in ("email", "flag")} == {"staff:anna"}
    entry = LedgerEntry.objects.latest("id")
    assert (
        '"category_before":"none"' in entry.body.decode()
        if isinstance(entry.body, bytes)
        else str(entry.body)
    )
    assert MapVersion.objects.get().number == version + 1
    assert OutboxEvent.objects.count() == events + 1


def test_nothing_is_decided_where_one_field_changed_meanwhile() -> None:
    with pytest.raises(refusals.ChangedMeanwhile):
        decide(FieldDecision(field("email").id, "email"), FieldDecision(field("flag").id, "religion"))
    assert field("email").confirmed_at is None


@pytest.mark.parametrize(
    ("source", "category", "refusal"),
    [("other", None, refusals.NotInMap), ("shop", "unknown", refusals.UnknownCategory)],
)
def test_what_is_not_there_is_not_decided(
    source: str, category: str | None, refusal: type[Exception]
) -> None:
    decision = FieldDecision(field("email").id, "email", category)
    with pytest.raises(refusal):
        bulk_actions.decide_fields(actor=ANNA, now=NOW, source=source, decisions=[decision])


def test_a_decision_about_fields_is_taken_back_whole() -> None:
    before = page_queries.field_states([field("email").id, field("flag").id])
    decide(FieldDecision(field("email").id, "email"), FieldDecision(field("flag").id, "none", "religion"))
    count = bulk_actions.undo_fields(actor=ANNA, now=LATER, source="shop", before=before, decided_at=NOW)
    assert count == 2
    assert page_queries.field_states([one.id for one in before]) == before


def test_what_somebody_else_decided_since_is_not_taken_back() -> None:
    before = page_queries.field_states([field("email").id])
    decide(FieldDecision(field("email").id, "email"))
    with pytest.raises(refusals.ChangedMeanwhile):
        bulk_actions.undo_fields(actor=BERT, now=LATER, source="shop", before=before, decided_at=NOW)
    actions.confirm_field(actor=ANNA, now=LATER, field_id=before[0].id)
    with pytest.raises(refusals.ChangedMeanwhile):
        bulk_actions.undo_fields(actor=ANNA, now=LATER, source="shop", before=before, decided_at=NOW)


def test_links_are_confirmed_with_a_role_and_rejected_and_taken_back() -> None:
    link = proposed_link()
    before = page_queries.link_states([link.id])
    bulk_actions.decide_links(
        actor=ANNA, now=NOW, source="shop", decisions=[LinkDecision(link.id, LinkRole.MENTION)]
    )
    link.refresh_from_db()
    assert (link.role, link.confirmed_by) == ("mention", "staff:anna")
    confirmed = page_queries.link_states([link.id])
    bulk_actions.decide_links(
        actor=ANNA, now=LATER, source="shop", decisions=[LinkDecision(link.id, is_rejected=True)]
    )
    link.refresh_from_db()
    assert (link.is_rejected, link.confirmed_at) == (True, None)
    bulk_actions.undo_links(actor=ANNA, now=LATER, source="shop", before=confirmed, decided_at=LATER)
    assert page_queries.link_states([link.id]) == confirmed
    bulk_actions.undo_links(actor=ANNA, now=LATER, source="shop", before=before, decided_at=NOW)
    assert page_queries.link_states([link.id]) == before


def test_a_declared_link_is_not_rejected_and_nothing_beside_it() -> None:
    link, declared = proposed_link(), DataLink.objects.get(is_declared=True)
    with pytest.raises(refusals.DeclaredLink):
        bulk_actions.decide_links(
            actor=ANNA,
            now=NOW,
            source="shop",
            decisions=[LinkDecision(one.id, is_rejected=True) for one in (link, declared)],
        )
    link.refresh_from_db()
    assert not link.is_rejected


def test_deciding_the_last_open_part_tells_that_the_source_is_mapped() -> None:
    actions.confirm_all(actor=ANNA, now=NOW, source="shop")
    before = OutboxEvent.objects.filter(name="datamap.SourceMapped").count()
    decide(FieldDecision(field("flag").id, "none", "religion"))
    assert OutboxEvent.objects.filter(name="datamap.SourceMapped").count() == before + 1
